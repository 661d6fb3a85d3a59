//! Every word where its formula ends: at 0, at ±∞, at equal arguments and where its pieces meet, held against what
//! PyTorch and JAX make of it. `tests/recorded/record_edges.py` says how the numbers came about.

use std::collections::{BTreeMap, BTreeSet};

use super::EDGES;
use crate::compile::differentiate;
use crate::diagnostics::Diagnostics;
use crate::elaborate::{Entry, Model, words};
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Function, Val};
use crate::optimise::optimise;
use crate::prelude;
use recorded::{Case, Word, recorded};

#[path = "../../../../tests/recorded/edges.rs"]
mod recorded;

/// Words without an edge of their own, and why. A word is either here or in the network `edges`.
const WITHOUT_EDGES: &[(&str, &[&str])] = &[
    (
        "moves elements or repeats them",
        &[
            "at",
            "broadcast",
            "concat",
            "flatten",
            "join_heads",
            "pad",
            "pixel_shuffle",
            "pixel_unshuffle",
            "reshape",
            "slice",
            "split",
            "split_heads",
            "stack",
            "t",
            "transpose",
            "upsample_nearest",
        ],
    ),
    (
        "works on integers, on sizes or while compiling",
        &[
            "arange",
            "batch_size",
            "drop_rate",
            "gather",
            "limit",
            "number",
            "one_hot",
            "pair",
            "per_group",
            "rank",
            "require",
            "same_classes",
            "same_shape",
            "size",
            "sizes",
            "sinusoidal_positions",
            "takes",
        ],
    ),
    (
        "makes or keeps values",
        &[
            "buffer",
            "constant",
            "embedding",
            "from_start",
            "full",
            "he_normal",
            "he_uniform",
            "learned_positions",
            "lecun_normal",
            "lecun_uniform",
            "noise",
            "normal",
            "ones",
            "orthogonal",
            "param",
            "parameters",
            "sparse",
            "training",
            "truncated_normal",
            "uniform",
            "update",
            "xavier_normal",
            "xavier_uniform",
            "zeros",
        ],
    ),
    ("is the value itself", &["stop_gradient"]),
    (
        "is a sum or a sum of products, in which an infinity is one",
        &[
            "batch_sum",
            "conv",
            "conv1d",
            "conv_transpose",
            "convolve",
            "convolve_transpose",
            "cumsum",
            "dense",
            "depthwise_conv",
            "matmul",
        ],
    ),
    (
        "differentiates, or says what is differentiated",
        &[
            "custom_gradient",
            "divergence",
            "grad",
            "hessian",
            "jacobian",
            "jvp",
            "laplacian",
            "opaque",
            "per_example_grad",
            "vjp",
        ],
    ),
    (
        "is made of words that have their edges",
        &[
            "bidirectional",
            "decoder_layer",
            "encoder_layer",
            "feed_forward",
            "gru",
            "gru_cell",
            "gru_step",
            "lstm",
            "lstm_cell",
            "lstm_states",
            "lstm_step",
            "lstm_with_state",
            "rnn",
            "rnn_cell",
        ],
    ),
];

#[test]
fn every_word_has_its_edges() {
    let named: BTreeSet<&str> = recorded()
        .0
        .iter()
        .flat_map(|word| word.names.split(' '))
        .collect();
    let exempt: BTreeSet<&str> = WITHOUT_EDGES
        .iter()
        .flat_map(|(_, words)| *words)
        .copied()
        .collect();
    let blocks = prelude::parse(&mut Diagnostics::new()).expect("the prelude is sound");
    let blocks = blocks.functions.iter().map(|function| function.name.to_string());
    let all: BTreeSet<String> = words::names().map(str::to_string).chain(blocks).collect();
    let missing: Vec<&String> = all
        .iter()
        .filter(|word| !named.contains(word.as_str()) && !exempt.contains(word.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "{missing:?}: give each a place in tests/networks/edges.rs and in tests/recorded/record_edges.py"
    );
    let twice: Vec<&&str> = exempt.iter().filter(|word| named.contains(**word)).collect();
    assert!(twice.is_empty(), "{twice:?} have edges");
    let declaration = EDGES.text;
    for word in named.iter().filter(|word| all.contains(**word)) {
        // A word that is not in the network itself is named beside the word that stands for it.
        let own = declaration.contains(&format!("{word}("));
        let beside = recorded()
            .0
            .iter()
            .any(|other| other.names.split(' ').skip(1).any(|name| name == *word));
        assert!(own || beside, "`{word}` is recorded and not in the network");
    }
}

/// The batch that each case is made of: an example, several times.
const EXAMPLES: usize = 2;

fn environment(model: &Model, entry: &Entry, case: &Case) -> Environment {
    let inputs = entry
        .inputs
        .iter()
        .zip(&case.inputs)
        .enumerate()
        .map(|(place, (input, (_, values)))| {
            let array = Array {
                shape: input.ty.shape.clone(),
                data: values.clone(),
            };
            (place, Batch::PerExample(vec![array; EXAMPLES]))
        });
    let parameters = model.parameters.iter().map(|parameter| {
        // Added to −0.0 it leaves −0.0.
        let trained = parameter.name.ends_with("weight");
        let value = if trained { 0.25 } else { -0.0 };
        Array::from_fn(&parameter.shape, |_| value)
    });
    Environment {
        examples: EXAMPLES,
        inputs: inputs.collect(),
        parameters: parameters.enumerate().collect(),
        ..Environment::default()
    }
}

/// Equal up to rounding; no number only where there is none.
fn close(found: f64, right: f64) -> bool {
    let near = right.is_finite() && (found - right).abs() <= 1e-9 * (1.0 + right.abs());
    near || found == right || (found.is_nan() && right.is_nan())
}

/// The differences of `found` from `right`, in words.
fn differences(what: &str, found: &[f64], right: &[f64]) -> Vec<String> {
    assert_eq!(found.len(), right.len(), "{what}");
    let pairs = found.iter().zip(right).enumerate();
    pairs
        .filter(|(_, (found, right))| !close(**found, **right))
        .map(|(place, (found, right))| format!("{what}[{place}] is {found}, not {right}"))
        .collect()
}

/// The values of a function whose second result holds those of the words, one after the other.
fn of_words(function: &Function, outputs: &[Val], environment: &Environment) -> Vec<Batch> {
    interpret(&function.graph, outputs, environment)
}

#[test]
fn every_word_is_its_limit_at_its_edges() {
    let (words, cases) = recorded();
    let model = EDGES.model();
    let mut wrong = Vec::new();
    for entry in &model.entries {
        let name = entry.name.to_string();
        let derivative = differentiate(&entry.function, 0);
        let parameters = derivative.parameters;
        let simple = optimise(derivative.function);
        let own: Vec<&Word> = words.iter().filter(|word| word.entry == name).collect();
        for ((_, number), case) in cases.iter().filter(|((of, _), _)| *of == name) {
            let environment = environment(&model, entry, case);
            let declared = of_words(&entry.function, &entry.function.outputs, &environment);
            let values = of_words(&simple, &simple.outputs, &environment);
            let slope = |parameter: &str| {
                let place = parameters
                    .iter()
                    .position(|&index| model.parameters[index].name == parameter);
                values[2 + place.unwrap_or_else(|| panic!("nothing reaches {parameter}"))]
                    .shared()
                    .data
                    .clone()
            };
            let (mut first, mut shifts) = (0, 0);
            for word in &own {
                let right = &case.right[&(word.place, "value")];
                // An expression that is spelled out needs its stable form; a single word does not.
                let spelled_out = word.names.contains(' ');
                let stages = [("simplified", &values), ("as declared", &declared)];
                for (stage, values) in &stages[..if spelled_out { 1 } else { 2 }] {
                    let found = &values[1].of(EXAMPLES - 1).data[first..first + right.len()];
                    let what = format!("{name} {number}, {} `{}` {stage}", word.place, word.names);
                    wrong.extend(differences(&what, found, right));
                }
                first += right.len();
                let mut slopes: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
                for &argument in &word.own {
                    shifts += 1;
                    let part = slope(&format!("{name}.own{shifts}.shift"));
                    let sum = slopes.entry(argument).or_insert_with(|| vec![0.0; part.len()]);
                    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                }
                for (argument, found) in slopes {
                    let right = case.right.iter().find_map(|((place, what), right)| {
                        (*place == word.place && **what == format!("slope {argument}")).then_some(right)
                    });
                    let what = format!(
                        "{name} {number}, {} `{}` slope {argument}",
                        word.place, word.names
                    );
                    wrong.extend(differences(&what, &found, right.expect("it is recorded")));
                }
            }
            assert_eq!(
                first,
                values[1].of(0).data.len(),
                "{name}: results without a word"
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{} numbers are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
