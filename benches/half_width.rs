//! The networks of `networks.rs` that are made of matrix products, with factors of half width.

use dsl_runtime::prelude::*;

network! {
    /// A larger perceptron: 784-512-256-10.
    #[products(bf16)]
    pub struct Mlp;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(512).relu().dense(256).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// A digit read row by row: the last of 28 states of 128 numbers.
    #[products(bf16)]
    pub struct Lstm;

    pub fn logits(&self, rows: Tensor<28, 28>) -> Tensor<10> {
        let (_, last, _) = rows.lstm_with_state(128);
        last.dense(10)
    }

    pub fn loss(&self, rows: Tensor<28, 28>, digit: Index<10>) -> Scalar {
        self.logits(rows).softmax_cross_entropy(digit)
    }
}

network! {
    /// A decoder-only Transformer on letters, with a head of its own.
    #[products(bf16)]
    pub struct Gpt;

    const TOKENS: usize = 65;
    const TIME: usize = 64;
    const WIDTH: usize = 128;

    pub fn logits(&self, tokens: Index<TOKENS, TIME>) -> Tensor<TIME, TOKENS> {
        let mut x = tokens.embedding(WIDTH) + learned_positions(TIME, WIDTH);
        for _ in 0..2 {
            x = x.encoder_layer(
                heads = 4,
                hidden = 4 * WIDTH,
                norm_first = true,
                causal = true,
                activation = gelu_tanh,
            );
        }
        x.layer_norm().dense(TOKENS, bias = false)
    }

    /// Mean cross-entropy of the next tokens.
    pub fn loss(&self, tokens: Index<TOKENS, TIME>, next: Index<TOKENS, TIME>) -> Scalar {
        self.logits(tokens).softmax_cross_entropy(next)
    }
}
