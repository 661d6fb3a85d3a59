//! The inputs that losses expect: scores, probabilities or log-probabilities. They look alike, and the wrong
//! one still trains, only worse; so a value that is known by construction to be another is refused.

use super::{Word, asker, needed, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Graph, Val};
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::Parameter;

pub const WORDS: &[Word] = &[word(
    "takes",
    &[tensor("x"), needed("what")],
    takes,
    "Refuses a value that is by construction not what a loss takes, `\"scores\"`, `\"probabilities\"` or `\"log-probabilities\"`: \
     a softmax where scores are taken, a layer's result where probabilities are.",
    "fn surprise(p: Tensor<_>) -> Tensor<_> { takes(p, \"probabilities\"); -p.log() } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.softmax().surprise() } [1.0, 2.0, 3.0]",
)];

/// The meaning of a value's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Unrestricted numbers: the result of a layer that multiplies by a parameter.
    Scores,
    Probabilities,
    LogProbabilities,
}

impl Meaning {
    const ALL: [Meaning; 3] = [Meaning::Scores, Meaning::Probabilities, Meaning::LogProbabilities];

    fn plural(self) -> &'static str {
        match self {
            Meaning::Scores => "scores",
            Meaning::Probabilities => "probabilities",
            Meaning::LogProbabilities => "log-probabilities",
        }
    }
}

/// The loss to suggest instead of one that was given the wrong input.
const INSTEAD: &[(&str, Meaning, &str)] = &[
    ("cross_entropy", Meaning::Scores, "softmax_cross_entropy"),
    (
        "cross_entropy",
        Meaning::LogProbabilities,
        "negative_log_likelihood",
    ),
    (
        "binary_cross_entropy",
        Meaning::Scores,
        "binary_cross_entropy_with_logits",
    ),
    ("softmax_cross_entropy", Meaning::Probabilities, "cross_entropy"),
    (
        "binary_cross_entropy_with_logits",
        Meaning::Probabilities,
        "binary_cross_entropy",
    ),
    (
        "negative_log_likelihood",
        Meaning::Scores,
        "softmax_cross_entropy",
    ),
    ("negative_log_likelihood", Meaning::Probabilities, "cross_entropy"),
];

fn takes<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.tensor(e, 0)?;
    let Some(Value::Text(what)) = a.get(1) else {
        return Err(Fault::new("`takes` needs a text that says what is taken").at(1));
    };
    let wanted = Meaning::ALL
        .into_iter()
        .find(|meaning| meaning.plural() == what.as_ref());
    let Some(wanted) = wanted else {
        return Err(Fault::new(format!("nothing here is called {what:?}")).at(1));
    };
    let found = match meaning(&e.graph, x) {
        None => return Ok(Value::unit()),
        Some(found) if found == wanted => return Ok(Value::unit()),
        // The softmax of log-probabilities is the probabilities themselves.
        Some(Meaning::LogProbabilities) if wanted == Meaning::Scores => return Ok(Value::unit()),
        Some(found) => found,
    };
    let loss = asker(e, a);
    let text = format!(
        "`{loss}` takes {}, but `{}` gives {}",
        wanted.plural(),
        e.origin_text(x),
        found.plural()
    );
    let instead = INSTEAD
        .iter()
        .find(|(asked, given, _)| *asked == loss && *given == found);
    Err(match instead {
        Some((.., instead)) => {
            Fault::new(text).help(format!("write `{instead}`, which takes {}", found.plural()))
        }
        None => Fault::new(text).help("apply `.softmax()` or `.sigmoid()` to scores first"),
    })
}

/// The meaning of a value's numbers, if the way it is made leaves no doubt.
fn meaning(graph: &Graph, val: Val) -> Option<Meaning> {
    let node = graph.node(val);
    match &node.op {
        op if op.rules().is_view() => meaning(graph, node.args[0]),
        Op::Softmax(_) | Op::Elementwise(Elementwise::Sigmoid) => Some(Meaning::Probabilities),
        Op::LogSoftmax(_) => Some(Meaning::LogProbabilities),
        Op::Elementwise(Elementwise::Log) => {
            meaning(graph, node.args[0]).filter(|&of| of == Meaning::Probabilities)?;
            Some(Meaning::LogProbabilities)
        }
        // A bias added to a product.
        Op::Elementwise(Elementwise::Add) => {
            let [a, b] = [node.args[0], node.args[1]];
            let product = match (is_parameter(graph, a), is_parameter(graph, b)) {
                (false, true) => a,
                (true, false) => b,
                _ => return None,
            };
            meaning(graph, product).filter(|&of| of == Meaning::Scores)
        }
        Op::Contract(_) | Op::Conv2d(_) | Op::Conv2dInputGradient(_) => {
            let weighs = node.args.iter().any(|&arg| is_parameter(graph, arg));
            weighs.then_some(Meaning::Scores)
        }
        _ => None,
    }
}

/// True if a value is a trained parameter, reshaped or not.
fn is_parameter(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    match node.op.rules().is_view() {
        true => is_parameter(graph, node.args[0]),
        false => node.op.is::<Parameter>(),
    }
}
