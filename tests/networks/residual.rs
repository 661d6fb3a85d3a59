network! {
    /// Residual perceptron: a loop that makes parameters, a choice by size, a parameter of its own.
    pub struct Residual;

    const WIDTH: usize = 6;
    const DEPTH: usize = 3;

    fn residual(x: Tensor<_>, from: usize, to: usize) -> Tensor<_> {
        let body = x.dense(to).relu().dense(to);
        let skip = if from == to { x } else { x.dense(to) };
        (body + skip).tanh()
    }

    /// One score per class.
    pub fn logits(&self, input: Tensor<9>) -> Tensor<3> {
        let scale = param([WIDTH], constant(1.5));
        let mut x = input.residual(9, WIDTH);
        for _ in 1..DEPTH {
            x = x.residual(WIDTH, WIDTH);
        }
        (x * scale).dense(3)
    }

    /// Cross-entropy of one example.
    pub fn loss(&self, input: Tensor<9>, label: Index<3>) -> Scalar {
        self.logits(input).softmax_cross_entropy(label)
    }
}
