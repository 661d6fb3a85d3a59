network! {
    /// A margin classifier on learnt features.
    pub struct Margin;

    /// The signed margin.
    pub fn margin(&self, input: Tensor<6>) -> Tensor<1> {
        input.dense(5).tanh().dense(1)
    }

    /// `max(0, 1 - t·y)` with `t` either -1 or 1.
    pub fn loss(&self, input: Tensor<6>, side: Tensor<1>) -> Scalar {
        self.margin(input).hinge(side)
    }
}
