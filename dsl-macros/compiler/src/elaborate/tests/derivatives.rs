//! Derivatives in the language: against hand-worked numbers, finite differences, and one another; and misuse.

use super::values::check;
use super::{compile_with, sound};
use crate::elaborate::Model;
use crate::elaborate::loops::ROLL;
use crate::graph::interpret::{Batch, interpret};
use crate::reference::{Data, Numbers};

/// The outputs of each entry point for a batch of random examples; `nudge` changes the numbers of one input.
fn outputs(
    model: &Model,
    examples: usize,
    mut nudge: impl FnMut(&str, usize, &mut Vec<f64>),
) -> Vec<Vec<Batch>> {
    let mut data = Data::new(model, Numbers::default());
    // All entry points take the same arguments.
    let mut environment = data.environment(&model.entries[0], examples);
    for (place, input) in model.entries[0].inputs.iter().enumerate() {
        match environment.inputs.get_mut(&place) {
            Some(Batch::Shared(array)) => nudge(&input.name.to_string(), 0, &mut array.data),
            Some(Batch::PerExample(arrays)) => {
                for (example, array) in arrays.iter_mut().enumerate() {
                    nudge(&input.name.to_string(), example, &mut array.data);
                }
            }
            None => {}
        }
    }
    let entries = model.entries.iter();
    entries
        .map(|entry| interpret(&entry.function.graph, &entry.function.outputs, &environment))
        .collect()
}

/// The elements of a value of one example.
fn of(value: &Batch, example: usize) -> Vec<f64> {
    value.of(example).data.clone()
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let size = 1.0 + b.iter().map(|x| x * x).sum::<f64>().sqrt();
    let off = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - b) * (a - b))
        .sum::<f64>()
        .sqrt();
    a.len() == b.len() && off <= tolerance * size
}

/// Holds an entry `derived`, `∂y/∂x` with the axes of `y` first, against finite differences of the entry `y`, in a
/// declaration where `x` is an argument.
#[track_caller]
fn differences(declaration: &str, size: usize, examples: usize) {
    for roll in [true, false] {
        let model = compile_with(declaration, roll).unwrap_or_else(|errors| panic!("{errors}"));
        let entry = |name: &str| {
            let place = model.entries.iter().position(|entry| entry.name == name);
            place.expect("it is declared")
        };
        let (y, derived) = (entry("y"), entry("derived"));
        let found = outputs(&model, examples, |_, _, _| {});
        for example in 0..examples {
            let derivative = of(&found[derived][0], example);
            let rows = derivative.len() / size;
            for column in 0..size {
                let at = |step: f64| {
                    let moved = outputs(&model, examples, |name, at, data| {
                        if name == "x" && (at == example) {
                            data[column] += step;
                        }
                    });
                    of(&moved[y][0], example)
                };
                let h = 1e-6;
                let measured: Vec<f64> = at(h)
                    .iter()
                    .zip(at(-h))
                    .map(|(a, b)| (a - b) / (2.0 * h))
                    .collect();
                let column: Vec<f64> = (0..rows).map(|row| derivative[row * size + column]).collect();
                assert!(
                    close(&column, &measured, 1e-7),
                    "example {example}, rolled {roll}: {column:?} derived, {measured:?} measured\n{declaration}"
                );
            }
        }
    }
}

/// `y` of `x: Tensor<4>` by its body, with its gradient or Jacobian.
#[track_caller]
fn gradient_of(result: &str, y: &str, derived: &str, shape: &str) {
    let (y_result, y_body) = match result {
        // A scalar would be averaged over the batch.
        "Scalar" => ("Tensor<1>", "self.f(x, z).reshape([1])".to_string()),
        _ => (result, "self.f(x, z)".to_string()),
    };
    let text = format!(
        "pub struct N;
         fn f(&self, x: Tensor<4>, z: Tensor<4>) -> {result} {{ {y} }}
         pub fn y(&self, x: Tensor<4>, z: Tensor<4>) -> {y_result} {{ {y_body} }}
         pub fn derived(&self, x: Tensor<4>, z: Tensor<4>) -> Tensor<{shape}> {{ let y = self.f(x, z); {derived} }}"
    );
    differences(&text, 4, 3);
}

#[test]
fn gradients_of_textbook_functions() {
    let x: &[&[f64]] = &[&[1.0, 2.0, 3.0]];
    let argument = "x: Tensor<3>";
    check(
        argument,
        "Tensor<3>",
        "x.square().sum().grad(x)",
        x,
        &[2.0, 4.0, 6.0],
    );
    check(
        argument,
        "Tensor<3>",
        "grad(x.at(0) * x.at(1) * x.at(2), x)",
        x,
        &[6.0, 3.0, 2.0],
    );
    check(
        argument,
        "Tensor<3>",
        "grad(y = x.sum() * x.sum(), x = x)",
        x,
        &[12.0; 3],
    );
    // Two variables at once, each with its own derivative.
    check(
        argument,
        "Tensor<3>",
        "let a = x * 2.0; let b = x + 1.0; let (da, db) = (a * b).sum().grad((a, b)); da * 100.0 + db",
        x,
        &[202.0, 304.0, 406.0],
    );
}

#[test]
fn derivatives_of_any_order() {
    let x: &[&[f64]] = &[&[2.0]];
    let cube = "let t = x.at(0); let y = t * t * t * t;";
    for (derivative, expected) in [
        ("grad(y, t)", 32.0),
        ("grad(grad(y, t), t)", 48.0),
        ("y.grad(t).grad(t).grad(t)", 48.0),
        ("y.grad(t).grad(t).grad(t).grad(t)", 24.0),
    ] {
        check(
            "x: Tensor<1>",
            "Scalar",
            &format!("{cube} {derivative}"),
            x,
            &[expected],
        );
    }
    check(
        "x: Tensor<1>",
        "Scalar",
        "let t = x.at(0); grad(t.sin() * t.exp(), t).grad(t)",
        x,
        &[2.0 * 2f64.cos() * 2f64.exp()],
    );
}

/// What is differentiated by is a variable: an equal expression elsewhere is another one.
#[test]
fn equal_expressions_do_not_leak_in() {
    let x: &[&[f64]] = &[&[3.0]];
    let body = "let t = x.at(0); let u = t * t; (u * (t * t)).grad(u)";
    check("x: Tensor<1>", "Scalar", body, x, &[9.0]);
    let alias = "let t = x.at(0); let a = t; (a * t).grad(a)";
    check("x: Tensor<1>", "Scalar", alias, x, &[3.0]);
    // A variable that holds a mask is a variable, though a product with a mask is a choice.
    let mask = "let t = x.at(0); let m = t.greater(1.0); (m * t + m * m).grad(m)";
    check("x: Tensor<1>", "Scalar", mask, x, &[5.0]);
    // A variable handed to a block stays that variable there.
    let text = "pub struct N;
        fn slope(y: Scalar, t: Scalar) -> Scalar { y.grad(t) }
        fn inner(t: Scalar) -> Scalar { (t * t).grad(t) }
        pub fn f(&self, x: Tensor<1>) -> (Tensor<1>, Tensor<1>) {
            let t = x.at(0) * 2.0;
            ((t * t * t).slope(t).reshape([1]), inner(x.at(0) * 2.0).reshape([1]))
        }";
    let model = sound(text);
    let found = &outputs(&model, 1, |_, _, data| data[0] = 1.5)[0];
    assert_eq!((of(&found[0], 0), of(&found[1], 0)), (vec![27.0], vec![6.0]));
}

#[test]
fn gradients_agree_with_finite_differences() {
    for y in [
        "x.dense(5).tanh().dense(3).softmax().log().sum()",
        "(x.dense(5).softplus() * z.dense(5).sigmoid()).sum()",
        "x.layer_norm().gelu().norm()",
        "x.reshape([1, 4]).conv1d(2, 3, pad = 1).tanh().sum()",
        "x.dense(8).reshape([2, 4]).multi_head_attention(2).square().sum()",
        "let mut h = zeros([3]); let cell = dense(3); for t in 0..4 { h = (cell(h) + x.at(t)).tanh(); } h.sum()",
        "let mut c = 0.0; for t in 0..4 { c = c * 0.5 + x.at(t).sin() * z.at(t); } c.exp()",
    ] {
        gradient_of("Scalar", y, "y.grad(x)", "4");
    }
}

#[test]
fn jacobians_agree_with_finite_differences_by_rows_and_by_columns() {
    for (rows, y) in [(2, "x.dense(3).tanh().dense(2)"), (6, "x.dense(6).tanh()")] {
        let shape = format!("{rows}, 4");
        gradient_of(&format!("Tensor<{rows}>"), y, "y.jacobian(x)", &shape);
    }
    gradient_of(
        "Tensor<2, 3>",
        "x.dense(6).tanh().reshape([2, 3])",
        "y.jacobian(x)",
        "2, 3, 4",
    );
    // The Hessian is the derivative of the gradient.
    let text = "pub struct N;
        fn f(x: Tensor<_>) -> Scalar { (x.square().sum() + 1.0).log() * x.at(1).sin() + (x * x.at(2)).exp().sum() }
        pub fn y(&self, x: Tensor<4>) -> Tensor<4> { x.f().grad(x) }
        pub fn derived(&self, x: Tensor<4>) -> Tensor<4, 4> { x.f().hessian(x) }";
    differences(text, 4, 2);
    let laplacian = "let u = (x * x * x).sum() + x.at(0) * x.at(1); laplacian(u, x)";
    let x: &[&[f64]] = &[&[1.0, 2.0, 3.0]];
    check("x: Tensor<3>", "Scalar", laplacian, x, &[36.0]);
    check("x: Tensor<3>", "Scalar", "(x * x).divergence(x)", x, &[12.0]);
}

/// `⟨w, J v⟩ = ⟨Jᵀ w, v⟩`, and both are products with the Jacobian.
#[test]
fn both_modes_agree() {
    let text = "pub struct N;
        pub fn f(&self, x: Tensor<4>, w: Tensor<3>, v: Tensor<4>) -> (Tensor<3>, Tensor<3>, Tensor<4>, Tensor<4>) {
            let h = x.dense(5).sigmoid();
            let y = h.dense(3).softmax();
            let j = y.jacobian(x);
            (y.jvp(x, v), j.matmul(v), y.vjp(x, w), w.matmul(j))
        }";
    let model = sound(text);
    let found = &outputs(&model, 3, |_, _, _| {})[0];
    for example in 0..3 {
        let [along, column, back, row] = [0, 1, 2, 3].map(|place| of(&found[place], example));
        assert!(close(&along, &column, 1e-12), "{along:?} {column:?}");
        assert!(close(&back, &row, 1e-12), "{back:?} {row:?}");
    }
}

/// The sum over the batch is said, and is what the gradients of the examples sum to.
#[test]
fn a_gradient_by_a_shared_value_is_of_the_sum_or_of_each() {
    let text = "pub struct N;
        pub fn f(&self, x: Tensor<4>) -> (Tensor<3, 4>, Tensor<3, 4>, Tensor<1>) {
            let layer = dense(3);
            let mut h = zeros([3]);
            for t in 0..2 { h = (layer(x * (1.0 + h.at(0))) + h).tanh(); }
            let y = h.sum();
            let each = y.per_example_grad(layer.weight);
            (y.batch_sum().grad(layer.weight), each, (y.per_example_grad(parameters(\"*\")).l2() - each.l2()).reshape([1]))
        }";
    for roll in [true, false] {
        let model = compile_with(text, roll).unwrap_or_else(|errors| panic!("{errors}"));
        let found = &outputs(&model, 3, |_, _, _| {})[0];
        let sum = found[0].shared().data.clone();
        let each: Vec<Vec<f64>> = (0..3).map(|example| of(&found[1], example)).collect();
        let total: Vec<f64> = (0..sum.len())
            .map(|at| each.iter().map(|one| one[at]).sum())
            .collect();
        assert!(close(&sum, &total, 1e-12), "{sum:?} {total:?}");
        assert!(each[0] != each[1]);
        assert!(
            (0..3).all(|example| of(&found[2], example)[0] > 0.0),
            "the bias has a gradient too"
        );
    }
}

/// Of all parameters, those that a value depends on count; others have no say in its gradient.
#[test]
fn a_choice_of_parameters_is_of_those_that_are_reached() {
    let text = "pub struct N;
        pub fn f(&self, x: Tensor<2>) -> Tensor<1> {
            let layer = dense(1);
            let y = layer(x).at(0);
            let own = y.per_example_grad((layer.weight, layer.bias));
            let (weight, bias) = own;
            (y.per_example_grad(parameters(\"*\")).l2() - weight.l2() - bias.l2()).reshape([1])
        }
        pub fn g(&self, x: Tensor<2>) -> Tensor<3> { x.dense(3) }";
    let found = &outputs(&sound(text), 2, |_, _, _| {})[0];
    assert_eq!([of(&found[0], 0), of(&found[0], 1)], [[0.0], [0.0]]);
    refused(
        "let f = dense(1); let y = x.sum(); y.per_example_grad(parameters(\"*\")).l2() + f(x).sum()",
        &["does not depend on"],
    );
}

/// In a loop that stays a loop the variable of a turn is that turn's, in one that is unrolled too.
#[test]
fn derivatives_in_loops_are_those_of_a_turn() {
    let text = "pub struct N;
        pub fn f(&self, x: Tensor<6>) -> (Tensor<1>, Tensor<6>, Tensor<1>) {
            let net = dense(3);
            let out = dense(1);
            let mut total = 0.0;
            let mut slopes = zeros([6]);
            for i in 0..6 {
                let t = x.at(i);
                let u = out(net(t.reshape([1])).tanh()).at(0);
                let slope = u.grad(t);
                slopes[i] = slope;
                total += (slope.grad(t) + u).square();
            }
            let mut h = x.at(0);
            for i in 1..6 { h = (h * x.at(i)).sin(); }
            (total.reshape([1]), slopes, (h * h).grad(h).reshape([1]) - 2.0 * h.reshape([1]))
        }";
    let [rolled, unrolled] = [true, false].map(|roll| {
        let model = compile_with(text, roll).unwrap_or_else(|errors| panic!("{errors}"));
        outputs(&model, 2, |_, _, _| {}).remove(0)
    });
    for example in 0..2 {
        for (rolled, unrolled) in rolled.iter().zip(&unrolled) {
            assert!(close(&of(rolled, example), &of(unrolled, example), 1e-12));
        }
        assert_eq!(of(&rolled[2], example), [0.0]);
        assert!(of(&rolled[1], example).iter().all(|slope| *slope != 0.0));
    }
}

/// A derivative that has to pass through earlier turns unrolls the loop, and counts them.
#[test]
fn a_derivative_through_earlier_turns_is_whole() {
    let body = "let t = x.at(0); let mut h = t; let mut total = 0.0;
        for i in 0..3 { h = h * t; total += h.grad(t); } total";
    // 2 t + 3 t² + 4 t³
    check("x: Tensor<1>", "Scalar", body, &[&[2.0]], &[4.0 + 12.0 + 32.0]);
    let body = "let u = x * 2.0; let mut total = 0.0;
        for i in 0..3 { total += (u.at(i).square()).grad(u).sum(); } total";
    check("x: Tensor<3>", "Scalar", body, &[&[1.0, 2.0, 3.0]], &[24.0]);
}

/// A variable that a loop makes is one variable in all derivatives.
#[test]
fn the_variable_of_a_loop_stays_one_variable() {
    let body = "let mut h = x; for t in 0..3 { h = (h + x).sin(); } let v = h;
        let y = (v * v).sum(); let z = (y.grad(v) * v).mean(); z.grad(v) - 2.0 * v + z.laplacian(v) - 2.0 * 2.0";
    check("x: Tensor<2>", "Tensor<2>", body, &[&[0.5, -0.25]], &[0.0, 0.0]);
}

/// What is differentiated is stable first: `-log softmax(x)[t]` at scores of 1000.
#[test]
fn naive_forms_are_differentiated_in_their_stable_form() {
    let x: &[&[f64]] = &[&[1000.0, -1000.0]];
    check(
        "x: Tensor<2>",
        "Tensor<2>",
        "(-x.softmax().at(1).log()).grad(x)",
        x,
        &[1.0, -1.0],
    );
    check(
        "x: Tensor<2>",
        "Tensor<2>",
        "(1.0 + x.exp()).log().sum().grad(x)",
        x,
        &[1.0, 0.0],
    );
}

#[test]
fn a_custom_gradient_is_that_of_its_surrogate() {
    let x: &[&[f64]] = &[&[0.4, 1.6]];
    let straight = "let y = x.greater(1.0).custom_gradient(x * 3.0); (2.0 * y + y * y).sum().grad(x)";
    check("x: Tensor<2>", "Tensor<2>", straight, x, &[6.0, 12.0]);
    let reversed = "let y = x.custom_gradient(-x); y.sum().grad(x)";
    check("x: Tensor<2>", "Tensor<2>", reversed, x, &[-1.0, -1.0]);
    let text = "pub struct N;
        pub fn loss(&self, x: Tensor<4>) -> Scalar { let y = x.dense(4); y.greater(0.0).custom_gradient(y).sum() }";
    assert!(sound(text).untrained.is_empty());
}

/// What is opaque is computed as written, in the value and in the derivative.
#[test]
fn no_rule_sees_through_what_is_opaque() {
    let x: &[&[f64]] = &[&[1000.0, -1000.0]];
    let loss = "(-x.softmax().opaque().at(1).log())";
    check(
        "x: Tensor<2>",
        "Tensor<2>",
        &format!("{loss}.grad(x)"),
        &[&[1.0, 1.0]],
        &[0.5, -0.5],
    );
    let text = format!("pub struct N; pub fn f(&self, x: Tensor<2>) -> Tensor<2> {{ {loss}.grad(x) }}");
    let function = crate::optimise::optimise(sound(&text).entries.remove(0).function);
    let environment = crate::graph::interpret::Environment {
        examples: 1,
        inputs: [(
            0,
            Batch::PerExample(vec![crate::graph::interpret::Array {
                shape: [2].into(),
                data: x[0].to_vec(),
            }]),
        )]
        .into(),
        ..Default::default()
    };
    let found = interpret(&function.graph, &function.outputs, &environment);
    assert!(of(&found[0], 0).iter().any(|slope| slope.is_nan()));
}

/// What nothing of depends on an example is summed over the batch as often as there are examples.
#[test]
fn sums_of_shared_values_keep_their_derivatives() {
    let text = "pub struct N;
        pub fn f(&self, a: Shared<2, 3>, b: Shared<3>) -> Shared<2, 3> {
            let x = a.tanh();
            let y = (x * b).sin().sum() + x.square().sum().sqrt();
            let slope = y.batch_sum().grad(x);
            slope + (slope * x).sum().batch_sum().grad(x) + x.opaque()
        }";
    let model = sound(text);
    let function = &model.entries[0].function;
    let environment = Data::new(&model, Numbers::default()).environment(&model.entries[0], 3);
    let meant = interpret(&function.graph, &function.outputs, &environment);
    for (stage, function) in [
        ("stabilise", crate::optimise::stabilise(function.copy())),
        ("optimise", crate::optimise::optimise(function.copy())),
    ] {
        let found = interpret(&function.graph, &function.outputs, &environment);
        assert!(
            close(&of(&found[0], 0), &of(&meant[0], 0), 1e-12),
            "{stage}: {found:?}, not {meant:?}"
        );
    }
}

#[track_caller]
fn refused(body: &str, parts: &[&str]) {
    let text =
        format!("pub struct N; pub fn loss(&self, x: Tensor<3>, digit: Index<3>) -> Scalar {{ {body} }}");
    let errors = compile_with(&text, ROLL)
        .err()
        .unwrap_or_else(|| panic!("it is taken: {body}"));
    for part in parts {
        assert!(errors.contains(part), "{body}: no `{part}` in\n{errors}");
    }
}

#[test]
fn misuse_is_refused_in_words() {
    refused(
        "x.square().grad(x).sum()",
        &["`grad` needs a scalar", "[3]", "vjp"],
    );
    refused("x.sum().grad(digit)", &["`digit`", "an index"]);
    refused(
        "x.sum().grad(x * 2.0).sum()",
        &["`x * 2.0` is an expression", "let"],
    );
    refused("x.sum().grad(2.0)", &["the number 2.0"]);
    refused(
        "let a = x * 2.0; x.sum().grad(a).sum()",
        &["does not depend on `a`"],
    );
    refused(
        "x.greater(0.0).sum().grad(x).sum()",
        &["only through `greater`", "passes no derivative"],
    );
    refused(
        "x.stop_gradient().sum().grad(x).sum()",
        &["only through `stop_gradient`"],
    );
    refused(
        "x.relu().sum().grad(x).sum().grad(x).sum()",
        &["derivative of `relu`", "piece by piece"],
    );
    refused("x.sum().grad(x).sum().grad(x).sum()", &["does not depend on `x`"]);
    refused(
        "let f = dense(1); let y = f(x).sum(); y.grad(f.weight).l2()",
        &["share", "batch_sum", "per_example_grad"],
    );
    refused(
        "let f = dense(3); let y = f(x).batch_norm().square().sum(); y.per_example_grad(f.weight).l2()",
        &["joins the examples"],
    );
    refused("x.square().vjp(x, ones([2])).sum()", &["[3]", "[2]"]);
    refused("x.square().jvp(x, ones([2])).sum()", &["[3]", "[2]"]);
    refused(
        "let f = dense(2); f(x).jvp(f.weight, f(x).sum() * ones([2, 3])).sum()",
        &["share", "per example"],
    );
    refused("x.square().jacobian((x, x)).sum()", &["one variable"]);
    refused("let y = x.hessian(x); y.sum()", &["`hessian` takes `y: Scalar`"]);
}

/// Functions and networks against JAX's jvp, vjp, hvp, jacobian and hessian.
#[test]
fn derivatives_are_those_that_jax_recorded() {
    let recorded = include_str!("../../../../../tests/recorded/derivatives.txt");
    let lines: Vec<&str> = recorded.lines().skip(1).collect();
    let numbers = |text: &str| -> Vec<f64> {
        let numbers = text.split_whitespace();
        numbers.map(|number| number.parse().expect("a number")).collect()
    };
    assert!(lines.len() >= 4 * 20);
    for case in lines.chunks(4) {
        let [name, declared, given, expected] = case else {
            panic!("four lines a case: {case:?}");
        };
        let [arguments, result, body] = declared.splitn(3, " | ").collect::<Vec<_>>()[..] else {
            panic!("{declared}");
        };
        let text = format!("pub struct N; pub fn f(&self, {arguments}) -> {result} {{ {body} }}");
        for roll in [true, false] {
            let model = compile_with(&text, roll).unwrap_or_else(|errors| panic!("{name}: {errors}"));
            let mut given = given.split("; ").map(numbers);
            let found = outputs(&model, 1, |_, _, data| {
                *data = given.next().expect("numbers for each argument")
            });
            let (found, expected) = (of(&found[0][0], 0), numbers(expected));
            let size = expected.iter().map(|x| x * x).sum::<f64>().sqrt();
            let off = found
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b) * (a - b))
                .sum::<f64>()
                .sqrt();
            assert_eq!(found.len(), expected.len(), "{name}");
            assert!(
                off <= 1e-9 * size,
                "{name}, rolled {roll}: {found:?}, JAX has {expected:?}"
            );
        }
    }
}

/// In a function under `#[recompute]` a variable is not computed again, or derivatives of derivatives would be by another.
#[test]
fn the_variable_of_a_call_that_is_computed_again_stays_one_variable() {
    let helper = "#[recompute] fn h(&self, x: Tensor<2>) -> Tensor<2> {
        let v = x.tanh(); let y = (v * v * v).sum();
        let by_own = (y.grad(v) * v).sum().grad(v) - 9.0 * v * v + y.laplacian(v) - 6.0 * v.sum();
        let u = v * 2.0; let z = (u * u * u).sum();
        by_own + (z.grad(v) * u).sum().grad(u) - 18.0 * u * u
    }";
    let text = format!(
        "pub struct N; {helper} pub fn f(&self, x: Tensor<2>) -> Tensor<2> {{ self.h(x * 2.0) + self.h(x.sin()) }}"
    );
    let model = compile_with(&text, ROLL).unwrap();
    for example in &outputs(&model, 3, |_, _, _| ())[0] {
        let largest = (0..3)
            .flat_map(|at| of(example, at))
            .fold(0.0, |most: f64, x| most.max(x.abs()));
        assert!(largest < 1e-9, "{largest}");
    }
}
