//! NumPy source against the interpreter: samples of every operator, and networks with their gradients.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{PREAMBLE, Unsupported, emit_numpy, number};
use crate::compile::{derive, differentiate};
use crate::differentiate::check::Trial;
use crate::elaborate::Entry;
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Expr, Function, Graph, Shape, Type, Val};
use crate::ops::{Op, leaf};
use crate::schedule::check::numbers;
use crate::tests::leaves::Leaves;
use crate::tests::{FIXTURES, Fixture, derivatives};

/// Each number may be off by this part of itself, or of 1.
const TOLERANCE: f64 = 1e-12;

/// Functions, calls of them that print what they yield, and what the interpreter makes of the same arguments.
struct Program {
    text: String,
    wanted: Vec<(String, Vec<Batch>)>,
}

impl Program {
    fn new() -> Program {
        Program {
            text: PREAMBLE.to_string(),
            wanted: Vec::new(),
        }
    }

    fn call(
        &mut self,
        label: &str,
        function: &Function,
        environment: &Environment,
    ) -> Result<(), Unsupported> {
        let name = format!("function{}", self.wanted.len());
        self.text += &format!("\n\n{}\n\n", emit_numpy(&name, function)?);
        let mut integers = BTreeSet::new();
        for val in function.graph.vals() {
            if let Op::Input(input) = &function.graph.node(val).op
                && input.ty.is_index()
            {
                integers.insert(input.index);
            }
        }
        let inputs = environment.inputs.iter().map(|(index, value)| match value {
            Batch::Shared(array) => literal(&array.shape.0, &array.data, integers.contains(index)),
            Batch::PerExample(arrays) => {
                let shape = [&[arrays.len()], &arrays[0].shape.0[..]].concat();
                literal(&shape, &numbers(value), integers.contains(index))
            }
        });
        let inputs = inputs.collect::<Vec<String>>().join(", ");
        let own = |array: &Array| literal(&array.shape.0, &array.data, false);
        let arrays = [
            &environment.parameters,
            &environment.directions,
            &environment.buffers,
        ];
        let [parameters, directions, buffers] =
            arrays.map(|arrays| arrays.values().map(own).collect::<Vec<String>>().join(", "));
        self.text += &format!(
            "for y in {name}({}, [{inputs}], [{parameters}], [{directions}], [{buffers}]):\n    print(*np.shape(y), \":\", *np.ravel(y).tolist())\n",
            environment.examples
        );
        let wanted = interpret(&function.graph, &function.outputs, environment);
        self.wanted.push((label.to_string(), wanted));
        Ok(())
    }

    /// Runs it where NumPy is there.
    fn check(self) {
        if !has_numpy() {
            println!("skipped: python3 with NumPy is not there");
            return;
        }
        let printed = python(&self.text);
        let mut lines = printed.lines();
        for (label, wanted) in &self.wanted {
            for (place, wanted) in wanted.iter().enumerate() {
                let line = lines
                    .next()
                    .unwrap_or_else(|| panic!("{label}: no output {place}"));
                let (sizes, found) = line.split_once(':').expect("sizes stand before numbers");
                let sizes: Vec<usize> = words(sizes);
                let shape = match wanted {
                    Batch::Shared(array) => array.shape.0.clone(),
                    Batch::PerExample(arrays) => [&[arrays.len()], &arrays[0].shape.0[..]].concat(),
                };
                assert_eq!(sizes, shape, "{label}: output {place}");
                let found: Vec<f64> = words(found);
                for (found, wanted) in found.iter().zip(numbers(wanted)) {
                    let close = (found - wanted).abs() <= TOLERANCE * (1.0 + wanted.abs());
                    assert!(
                        close || *found == wanted || (found.is_nan() && wanted.is_nan()),
                        "{label}: output {place} holds {found}, not {wanted}"
                    );
                }
            }
        }
        assert_eq!(lines.next(), None);
    }
}

fn words<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<T> {
    let words = text.split_whitespace();
    words.map(|word| word.parse().expect("a number")).collect()
}

/// An array as Python reads it.
fn literal(shape: &[usize], data: &[f64], integers: bool) -> String {
    let data: Vec<String> = data.iter().map(|&value| number(value)).collect();
    let dtype = if integers { "int" } else { "float" };
    format!(
        "np.array([{}]).astype({dtype}).reshape({shape:?})",
        data.join(", ")
    )
}

fn has_numpy() -> bool {
    let status = Command::new("python3")
        .args(["-c", "import numpy"])
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// The text that a program prints.
fn python(program: &str) -> String {
    let mut child = Command::new("python3")
        .args(["-W", "ignore", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("it is piped");
    // The whole program is read before it prints anything.
    input.write_all(program.as_bytes()).expect("python3 reads it");
    drop(input);
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "python3 does not run the program");
    String::from_utf8(output.stdout).expect("numbers")
}

#[test]
fn a_function_reads_like_its_graph() {
    let graph = Graph::new();
    let leaf = |op: Op| graph.expr(graph.apply(op, &[]));
    let x = leaf(
        leaf::Input {
            index: 0,
            name: "x".to_string(),
            ty: Type::real(Batching::PerExample, [2, 3]),
        }
        .into(),
    );
    let w = leaf(
        leaf::Parameter {
            index: 0,
            name: "w".to_string(),
            shape: [3].into(),
        }
        .into(),
    );
    let sum = (x * w.broadcast_to(&Shape::from([2, 3]))).sum(vec![1]);
    let outputs = vec![sum.softmax().val];
    let text = emit_numpy(
        "network",
        &Function {
            graph: graph.copy(),
            outputs,
        },
    );
    assert_eq!(
        text.expect("NumPy has all of it"),
        "\
def network(examples, inputs, parameters, directions, buffers):
    v0 = inputs[0]
    v1 = parameters[0]
    v2 = np.broadcast_to(np.reshape(v1, (1, 3,)), (2, 3,))
    v3 = v0 * v2
    v4 = np.sum(v3, axis=(2,))
    v5 = softmax(v4)
    return [v5]
"
    );
}

/// Over every mix of kinds of the samples that each operator brings.
#[test]
fn every_operator_means_what_the_interpreter_computes() {
    let mut program = Program::new();
    let mut refused = BTreeSet::new();
    for (operator, samples) in Op::samples() {
        for sample in samples.iter().filter(|sample| !sample.args.is_empty()) {
            for mask in 0..1usize << sample.args.len() {
                let trial = Trial::new();
                let kind = |place: usize| match mask >> place & 1 {
                    0 => Batching::PerExample,
                    _ => Batching::Shared,
                };
                let args = sample.args.iter().enumerate();
                let args: Vec<Expr<'_>> = args
                    .map(|(place, arg)| trial.input(arg.ty(kind(place)), arg.draw))
                    .collect();
                let results = (sample.build)(&trial.graph, &args);
                let outputs: Vec<Val> = results.iter().map(|result| result.val).collect();
                let function = Function {
                    graph: trial.graph.copy(),
                    outputs,
                };
                let rules = sample.op.rules();
                let label = format!("{operator} {}({}) {mask:b}", rules.name(), rules.attributes());
                if let Err(Unsupported { operator }) =
                    program.call(&label, &function, &trial.environment.borrow())
                {
                    refused.insert(operator);
                }
            }
        }
    }
    assert!(program.wanted.len() > 200, "{}", program.wanted.len());
    assert_eq!(
        refused.into_iter().collect::<Vec<&str>>(),
        [
            "conv2d",
            "conv2d_input_gradient",
            "conv2d_weight_gradient",
            "erfinv",
            "max_pool2d",
            "max_pool2d_at",
            "max_pool2d_gradient",
            "mean_pool2d",
            "mean_pool2d_gradient",
        ]
    );
    program.check();
}

/// True if NumPy has all operators of a network, in every mode.
fn is_supported(fixture: &Fixture) -> bool {
    let model = fixture.model();
    let functions = model.entries.iter().flat_map(Entry::functions);
    functions
        .into_iter()
        .all(|function| emit_numpy("network", function).is_ok())
}

#[test]
fn networks_and_their_gradients_mean_what_the_interpreter_computes() {
    let supported: Vec<&Fixture> = FIXTURES.iter().filter(|fixture| is_supported(fixture)).collect();
    for name in [
        "bidirectional",
        "derivatives",
        "gpt",
        "losses",
        "lstm",
        "mlp",
        "soft_targets",
        "transformer",
    ] {
        assert!(supported.iter().any(|fixture| fixture.name == name), "{name}");
    }
    let mut program = Program::new();
    for fixture in supported {
        let model = fixture.model();
        let mut leaves = Leaves::of(&model);
        for entry in &model.entries {
            for (function, linearised) in derivatives::modes(entry) {
                let loss = entry.result.first_scalar_output();
                let gradient = loss.map(|loss| differentiate(function, loss).function);
                let asked = entry.derivatives.iter();
                let asked = asked.map(|asked| derive(asked, function, linearised, &entry.result).function);
                let derived: Vec<Function> = gradient.into_iter().chain(asked).collect();
                for examples in [1, 3] {
                    let environment = leaves.environment(&entry.inputs, examples);
                    for function in std::iter::once(function).chain(&derived) {
                        let label = format!("{}, {} of {examples}", fixture.name, entry.name);
                        let called = program.call(&label, function, &environment);
                        called.expect("a gradient is made of what the network is made of");
                    }
                }
            }
        }
    }
    program.check();
}

#[test]
fn an_operator_that_numpy_lacks_is_named() {
    let graph = Graph::new();
    let noise = leaf::Noise {
        site: 0,
        distribution: leaf::Distribution::Normal,
        shape: [2].into(),
    };
    let outputs = vec![graph.apply(noise, &[])];
    let refused = emit_numpy("network", &Function { graph, outputs }).map_err(|refused| refused.to_string());
    assert_eq!(refused, Err("`noise` has no form in NumPy source".to_string()));
}
