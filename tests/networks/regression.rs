network! {
    /// Ridge regression: a linear model whose weights are kept small.
    pub struct Regression;

    const LAMBDA: f64 = 1e-2;

    /// Three numbers from six.
    pub fn prediction(&self, input: Tensor<6>) -> Tensor<3> {
        input.dense(3)
    }

    /// `mean (t - y)² + λ‖W‖²`; the bias is free.
    pub fn loss(&self, input: Tensor<6>, target: Tensor<3>) -> Scalar {
        self.prediction(input).mean_squared_error(target) + LAMBDA * parameters("*.weight").l2()
    }
}
