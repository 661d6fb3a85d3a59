//! Derivatives against JAX's recorded jvp, vjp, hvp, jacobian and hessian, as emitted code: in both precisions, alone and in a batch that
//! is more than a block. The compiler's own test holds the graphs against the same numbers.

use dsl_runtime::prelude::*;

use crate::recorded_networks::{Recorded, calls};

/// What `record_derivatives.py` wrote: four lines a case, after a line of versions.
const RECORDED: &str = include_str!("../recorded/derivatives.txt");

/// Copies of an example in a batch: one, and more than a block of 16.
const EXAMPLES: [usize; 2] = [1, 17];

/// Calls one entry point with these arguments.
pub type Call<T> = fn(&Recorded<T>, &mut Workspace<Recorded<T>>, &[Vec<T>]) -> Vec<f64>;

/// An entry point by its name and its arguments.
macro_rules! call {
    ($entry:ident, $($argument:ident)+) => {
        |model, work, arguments| {
            let [$($argument),+] = arguments else { panic!("{}: other arguments", stringify!($entry)) };
            let found = model.$entry(work, $($argument),+).expect("whole examples");
            found.iter().map(|x| x.to_f64()).collect()
        }
    };
}
pub(crate) use call;

fn numbers(text: &str) -> Vec<f64> {
    let numbers = text.split_whitespace();
    numbers.map(|number| number.parse().expect("a number")).collect()
}

fn size(of: impl Iterator<Item = f64>) -> f64 {
    of.map(|x| x * x).sum::<f64>().sqrt()
}

/// Holds every case against the recorded numbers: `‖a − b‖ / ‖b‖` is at most `bound`.
fn check<T: Real>(bound: f64) {
    let lines: Vec<&str> = RECORDED.lines().skip(1).collect();
    let calls = calls::<T>();
    assert_eq!(lines.len(), 4 * calls.len());
    let model = <Recorded<T> as Network>::new(1);
    for (case, call) in lines.chunks(4).zip(calls) {
        let [name, _, given, expected] = case else {
            panic!("four lines a case: {case:?}");
        };
        let expected = numbers(expected);
        for examples in EXAMPLES {
            let mut work = <Recorded<T> as Network>::workspace().batch(examples).build();
            let arguments: Vec<Vec<T>> = given
                .split("; ")
                .map(|argument| numbers(argument).into_iter().map(T::literal).collect())
                .map(|one: Vec<T>| one.repeat(examples))
                .collect();
            let found = call(&model, &mut work, &arguments);
            assert_eq!(found.len(), examples * expected.len(), "{name}");
            for found in found.chunks(expected.len()) {
                let off = size(found.iter().zip(&expected).map(|(a, b)| a - b));
                assert!(
                    off <= bound * size(expected.iter().copied()),
                    "{name}, {examples} examples: {found:?}, JAX has {expected:?}"
                );
            }
        }
    }
}

#[test]
fn derivatives_are_those_that_jax_recorded() {
    check::<f64>(1e-9);
}

#[test]
fn in_single_precision_they_are_as_well() {
    check::<f32>(1e-4);
}
