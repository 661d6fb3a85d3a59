//! Thirty layers in ten ways, one declaration but for the layer and what its weights begin with; and one way at several depths.

use dsl_runtime::prelude::*;

/// A deep network whose `layer` is `$layer` of `x`, with weights that begin as `$initial`.
macro_rules! deep {
    ($(#[$doc:meta])* $name:ident, [$($initial:tt)*], [$($layer:tt)*]) => {
        network! {
            $(#[$doc])*
            #[initialize("*.layer*.weight" = $($initial)*)]
            pub struct $name;

            const DEPTH: usize = 30;
            const WIDTH: usize = 64;

            fn layer(x: Tensor<WIDTH>) -> Tensor<WIDTH> {
                $($layer)*
            }

            /// The scores, and of each layer the mean square and the share of zeros among its numbers.
            pub fn scores(&self, image: Tensor<784>) -> (Tensor<10>, Tensor<DEPTH>, Tensor<DEPTH>) {
                let mut x = image.dense(WIDTH).standardise();
                let mut squares = zeros([DEPTH]);
                let mut silent = zeros([DEPTH]);
                for layer in 0..DEPTH {
                    x = x.layer();
                    squares[layer] = x.square().mean().reshape([]);
                    silent[layer] = x.equal(0.0).mean().reshape([]);
                }
                (x.dense(10), squares, silent)
            }

            /// Cross-entropy of one digit.
            pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
                let (scores, _, _) = self.scores(image);
                scores.softmax_cross_entropy(digit)
            }
        }
    };
}

deep!(
    /// Sigmoids, as networks were until about 2006.
    Sigmoid, [xavier_normal()], [x.dense(WIDTH).sigmoid()]
);
deep!(
    /// Hyperbolic tangents of weights that are too small.
    TanhSmall, [normal(0.05)], [x.dense(WIDTH).tanh()]
);
deep!(
    /// Hyperbolic tangents of weights that are too large.
    TanhLarge, [normal(0.5)], [x.dense(WIDTH).tanh()]
);
deep!(
    /// Hyperbolic tangents as Glorot and Bengio (2010) begin them.
    TanhXavier, [xavier_normal()], [x.dense(WIDTH).tanh()]
);
deep!(
    /// Hyperbolic tangents of orthogonal matrices (Saxe et al., 2014).
    TanhOrthogonal, [orthogonal()], [x.dense(WIDTH).tanh()]
);
deep!(
    /// Rectifiers with the variance meant for tangents: half of it is lost in each layer.
    ReluXavier, [xavier_normal()], [x.dense(WIDTH).relu()]
);
deep!(
    /// Rectifiers as He et al. (2015) begin them.
    ReluHe, [he_normal()], [x.dense(WIDTH).relu()]
);
deep!(
    /// Rectifiers of weights that are too large.
    ReluLarge, [normal(0.4)], [x.dense(WIDTH).relu()]
);
deep!(
    /// The same weights, with a normalisation after each product (Ba et al., 2016).
    ReluNormed, [normal(0.4)], [x.dense(WIDTH).standardise().relu()]
);
deep!(
    /// Weights that are too small, beside a way around each layer (He et al., 2016).
    ReluResidual, [normal(0.02)], [x + x.relu().dense(WIDTH)]
);

network! {
    /// Layers with small weights, with or without a way around each: `DEPTH` of them.
    #[instantiate(DEPTH = [2, 5, 10, 20], AROUND = [false, true])]
    #[initialize("*.layer*.weight" = normal(0.1))]
    pub struct Deep<const DEPTH: usize, const AROUND: bool>;

    const WIDTH: usize = 64;

    fn layer(x: Tensor<WIDTH>) -> Tensor<WIDTH> {
        let y = x.relu().dense(WIDTH);
        if AROUND { x + y } else { y }
    }

    /// The scores, and of each layer the mean square and the share of zeros among its numbers.
    pub fn scores(&self, image: Tensor<784>) -> (Tensor<10>, Tensor<DEPTH>, Tensor<DEPTH>) {
        let mut x = image.dense(WIDTH).standardise();
        let mut squares = zeros([DEPTH]);
        let mut silent = zeros([DEPTH]);
        for layer in 0..DEPTH {
            x = x.layer();
            squares[layer] = x.square().mean().reshape([]);
            silent[layer] = x.equal(0.0).mean().reshape([]);
        }
        (x.dense(10), squares, silent)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        let (scores, _, _) = self.scores(image);
        scores.softmax_cross_entropy(digit)
    }
}
