//! Mistakes and their messages: one snapshot, read as a catalogue.

use super::compile;

/// Bodies of `pub fn f(&self, x: Tensor<4>, m: Tensor<2, 3>, image: Tensor<1, 28, 28>, k: Index<3>) ->
/// Tensor<4>`.
const BODIES: &[&str] = &[
    // Names.
    "x.rleu()",
    "x.frobnicate()",
    "y + x",
    "HIDEN * x",
    "self.logit(x)",
    "self.block(x)",
    "logits(x)",
    "x.logits()",
    "logits",
    "x(3)",
    "self.logits(x, 3)",
    "let net = dense(3); net.weight",
    "let net = dense(4); net(x) + net.wieght",
    "x.weight",
    "let f = relu(); f.weight",
    // Arguments of calls.
    "x.dense()",
    "x.dense(3, 4, 5, 6, 7)",
    "x.dense(4, with = 3)",
    "x.dense(4, widht = 4)",
    "x.dense(4, width = 4)",
    "matmul(x)",
    "x.matmul()",
    "let net = dense(4); net(x, 3)",
    "let net = dense(4); net(x, true)",
    "let net = dense(); net(x)",
    "x.dense(0)",
    "x.dense(2.0)",
    "x.dense(x)",
    "x.dense(-3)",
    "x.dense(4, init = 0.5)",
    "x.dense(4, bias = 1)",
    "x.block(dense)",
    "x.relu(3)",
    "x.elu(alpha = x)",
    "x.leaky_relu(k)",
    "x.hard_tanh(1.0, -1.0)",
    "x.dense(4).softmax(temperature = 0)",
    "x.multi_head_attention(m, 8)",
    "m.multi_head_attention()",
    "m.multi_head_attention(x, 3, x)",
    "m.feed_forward(4, activation = 3)",
    "let cell = gru_cell(4); cell(x)",
    "let loss = softmax_cross_entropy(ignore = 1); loss(x, x)",
    "x.softmax_cross_entropy(x, ignore = 1)",
    "x.softmax_cross_entropy(x, label_smoothing = 1.0)",
    "require(x.size(0) == 5, \"five features\", x)",
    "require(x, \"five features\")",
    "x.flatten(from = 1)",
    // Shapes.
    "x.layer_norm(2)",
    "m.group_norm(3)",
    "x.sum().standardise()",
    "m.encoder_layer(2, 5)",
    "m.decoder_layer(m.t(), 3, 5)",
    "m.encoder_layer(x, 3, 5)",
    "m.scaled_dot_product_attention(m, m.t())",
    "x.lstm_cell(x, x.dense(3), 4)",
    "m.gaussian_negative_log_likelihood(m, x)",
    "x.mean_of_others(k, 0)",
    "x.cross_entropy(k)",
    "x.hinge(k)",
    "m.matmul(x)",
    "m.matmul(m)",
    "x.matmul(m)",
    "x.sum().matmul(x)",
    "image.reshape([2, 14, 28]).matmul(ones([3, 28, 1]))",
    "x + m",
    "max(x, m)",
    "x.dense(3) + x",
    "image.flatten().conv(6, 5)",
    "image.conv(6, 31)",
    "image.conv(6, 5, groups = 4)",
    "image.conv(6, 5, stride = 0)",
    "image.convolve(ones([6, 2, 5, 5]))",
    "image.convolve(x)",
    "image.max_pool(29)",
    "image.max_pool(2, pad = 2)",
    "x.max_pool(2)",
    "image.mean_pool(stride = 2)",
    "x.reshape([3, 3])",
    "x.reshape([-1, 3])",
    "x.reshape([-1, -1])",
    "x.reshape([0])",
    "x.reshape(4)",
    "x.t()",
    "m.transpose(0, 2)",
    "x.sum(axis = 1)",
    "m.sum(axis = [0, -2])",
    "m.sum(axis = 0.5)",
    "x.sum().softmax()",
    "x.at(4)",
    "x.at(k)",
    "m.slice(1, 2, 2)",
    "m.slice(1, 1, 5)",
    "let [a, b] = m.split(2, axis = 1); a",
    "concat([x, m], axis = 0)",
    "concat([x, k], axis = 0)",
    "concat(x, axis = 0)",
    "stack([x, x.dense(3)])",
    "x.block()",
    "x.needs_three()",
    "m",
    "x.sum()",
    "m.softmax_cross_entropy(x)",
    "x.softmax_cross_entropy(k)",
    "x.squared_error(1.0)",
    // Kinds of values.
    "k + 1",
    "x + k",
    "-k",
    "k.relu()",
    "k.dense(3)",
    "x.embedding(3)",
    "x.one_hot()",
    "k.one_hot(2)",
    "ones([2, 4]).gather(k)",
    "x.gather(x)",
    "x > 0.0",
    "if x.greater(0.0) { x } else { -x }",
    "if 3 { x } else { x }",
    "x == x",
    "x % 2",
    "!x",
    "relu + x",
    "dense(4) + x",
    "x.pow(x)",
    "x.clamp(1.0, 0.0)",
    "x.max(true)",
    "(x, x).relu()",
    "(x, m)",
    "\"text\" + x",
    "parameters(\"*.weigth\").l2() + x.dense(4)",
    "parameters(3).l2() + x",
    "x.from_start()",
    "parameters(\"*.weigth\").from_start().l2() + x.dense(4)",
    "x.reshape([2, 2]).encoder_layer(2, 4, dropout = 1.5).flatten()",
    // Sizes and numbers.
    "x * (HIDDEN / 3)",
    "x * (2 - HIDDEN)",
    "x * (HIDDEN / 0)",
    "x * (1.0 / 0.0)",
    "x * log(0.0)",
    "x * (HIDDEN && true)",
    "x * sqrt(-1.0)",
    "param([0, 4], zeros())",
    "param([4], 0.5)",
    "param(4, zeros())",
    "param([4], uniform(1.0, 0.0)) + param([4], normal(-1.0))",
    // Statements.
    "x = x.relu(); x",
    "let mut y = x; y = 3; y",
    "y = x; x",
    "let (a, b) = x; a",
    "let (a, b) = (x, x, x); a",
    "let [a, b] = (x, x); a",
    "let y: Tensor<3> = x; y",
    "x.relu(); x",
    "for i in 0..x { }; x",
    "for i in 0..3 { x }; x",
    "for i in 0..2 { let y = nothing; }; x",
    // Names of parameters.
    "let a = dense(4); let a = dense(4); a(x)",
    "let dense1 = dense(4); dense1(x).dense(4)",
    "let a = dense(4); a(x) + a(m)",
    "let a = param([4], zeros()); let a = param([4], zeros()); a + x",
    // One mistake, one error.
    "let y = x.relu().rleu(); let z = y + 1.0; let (a, b) = z; a.dense(4)",
    "let y = x.dense(nothing).rleu(); x.t() + y",
];

/// Whole declarations.
const DECLARATIONS: &[&str] = &[
    "fn f(x: Tensor<_>) -> Tensor<_> { x }",
    "pub fn f(&self, x: Tensor<_>) -> Tensor<_> { x }",
    "pub fn f(&self, x: Tensor<3>, n: usize) -> Tensor<3> { x }",
    "pub fn f(&self, x: Tensor<3>, net: Layer) -> Tensor<3> { net(x) }",
    "pub fn f(&self, x: Tensor<0>) -> Tensor<_> { x }",
    "pub fn f(&self, x: Tensor<N>) -> Tensor<_> { x }",
    "pub fn f(&self, x: Index<3>) -> Index<3> { x }",
    "pub fn f(&self, x: Index<3>) -> Tensor<_> { x }",
    "pub fn f(&self, x: Tensor<3>) -> usize { 3 }",
    "pub fn f(&self, x: Tensor<3>) -> Scalar { x.relu() }",
    "pub fn f(&self, x: Tensor<3>) -> (Scalar, Tensor<3>) { x }",
    "pub fn f(&self, x: Tensor<3>) -> Shared { x.sum() }",
    "pub fn f(&self, x: Tensor<3>) -> Tensor<10> { if x.size(0) == 10 { x } }",
    "const A: usize = B; const B: usize = A; pub fn f(&self, x: Tensor<A>) -> Scalar { x.sum() }",
    "const A: usize = 0.5; const B: usize = A + 1; pub fn f(&self, x: Tensor<B>) -> Scalar { x.sum() }",
    "const A: usize = 7 / 2; pub fn f(&self, x: Tensor<3>) -> Scalar { x.sum() }",
    "pub fn loss(&self, x: Tensor<3>) -> (Tensor<2>, Scalar) { let y = x.dense(2); (y, y.greater(0.0).sum()) }",
    "pub fn f(&self, x: Tensor<3>) -> (Tensor<2>, Scalar) { let y = x.dense(2); (y, y.greater(0.0).sum()) }",
    "pub fn f(&self, x: Tensor<3>) -> Scalar { let y = x.dense(2); (y.greater(0.0).stop_gradient() * y).sum() }",
    "pub fn f(&self, x: Tensor<3>) -> Scalar { x.dense(1).sum() - x.dense(2).stop_gradient().sign().sum() }",
    "pub fn f(&self, x: Tensor<3>) -> Scalar { x.dense(1).sum() * x.dense(2).sign().sum() }",
    "fn g(n: usize, x: Tensor<_>) -> Tensor<_> { x } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.g(2) }",
    "fn g(x: Tensor<_>, y: Tensor<_>) -> Tensor<_> { x + y } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.g() }",
    "fn g(x: Tensor<_>) -> Tensor<2> { x } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.g() }",
    "fn g(x: Tensor<_>) -> Tensor<_> { x.matmul(ones([2, 3])) } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.dense(4).g() }",
    "fn g(&self, x: Tensor<_>) -> Tensor<_> { x.dense(2) } pub fn f(&self, x: Tensor<3>) -> Tensor<2> { self.g(self.g(x)) }",
    "fn g(x: Tensor<_>, scale: Shared) -> Tensor<_> { x * scale } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.g(x.sum()) }",
];

#[test]
fn every_mistake_is_named_at_its_token() {
    let mut catalogue = String::new();
    let mut add = |shown: &str, text: &str, column: usize| {
        let errors = match compile(text) {
            Ok(_) => "accepted\n".to_string(),
            Err(errors) => errors,
        };
        catalogue += &format!("{shown}\n");
        for line in errors.lines() {
            // Columns count within the part that is shown.
            let line = match line.strip_prefix("2:").and_then(|line| line.split_once(' ')) {
                Some((place, message)) => {
                    let place = place.parse::<usize>().map_or(0, |place| place - column);
                    format!("{}^ {message}", " ".repeat(place))
                }
                None => line.to_string(),
            };
            catalogue += &format!("{line}\n");
        }
        catalogue += "\n";
    };
    for body in BODIES {
        let (head, tail) = (
            "pub struct N; const HIDDEN: usize = 8; pub fn logits(&self, x: Tensor<4>) -> Tensor<4> { x } \
             fn block(x: Tensor<_>) -> Tensor<_> { x.matmul(ones([3, 3])) } \
             fn needs_three(x: Tensor<3>) -> Tensor<_> { x }",
            "pub fn f(&self, x: Tensor<4>, m: Tensor<2, 3>, image: Tensor<1, 28, 28>, k: Index<3>) -> Tensor<4> {",
        );
        add(body, &format!("{head} {tail}\n{body}\n}}"), 1);
    }
    for declaration in DECLARATIONS {
        add(declaration, &format!("pub struct N;\n{declaration}"), 1);
    }
    insta::assert_snapshot!(catalogue);
}
