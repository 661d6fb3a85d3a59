network! {
    /// Every loss, each of scores with weights of their own.
    pub struct Losses;

    const CLASSES: usize = 4;

    fn own(x: Tensor<CLASSES>) -> Tensor<CLASSES> {
        let weight = param([CLASSES], constant(1.0));
        x * weight
    }

    /// Those against one class.
    pub fn of_class(
        &self,
        input: Tensor<CLASSES>,
        class: Index<CLASSES>,
    ) -> (Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar) {
        (
            input.own().softmax_cross_entropy(class),
            input.own().softmax_cross_entropy(class, label_smoothing = 0.125),
            input.own().softmax_cross_entropy(class, ignore = 2.0),
            input.own().softmax().cross_entropy(class),
            input.own().log_softmax().negative_log_likelihood(class),
            input
                .own()
                .log_softmax()
                .negative_log_likelihood(class, ignore = 1.0),
            input.own().hinge(class, margin = 0.5),
        )
    }

    /// Those against a distribution.
    pub fn of_distribution(
        &self,
        input: Tensor<CLASSES>,
        shares: Tensor<CLASSES>,
    ) -> (Scalar, Scalar, Scalar, Scalar, Scalar, Scalar) {
        (
            input.own().softmax_cross_entropy(shares),
            input.own().softmax_cross_entropy(shares, label_smoothing = 0.25),
            input.own().softmax().cross_entropy(shares),
            input.own().softmax().kl_divergence(shares),
            input.own().sigmoid().binary_cross_entropy(shares),
            input.own().binary_cross_entropy_with_logits(shares),
        )
    }

    /// Those against numbers.
    pub fn of_numbers(
        &self,
        input: Tensor<CLASSES>,
        target: Tensor<CLASSES>,
    ) -> (Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar) {
        (
            input.own().squared_error(target),
            input.own().mean_squared_error(target),
            input.own().absolute_error(target),
            input.own().mean_absolute_error(target),
            input.own().huber(target, delta = 0.75),
            input.own().smooth_l1(target, beta = 0.5),
            input.own().gaussian_kl_divergence(target.own()),
            input.own().gaussian_negative_log_likelihood(input.own(), target),
        )
    }

    /// Those against two classes.
    pub fn of_two(
        &self,
        input: Tensor<CLASSES>,
        side: Tensor<CLASSES>,
        truth: Index<2>,
    ) -> (Scalar, Scalar, Scalar) {
        (
            input.own().hinge(side),
            input.own().at(1).sigmoid().binary_cross_entropy(truth),
            input.own().at(2).binary_cross_entropy_with_logits(truth),
        )
    }

    /// The sum of all, and penalties on the parameters.
    pub fn loss(
        &self,
        input: Tensor<CLASSES>,
        class: Index<CLASSES>,
        shares: Tensor<CLASSES>,
        target: Tensor<CLASSES>,
        side: Tensor<CLASSES>,
        truth: Index<2>,
    ) -> Scalar {
        let (a, b, c, d, e, f, g) = self.of_class(input, class);
        let (h, i, j, k, l, m) = self.of_distribution(input, shares);
        let (n, o, p, q, r, s, t, u) = self.of_numbers(input, target);
        let (v, w, x) = self.of_two(input, side, truth);
        let all = a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s + t + u;
        let penalties = 0.5 * parameters("of_class.*").l1()
            + 0.25 * parameters("of_numbers.*").l2()
            + 0.125 * parameters("of_two.*").norm();
        all + v + w + x + penalties
    }
}
