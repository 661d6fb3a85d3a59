//! Two networks with one body: what the first learns of digits, the second begins with.

use dsl_runtime::prelude::*;

mod body {
    use dsl_runtime::prelude::*;

    blocks! {
        /// LeNet's convolutions and its first dense layer (LeCun et al., 1998): what an image is described by.
        pub fn describe(image: Tensor<1, 28, 28>) -> Tensor<_> {
            let edges = image.conv(6, 5, pad = 2).relu().max_pool(2);
            edges.conv(16, 5).relu().max_pool(2).flatten().dense(120).relu()
        }
    }
}

network! {
    use body::describe;

    /// Reads digits.
    pub struct Digits;

    #[name = ""]
    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        image.describe(name = "body").dense(10, name = "head")
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    use body::describe;

    /// Reads digits on cloth, upright and lying on their side: twice as many classes.
    pub struct Cloth;

    #[name = ""]
    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<20> {
        image.describe(name = "body").dense(20, name = "head")
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, class: Index<20>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
