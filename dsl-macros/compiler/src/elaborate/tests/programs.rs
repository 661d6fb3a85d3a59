//! Networks of other families: the range of the language, as far as its words go.

use super::{show, sound};

/// Residual blocks (He et al., 2016), without normalisation.
pub const RESIDUAL: &str = "
    pub struct Residual;

    fn residual(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let body = x.conv(channels, 3, stride = stride, pad = 1).relu().conv(channels, 3, pad = 1);
        let skip = if stride == 1 { x } else { x.conv(channels, 1, stride = stride, bias = false) };
        (body + skip).relu()
    }

    fn stage(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let mut x = x.residual(channels, stride);
        for _ in 1..3 {
            x = x.residual(channels, 1);
        }
        x
    }

    pub fn logits(&self, image: Tensor<3, 8, 8>) -> Tensor<10> {
        let stem = image.conv(4, 3, pad = 1).relu();
        stem.stage(4, 1).stage(8, 2).mean_pool().dense(10)
    }
";

/// A recurrent classifier (Elman, 1990): one cell, held, shared over time.
pub const RECURRENT: &str = "
    pub struct Recurrent;

    const TIME: usize = 3;
    const HIDDEN: usize = 4;

    fn cell(x: Tensor<_>, h: Tensor<HIDDEN>) -> Tensor<HIDDEN> {
        (x.dense(HIDDEN) + h.dense(HIDDEN, bias = false)).tanh()
    }

    pub fn logits(&self, words: Index<7, TIME>) -> Tensor<2> {
        let step = cell();
        let x = words.embedding(5);
        let mut h = zeros([HIDDEN]);
        for t in 0..TIME {
            h = step(x.at(t), h);
        }
        h.dense(2)
    }
";

/// A decoder with tied embeddings (Vaswani et al., 2017), without normalisation.
pub const GPT: &str = "
    pub struct Gpt;

    const VOCAB: usize = 11;
    const TIME: usize = 4;
    const WIDTH: usize = 6;
    const HEADS: usize = 2;
    const DEPTH: usize = 2;

    fn heads(x: Tensor<TIME, WIDTH>) -> Tensor<HEADS, TIME, { WIDTH / HEADS }> {
        x.reshape([TIME, HEADS, WIDTH / HEADS]).transpose(0, 1)
    }

    fn attention(x: Tensor<TIME, WIDTH>) -> Tensor<TIME, WIDTH> {
        let [q, k, v] = x.dense(3 * WIDTH).split(3, axis = -1);
        let score = q.heads().matmul(k.heads().t()) / sqrt(WIDTH / HEADS);
        let mixed = score.softmax(-1).matmul(v.heads());
        mixed.transpose(0, 1).reshape([TIME, WIDTH]).dense(WIDTH)
    }

    fn block(x: Tensor<TIME, WIDTH>) -> Tensor<TIME, WIDTH> {
        let x = x + x.attention();
        x + x.dense(4 * WIDTH).gelu().dense(WIDTH)
    }

    pub fn logits(&self, tokens: Index<VOCAB, TIME>) -> Tensor<TIME, VOCAB> {
        let embed = embedding(WIDTH);
        let place = param([TIME, WIDTH], normal(0.02));
        let mut x = embed(tokens) + place;
        for _ in 0..DEPTH {
            x = x.block();
        }
        x.matmul(embed.weight.t())
    }

    pub fn loss(&self, tokens: Index<VOCAB, TIME>, next: Index<VOCAB, TIME>) -> Scalar {
        self.logits(tokens).softmax_cross_entropy(next)
    }
";

/// Two inputs through one encoder, two outputs, a regulariser.
pub const SIAMESE: &str = "
    pub struct Siamese;

    const LAMBDA: f64 = 1e-4;

    fn encode(x: Tensor<_>, inner: Layer) -> Tensor<_> {
        inner(x).relu().dense(2)
    }

    pub fn codes(&self, left: Tensor<6>, right: Tensor<6>) -> (Tensor<2>, Tensor<2>) {
        let encode = encode(dense(3));
        (encode(left), encode(right))
    }

    pub fn loss(&self, left: Tensor<6>, right: Tensor<6>, same: Tensor<1>, beta: Shared) -> (Scalar, Tensor<1>) {
        let (a, b) = self.codes(left, right);
        let distance = a.squared_error(b).reshape([1]);
        (distance.mean_squared_error(same) + beta * LAMBDA * parameters(\"*.weight\").l2(), distance)
    }
";

#[test]
fn residual_blocks() {
    insta::assert_snapshot!(show(&sound(RESIDUAL)));
}

#[test]
fn a_recurrent_network() {
    insta::assert_snapshot!(show(&sound(RECURRENT)));
}

#[test]
fn a_decoder() {
    insta::assert_snapshot!(show(&sound(GPT)));
}

#[test]
fn two_inputs_and_two_outputs() {
    insta::assert_snapshot!(show(&sound(SIAMESE)));
}

#[test]
fn the_same_text_gives_the_same_model() {
    assert_eq!(show(&sound(GPT)), show(&sound(GPT)));
}

/// Compilers are built without optimisation: a decoder of the usual depth must still be quick.
#[test]
fn a_deep_decoder_is_elaborated() {
    let deep = GPT.replace("DEPTH: usize = 2", "DEPTH: usize = 48");
    let model = sound(&deep);
    assert_eq!(model.parameters.len(), 48 * 8 + 2);
}

/// The networks the integration tests share.
#[test]
fn the_shared_fixtures_are_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/networks");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).expect("the fixtures are there") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let inside = text
            .split_once("network! {")
            .and_then(|(_, rest)| rest.rsplit_once('}'));
        let (inside, _) = inside.expect("a fixture is one `network! { … }`");
        if let Err(errors) = super::compile(inside) {
            panic!("{}:\n{errors}", path.display());
        }
        seen += 1;
    }
    assert!(seen > 0);
}
