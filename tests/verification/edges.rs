//! Every word where its formula ends, as emitted code: in both precisions, alone and in a batch that is more than a block,
//! with one thread and with several. The compiler's own test holds the graphs against the same numbers.

use std::collections::BTreeMap;

use dsl_runtime::prelude::*;

use crate::recorded_edges::{Case, Word, recorded};

include!("../networks/edges.rs");

/// Copies of an example in a batch: one, and more than a block of 16.
const EXAMPLES: [usize; 2] = [1, 17];

/// Calls one entry point with these arguments, the same for each example: the values of its words, alone and beside
/// the gradient, and the gradient.
type Call<T> = fn(&Edges<T>, &mut Workspace<Edges<T>>, &Case, usize) -> (Vec<f64>, Vec<f64>, Vec<f64>);

/// The numbers of an argument for a batch.
fn reals<T: Real>(case: &Case, place: usize, examples: usize) -> Vec<T> {
    let one: Vec<T> = case.inputs[place].1.iter().map(|&x| T::literal(x)).collect();
    one.repeat(examples)
}

/// The integers of an argument for a batch.
fn indices(case: &Case, place: usize, examples: usize) -> Vec<u32> {
    let one: Vec<u32> = case.inputs[place].1.iter().map(|&x| x as u32).collect();
    one.repeat(examples)
}

/// One entry point by its name, that of its gradient, and what its arguments are.
macro_rules! call {
    ($entry:ident, $with_gradient:ident, $($kind:ident)+) => {
        (stringify!($entry), |model, work, case, examples| {
            let mut places = 0..;
            let (_, values) = model
                .$entry(work, $(&$kind(case, places.next().expect("without end"), examples)),+)
                .expect("a whole batch");
            let alone: Vec<f64> = values.iter().map(|x| x.to_f64()).collect();
            let mut places = 0..;
            let ((_, values), gradient) = model
                .$with_gradient(work, $(&$kind(case, places.next().expect("without end"), examples)),+)
                .expect("a whole batch");
            let beside = values.iter().map(|x| x.to_f64()).collect();
            (alone, beside, gradient.iter().map(|x| x.to_f64()).collect())
        })
    };
}

/// Every entry point.
fn calls<T: Real>() -> [(&'static str, Call<T>); 9] {
    [
        call!(numbers, numbers_and_grad, reals),
        call!(pairs, pairs_and_grad, reals reals),
        call!(rows, rows_and_grad, reals),
        call!(errors, errors_and_grad, reals reals),
        call!(scores, scores_and_grad, reals reals),
        call!(probabilities, probabilities_and_grad, reals reals),
        call!(classes, classes_and_grad, reals reals indices),
        call!(windows, windows_and_grad, reals),
        call!(attention, attention_and_grad, reals reals reals),
    ]
}

/// What is wrong with `found`, in words: it may be off by rounding, and is no number only where there is none.
fn differences<T: Real>(what: &str, found: &[f64], right: &[f64]) -> Vec<String> {
    assert_eq!(found.len(), right.len(), "{what}");
    let bound = if size_of::<T>() == 4 { 2e-5 } else { 1e-9 };
    let close = |found: f64, right: f64| {
        let near = right.is_finite() && (found - right).abs() <= bound * (1.0 + right.abs());
        near || found == right || (found.is_nan() && right.is_nan())
    };
    let pairs = found.iter().zip(right).enumerate();
    pairs
        .filter(|(_, (found, right))| !close(**found, **right))
        .map(|(place, (found, right))| format!("{what}[{place}] is {found}, not {right}"))
        .collect()
}

/// The sum of the gradients by each argument that the word has of its own, the first of which is the `first`-th of
/// the entry point.
fn slopes<T: Real>(word: &Word, first: usize, gradient: &[f64]) -> BTreeMap<usize, Vec<f64>> {
    let mut slopes: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (own, &argument) in word.own.iter().enumerate() {
        let name = format!("{}.own{}.shift", word.entry, first + own);
        let parameter = Edges::<T>::LAYOUT.find(&name).expect("the layout names it");
        let part = &gradient[parameter.range.clone()];
        let sum = slopes.entry(argument).or_insert_with(|| vec![0.0; part.len()]);
        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    slopes
}

/// Every number of every case that is not as recorded.
fn wrong<T: Real>(model: &Edges<T>, work: &mut Workspace<Edges<T>>, examples: usize) -> Vec<String> {
    let (words, cases) = recorded();
    let mut wrong = Vec::new();
    for (entry, call) in calls::<T>() {
        for ((_, number), case) in cases.iter().filter(|((of, _), _)| *of == entry) {
            let (alone, beside, gradient) = call(model, work, case, examples);
            assert_eq!(alone.len(), beside.len());
            // Of the last example.
            let (mut first, mut own) = (alone.len() / examples * (examples - 1), 1);
            for word in words.iter().filter(|word| word.entry == entry) {
                let what = format!("{entry} {number}, {} `{}`", word.place, word.names);
                let right = &case.right[&(word.place, "value")];
                let range = first..first + right.len();
                for values in [&alone, &beside] {
                    wrong.extend(differences::<T>(&what, &values[range.clone()], right));
                }
                first = range.end;
                for (argument, found) in slopes::<T>(word, own, &gradient) {
                    let is = |what: &str| what == format!("slope {argument}");
                    let mut recorded = case.right.iter();
                    let right = recorded.find(|((place, what), _)| *place == word.place && is(what));
                    let (_, right) = right.expect("it is recorded");
                    wrong.extend(differences::<T>(
                        &format!("{what} slope {argument}"),
                        &found,
                        right,
                    ));
                }
                own += word.own.len();
            }
            assert_eq!(first, alone.len(), "{entry}: results without a word");
        }
    }
    wrong
}

fn every_word_is_its_limit<T: Real>()
where
    Edges<T>: Network<Element = T>,
{
    let mut model = <Edges<T> as Network>::new(0);
    for parameter in Edges::<T>::LAYOUT.parameters {
        // Added to −0.0 it leaves −0.0.
        let value = if parameter.name.ends_with("weight") {
            0.25
        } else {
            -0.0
        };
        model.parameters_mut()[parameter.range.clone()].fill(T::literal(value));
    }
    for examples in EXAMPLES {
        for threads in [1, 3] {
            let mut work = <Edges<T> as Network>::workspace()
                .batch(examples + 2)
                .threads(threads)
                .build();
            let wrong = wrong(&model, &mut work, examples);
            assert!(
                wrong.is_empty(),
                "{examples} examples, {threads} threads: {} numbers are wrong:\n{}",
                wrong.len(),
                wrong.join("\n")
            );
        }
    }
}

#[test]
fn single() {
    every_word_is_its_limit::<f32>();
}

#[test]
fn double() {
    every_word_is_its_limit::<f64>();
}
