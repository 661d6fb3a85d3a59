//! The networks that the benchmarks train: the same work as the peers' scripts, weight for weight.

use dsl_runtime::prelude::*;

/// A network twice, the second time with matrix products of half width.
macro_rules! in_both_widths {
    ($about:literal, $name:ident, $half:ident; $($items:tt)*) => {
        network! {
            #[doc = $about]
            pub struct $name;
            $($items)*
        }

        network! {
            #[doc = $about]
            #[products(bf16)]
            pub struct $half;
            $($items)*
        }
    };
}

network! {
    /// Exclusive or: 2-8-1.
    pub struct Xor;

    pub fn logit(&self, input: Tensor<2>) -> Tensor<1> {
        input.dense(8).tanh().dense(1)
    }

    pub fn loss(&self, input: Tensor<2>, target: Tensor<1>) -> Scalar {
        self.logit(input).binary_cross_entropy_with_logits(target)
    }
}

network! {
    /// A small perceptron for digits: 784-128-10.
    pub struct MlpSmall;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(128).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

in_both_widths! {
    "A larger perceptron: 784-512-256-10.", Mlp, HalfMlp;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(512).relu().dense(256).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// LeNet-5 with rectifiers and max pooling.
    pub struct LeNet5;

    fn stage(x: Tensor<_, _, _>, channels: usize, kernel: usize, pad: usize) -> Tensor<_, _, _> {
        x.conv(channels, kernel, pad = pad).relu().max_pool(2)
    }

    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.stage(6, 5, pad = 2).stage(16, 5, pad = 0).flatten();
        features.dense(120).relu().dense(84).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

in_both_widths! {
    "A small convolutional network for digits.", ConvNet, HalfConvNet;

    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.conv(32, 3).relu().conv(64, 3).relu().max_pool(2);
        features.flatten().dense(128).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

// The declaration whose compile time is measured, too.
include!("declarations/resnet20.rs");

/// The same declaration with products of half width.
mod half {
    macro_rules! network {
        ($($items:tt)*) => {
            dsl_runtime::network! {
                #[products(bf16)]
                $($items)*
            }
        };
    }

    include!("declarations/resnet20.rs");
}

pub use half::ResNet20 as HalfResNet20;

in_both_widths! {
    "A digit read row by row: the last of 28 states of 128 numbers.", Lstm, HalfLstm;

    pub fn logits(&self, rows: Tensor<28, 28>) -> Tensor<10> {
        let (_, last, _) = rows.lstm_with_state(128);
        last.dense(10)
    }

    pub fn loss(&self, rows: Tensor<28, 28>, digit: Index<10>) -> Scalar {
        self.logits(rows).softmax_cross_entropy(digit)
    }
}

in_both_widths! {
    "A decoder-only Transformer on letters, with a head of its own.", Gpt, HalfGpt;

    const TOKENS: usize = 65;
    const TIME: usize = 64;
    const WIDTH: usize = 128;

    pub fn logits(&self, tokens: Index<TOKENS, TIME>) -> Tensor<TIME, TOKENS> {
        let mut x = tokens.embedding(WIDTH) + learned_positions(TIME, WIDTH);
        for _ in 0..2 {
            x = x.encoder_layer(
                heads = 4,
                hidden = 4 * WIDTH,
                norm_first = true,
                causal = true,
                activation = gelu_tanh,
            );
        }
        x.layer_norm().dense(TOKENS, bias = false)
    }

    /// Mean cross-entropy of the next tokens.
    pub fn loss(&self, tokens: Index<TOKENS, TIME>, next: Index<TOKENS, TIME>) -> Scalar {
        self.logits(tokens).softmax_cross_entropy(next)
    }
}

network! {
    /// A small vision Transformer (Dosovitskiy et al., 2021): patches of 4 × 4, four layers, the mean of all places.
    pub struct Vit;

    const WIDTH: usize = 128;
    const PATCH: usize = 4;
    const PLACES: usize = 64;

    pub fn logits(&self, image: Tensor<3, 32, 32>) -> Tensor<10> {
        let patches = image.conv(WIDTH, PATCH, stride = PATCH).reshape([WIDTH, PLACES]).t();
        let mut x = patches + learned_positions(PLACES, WIDTH);
        for _ in 0..4 {
            x = x.encoder_layer(heads = 4, hidden = 4 * WIDTH, norm_first = true, activation = gelu);
        }
        x.layer_norm().mean(axis = 0).dense(10)
    }

    pub fn loss(&self, image: Tensor<3, 32, 32>, class: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}

network! {
    /// A small MobileNet (Howard et al., 2017): convolutions of single channels, each with one of single pixels behind it.
    pub struct MobileNet;

    fn separable(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let x = x.depthwise_conv(3, stride = stride, pad = 1, bias = false).batch_norm().relu();
        x.conv(channels, 1, bias = false).batch_norm().relu()
    }

    pub fn logits(&self, image: Tensor<3, 32, 32>) -> Tensor<10> {
        let stem = image.conv(32, 3, pad = 1, bias = false).batch_norm().relu();
        let x = stem.separable(64, 1).separable(128, 2).separable(128, 1);
        let x = x.separable(256, 2).separable(256, 1).separable(512, 2).separable(512, 1);
        x.global_mean_pool().dense(10)
    }

    pub fn loss(&self, image: Tensor<3, 32, 32>, class: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}

network! {
    /// A small U-Net (Ronneberger et al., 2015): down to a quarter of the resolution and up again, with a shortcut at each
    /// resolution.
    pub struct UNet;

    fn convolved(x: Tensor<_, _, _>, channels: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, pad = 1).relu().conv(channels, 3, pad = 1).relu()
    }

    fn joined(coarse: Tensor<_, _, _>, fine: Tensor<_, _, _>, channels: usize) -> Tensor<_, _, _> {
        concat([coarse.conv_transpose(channels, 2, stride = 2), fine], axis = 0).convolved(channels)
    }

    pub fn logits(&self, scene: Tensor<3, 64, 64>) -> Tensor<1, 64, 64> {
        let fine = scene.convolved(16);
        let middle = fine.max_pool(2).convolved(32);
        let coarse = middle.max_pool(2).convolved(64);
        coarse.joined(middle, 32).joined(fine, 16).conv(1, 1)
    }

    /// Mean cross-entropy of the pixels.
    pub fn loss(&self, scene: Tensor<3, 64, 64>, mask: Tensor<1, 64, 64>) -> Scalar {
        self.logits(scene).binary_cross_entropy_with_logits(mask)
    }
}

network! {
    /// Burgers' equation with a source, solved by a perceptron of 4 × 64 units: second derivatives in the loss (Raissi,
    /// Perdikaris and Karniadakis, 2019).
    pub struct Pinn;

    const VISCOSITY: f64 = 0.01;

    fn solution(&self, x: Scalar, t: Scalar) -> Scalar {
        let mut h = stack([x, t]);
        for _ in 0..4 {
            h = h.dense(64).tanh();
        }
        h.dense(1).at(0)
    }

    pub fn loss(&self, place: Tensor<2>, source: Tensor<1>) -> Scalar {
        let (x, t) = (place.at(0), place.at(1));
        let u = self.solution(x, t);
        let (slope, change) = u.grad((x, t));
        (change + u * slope - VISCOSITY * slope.grad(x) - source.at(0)).square()
    }
}

network! {
    /// The critic of a WGAN-GP (Gulrajani et al., 2017), 784-256-256-1: a gradient in the loss.
    pub struct Critic;

    fn score(&self, image: Tensor<784>) -> Scalar {
        image.dense(256).leaky_relu(0.2).dense(256).leaky_relu(0.2).dense(1).at(0)
    }

    pub fn loss(&self, real: Tensor<784>, fake: Tensor<784>) -> Scalar {
        let between = 0.5 * (real + fake);
        let slope = self.score(between).grad(between);
        self.score(fake) - self.score(real) + 10.0 * (slope.norm() - 1.0).square()
    }
}

network! {
    /// The small perceptron for digits, each example's gradient at most 1 long, as DP-SGD has it (Abadi et al., 2016).
    pub struct Clipped;

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        let loss = image.dense(128).relu().dense(10).softmax_cross_entropy(digit);
        let length = loss.per_example_grad(parameters("*")).norm();
        loss * (1.0 / length).min(1.0).stop_gradient()
    }
}

network! {
    /// The small perceptron for digits, for products with the Hessian of its loss.
    pub struct Curved;

    #[derive_also(hvp)]
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        image.dense(128).tanh().dense(10).softmax_cross_entropy(digit)
    }
}

network! {
    /// A small convolutional network, for products with the Hessian of its loss.
    pub struct CurvedConv;

    #[derive_also(hvp)]
    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        let features = image.conv(8, 5).tanh().max_pool(2).conv(16, 5).tanh().max_pool(2);
        features.flatten().dense(64).tanh().dense(10).softmax_cross_entropy(digit)
    }
}

// The peers count the same parameters; another number would mean another network.
const _: () = {
    assert!(<Xor as Network>::LAYOUT.count() == 33);
    assert!(<MlpSmall as Network>::LAYOUT.count() == 101_770);
    assert!(<Mlp as Network>::LAYOUT.count() == 535_818);
    assert!(<LeNet5 as Network>::LAYOUT.count() == 61_706);
    assert!(<ConvNet as Network>::LAYOUT.count() == 1_199_882);
    assert!(<ResNet20 as Network>::LAYOUT.count() == 272_474);
    assert!(<Lstm as Network>::LAYOUT.count() == 82_186);
    assert!(<Gpt as Network>::LAYOUT.count() == 421_632);
    assert!(<Vit as Network>::LAYOUT.count() == 809_098);
    assert!(<MobileNet as Network>::LAYOUT.count() == 543_050);
    assert!(<UNet as Network>::LAYOUT.count() == 117_041);
    assert!(<Pinn as Network>::LAYOUT.count() == 12_737);
    assert!(<Critic as Network>::LAYOUT.count() == 267_009);
    assert!(<Clipped as Network>::LAYOUT.count() == 101_770);
    assert!(<Curved as Network>::LAYOUT.count() == 101_770);
    assert!(<CurvedConv as Network>::LAYOUT.count() == 20_522);
};
