network! {
    /// A decoder-only Transformer (Vaswani et al., 2017; layer norm first), from matrix products and sums alone.
    pub struct Decoder;

    const VOCABULARY: usize = 11;
    const TIME: usize = 6;
    const WIDTH: usize = 8;
    const HEADS: usize = 2;
    const BLOCKS: usize = 2;

    /// Mean 0 and variance 1 along the last axis (Ba et al., 2016), then a trained scale and shift.
    fn layer_norm(x: Tensor<_, _>) -> Tensor<_, _> {
        let scale = param([WIDTH], constant(1.0));
        let shift = param([WIDTH], zeros());
        let centred = x - x.mean(axis = -1, keep = true);
        let variance = centred.square().mean(axis = -1, keep = true);
        centred / (variance + 1e-5).sqrt() * scale + shift
    }

    fn gelu_by_tanh(x: Tensor<_, _>) -> Tensor<_, _> {
        0.5 * x * (1.0 + (0.7978845608 * (x + 0.044715 * x * x * x)).tanh())
    }

    fn heads(x: Tensor<_, _>) -> Tensor<_, _, _> {
        x.reshape([TIME, HEADS, WIDTH / HEADS]).transpose(0, 1)
    }

    fn attention(x: Tensor<_, _>, mask: Tensor<_, _>) -> Tensor<_, _> {
        let [query, key, value] = x.dense(3 * WIDTH).split(3);
        let scores = heads(query).matmul(heads(key).t()) / sqrt(WIDTH / HEADS);
        let mixed = (scores + mask).softmax(-1).matmul(heads(value));
        mixed.transpose(0, 1).reshape([TIME, WIDTH]).dense(WIDTH)
    }

    fn block(x: Tensor<_, _>, mask: Tensor<_, _>) -> Tensor<_, _> {
        let attended = x + attention(layer_norm(x), mask);
        attended + gelu_by_tanh(layer_norm(attended).dense(4 * WIDTH)).dense(WIDTH)
    }

    /// A score per next token at every place; `mask` holds 0 where a place may look and a large negative number
    /// where it may not.
    pub fn logits(
        &self,
        tokens: Index<VOCABULARY, TIME>,
        mask: Shared<TIME, TIME>,
    ) -> Tensor<TIME, VOCABULARY> {
        let places = param([TIME, WIDTH], normal(0.02));
        let mut x = tokens.embedding(WIDTH) + places;
        for _ in 0..BLOCKS {
            x = x.block(mask);
        }
        layer_norm(x).dense(VOCABULARY)
    }

    /// Mean cross-entropy of the next tokens.
    pub fn loss(
        &self,
        tokens: Index<VOCABULARY, TIME>,
        mask: Shared<TIME, TIME>,
        next: Index<VOCABULARY, TIME>,
    ) -> Scalar {
        self.logits(tokens, mask).softmax_cross_entropy(next)
    }
}
