network! {
    /// VGG-16 for ImageNet (Simonyan and Zisserman, 2015), configuration D.
    pub struct Vgg16;

    fn stage(x: Tensor<_, _, _>, channels: usize, depth: usize) -> Tensor<_, _, _> {
        let mut x = x;
        for _ in 0..depth {
            x = x.conv(channels, 3, pad = 1).relu();
        }
        x.max_pool(2)
    }

    pub fn logits(&self, image: Tensor<3, 224, 224>) -> Tensor<1000> {
        let features = image.stage(64, 2).stage(128, 2).stage(256, 3).stage(512, 3).stage(512, 3);
        features.flatten().dense(4096).relu().dense(4096).relu().dense(1000)
    }

    pub fn loss(&self, image: Tensor<3, 224, 224>, class: Index<1000>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
