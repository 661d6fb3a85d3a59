//! What `network!` emits raises no warning, whatever a user's crate denies. This compiles, so it passes; it has no test
//! harness, because with one rustc does not look for missing documentation.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unused_qualifications,
    unused_results,
    clippy::all
)]

macro_rules! networks {
    ($($name:ident),* $(,)?) => {
        $(
            pub mod $name {
                //! A network of `tests/networks`.
                use dsl_runtime::prelude::*;

                include!(concat!("networks/", stringify!($name), ".rs"));
            }
        )*
    };
}

networks!(
    batch_norm,
    batch_statistics,
    channels_last,
    conv_strided,
    decoder,
    filters,
    gradient_penalty,
    hinge,
    lenet,
    lenet_small,
    mlp,
    mlp_small_parity,
    naive_sigmoid,
    oscillator,
    regression,
    residual,
    soft_targets,
    two_inputs_two_outputs,
    xor,
);

/// Blocks, a network that imports them, and a family.
pub mod reuse {
    use dsl_runtime::prelude::*;

    /// What is published.
    pub mod library {
        use dsl_runtime::prelude::*;

        blocks! {
            use vision_blocks::normalised;

            const HALF: f64 = 0.5;

            /// Half of the norm.
            pub fn halved(x: Tensor<_>) -> Tensor<_> {
                HALF * x.normalised()
            }

            pub(crate) fn unused(x: Tensor<_>) -> Tensor<_> {
                x
            }
        }
    }

    network! {
        use library::halved;

        /// Several at once.
        #[instantiate(WIDTH = [2, 3])]
        pub struct Halves<const WIDTH: usize>;

        /// The loss.
        pub fn loss(&self, x: Tensor<4>) -> Scalar {
            x.halved().dense(WIDTH).squared_error(zeros([WIDTH]))
        }
    }
}

/// A network in a scope whose user has taken the names that emitted code might lean on.
pub mod taken {
    #![expect(
        missing_docs,
        missing_debug_implementations,
        reason = "a name is all there is to each"
    )]

    pub struct Ok;
    pub struct Err;
    pub struct Some;
    pub struct None;
    pub struct Result;
    pub struct Option;
    pub struct Real;
    pub mod core {}
    pub mod std {}
    pub mod mlp {}
    pub mod layout {}
    pub mod steps {}

    use dsl_runtime::network;
    include!("networks/mlp.rs");
}

fn main() {
    use dsl_runtime::{Network, network};

    network! {
        /// A network inside a function.
        struct Local;

        /// Twice the input.
        pub fn twice(&self, input: Tensor<2>) -> Tensor<2> {
            2.0 * input
        }
    }
    assert_eq!(<Local as Network>::NAME, "Local");
    assert_eq!(<taken::Mlp as Network>::NAME, "Mlp");
}
