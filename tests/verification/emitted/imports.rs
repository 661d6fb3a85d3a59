//! Blocks of other crates and modules compute what their text computes, whoever imports them, by whatever path and name.

use super::network_case;
use dsl_runtime::{Network, network};

/// Blocks of this crate, made from those of others.
mod local {
    dsl_runtime::blocks! {
        use vision_blocks::dense::{residual, stage as deep};

        const SLOPE: f64 = 0.7;

        fn scaled(x: Tensor<_>) -> Tensor<_> {
            SLOPE * x
        }

        /// Two crates deep, and a private block of a name that both have too.
        pub(crate) fn tower(x: Tensor<_>, depth: usize) -> Tensor<_> {
            x.residual(2).deep(3, depth).scaled()
        }
    }
}

/// Blocks passed on under another name.
mod passed_on {
    pub use vision_blocks::dense::around as about;
    pub use vision_blocks::normalised;
}

network_case! { imported: Net { logits(reals) loss(reals indices) + loss_and_grad }
    use crate::emitted::imports::local::tower;
    use crate::emitted::imports::passed_on::{about, normalised as norm};

    pub struct Net;

    const SLOPE: f64 = 100.0;

    fn scaled(x: Tensor<_>) -> Tensor<_> {
        SLOPE * x.tanh()
    }

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        let twice = norm();
        twice(twice(x).tower(2).about(scaled).about(dense(6))).scaled().dense(4)
    }

    pub fn loss(&self, x: Tensor<6>, y: Index<4>) -> Scalar {
        self.logits(x).softmax_cross_entropy(y)
    }
}

network_case! { differentiating: Steep { loss(reals) + loss_and_grad }
    use vision_blocks::steepness;

    pub struct Steep;

    fn body(x: Tensor<_>) -> Tensor<_> {
        x.dense(5).tanh().dense(3)
    }

    pub fn loss(&self, x: Tensor<6>) -> Scalar {
        x.steepness(body) + 0.5 * x.steepness(dense(4))
    }
}

network! {
    use vision_blocks::dense::stage;

    /// By import.
    pub struct Imported;

    pub fn loss(&self, x: Tensor<6>, y: Tensor<6>) -> Scalar {
        x.stage(4, 2).squared_error(y)
    }
}

network! {
    /// The same text, written out.
    pub struct Written;

    fn norm_scaled(x: Tensor<_>, start: f64) -> Tensor<_> {
        let scale = param([x.size(0)], constant(start));
        scale * x
    }

    fn norm(x: Tensor<_>) -> Tensor<_> {
        let centred = x - x.mean();
        (centred / sqrt(centred.square().mean() + 1e-5)).norm_scaled(1.0)
    }

    fn scaled(x: Tensor<_>, width: usize) -> Tensor<_> {
        x.dense(width).leaky_relu(0.2) / 3.0
    }

    fn residual(x: Tensor<_>, width: usize) -> Tensor<_> {
        x + x.norm().scaled(width).dense(x.size(0))
    }

    fn stage(x: Tensor<_>, width: usize, depth: usize) -> Tensor<_> {
        let mut x = x;
        for _ in 0..depth {
            x = x.residual(width);
        }
        x
    }

    pub fn loss(&self, x: Tensor<6>, y: Tensor<6>) -> Scalar {
        x.stage(4, 2).squared_error(y)
    }
}

#[test]
fn an_imported_block_is_what_its_text_is() {
    // The two private blocks called `scaled` cannot both keep their name in one declaration.
    let renamed = |text: &str| text.replace("norm_scaled", "scaled");
    let values = |text: &str| {
        let lines = text.lines().map(|line| {
            let names = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
            // Ordinals of unnamed values differ as the names do.
            let names = names.filter(|name| !name.contains("scaled") || name.contains('.'));
            names.collect::<Vec<_>>().join(" ")
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(values(Imported::GRADIENT), values(&renamed(Written::GRADIENT)));
    let names = |layout: dsl_runtime::Layout| {
        let parameters = layout.parameters.iter();
        parameters
            .map(|parameter| (renamed(parameter.name), parameter.shape.to_vec()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(Imported::<f32>::LAYOUT), names(Written::<f32>::LAYOUT));
}

/// The chain of macro calls stays within rustc's default limit of recursion.
mod many {
    dsl_runtime::network! {
        use vision_blocks::normalised as n1;
        use vision_blocks::{normalised as n2, normalised as n3, normalised as n4, normalised as n5};
        use vision_blocks::{dense::{residual as r1, residual as r2, residual as r3}, normalised as n6};
        use vision_blocks::{normalised as n7, normalised as n8, normalised as n9, normalised as n10};
        use vision_blocks::{normalised as n11, normalised as n12, normalised as n13, normalised as n14};
        use vision_blocks::{normalised as n15, normalised as n16, normalised as n17, normalised as n18};
        use vision_blocks::{normalised as n19, normalised as n20, normalised as n21, normalised as n22};

        pub struct Many;

        pub fn out(&self, x: Tensor<3>) -> Tensor<3> {
            let x = x.n1().n2().n3().n4().n5().n6().n7().n8().n9().n10().n11().n12().n13().n14().n15().n16();
            x.n17().n18().n19().n20().n21().n22().r1(1).r2(1).r3(1)
        }
    }
}

#[test]
fn many_blocks_are_imported() {
    let owners = many::Many::<f32>::LAYOUT.parameters.iter();
    let owners = owners.filter(|parameter| parameter.name.contains("n22") || parameter.name.contains("r3"));
    assert_eq!(owners.count(), 6);
}
