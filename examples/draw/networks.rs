//! Small networks of five kinds.

use dsl_runtime::prelude::*;

network! {
    /// Two layers.
    #[document(dot, svg)]
    pub struct Mlp;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(128).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// LeNet-5 (LeCun et al., 1998) with rectifiers and max pooling.
    #[document(dot, svg)]
    pub struct LeNet;

    fn stage(x: Tensor<_, _, _>, channels: usize, pad: usize) -> Tensor<_, _, _> {
        x.conv(channels, 5, pad = pad).relu().max_pool(2)
    }

    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.stage(6, 2).stage(16, 0).flatten();
        features.dense(120).relu().dense(84).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// Two residual blocks (He et al., 2016).
    #[document(dot, svg)]
    pub struct Residual;

    fn residual(x: Tensor<_, _, _>) -> Tensor<_, _, _> {
        let body = x.conv(4, 3, pad = 1).relu().conv(4, 3, pad = 1);
        (x + body).relu()
    }

    pub fn logits(&self, image: Tensor<1, 8, 8>) -> Tensor<3> {
        let stem = image.conv(4, 3, pad = 1).relu();
        stem.residual().residual().global_mean_pool().dense(3)
    }

    pub fn loss(&self, image: Tensor<1, 8, 8>, class: Index<3>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}

network! {
    /// A held cell of long short-term memory (Hochreiter and Schmidhuber, 1997) in a loop over time.
    #[document(dot, svg)]
    pub struct Lstm;

    pub fn logits(&self, rows: Tensor<7, 3>) -> Tensor<4> {
        let cell = lstm_cell(5);
        let (mut h, mut c) = (zeros([5]), zeros([5]));
        for t in 0..7 {
            (h, c) = cell(rows.at(t), h, c);
        }
        h.dense(4)
    }

    pub fn loss(&self, rows: Tensor<7, 3>, class: Index<4>) -> Scalar {
        self.logits(rows).softmax_cross_entropy(class)
    }
}

network! {
    /// One layer of an encoder (Vaswani et al., 2017).
    #[document(dot, svg)]
    pub struct Transformer;

    pub fn logits(&self, words: Index<9, 5>, said: Tensor<5>) -> Tensor<5, 9> {
        let x = words.embedding(8) + sinusoidal_positions(5, 8);
        x.encoder_layer(said, 2, 12).dense(9)
    }

    pub fn loss(&self, words: Index<9, 5>, said: Tensor<5>, answer: Index<9, 5>) -> Scalar {
        self.logits(words, said).softmax_cross_entropy(answer)
    }
}
