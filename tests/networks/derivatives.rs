network! {
    /// A perceptron that is asked for every derivative there is.
    pub struct Derivatives;

    #[derive_also(jvp)]
    pub fn scores(&self, input: Tensor<5>) -> Tensor<3> {
        input.dense(4).tanh().dense(3)
    }

    #[derive_also(jvp, hvp, gnvp(scores), grad(input, temperature, parameters))]
    pub fn loss(&self, input: Tensor<5>, temperature: Shared, class: Index<3>) -> Scalar {
        let scores = self.scores(input);
        (scores / temperature).softmax_cross_entropy(class) + 0.01 * parameters("*.weight").l2()
    }
}
