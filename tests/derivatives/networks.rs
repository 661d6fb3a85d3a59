//! The networks whose derivatives are measured: classifiers that are asked for every derivative there is.

use dsl_runtime::prelude::*;

/// Arguments of a loss: examples one after the other, and their classes.
pub type Data<'a> = (&'a [f64], &'a [u32]);

/// A classifier in `f64`, and its derivatives under names that generic tests know.
pub trait Derived:
    HessianVector<Element = f64> + GaussNewtonVector<Element = f64> + for<'a> Train<Inputs<'a> = Data<'a>>
{
    /// Numbers of an example.
    const WIDTH: usize;
    /// Classes.
    const CLASSES: usize;
    /// The factor of `‖θ‖²` in the loss.
    const DECAY: f64;
    /// The modes that differ.
    const MODES: &'static [Mode];

    /// The loss, and its derivative along a direction.
    fn loss_along(&self, work: &mut Workspace<Self>, mode: Mode, data: Data<'_>, v: &[f64]) -> (f64, f64);

    /// The scores, and their derivative along a direction.
    fn scores_along(
        &self,
        work: &mut Workspace<Self>,
        mode: Mode,
        data: Data<'_>,
        v: &[f64],
    ) -> (Vec<f64>, Vec<f64>);

    /// The loss, its gradient by the examples and that by the parameters.
    fn gradients(&self, work: &mut Workspace<Self>, mode: Mode, data: Data<'_>) -> (f64, Vec<f64>, Vec<f64>);
}

/// `Type in module, width and classes, decay: methods in evaluation mode / in training mode`; the latter only where the modes
/// differ.
macro_rules! derived {
    ($type:ty, $width:literal, $classes:literal, $decay:literal: $jvp:ident $scores:ident $grad:ident) => {
        derived!(@impl $type, $width, $classes, $decay, &[Mode::Evaluate]; $jvp $scores $grad / $jvp $scores $grad);
    };
    ($type:ty, $width:literal, $classes:literal, $decay:literal:
        $jvp:ident $scores:ident $grad:ident / $jvp_trained:ident $scores_trained:ident $grad_trained:ident) => {
        derived!(@impl $type, $width, $classes, $decay, &[Mode::Evaluate, Mode::Train];
            $jvp $scores $grad / $jvp_trained $scores_trained $grad_trained);
    };
    (@impl $type:ty, $width:literal, $classes:literal, $decay:literal, $modes:expr;
        $jvp:ident $scores:ident $grad:ident / $jvp_trained:ident $scores_trained:ident $grad_trained:ident) => {
        impl Derived for $type {
            const WIDTH: usize = $width;
            const CLASSES: usize = $classes;
            const DECAY: f64 = $decay;
            const MODES: &'static [Mode] = $modes;

            fn loss_along(&self, work: &mut Workspace<Self>, mode: Mode, (x, class): Data<'_>, v: &[f64]) -> (f64, f64) {
                match mode {
                    Mode::Evaluate => self.$jvp(work, x, class, v),
                    Mode::Train => self.$jvp_trained(work, x, class, v),
                }
                .expect("a whole batch")
            }

            fn scores_along(
                &self,
                work: &mut Workspace<Self>,
                mode: Mode,
                (x, _): Data<'_>,
                v: &[f64],
            ) -> (Vec<f64>, Vec<f64>) {
                let (scores, along) = match mode {
                    Mode::Evaluate => self.$scores(work, x, v),
                    Mode::Train => self.$scores_trained(work, x, v),
                }
                .expect("a whole batch");
                (scores.to_vec(), along.to_vec())
            }

            fn gradients(&self, work: &mut Workspace<Self>, mode: Mode, (x, class): Data<'_>) -> (f64, Vec<f64>, Vec<f64>) {
                let (loss, by_input, by_parameters) = match mode {
                    Mode::Evaluate => self.$grad(work, x, class),
                    Mode::Train => self.$grad_trained(work, x, class),
                }
                .expect("a whole batch");
                (loss, by_input.to_vec(), by_parameters.to_vec())
            }
        }
    };
}

network! {
    /// Dense layers and a regulariser, which no score passes.
    pub struct Dense;

    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<5>) -> Tensor<3> {
        x.dense(4).tanh().dense(3)
    }

    #[derive_also(jvp, hvp, gnvp(scores), grad(x, parameters))]
    pub fn loss(&self, x: Tensor<5>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class) + 0.05 * parameters("*").l2()
    }
}
derived!(Dense<f64>, 5, 3, 0.05: loss_jvp scores_jvp loss_grad);

network! {
    /// Convolutions and pooling.
    pub struct Images;

    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<98>) -> Tensor<3> {
        let image = x.reshape([2, 7, 7]);
        let features = image.conv(3, 3, pad = 1).tanh().mean_pool(2).conv(4, 2).softplus();
        features.flatten().dense(3)
    }

    #[derive_also(grad(x, parameters), gnvp(scores), hvp, jvp)]
    pub fn loss(&self, x: Tensor<98>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
}
derived!(Images<f64>, 98, 3, 0.0: loss_jvp scores_jvp loss_grad);

network! {
    /// Convolutions and vectors, normalised by the statistics of the batch.
    pub struct Normalised;

    #[gradient(evaluation)]
    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<50>) -> Tensor<3> {
        let image = x.reshape([2, 5, 5]).conv(3, 3, bias = false).batch_norm().tanh();
        image.flatten().dense(4).batch_norm().softplus().dense(3)
    }

    #[gradient(evaluation)]
    #[derive_also(jvp, hvp, gnvp(scores), grad(x, parameters))]
    pub fn loss(&self, x: Tensor<50>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
}
derived!(Normalised<f64>, 50, 3, 0.0:
    loss_jvp_in_evaluation scores_jvp_in_evaluation loss_grad_in_evaluation
    / loss_jvp_in_training scores_jvp_in_training loss_grad_in_training);

network! {
    /// A loop over time.
    pub struct Recurrent;

    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<15>) -> Tensor<3> {
        let rows = x.reshape([5, 3]);
        let cell = lstm_cell(4);
        let (mut h, mut c) = (zeros([4]), zeros([4]));
        for t in 0..5 {
            (h, c) = cell(rows.at(t), h, c);
        }
        concat([h, c], axis = 0).dense(3)
    }

    #[derive_also(jvp, hvp, gnvp(scores), grad(x, parameters))]
    pub fn loss(&self, x: Tensor<15>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
}
derived!(Recurrent<f64>, 15, 3, 0.0: loss_jvp scores_jvp loss_grad);

network! {
    /// Attention and layer norms; its scores are a `let`.
    pub struct Attention;

    fn encoded(&self, x: Tensor<20>) -> Tensor<3> {
        let rows = x.reshape([5, 4]);
        let mixed = rows + rows.layer_norm().multi_head_attention(2);
        let wider = mixed + mixed.layer_norm().dense(6).gelu().dense(4);
        wider.layer_norm().mean(0).dense(3)
    }

    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<20>) -> Tensor<3> {
        self.encoded(x)
    }

    #[derive_also(jvp, hvp, gnvp(logits), grad(x, parameters))]
    pub fn loss(&self, x: Tensor<20>, class: Index<3>) -> Scalar {
        let logits = self.encoded(x);
        logits.softmax_cross_entropy(class)
    }
}
derived!(Attention<f64>, 20, 3, 0.0: loss_jvp scores_jvp loss_grad);

network! {
    /// Blocks that repeat, whose steps are written once for all of them.
    pub struct Repeated;

    fn block(x: Tensor<_>) -> Tensor<_> {
        x + x.layer_norm().dense(6).tanh().dense(x.size(0))
    }

    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<4>) -> Tensor<3> {
        let mut x = x;
        for _ in 0..6 {
            x = x.block();
        }
        x.dense(3)
    }

    #[derive_also(jvp, hvp, gnvp(scores), grad(x, parameters))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
}
derived!(Repeated<f64>, 4, 3, 0.0: loss_jvp scores_jvp loss_grad);
