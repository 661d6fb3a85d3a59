network! {
    /// A decoder-only Transformer, norms first; what reads a token's row of the table also scores the next token.
    pub struct Gpt;

    const TOKENS: usize = 11;
    const TIME: usize = 6;
    const WIDTH: usize = 16;
    const HEADS: usize = 4;
    const BLOCKS: usize = 2;

    pub fn logits(&self, tokens: Index<TOKENS, TIME>) -> Tensor<TIME, TOKENS> {
        let table = embedding(WIDTH);
        let mut x = table(tokens) + learned_positions(TIME, WIDTH);
        for _ in 0..BLOCKS {
            x = x.encoder_layer(
                heads = HEADS,
                hidden = 2 * WIDTH,
                norm_first = true,
                causal = true,
                activation = gelu_tanh,
            );
        }
        x.layer_norm().matmul(table.weight.t())
    }

    /// Mean cross-entropy of the next tokens.
    pub fn loss(&self, tokens: Index<TOKENS, TIME>, next: Index<TOKENS, TIME>) -> Scalar {
        self.logits(tokens).softmax_cross_entropy(next)
    }
}
