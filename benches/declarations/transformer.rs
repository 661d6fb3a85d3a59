network! {
    /// The encoder–decoder Transformer (Vaswani et al., 2017), four layers on either side.
    pub struct Transformer;

    const VOCABULARY: usize = 8000;
    const TIME: usize = 64;
    const WIDTH: usize = 512;
    const HEADS: usize = 8;
    const LAYERS: usize = 4;

    pub fn logits(
        &self,
        source: Index<VOCABULARY, TIME>,
        source_mask: Tensor<TIME>,
        target: Index<VOCABULARY, TIME>,
    ) -> Tensor<TIME, VOCABULARY> {
        let mut memory = source.embedding(WIDTH) + sinusoidal_positions(TIME, WIDTH);
        for _ in 0..LAYERS {
            memory = memory.encoder_layer(source_mask, HEADS, 4 * WIDTH);
        }
        let mut x = target.embedding(WIDTH) + sinusoidal_positions(TIME, WIDTH);
        for _ in 0..LAYERS {
            x = x.decoder_layer(memory, memory_mask = source_mask, heads = HEADS, hidden = 4 * WIDTH);
        }
        x.dense(VOCABULARY)
    }

    /// Mean cross-entropy of the next tokens, padding left out.
    pub fn loss(
        &self,
        source: Index<VOCABULARY, TIME>,
        source_mask: Tensor<TIME>,
        target: Index<VOCABULARY, TIME>,
        next: Index<VOCABULARY, TIME>,
    ) -> Scalar {
        self.logits(source, source_mask, target).softmax_cross_entropy(next, ignore = 0.0)
    }
}
