//! dsl-runtime under other names: `nn` in this crate's manifest, and what a facade passes on.
//!
//! No crate here is called `dsl_runtime`, so emitted code that looked for that name would not compile.

#![forbid(unsafe_code)]

/// Declared through the renamed dependency.
pub mod renamed {
    nn::network! {
        // A block of another crate, which knows the runtime by its own name.
        use vision_blocks::dense::residual;

        /// Two scores for a point.
        pub struct Point;

        /// One score for each class.
        pub fn scores(&self, at: Tensor<2>) -> Tensor<2> {
            at.dense(4).batch_norm().tanh().residual(4).dense(2)
        }

        /// Minimised in training.
        pub fn loss(&self, at: Tensor<2>, inside: Index<2>) -> Scalar {
            self.scores(at).softmax_cross_entropy(inside)
        }
    }
}

/// Declared through what a facade passes on.
pub mod passed_on {
    use facade::{blocks, network};

    blocks! {
        /// A layer and its rectifier.
        pub fn rectified(x: Tensor<_>, width: usize) -> Tensor<_> {
            x.dense(width).relu()
        }
    }

    network! {
        use self::rectified;

        /// A number for a point.
        pub struct Height;

        /// The squared error of one example.
        pub fn loss(&self, at: Tensor<2>, height: Tensor<1>) -> Scalar {
            at.rectified(4).dense(1).squared_error(height)
        }
    }
}

/// Two types whose names differ in their capitals alone, and nothing in sight: neither Rust's prelude nor a `use`.
#[no_implicit_prelude]
pub mod bare {
    ::nn::network! {
        /// One number for each class.
        pub struct Mlp;

        /// Scores of one example, and the noise of training.
        pub fn loss(&self, x: Tensor<1, 6, 6>, class: Index<3>) -> Scalar {
            let mut seen = x.conv(2, 3).relu().max_pool(2).flatten();
            for _ in 0..4 {
                seen = seen.layer_norm().dropout(0.1).tanh();
            }
            seen.dense(3).softmax_cross_entropy(class)
        }
    }

    ::nn::network! {
        /// Another of the same letters.
        #[instantiate(WIDTH = [2, 4])]
        pub struct MLP<const WIDTH: usize>;

        /// The squared error of one example.
        pub fn loss(&self, x: Tensor<2, 3>, t: Tensor<1>) -> Scalar {
            x.lstm(WIDTH).at(-1).batch_norm().dense(1).squared_error(t)
        }
    }
}

#[cfg(test)]
mod tests {
    use facade::prelude::Train as _;

    #[test]
    fn a_network_of_a_renamed_crate_trains() {
        let points = [0.1, 0.2, 0.9, -0.8, -0.3, 0.1, 0.7, 0.9];
        let inside = [1, 0, 1, 0];
        let mut model = super::renamed::Point::new(1);
        let mut work = super::renamed::Point::workspace().batch(4).build();
        let mut optimizer = nn::Sgd::new(0.1);
        let mut step = || {
            model
                .train_step(&mut work, (&points, &inside), &mut optimizer)
                .unwrap()
        };
        let first = step();
        let last = (0..30).map(|_| step()).last().unwrap();
        assert!(last < first);
    }

    #[test]
    fn a_network_of_a_facade_trains() {
        let mut model = super::passed_on::Height::new(1);
        let mut work = super::passed_on::Height::workspace().batch(2).build();
        let mut optimizer = facade::prelude::Sgd::new(0.1);
        let mut step = || {
            let inputs: (&[f32], &[f32]) = (&[1.0, 2.0, 0.0, 1.0], &[1.0, -1.0]);
            model.train_step(&mut work, inputs, &mut optimizer).unwrap()
        };
        let first = step();
        let last = (0..30).map(|_| step()).last().unwrap();
        assert!(last < first);
    }
}
