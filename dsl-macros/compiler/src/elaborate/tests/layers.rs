//! Blocks that take layers: the owners of the parameters, and their names.

use super::sound;

/// The blocks that the bodies below call.
const BLOCKS: &str = "
    pub struct Net;
    fn around(x: Tensor<_>, body: Layer) -> Tensor<_> { x + body(x) }
    fn both(x: Tensor<_>, f: Layer, g: Layer) -> Tensor<_> { x.around(f).around(g) }
    fn narrow(x: Tensor<_>, width: usize) -> Tensor<_> { x.dense(width).tanh().dense(x.size(0)) }
    fn twice(x: Tensor<_>, body: Layer) -> Tensor<_> { body(body(x)) }
    fn wave(x: Tensor<_>) -> Tensor<_> { x.dense(6).sin() }
    fn tied(x: Tensor<_>, encode: Layer) -> Tensor<_> { x.encode().matmul(encode.weight) }
";

/// The weights of a network whose only entry point has this body.
fn parameters(body: &str) -> Vec<String> {
    let text = format!("{BLOCKS} pub fn out(&self, x: Tensor<6>) -> Tensor<6> {{ {body} }}");
    let model = sound(&text);
    model
        .parameters
        .iter()
        .filter_map(|parameter| {
            let name = parameter.name.strip_suffix(".weight")?;
            Some(format!("{name} {}", parameter.shape))
        })
        .collect()
}

/// Compares the parameters of each body, shown by a layer's weight, with the expected ones.
fn check(bodies: &[(&str, &[&str])]) {
    for (body, expected) in bodies {
        assert_eq!(parameters(body), *expected, "{body}");
    }
}

#[test]
fn a_layer_takes_the_name_of_the_argument_it_is_given_for() {
    check(&[
        ("x.around(dense(6))", &["out.around1.body [6, 6]"]),
        ("around(dense(6))(x)", &["out.around1.body [6, 6]"]),
        ("around(x, body = dense(6))", &["out.around1.body [6, 6]"]),
        ("x.both(relu, tanh)", &[]),
        (
            "x.both(narrow(3), dense(6))",
            &[
                "out.both1.f.dense1 [3, 6]",
                "out.both1.f.dense2 [6, 3]",
                "out.both1.g [6, 6]",
            ],
        ),
        (
            "let mut y = x; for i in 0..2 { y = y.twice(narrow(i + 1)); } y",
            &[
                "out.twice1.body.dense1 [1, 6]",
                "out.twice1.body.dense2 [6, 1]",
                "out.twice2.body.dense1 [2, 6]",
                "out.twice2.body.dense2 [6, 2]",
            ],
        ),
    ]);
}

#[test]
fn layers_of_layers_nest() {
    check(&[
        (
            "let r = around(around(dense(6))); r(r(x))",
            &["out.r.body.body [6, 6]"],
        ),
        ("x.twice(around(dense(6)))", &["out.twice1.body.body [6, 6]"]),
        (
            "let b = both(dense(6), narrow(2)); b(x) + x.twice(b)",
            &["out.b.f [6, 6]", "out.b.g.dense1 [2, 6]", "out.b.g.dense2 [6, 2]"],
        ),
    ]);
}

#[test]
fn a_held_layer_is_one_wherever_it_goes() {
    check(&[
        ("let f = dense(6); x.around(f).around(f)", &["out.f [6, 6]"]),
        (
            "let f = dense(6); let g = f; x.around(f).twice(g)",
            &["out.f [6, 6]"],
        ),
        (
            "let (f, g) = (dense(6), narrow(2)); x.both(g, f)",
            &["out.f [6, 6]", "out.g.dense1 [2, 6]", "out.g.dense2 [6, 2]"],
        ),
        (
            "let f = dense(3, bias = false); x.tied(f).tied(f)",
            &["out.f [3, 6]"],
        ),
        (
            "let f = if 1 < 2 { dense(6) } else { narrow(6) }; x.around(f)",
            &["out.f [6, 6]"],
        ),
        (
            "let f = narrow(3); let y = f(x); y.matmul(f.dense1.weight.t()).matmul(f.dense1.weight)",
            &["out.f.dense1 [3, 6]", "out.f.dense2 [6, 3]"],
        ),
    ]);
}

/// The name of a block is no held layer: each call of it makes parameters.
#[test]
fn a_block_given_by_name_makes_parameters_at_each_call() {
    check(&[
        ("x.around(wave)", &["out.around1.body1.dense1 [6, 6]"]),
        (
            "x.twice(wave)",
            &["out.twice1.body1.dense1 [6, 6]", "out.twice1.body2.dense1 [6, 6]"],
        ),
    ]);
}
