network! {
    /// Every activation, each of the input times a weight of its own, one behind the other.
    pub struct Activations;

    const WIDTH: usize = 6;

    fn own(x: Tensor<WIDTH>) -> Tensor<WIDTH> {
        let weight = param([WIDTH], constant(1.0));
        x * weight
    }

    pub fn values(&self, input: Tensor<WIDTH>) -> Tensor<153> {
        concat(
            [
                input.own().relu(),
                input.own().leaky_relu(),
                input.own().leaky_relu(slope = 0.25),
                input.own().prelu(),
                input.own().relu6(),
                input.own().elu(),
                input.own().elu(alpha = 0.75),
                input.own().selu(),
                input.own().gelu(),
                input.own().gelu_tanh(),
                input.own().silu(),
                input.own().mish(),
                input.own().sigmoid(),
                input.own().log_sigmoid(),
                input.own().tanh(),
                input.own().softplus(),
                input.own().softsign(),
                input.own().hard_sigmoid(),
                input.own().hard_swish(),
                input.own().hard_tanh(),
                input.own().hard_tanh(low = -0.5, high = 2.0),
                input.own().softmax(),
                input.own().softmax(temperature = 3.0),
                input.own().reshape([2, 3]).softmax(axis = 0).flatten(),
                input.own().log_softmax(),
                input.own().glu(),
            ],
            axis = 0,
        )
    }

    pub fn loss(&self, input: Tensor<WIDTH>, target: Tensor<153>) -> Scalar {
        self.values(input).mean_squared_error(target)
    }
}
