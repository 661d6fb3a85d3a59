network! {
    /// A long short-term memory (Hochreiter and Schmidhuber, 1997) that reads rows of 28 numbers, and says what it has read.
    pub struct Lstm;

    const TIME: usize = 28;
    const HIDDEN: usize = 128;

    pub fn logits(&self, rows: Tensor<TIME, 28>) -> Tensor<10> {
        let cell = lstm_cell(HIDDEN);
        let (mut h, mut c) = (zeros([HIDDEN]), zeros([HIDDEN]));
        for t in 0..TIME {
            (h, c) = cell(rows.at(t), h, c);
        }
        h.dense(10)
    }

    pub fn loss(&self, rows: Tensor<TIME, 28>, class: Index<10>) -> Scalar {
        self.logits(rows).softmax_cross_entropy(class)
    }
}
