//! Convolution and pooling in every geometry.

use super::network_case;

network_case! { geometries: Geometries { loss(reals) + loss_and_grad out(reals) }
    pub struct Geometries;

    pub fn out(&self, image: Tensor<4, 7, 6>) -> (Tensor<2, 4, 3>, Tensor<4, 5, 4>, Tensor<6, 7, 6>, Tensor<3, 3, 3>) {
        let uneven = param([3, 4, 2, 3], constant(1.0));
        (
            image.conv(2, 3, stride = 2, pad = 1),
            image.conv(4, 3, groups = 4),
            image.conv(6, 1, groups = 2, bias = false),
            image.convolve(uneven, stride = [2, 1], dilation = [3, 2], pad = [1, 0]).pad(2, 0, 1).tanh(),
        )
    }

    pub fn loss(&self, image: Tensor<4, 7, 6>) -> Scalar {
        let (a, b, c, d) = self.out(image.conv(4, 3, pad = 1).relu());
        a.l2() + b.sigmoid().sum() + c.relu().max_pool(2).sum() + d.sum()
    }
}

network_case! { 18; pooling: Pooling { loss(reals) + loss_and_grad out(reals) }
    pub struct Pooling;

    pub fn out(&self, image: Tensor<2, 5, 7>) -> (Tensor<2, 2, 3>, Tensor<2, 3, 4>, Tensor<2, 3, 3>, Tensor<2>) {
        (image.max_pool(2), image.mean_pool(2, pad = 1), image.max_pool(3, stride = [2, 2], pad = [1, 0]), image.mean_pool())
    }

    pub fn loss(&self, image: Tensor<2, 5, 7>) -> Scalar {
        let (a, b, c, d) = self.out(image.conv(2, 3, pad = 1));
        a.l2() + b.exp().sum() + c.tanh().sum() + d.norm() + image.max_pool([2, 3], stride = 1).dense(2).l2()
    }
}

network_case! { kernels_from_elsewhere: KernelsFromElsewhere { loss(reals) + loss_and_grad }
    pub struct KernelsFromElsewhere;

    pub fn loss(&self, image: Tensor<2, 5, 5>) -> Scalar {
        let weight = param([2, 2, 3, 3], constant(1.0));
        // A kernel that is computed, used twice, on an image that is a window on another.
        let edges = image.slice(1, 1, 5).convolve(weight.tanh(), pad = 1);
        let again = edges.transpose(1, 2).convolve(weight.tanh());
        let same = image.convolve(weight, stride = 2).convolve(weight.reshape([2, 2, 9]).slice(2, 0, 4).reshape([2, 2, 2, 2]));
        again.relu().sum() + edges.l2() + same.l2() + weight.l2()
    }
}

// Kernels whose arguments are one for the batch where they usually differ, and the other way round.
network_case! { 18; kinds: Kinds { loss(reals reals) + loss_and_grad linear(reals) + linear_and_grad filtered(reals reals) }
    pub struct Kinds;

    pub fn filtered(&self, image: Tensor<1, 4, 4>, kernel: Tensor<2, 1, 2, 2>) -> (Tensor<2, 3, 3>, Tensor<2, 3, 3>) {
        let paper = param([1, 4, 4], constant(1.0));
        (image.convolve(kernel), paper.convolve(kernel).relu())
    }

    pub fn loss(&self, image: Tensor<1, 4, 4>, kernel: Tensor<2, 1, 2, 2>) -> Scalar {
        let weight = param([2, 1, 2, 2], constant(1.0));
        let paper = param([1, 4, 4], constant(1.0));
        let (a, b) = self.filtered(image * paper, kernel * weight);
        let c = paper.convolve(weight).tanh().max_pool(2);
        (a * b).sum() + c.l2() + (image.convolve(weight) - paper.convolve(weight)).l2() + image.convolve(kernel.tanh() + weight).l2()
    }

    pub fn linear(&self, image: Tensor<1, 4, 4>) -> Scalar {
        let y = image.conv(2, 3, pad = 1);
        y.sum() + y.max_pool(2).sum() + y.mean_pool(2).sum()
    }
}

// Numbers for each channel after a product, then what is added to it, in every order they can be written in.
network_case! { 18; normalised: Normalised { out(reals) filtered(reals reals) loss(reals) + loss_and_grad }
    pub struct Normalised;

    fn scaled(x: Tensor<_, _, _>) -> Tensor<_, _, _> {
        let mean = buffer([x.size(0)], normal(0.5)).reshape([x.size(0), 1, 1]);
        let scale = param([x.size(0)], normal(0.5)).reshape([x.size(0), 1, 1]);
        let shift = param([x.size(0)], normal(0.5)).reshape([x.size(0), 1, 1]);
        shift + scale * (x - mean)
    }

    fn scaled_row(x: Tensor<_>) -> Tensor<_> {
        (x - buffer([x.size(0)], normal(0.5))) * param([x.size(0)], normal(0.5)) + param([x.size(0)], normal(0.5))
    }

    pub fn out(&self, image: Tensor<2, 8, 8>) -> (Tensor<4, 8, 8>, Tensor<4, 8, 8>, Tensor<3, 4, 4>, Tensor<5>) {
        let x = image.conv(4, 3, pad = 1, bias = false).scaled().relu();
        let sum = (x + x.conv(4, 3, pad = 1, bias = false).scaled()).relu();
        let both = x.conv(4, 1, bias = false).scaled() + sum.conv(4, 3, pad = 1, bias = false).scaled();
        let strided = both.conv(3, 3, stride = 2, pad = 1, bias = false).scaled();
        (sum, both, strided, strided.flatten().dense(5, bias = false).scaled_row().relu())
    }

    /// What is added differs from example to example, and so do the kernels, or is one for all.
    pub fn filtered(&self, image: Tensor<2, 4, 4>, kernel: Tensor<2, 2, 1, 1>) -> (Tensor<2, 4, 4>, Tensor<2, 4, 4>) {
        let paper = param([2, 4, 4], normal(1.0));
        let own = (image.convolve(kernel).scaled() + image).relu();
        (own, image.conv(2, 3, pad = 1, bias = false).scaled() + paper)
    }

    pub fn loss(&self, image: Tensor<2, 8, 8>) -> Scalar {
        let (a, b, c, d) = self.out(image);
        a.l2() + b.sigmoid().sum() + c.tanh().sum() + d.sum()
    }
}

// Filters that a network predicts for each image, over features that lie in blocks; a class token beside features.
network_case! { every batch; predicted_filters: PredictedFilters { loss(reals) + loss_and_grad tokens(reals) + tokens_and_grad }
    pub struct PredictedFilters;

    pub fn loss(&self, image: Tensor<1, 5, 4>) -> Scalar {
        let features = image.conv(2, 3, pad = 1).relu();
        let filters = image.conv(4, [5, 1]).tanh().reshape([2, 2, 2, 2]);
        let own = features.convolve(filters, pad = 1);
        let up = features.convolve_transpose(filters, stride = 2);
        let shared = param([2, 2, 5, 4], constant(1.0)).at(0).convolve(filters);
        own.tanh().sum() + up.l2() + shared.sum() + features.sum()
    }

    pub fn tokens(&self, image: Tensor<1, 4, 4>) -> Scalar {
        let features = image.conv(3, 3, pad = 1).relu();
        let places = param([2, 4, 4], constant(1.0));
        let joined = concat([features, places, features.max_pool(3, stride = 1, pad = 1)], axis = 0);
        let stacked = stack([places.at(0), features.at(0)]);
        joined.conv(2, 1).tanh().sum() + stacked.conv(1, 2).sum() + concat([places, features], axis = 0).sum()
    }
}

// What is divided by a number of each example is 0/0 for the examples that a block lacks, and so is its logarithm infinite.
network_case! { every batch; divided_images: DividedImages { loss(reals reals) + loss_and_grad spread(reals reals) + spread_and_grad bounded(reals) + bounded_and_grad }
    pub struct DividedImages;

    pub fn loss(&self, image: Tensor<1, 5, 4>, scale: Tensor<2>) -> Scalar {
        let features = image.conv(2, 3, bias = false) / image.square().sum();
        let logarithms = (1.5 + features.tanh()).log() / scale.square().sum();
        features.conv(3, 2).square().sum() + logarithms.conv(1, 2).sum() + features.square().log().conv(1, 2).tanh().sum()
    }

    /// The same on the other side of the product.
    pub fn spread(&self, x: Tensor<1, 1, 2>, y: Tensor<1, 1, 4>) -> Scalar {
        let up = x.conv_transpose(1, [1, 2], stride = [1, 2]);
        (up / y.square().sum()).squared_error(y)
    }

    /// A bounded logarithm, which of the negative number that the examples that a block lacks have is NaN all the same.
    pub fn bounded(&self, image: Tensor<1, 5, 4>) -> Scalar {
        let features = image.conv(2, 3, bias = false);
        let loudness = (features.square().sum() - 0.0001).clamped_log();
        (features * loudness).conv(1, 2).tanh().sum()
    }
}
