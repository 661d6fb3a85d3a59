//! Names and places of parameters, sharing, and the three spellings of a call.

use super::{show, sound};
use crate::elaborate::Model;

fn names(model: &Model) -> Vec<String> {
    model
        .parameters
        .iter()
        .map(|parameter| format!("{} {}", parameter.name, parameter.shape))
        .collect()
}

fn names_of(text: &str) -> Vec<String> {
    names(&sound(&format!("pub struct N; {text}")))
}

#[test]
fn three_spellings_are_one_call() {
    let spelt = |body: &str| {
        let text = format!("pub struct N; pub fn f(&self, x: Tensor<4>) -> Tensor<2> {{ {body} }}");
        let shown = show(&sound(&text));
        shown
            .lines()
            .filter(|line| !line.contains(" from "))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let method = spelt("x.dense(2)");
    assert_eq!(method, spelt("dense(x, 2)"));
    assert_eq!(method, spelt("dense(2)(x)"));
    assert_eq!(method, spelt("x.dense(width = 2)"));
    assert_eq!(method, spelt("dense(width = 2, x = x)"));
}

#[test]
fn a_block_makes_parameters_at_each_call_and_a_held_layer_once() {
    assert_eq!(
        names_of(
            "fn pair(x: Tensor<_>, width: usize) -> Tensor<_> { x.dense(width).dense(width, bias = false) }
             pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
                 let twice = pair(3);
                 let y = twice(twice(x)).twice();
                 y.pair(4).pair(3)
             }"
        ),
        [
            "f.twice.dense1.weight [3, 3]",
            "f.twice.dense1.bias [3]",
            "f.twice.dense2.weight [3, 3]",
            "f.pair1.dense1.weight [4, 3]",
            "f.pair1.dense1.bias [4]",
            "f.pair1.dense2.weight [4, 4]",
            "f.pair2.dense1.weight [3, 4]",
            "f.pair2.dense1.bias [3]",
            "f.pair2.dense2.weight [3, 3]",
        ]
    );
}

#[test]
fn held_layers_stand_where_their_let_stands() {
    assert_eq!(
        names_of(
            "pub fn f(&self, x: Tensor<3>) -> Tensor<2> {
                 let last = dense(2, bias = false);
                 let [a, b] = [dense(3, bias = false), dense(5, bias = false)];
                 last(b(a(x)))
             }"
        ),
        ["f.last.weight [2, 5]", "f.a.weight [3, 3]", "f.b.weight [5, 3]"]
    );
}

#[test]
fn loops_number_what_they_make() {
    assert_eq!(
        names_of(
            "pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
                 let mut y = x;
                 for i in 0..2 {
                     let scale = param([2], constant(1.0));
                     let turn = dense(2, bias = false);
                     y = turn(y) * scale;
                     y = y.dense(2 + i, bias = false).dense(2, bias = false);
                 }
                 y
             }"
        ),
        [
            "f.scale1 [2]",
            "f.turn1.weight [2, 2]",
            "f.dense1.weight [2, 2]",
            "f.dense2.weight [2, 2]",
            "f.scale2 [2]",
            "f.turn2.weight [2, 2]",
            "f.dense3.weight [3, 2]",
            "f.dense4.weight [2, 3]",
        ]
    );
}

#[test]
fn functions_of_the_network_own_their_parameters_once_for_each_choice_of_sizes() {
    assert_eq!(
        names_of(
            "fn step(&self, i: usize, x: Tensor<_>) -> Tensor<_> { x.dense(i, bias = false) }
             pub fn f(&self, x: Tensor<4>) -> Tensor<4> { self.step(4, self.step(4, x)) }
             pub fn g(&self, x: Tensor<4>) -> Tensor<2> { self.step(2, self.step(4, x)) }"
        ),
        ["step.2.dense1.weight [2, 4]", "step.4.dense1.weight [4, 4]"]
    );
}

#[test]
fn layers_given_as_arguments_take_the_name_of_the_argument() {
    assert_eq!(
        names_of(
            "fn around(x: Tensor<_>, inner: Layer) -> Tensor<_> { x + inner(x) }
             fn twice(x: Tensor<_>, inner: Layer) -> Tensor<_> { inner(inner(x)) }
             fn own(x: Tensor<_>) -> Tensor<_> { x.dense(2, bias = false) }
             pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
                 let shared = dense(2, bias = false);
                 let held = around(own());
                 x.around(dense(2, bias = false)).around(shared).twice(own).twice(shared).held().around(inner = relu())
             }"
        ),
        [
            "f.shared.weight [2, 2]",
            "f.held.inner.dense1.weight [2, 2]",
            "f.around1.inner.weight [2, 2]",
            "f.twice1.inner1.dense1.weight [2, 2]",
            "f.twice1.inner2.dense1.weight [2, 2]",
        ]
    );
}

#[test]
fn parameters_of_held_layers_can_be_read() {
    let model = sound(
        "pub struct N;
         fn deep(x: Tensor<_>) -> Tensor<_> { x.dense(3) }
         pub fn f(&self, word: Index<5>) -> (Tensor<5>, Tensor<3>) {
             let embed = embedding(3);
             let net = deep();
             let h = net(embed(word));
             (h.matmul(embed.weight.t()), h + net.dense1.bias)
         }",
    );
    assert_eq!(
        names(&model),
        [
            "f.embed.weight [5, 3]",
            "f.net.dense1.weight [3, 3]",
            "f.net.dense1.bias [3]"
        ]
    );
    insta::assert_snapshot!(show(&model));
}

#[test]
fn words_ending_in_a_digit_keep_their_ordinals_apart() {
    assert_eq!(
        names_of(
            "fn conv2(x: Tensor<_>) -> Tensor<_> { x.dense(2, bias = false) }
             pub fn f(&self, x: Tensor<2>) -> Tensor<2> { x.conv2().conv2() }"
        ),
        ["f.conv2_1.dense1.weight [2, 2]", "f.conv2_2.dense1.weight [2, 2]"]
    );
}

#[test]
fn a_call_may_name_what_it_makes() {
    assert_eq!(
        names_of(
            "fn pair(x: Tensor<_>) -> Tensor<_> { x.dense(3, name = \"in\").dense(3, bias = false) }
             pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
                 let held = dense(3, name = \"fc1\", bias = false);
                 let scale = param([3], zeros(), name = \"LayerNorm.scale\");
                 let mut y = held(held(x)) * scale;
                 for i in 0..2 {
                     y = y.pair(name = \"layers.{i}\");
                 }
                 y
             }"
        ),
        [
            "f.fc1.weight [3, 3]",
            "f.LayerNorm.scale [3]",
            "f.layers.0.in.weight [3, 3]",
            "f.layers.0.in.bias [3]",
            "f.layers.0.dense1.weight [3, 3]",
            "f.layers.1.in.weight [3, 3]",
            "f.layers.1.in.bias [3]",
            "f.layers.1.dense1.weight [3, 3]",
        ]
    );
}

#[test]
fn an_attribute_names_a_function_or_takes_its_prefix_away() {
    assert_eq!(
        names_of(
            "#[name = \"encoder.layer\"] fn encode(&self, i: usize, x: Tensor<3>) -> Tensor<3> {
                 x.dense(3, name = \"output.dense\", bias = false)
             }
             #[name = \"\"] pub fn f(&self, x: Tensor<3>) -> Tensor<2> {
                 let mut y = x;
                 for i in 0..2 {
                     y = self.encode(i, y);
                 }
                 let scale = param([3], zeros());
                 (y * scale).dense(2, name = \"0\", bias = false)
             }"
        ),
        [
            "encoder.layer.0.output.dense.weight [3, 3]",
            "encoder.layer.1.output.dense.weight [3, 3]",
            "scale [3]",
            "0.weight [2, 3]",
        ]
    );
}

#[test]
fn a_name_that_counts_a_loop_keeps_one_without_parameters_a_loop() {
    let model = sound(
        "pub struct N;
         fn wave(x: Tensor<_>) -> Tensor<_> { x.tanh() }
         pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
             let mut y = x;
             for i in 0..2000 { y = y.wave(name = \"w.{i}\"); }
             y
         }",
    );
    assert!(model.parameters.is_empty());
}

#[test]
fn a_formal_argument_called_name_stays_one() {
    assert_eq!(
        names_of(
            "fn wide(x: Tensor<_>, name: usize) -> Tensor<_> { x.dense(name, bias = false) }
             pub fn f(&self, x: Tensor<3>) -> Tensor<5> { x.wide(name = 5) }"
        ),
        ["f.wide1.dense1.weight [5, 3]"]
    );
}
