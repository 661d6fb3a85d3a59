//! Emitted code against the interpreter, which evaluates the graph as declared while the tests compile (`reference!`):
//! how one network is declared, called and compared.

use dsl_runtime::reference::{Entry, LEAST, Reference, relative_error_above};
use dsl_runtime::{Error, Mode, Network, Real, Workspace};

/// The results of an entry point, one after the other.
pub trait Results {
    /// Adds the elements of each.
    fn collect(self, into: &mut Vec<Vec<f64>>);

    /// The elements of each.
    fn elements(self) -> Vec<Vec<f64>>
    where
        Self: Sized,
    {
        let mut all = Vec::new();
        self.collect(&mut all);
        all
    }
}

macro_rules! results {
    ($($element:ty)*) => {$(
        impl Results for $element {
            fn collect(self, into: &mut Vec<Vec<f64>>) {
                into.push(vec![self.to_f64()]);
            }
        }

        impl Results for &[$element] {
            fn collect(self, into: &mut Vec<Vec<f64>>) {
                into.push(self.iter().map(|x| x.to_f64()).collect());
            }
        }
    )*};
}
results!(f32 f64);

macro_rules! tuples {
    ($(($($part:ident)+))*) => {$(
        impl<$($part: Results),+> Results for ($($part,)+) {
            #[expect(non_snake_case, reason = "a part is named as its type")]
            fn collect(self, into: &mut Vec<Vec<f64>>) {
                let ($($part,)+) = self;
                $($part.collect(into);)+
            }
        }
    )*};
}
tuples!((A B)(A B C)(A B C D)(A B C D E F)(A B C D E F G)(A B C D E F G H));

/// The results of an entry point, flattened, and its gradient where it has one.
pub type Found<N> = (Vec<Vec<f64>>, Option<Vec<<N as Network>::Element>>);

/// Calls one entry point with the arguments of the reference.
pub type Call<N> = fn(&N, &mut Workspace<N>, &Entry) -> Result<Found<N>, Error>;

/// Every entry point, on one and on three threads, in a workspace with room to spare.
pub fn agrees<N: Network>(references: &[Reference], calls: &[(&str, Call<N>)]) {
    references
        .iter()
        .for_each(|reference| agrees_with(reference, calls));
}

fn agrees_with<N: Network>(reference: &Reference, calls: &[(&str, Call<N>)]) {
    // In single precision the gradients of stacked norms cancel to a hundredth of their terms.
    let bound = if size_of::<N::Element>() == 4 { 3e-5 } else { 1e-12 };
    let model: N = reference.network();
    for threads in [1, 3] {
        let mut work = N::workspace()
            .batch(reference.examples + 2)
            .threads(threads)
            .build();
        // In a fresh workspace, in what other calls left behind, and in what would show wherever it was read.
        for (name, call) in calls.iter().chain(calls.iter().rev()) {
            for (mode, poison) in [Mode::Evaluate, Mode::Train].into_iter().flat_map(poisoned) {
                if let Some(poison) = poison {
                    work.poison(N::Element::literal(poison));
                }
                let entry = reference.entry(name, mode);
                let (results, gradient) = call(&model, &mut work, entry).expect("a whole batch");
                assert_eq!(results.len(), entry.outputs.len(), "{name}: results");
                for (place, (found, expected)) in results.iter().zip(entry.outputs).enumerate() {
                    let error = relative_error_above(LEAST, found, expected);
                    assert!(
                        error <= bound,
                        "{name}, {mode:?}, {} examples: result {place} is off by {error:.1e}\n{found:?}\n{expected:?}",
                        reference.examples
                    );
                }
                if let Some(gradient) = gradient {
                    let error = Reference::gradient_error::<N>(entry, &gradient);
                    assert!(
                        error <= bound,
                        "{name}, {mode:?}: a gradient is off by {error:.1e}"
                    );
                }
                let error = Reference::update_error::<N>(entry, work.pending());
                assert!(error <= bound, "{name}, {mode:?}: a buffer is off by {error:.1e}");
            }
        }
    }
}

/// What the workspace of a call is filled with before it: nothing, numbers that are too large, numbers that are none.
fn poisoned(mode: Mode) -> impl Iterator<Item = (Mode, Option<f64>)> {
    [None, Some(1e3), Some(f64::NAN)]
        .into_iter()
        .map(move |poison| (mode, poison))
}

/// One network under a name of its own: how its entry points are called, then the declaration.
///
/// An argument is `reals`, `indices` or `number` (a `Shared` scalar); `entry(…) + entry_and_grad` is one with a
/// gradient; where it asks for its mode, `entry(…) / entry_in_training + entry_and_grad_in_evaluation /
/// entry_and_grad_in_training`. A number in front is the size of the batch, 3 unless given.
macro_rules! network_case {
    ($name:ident: $type:ident { $($calls:tt)* } $($tokens:tt)*) => {
        crate::agrees::network_case!(3; $name: $type { $($calls)* } $($tokens)*);
    };
    // In double precision alone, with batches of 1, 3 and 17.
    (every batch; $($case:tt)*) => {
        crate::agrees::network_case!(@batches 1 3 17; $($case)*);
    };
    // The same where an example by itself has no result, such as a variance over the batch.
    (batches above one; $($case:tt)*) => {
        crate::agrees::network_case!(@batches 2 3 17; $($case)*);
    };
    (@batches $few:tt $some:tt $many:tt; $name:ident: $type:ident { $($calls:tt)* } $($tokens:tt)*) => {
        #[allow(deprecated, unused_variables, reason = "what no loss reaches is a case too")]
        mod $name {
            use dsl_runtime::reference::Reference;

            dsl_runtime::network! { $($tokens)* }

            const REFERENCES: &[Reference] = &[
                dsl_runtime::reference!($few; $($tokens)*),
                dsl_runtime::reference!($some; $($tokens)*),
                dsl_runtime::reference!($many; $($tokens)*),
            ];

            crate::agrees::network_case!(@test double f64 $type { $($calls)* });
        }
    };
    ($examples:tt; $name:ident: $type:ident { $($calls:tt)* } $($tokens:tt)*) => {
        #[allow(deprecated, unused_variables, reason = "what no loss reaches is a case too")]
        mod $name {
            use dsl_runtime::reference::Reference;

            dsl_runtime::network! { $($tokens)* }

            const REFERENCES: &[Reference] = &[dsl_runtime::reference!($examples; $($tokens)*)];

            crate::agrees::network_case!(@test single f32 $type { $($calls)* });
            crate::agrees::network_case!(@test double f64 $type { $($calls)* });
        }
    };
    (@test $test:ident $element:ident $type:ident {
        $($entry:ident $arguments:tt $(/ $trained:ident)? $(+ $gradient:ident $(/ $with_training:ident)?)?)+
    }) => {
        #[test]
        fn $test() {
            use crate::agrees::Results;
            type Element = std::primitive::$element;
            crate::agrees::agrees::<$type<Element>>(REFERENCES, &[$(
                (stringify!($entry), |model, work, entry| {
                    let results = crate::agrees::network_case!(
                        @call model [$entry $($trained)?] work entry Element $arguments
                    );
                    Ok((results.elements(), None))
                }),
                $((stringify!($entry), |model, work, entry| {
                    let (results, gradient) = crate::agrees::network_case!(
                        @call model [$gradient $($with_training)?] work entry Element $arguments
                    );
                    Ok((results.elements(), Some(gradient.to_vec())))
                }),)?
            )+]);
        }
    };
    (@call $model:ident [$method:ident $trained:ident] $work:ident $entry:ident $element:ident $arguments:tt) => {
        if $entry.training {
            crate::agrees::network_case!(@call $model [$trained] $work $entry $element $arguments)
        } else {
            crate::agrees::network_case!(@call $model [$method] $work $entry $element $arguments)
        }
    };
    (@call $model:ident [$method:ident] $work:ident $entry:ident $element:ident ($($kind:ident)*)) => {{
        #[allow(unused, reason = "an entry point may have no arguments")]
        let mut places = 0..$entry.inputs.len();
        $model.$method($work, $(crate::agrees::network_case!(@argument $kind $entry places $element)),*)?
    }};
    (@argument reals $entry:ident $places:ident $element:ident) => {
        &$entry.reals::<$element>($places.next().expect("as many arguments"))
    };
    (@argument indices $entry:ident $places:ident $element:ident) => {
        &$entry.indices($places.next().expect("as many arguments"))
    };
    (@argument number $entry:ident $places:ident $element:ident) => {
        $entry.reals::<$element>($places.next().expect("as many arguments"))[0]
    };
}
pub(crate) use network_case;
