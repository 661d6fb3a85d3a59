//! Emitted code against the interpreter, which evaluates the graph as declared while the tests compile
//! (`reference!`): networks that strain scheduling and emission, one idea each.

use dsl_runtime::reference::{Entry, Reference, relative_error};
use dsl_runtime::{Error, Mode, Network, Real, Workspace};

mod blocks;
mod columns;
mod edges;
mod elements;
mod images;
mod imports;
mod indices;
mod joined;
mod leaves;
mod loops;
mod names;
mod products;
mod reductions;
mod regularisers;
mod repeated;
mod several;
mod shapes;
mod state;
mod windows;
mod words;

/// The results of an entry point, flattened, and its gradient where it has one.
type Found<N> = (Vec<Vec<f64>>, Option<Vec<<N as Network>::Element>>);

/// Calls one entry point with the arguments of the reference.
type Call<N> = fn(&N, &mut Workspace<N>, &Entry) -> Result<Found<N>, Error>;

/// Every entry point, on one and on three threads, in a workspace with room to spare.
fn agrees<N: Network>(reference: Reference, calls: &[(&str, Call<N>)]) {
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
                work.set_mode(mode);
                if let Some(poison) = poison {
                    work.poison(N::Element::literal(poison));
                }
                let entry = reference.entry(name, mode);
                let (results, gradient) = call(&model, &mut work, entry).expect("a whole batch");
                assert_eq!(results.len(), entry.outputs.len(), "{name}: results");
                for (place, (found, expected)) in results.iter().zip(entry.outputs).enumerate() {
                    let error = relative_error(found, expected);
                    assert!(
                        error <= bound,
                        "{name}, {mode:?}: result {place} is off by {error:.1e}\n{found:?}\n{expected:?}"
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
/// gradient. A number in front is the size of the batch, 3 unless given.
macro_rules! network_case {
    ($name:ident: $type:ident { $($calls:tt)* } $($tokens:tt)*) => {
        crate::emitted::network_case!(3; $name: $type { $($calls)* } $($tokens)*);
    };
    ($examples:tt; $name:ident: $type:ident { $($calls:tt)* } $($tokens:tt)*) => {
        mod $name {
            use dsl_runtime::reference::Reference;

            dsl_runtime::network! { $($tokens)* }

            const REFERENCE: Reference = dsl_runtime::reference!($examples; $($tokens)*);

            crate::emitted::network_case!(@test single f32 $type { $($calls)* });
            crate::emitted::network_case!(@test double f64 $type { $($calls)* });
        }
    };
    (@test $test:ident $element:ident $type:ident { $($entry:ident $arguments:tt $(+ $gradient:ident)?)+ }) => {
        #[test]
        fn $test() {
            use crate::fixtures::Results;
            type Element = std::primitive::$element;
            crate::emitted::agrees::<$type<Element>>(REFERENCE, &[$(
                (stringify!($entry), |model, work, entry| {
                    let results = crate::emitted::network_case!(@call model $entry work entry Element $arguments);
                    Ok((results.elements(), None))
                }),
                $((stringify!($entry), |model, work, entry| {
                    let (results, gradient) =
                        crate::emitted::network_case!(@call model $gradient work entry Element $arguments);
                    Ok((results.elements(), Some(gradient.to_vec())))
                }),)?
            )+]);
        }
    };
    (@call $model:ident $method:ident $work:ident $entry:ident $element:ident ($($kind:ident)*)) => {{
        #[allow(unused)]
        let mut places = 0..$entry.inputs.len();
        $model.$method($work, $(crate::emitted::network_case!(@argument $kind $entry places $element)),*)?
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
use network_case;
