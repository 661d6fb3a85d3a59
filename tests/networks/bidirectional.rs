network! {
    /// A sequence read from both ends, by each kind of recurrent layer in turn.
    pub struct Bidirectional;

    pub fn scores(&self, rows: Tensor<6, 3>) -> Tensor<6, 4> {
        let long = rows.bidirectional(lstm(4), lstm(4, reverse = true));
        let gated = long.bidirectional(gru(3), gru(3, reverse = true));
        let plain = gated.bidirectional(rnn(2), rnn(2, reverse = true));
        plain.dense(4)
    }

    /// Mean cross-entropy of a class at every step.
    pub fn loss(&self, rows: Tensor<6, 3>, classes: Index<4, 6>) -> Scalar {
        self.scores(rows).softmax_cross_entropy(classes)
    }
}
