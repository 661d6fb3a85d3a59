network! {
    /// Encoder and decoder (Vaswani et al., 2017) of one layer each. Masks hold 1 where there is a token, 0 where there is
    /// padding.
    pub struct Transformer;

    const TOKENS: usize = 9;
    const WORDS: usize = 5;
    const TIME: usize = 4;
    const WIDTH: usize = 8;
    const HEADS: usize = 2;
    const HIDDEN: usize = 12;

    fn embedded(&self, tokens: Index<TOKENS, _>) -> Tensor<_, WIDTH> {
        let x = tokens.embedding(WIDTH) * sqrt(WIDTH);
        x + sinusoidal_positions(x.size(0), WIDTH)
    }

    pub fn logits(
        &self,
        words: Index<TOKENS, WORDS>,
        said: Tensor<WORDS>,
        given: Index<TOKENS, TIME>,
        written: Tensor<TIME>,
    ) -> Tensor<TIME, TOKENS> {
        let memory = self.embedded(words).encoder_layer(said, HEADS, HIDDEN);
        let x = self.embedded(given);
        x.decoder_layer(memory, written, said, HEADS, HIDDEN)
            .dense(TOKENS)
    }

    /// Mean cross-entropy of the answer's tokens, padding (0) left out.
    pub fn loss(
        &self,
        words: Index<TOKENS, WORDS>,
        said: Tensor<WORDS>,
        given: Index<TOKENS, TIME>,
        written: Tensor<TIME>,
        answer: Index<TOKENS, TIME>,
    ) -> Scalar {
        self.logits(words, said, given, written)
            .softmax_cross_entropy(answer, ignore = 0.0)
    }
}
