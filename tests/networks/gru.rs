network! {
    /// Gated recurrent units: over a sequence from a given state, and a held cell in a loop.
    pub struct Gru;

    const TIME: usize = 7;
    const HIDDEN: usize = 5;

    pub fn logits(&self, rows: Tensor<TIME, 3>, before: Tensor<6>) -> Tensor<4> {
        let states = rows.gru(before, hidden = 6);
        let cell = gru_cell(HIDDEN);
        let mut h = zeros([HIDDEN]);
        for t in 0..TIME {
            h = cell(states.at(t), h);
        }
        concat([h, states.at(-1)], axis = 0).dense(4)
    }

    pub fn loss(&self, rows: Tensor<TIME, 3>, before: Tensor<6>, class: Index<4>) -> Scalar {
        self.logits(rows, before).softmax_cross_entropy(class)
    }
}
