//! Buffers, their updates and modes, by the interpreter.

use std::collections::BTreeMap;

use super::{compile, sound};
use crate::elaborate::{Entry, Initializer, Model};
use crate::graph::Function;
use crate::graph::interpret::{Array, Batch, Environment, interpret};

/// The outputs of a function of one input for these examples; buffers are given by the end of their names.
fn run(
    model: &Model,
    entry: &Entry,
    function: &Function,
    x: &[&[f64]],
    buffers: &[(&str, &[f64])],
) -> Vec<Batch> {
    let shape = &entry.inputs[0].ty.shape;
    let array = |data: &&[f64]| Array {
        shape: shape.clone(),
        data: data.to_vec(),
    };
    let given = |name: &str| buffers.iter().find(|(end, _)| name.ends_with(end));
    let state = model.buffers.iter().map(|buffer| Array {
        shape: buffer.shape.clone(),
        data: given(&buffer.name).map_or(vec![0.0; buffer.shape.count()], |(_, data)| data.to_vec()),
    });
    // Weights are 1, biases 0, as a norm begins.
    let parameters = model.parameters.iter().map(|parameter| {
        let one = f64::from(u8::from(parameter.name.ends_with("weight")));
        Array::from_fn(&parameter.shape, |_| one)
    });
    let environment = Environment {
        examples: x.len(),
        inputs: BTreeMap::from([(0, Batch::PerExample(x.iter().map(array).collect()))]),
        parameters: parameters.enumerate().collect(),
        buffers: state.enumerate().collect(),
        ..Environment::default()
    };
    interpret(&function.graph, &function.outputs, &environment)
}

#[test]
fn batch_norm_uses_the_batch_in_training_and_running_statistics_in_evaluation() {
    let model = sound(
        "pub struct N; pub fn f(&self, x: Tensor<1, 2>) -> Tensor<1, 2> { x.batch_norm(epsilon = 0.0) }",
    );
    let buffers: Vec<_> = model
        .buffers
        .iter()
        .map(|buffer| (buffer.name.as_str(), buffer.initializer))
        .collect();
    assert_eq!(
        buffers,
        [
            ("f.batch_norm1.running_mean", Initializer::Zeros),
            ("f.batch_norm1.running_var", Initializer::Constant(1.0)),
        ]
    );
    let entry = &model.entries[0];
    let state: &[(&str, &[f64])] = &[("running_mean", &[1.0]), ("running_var", &[4.0])];
    let examples: &[&[f64]] = &[&[1.0, 3.0], &[5.0, 7.0]];
    let evaluated = run(&model, entry, &entry.function, examples, state);
    assert_eq!(
        (&evaluated[0].of(0).data[..], &evaluated[0].of(1).data[..]),
        (&[0.0, 1.0][..], &[2.0, 3.0][..])
    );
    let training = entry.training.as_ref().expect("it asks for the mode");
    assert_eq!(training.updates, [0, 1]);
    let trained = run(&model, entry, &training.function, examples, state);
    // Mean 4, variance 5, unbiased 20 / 3.
    let expected = [-3.0, -1.0, 1.0, 3.0].map(|x: f64| x / 5f64.sqrt());
    let found = [trained[0].of(0).data.clone(), trained[0].of(1).data.clone()].concat();
    assert!(
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12),
        "{found:?}"
    );
    let (mean, var) = (trained[1].shared().data[0], trained[2].shared().data[0]);
    assert!(
        (mean - 1.3).abs() < 1e-12 && (var - (3.6 + 2.0 / 3.0)).abs() < 1e-12,
        "{mean} {var}"
    );
}

#[test]
fn reading_is_from_before_the_step_and_a_second_update_starts_from_the_first() {
    let model = sound(
        "pub struct N;
         pub fn f(&self, x: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
             let count = buffer([1], zeros());
             let a = x + count;
             count.update(count + 1.0);
             count.update(10.0 * count);
             (a, x + count)
         }",
    );
    let entry = &model.entries[0];
    let training = entry.training.as_ref().expect("it updates a buffer");
    let results = run(&model, entry, &training.function, &[&[0.5]], &[("count", &[2.0])]);
    assert_eq!((results[0].of(0).data[0], results[1].of(0).data[0]), (2.5, 2.5));
    assert_eq!(results[2].shared().data, [30.0]);
    let results = run(&model, entry, &entry.function, &[&[0.5]], &[("count", &[2.0])]);
    assert_eq!(results.len(), 2, "evaluation updates nothing");
}

#[test]
fn an_entry_point_that_asks_for_no_mode_has_one() {
    let model = sound(
        "pub struct N;
         fn noisy(x: Tensor<2>) -> Tensor<2> { if training() { 2.0 * x } else { x } }
         fn helper(&self, x: Tensor<2>) -> Tensor<2> { x.noisy().dense(2) }
         pub fn plain(&self, x: Tensor<2>) -> Tensor<2> { x.dense(2) }
         pub fn asks(&self, x: Tensor<2>) -> Tensor<2> { self.helper(x) }",
    );
    let [plain, asks] = model.entries.as_slice() else {
        panic!("two entry points");
    };
    assert!(plain.training.is_none());
    assert!(
        asks.training
            .as_ref()
            .expect("through two calls")
            .updates
            .is_empty()
    );
    assert!(model.buffers.is_empty());
}

#[test]
fn buffers_are_no_parameters() {
    let model = sound(
        "pub struct N;
         pub fn loss(&self, x: Tensor<2>) -> Scalar {
             let norm = batch_norm();
             (norm(x) * norm.running_var).sum() + parameters(\"*\").l2()
         }",
    );
    let names: Vec<&str> = model
        .parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    assert_eq!(names, ["loss.norm.weight", "loss.norm.bias"]);
}

#[test]
fn mistakes_in_either_mode_are_found_and_told_once() {
    let errors = |body: &str| {
        let text = format!("pub struct N; pub fn f(&self, x: Tensor<2>) -> Tensor<2> {{ {body} }}");
        compile(&text).err().unwrap_or_default()
    };
    assert_eq!(
        errors("if training() { x.rleu() } else { x }")
            .matches("rleu")
            .count(),
        1
    );
    assert_eq!(
        errors("if training() { x } else { x.rleu() }")
            .matches("rleu")
            .count(),
        1
    );
    let both = errors("training(); (if training() { x } else { x }) + y");
    assert_eq!(both.matches("is not used").count(), 1, "{both}");
    assert_eq!(both.matches("nothing is called `y`").count(), 1, "{both}");
    assert!(errors("x.update(x); x").contains("only a buffer is updated"));
    assert!(errors("param([2], zeros()).update(x); x").contains("only a buffer is updated"));
    assert!(errors("buffer([2], zeros()).update(x); x").contains("differs from example to example"));
    assert!(errors("buffer([3], zeros()).update(x.batch_sum()); x").contains("[3], its new value is [2]"));
    assert!(errors("x.dropout(1.0)").contains("a share of 1.0 cannot be dropped"));
    assert!(errors("x.dropout(-0.5)").contains("a share of -0.5 cannot be dropped"));
    assert!(errors("x + noise([2], zeros())").contains("drawn from a distribution"));
    let twice = "let a = buffer([2], zeros()); let a = param([2], zeros()); x + a";
    assert!(errors(twice).contains("would be called `a`"), "{}", errors(twice));
}

/// A name means the same parameter or buffer in every mode that makes it.
#[test]
fn one_name_is_one_set_of_parameters_in_both_modes() {
    let text = |body: &str| {
        format!(
            "pub struct N;
             fn own(x: Tensor<2>, first: bool) -> Tensor<2> {{
                 if first {{ param([2], zeros()) * x }} else {{ x + param([2], zeros()) }}
             }}
             fn around(x: Tensor<2>, body: Layer) -> Tensor<2> {{ x + body(x) }}
             fn helper(&self, x: Tensor<2>, rate: f64) -> Tensor<2> {{
                 if rate > 0.5 {{ (-x).dense(2) }} else {{ x.dense(2, bias = false) }}
             }}
             pub fn f(&self, x: Tensor<2>) -> Tensor<2> {{
                 {body}
             }}"
        )
    };
    // The error is at the later of the two.
    for (body, token, name) in [
        (
            "if training() { (-x).dense(2) } else { x.dense(2) }",
            "dense(2) } else",
            "f.dense1.weight",
        ),
        (
            "let y = if training() { (-x).dense(2) } else { x }; y.dense(2)",
            "dense(2) } else",
            "f.dense1.weight",
        ),
        (
            "let a = if training() { dense(2) } else { dense(2) }; a(x)",
            "a(x)",
            "f.a.weight",
        ),
        (
            "x.around(if training() { dense(2) } else { dense(2) })",
            "body(x)",
            "f.around1.body.weight",
        ),
        ("x.own(training())", "param([2], zeros()) * x", "f.own1.param1"),
        (
            "if training() { buffer([2], zeros()) * x } else { x + buffer([2], zeros()) }",
            "buffer([2], zeros()) * x",
            "f.buffer1",
        ),
        (
            "if training() { (-x).batch_norm() } else { x.batch_norm() }",
            "batch_norm() } else",
            "f.batch_norm1.running_mean",
        ),
        (
            "let mut y = x; for i in 0..3 { if i > 0 || training() { y = y.dense(2); } } y",
            "dense(2); }",
            "f.dense1.weight",
        ),
        (
            "self.helper(x, 0.0) + self.helper(x, 1.0)",
            "dense(2) } else",
            "helper.dense1.weight",
        ),
    ] {
        let text = text(body);
        let errors = compile(&text).err().unwrap_or_default();
        let (place, message) = errors.split_once(' ').expect("a place, a message");
        let (line, column) = place.split_once(':').expect("a line, a column");
        let number = |digits: &str| digits.parse::<usize>().expect("a number");
        let line = text.lines().nth(number(line) - 1).expect("a line of the text");
        assert!(
            line[number(column) - 1..].starts_with(token),
            "{body}: {line}\n{errors}"
        );
        let expected = format!("two different things would be called `{name}`");
        assert!(message.starts_with(&expected), "{body}: {errors}");
    }
    for (body, parameters) in [
        // One layer held before both serves both; another name is another layer.
        ("let a = dense(2); if training() { a(-x) } else { a(x) }", 2),
        (
            "if training() { let a = dense(2); a(x) } else { let b = dense(2); b(x) }",
            4,
        ),
        // A parameter made in one mode alone, as for an auxiliary loss.
        ("let y = x.dense(2); if training() { y.dense(2) } else { y }", 4),
        // A function of the network has one set of parameters, whatever its arguments.
        (
            "self.helper(x, 0.0) + self.helper(if training() { x } else { -x }, 0.25)",
            1,
        ),
        (
            "let mut y = x; for _ in 0..3 { y = y.dense(2); } if training() { -y } else { y }",
            6,
        ),
    ] {
        let model = sound(&text(body));
        assert_eq!(model.parameters.len(), parameters, "{body}");
    }
}

#[test]
fn dropout_drops_in_training_and_keeps_the_mean() {
    let model = sound("pub struct N; pub fn f(&self, x: Tensor<1000>) -> Tensor<1000> { x.dropout(0.25) }");
    let entry = &model.entries[0];
    let ones: &[f64] = &[1.0; 1000];
    let evaluated = run(&model, entry, &entry.function, &[ones], &[]);
    assert_eq!(evaluated[0].of(0).data, ones);
    let training = entry.training.as_ref().expect("it asks for the mode");
    let trained = run(&model, entry, &training.function, &[ones, ones], &[]);
    let (first, second) = (&trained[0].of(0).data, &trained[0].of(1).data);
    assert!(first.iter().all(|&x| x == 0.0 || (x - 4.0 / 3.0).abs() < 1e-12));
    let dropped = first.iter().filter(|&&x| x == 0.0).count();
    assert!((200..300).contains(&dropped), "{dropped}");
    assert_ne!(first, second);
}

/// `from_start` keeps each parameter of its pattern once, however often it is used, including those of later
/// entry points.
#[test]
fn what_parameters_were_is_kept_in_buffers() {
    let model = sound(
        "pub struct N;
         pub fn first(&self, x: Tensor<2>) -> Scalar {
             let head = dense(1);
             head(x).sum() + parameters(\"*\").from_start().l2() + head.weight.from_start().l1()
         }
         pub fn second(&self, x: Tensor<2>) -> Tensor<3> { x.dense(3, bias = false) }",
    );
    let buffers: Vec<String> = model
        .buffers
        .iter()
        .map(|buffer| format!("{} {}", buffer.name, buffer.shape))
        .collect();
    let mut expected = Vec::new();
    for (name, shape) in [
        ("first.head.weight", "[1, 2]"),
        ("first.head.bias", "[1]"),
        ("second.dense1.weight", "[3, 2]"),
    ] {
        expected.extend([format!("{name}.start {shape}"), format!("{name}.started []")]);
    }
    assert_eq!(buffers, expected);
    assert!(model.entries[1].training.is_none());
    let entry = &model.entries[0];
    let training = entry.training.as_ref().expect("it updates buffers");
    assert_eq!(training.updates, [0, 1, 2, 3, 4, 5]);
    // Weights are 1, biases 0. Before the start nothing is kept; x is [0.5, 0.25].
    let x: &[&[f64]] = &[&[0.5, 0.25]];
    for function in [&entry.function, &training.function] {
        assert_eq!(run(&model, entry, function, x, &[])[0].shared().data, [0.75]);
    }
    let kept: &[(&str, &[f64])] = &[
        ("first.head.weight.start", &[3.0, 1.0]),
        ("first.head.weight.started", &[1.0]),
        ("first.head.bias.started", &[1.0]),
        ("second.dense1.weight.start", &[1.0; 6]),
    ];
    for function in [&entry.function, &training.function] {
        assert_eq!(
            run(&model, entry, function, x, kept)[0].shared().data,
            [0.75 + 4.0 + 2.0]
        );
    }
    let results = run(&model, entry, &training.function, x, kept);
    let news: Vec<&[f64]> = results[1..]
        .iter()
        .map(|new| new.shared().data.as_slice())
        .collect();
    let one: &[f64] = &[1.0];
    assert_eq!(news, [&[3.0, 1.0], one, &[0.0], one, &[1.0; 6], one]);
}

#[test]
fn two_draws_are_two_numbers() {
    let model = sound(
        "pub struct N;
         pub fn f(&self, x: Tensor<2>) -> Tensor<2> { x + noise([2], normal(1.0)) - noise([2], normal(1.0)) }",
    );
    let entry = &model.entries[0];
    assert!(entry.training.is_none());
    let drawn = run(&model, entry, &entry.function, &[&[0.0, 0.0]], &[]);
    assert!(drawn[0].of(0).data.iter().all(|&x| x != 0.0));
}
