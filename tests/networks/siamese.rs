network! {
    /// Two images through one encoder (Hadsell, Chopra and LeCun, 2006), as the example of this name, small.
    pub struct Siamese;

    const CODE: usize = 3;
    const MARGIN: f64 = 2.0;

    /// An image's place in the space of codes.
    pub fn code(&self, image: Tensor<1, 8, 8>) -> Tensor<CODE> {
        let edges = image.conv(2, 3, pad = 1).relu().max_pool(2);
        edges.flatten().dense(5).relu().dense(CODE)
    }

    /// `d²` where the two are of one class, `max(0, MARGIN − d)²` where they are not, for the distance `d` of their
    /// codes.
    pub fn loss(&self, left: Tensor<1, 8, 8>, right: Tensor<1, 8, 8>, same: Scalar) -> Scalar {
        let square = (self.code(left) - self.code(right)).square().sum();
        let missing = (MARGIN - (square + 1e-6).sqrt()).relu();
        same * square + (1.0 - same) * missing.square()
    }
}
