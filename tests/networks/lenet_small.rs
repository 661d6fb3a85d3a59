network! {
    /// LeNet's order of layers on 12×12 images.
    pub struct LeNetSmall;

    /// One score per class.
    pub fn logits(&self, image: Tensor<1, 12, 12>) -> Tensor<4> {
        let edges = image.conv(2, 3, pad = 1).relu().max_pool(2);
        let corners = edges.conv(3, 3).relu().max_pool(2);
        corners.flatten().dense(8).relu().dense(4)
    }

    /// Cross-entropy of one image.
    pub fn loss(&self, image: Tensor<1, 12, 12>, label: Index<4>) -> Scalar {
        self.logits(image).softmax_cross_entropy(label)
    }
}
