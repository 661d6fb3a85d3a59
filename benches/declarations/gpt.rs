network! {
    /// A decoder-only Transformer of the size of GPT-2 small (Radford et al., 2019), with tied embeddings.
    pub struct Gpt;

    const VOCABULARY: usize = 50257;
    const TIME: usize = 256;
    const WIDTH: usize = 768;
    const HEADS: usize = 12;
    const BLOCKS: usize = 12;

    pub fn logits(&self, tokens: Index<VOCABULARY, TIME>) -> Tensor<TIME, VOCABULARY> {
        let embed = embedding(WIDTH, init = normal(0.02));
        let mut x = embed(tokens) + learned_positions(TIME, WIDTH);
        for _ in 0..BLOCKS {
            x = x.encoder_layer(HEADS, 4 * WIDTH, norm_first = true, causal = true, activation = gelu_tanh);
        }
        x.layer_norm().matmul(embed.weight.t())
    }

    /// Mean cross-entropy of the next tokens.
    pub fn loss(&self, tokens: Index<VOCABULARY, TIME>, next: Index<VOCABULARY, TIME>) -> Scalar {
        self.logits(tokens).softmax_cross_entropy(next)
    }
}
