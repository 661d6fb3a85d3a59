network! {
    /// Long short-term memory in its three spellings: all states of a sequence, its last state and cell, and a held cell in
    /// a loop.
    pub struct Lstm;

    const TIME: usize = 7;
    const HIDDEN: usize = 5;

    pub fn logits(&self, rows: Tensor<TIME, 3>) -> Tensor<4> {
        let states = rows.lstm(6);
        let (others, last, memory) = states.lstm_with_state(4);
        let cell = lstm_cell(HIDDEN);
        let (mut h, mut c) = (zeros([HIDDEN]), zeros([HIDDEN]));
        for t in 0..TIME {
            (h, c) = cell(others.at(t), h, c);
        }
        concat([h, c, last, memory], axis = 0).dense(4)
    }

    pub fn loss(&self, rows: Tensor<TIME, 3>, class: Index<4>) -> Scalar {
        self.logits(rows).softmax_cross_entropy(class)
    }
}
