//! Activations: their values, and that nothing overflows. The numbers are PyTorch's (2.x, f64).

use super::sound;
use super::values::check;
use crate::differentiate::gradient;
use crate::graph::Function;
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::optimise::{optimise, stabilise};

#[test]
fn activations_have_their_values() {
    let x: &[&[f64]] = &[&[-4.0, -0.5, 0.25, 3.5]];
    for (body, expected) in [
        ("x.leaky_relu(slope = 0.2)", [-0.8, -0.1, 0.25, 3.5]),
        ("x.prelu()", [0.0, 0.0, 0.25, 3.5]),
        ("relu6(2.0 * x)", [0.0, 0.0, 0.5, 6.0]),
        (
            "x.elu(alpha = 1.5)",
            [-1.4725265416668987, -0.5902040104310499, 0.25, 3.5],
        ),
        (
            "selu(x)",
            [
                -1.7258986281898945,
                -0.6917581878028713,
                0.2626752468388701,
                3.677453455744182,
            ],
        ),
        (
            "gelu(x)",
            [
                -0.00012668496733247991,
                -0.15426876936299344,
                0.14967658142073093,
                3.4991857982233756,
            ],
        ),
        (
            "gelu_tanh(x)",
            [
                -7.024594819227126e-05,
                -0.15428599017485606,
                0.149675350701685,
                3.499383802344626,
            ],
        ),
        (
            "silu(x)",
            [
                -0.07194483984836623,
                -0.1887703343990727,
                0.14054412522144952,
                3.3974071923702525,
            ],
        ),
        (
            "mish(x)",
            [
                -0.07259174079202535,
                -0.22074377465173,
                0.1695724096638176,
                3.4939907151175196,
            ],
        ),
        (
            "log_sigmoid(x)",
            [
                -4.0181499279178094,
                -0.9740769841801067,
                -0.5759394198788436,
                -0.029750418272620566,
            ],
        ),
        (
            "softsign(x)",
            [-0.8, -0.3333333333333333, 0.2, 0.7777777777777778],
        ),
        (
            "hard_sigmoid(x)",
            [0.0, 0.4166666666666667, 0.5416666666666666, 1.0],
        ),
        (
            "hard_swish(x)",
            [0.0, -0.20833333333333334, 0.13541666666666666, 3.5],
        ),
        ("x.hard_tanh(-1.0, high = 2.0)", [-1.0, -0.5, 0.25, 2.0]),
        (
            "x.softmax(temperature = 2.0)",
            [
                0.017346480389609256,
                0.09982210246932637,
                0.14524030208200822,
                0.7375911150590563,
            ],
        ),
    ] {
        check("x: Tensor<4>", "Tensor<4>", body, x, &expected);
    }
    check(
        "x: Tensor<4>",
        "Tensor<2>",
        "glu(x)",
        x,
        &[-2.2487060035431923, -0.4853438846243218],
    );
    // A temperature that changes from call to call.
    check(
        "x: Tensor<2>, temperature: Shared",
        "Tensor<2>",
        "x.log_softmax(temperature = temperature)",
        &[&[2f64.ln(), 0.0], &[0.5]],
        &[0.8f64.ln(), 0.2f64.ln()],
    );
}

/// Value and derivative of `body` at each element of `x`, before and after optimisation.
fn value_and_derivative(body: &str, x: &[f64]) -> [Vec<f64>; 4] {
    let count = x.len();
    let text = format!(
        "pub struct N; pub fn f(&self, x: Tensor<{count}>) -> (Tensor<{count}>, Tensor<{count}>) {{ (x, {body}) }}"
    );
    let function = stabilise(sound(&text).entries[0].function.copy());
    let (x_val, y) = (function.outputs[0], function.outputs[1]);
    let total = function.graph.expr(y).sum_all().batch_sum().val;
    let derivative = gradient(&function.graph, total, &[x_val]).expect("a derivative passes")[0];
    let raw = Function {
        outputs: vec![y, derivative],
        graph: function.graph,
    };
    let row = Array {
        shape: [count].into(),
        data: x.to_vec(),
    };
    let environment = Environment {
        examples: 1,
        inputs: [(0, Batch::PerExample(vec![row]))].into(),
        ..Environment::default()
    };
    let values = |function: &Function| interpret(&function.graph, &function.outputs, &environment);
    let before = values(&raw);
    let after = values(&optimise(raw));
    [&before[0], &before[1], &after[0], &after[1]].map(|batch| batch.of(0).data.clone())
}

#[test]
fn no_activation_overflows() {
    let x = [-1e200, -1e4, -50.0, 0.0, 50.0, 1e4, 1e200];
    for body in [
        "x.relu()",
        "x.leaky_relu()",
        "x.relu6()",
        "x.elu()",
        "x.selu()",
        "x.gelu()",
        "x.gelu_tanh()",
        "x.silu()",
        "x.softplus()",
        "x.mish()",
        "x.sigmoid()",
        "x.tanh()",
        "x.log_sigmoid()",
        "x.softsign()",
        "x.hard_sigmoid()",
        "x.hard_swish()",
        "x.hard_tanh()",
        "x.softmax()",
        "x.log_softmax()",
        "log(1.0 + x.exp())",
        "1.0 / (1.0 + exp(-x))",
        "log(x.sigmoid())",
    ] {
        for numbers in value_and_derivative(body, &x) {
            assert!(numbers.iter().all(|y| y.is_finite()), "{body}: {numbers:?}");
        }
    }
}

#[test]
fn what_has_no_derivative_at_a_point_has_a_finite_one() {
    for body in ["x.norm() * ones([3])", "x.mask(x.greater(1.0)).softmax()"] {
        for numbers in value_and_derivative(body, &[0.0, 0.0, 0.0]) {
            assert_eq!(numbers, [0.0, 0.0, 0.0], "{body}");
        }
    }
}

#[test]
fn derivatives_at_the_kinks_are_those_of_one_side() {
    for (body, expected) in [
        ("x.relu()", 0.0),
        ("x.leaky_relu(slope = 0.25)", 0.25),
        ("x.elu(alpha = 0.5)", 0.5),
    ] {
        let [_, before, _, after] = value_and_derivative(body, &[0.0]);
        assert_eq!((before[0], after[0]), (expected, expected), "{body}");
    }
}
