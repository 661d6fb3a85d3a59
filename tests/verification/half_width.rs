//! Networks whose products are of factors rounded to bf16: near the interpreter, which rounds nothing, and near what the
//! same network computes without the word; the same bits on any number of threads; in `f64` nothing else at all.

use dsl_runtime::prelude::*;
use dsl_runtime::reference::{Entry, Reference, relative_error};
use dsl_runtime::train::accuracy;

/// A network as it is, the same with rounded factors, and what the interpreter makes of it.
macro_rules! in_both_widths {
    ($name:ident { $($items:tt)* }) => {
        mod $name {
            in_both_widths! { $($items)* }

            pub const REFERENCE: dsl_runtime::reference::Reference =
                dsl_runtime::reference!(17; #[products(bf16)] pub struct Net; $($items)*);
        }
    };
    ($($items:tt)*) => {
        pub mod full {
            dsl_runtime::network! { pub struct Net; $($items)* }
        }
        pub mod half {
            dsl_runtime::network! { #[products(bf16)] pub struct Net; $($items)* }
        }
    };
}

in_both_widths! { perceptron {
    pub fn logits(&self, x: Tensor<37>) -> Tensor<5> {
        x.dense(70).relu().dense(33).tanh().dense(5)
    }

    pub fn loss(&self, x: Tensor<37>, class: Index<5>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
} }

in_both_widths! { recurrent {
    pub fn logits(&self, x: Tensor<6, 9>) -> Tensor<5> {
        let (_, last, _) = x.lstm_with_state(20);
        last.dense(5)
    }

    pub fn loss(&self, x: Tensor<6, 9>, class: Index<5>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
} }

in_both_widths! { attention {
    pub fn logits(&self, x: Tensor<7, 12>) -> Tensor<5> {
        let y = x.encoder_layer(heads = 3, hidden = 24, norm_first = true, causal = true);
        y.flatten().dense(5)
    }

    pub fn loss(&self, x: Tensor<7, 12>, class: Index<5>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
} }

in_both_widths! { convolutional {
    pub fn logits(&self, x: Tensor<2, 8, 8>) -> Tensor<5> {
        x.conv(6, 3).relu().max_pool(2).flatten().dense(5)
    }

    pub fn loss(&self, x: Tensor<2, 8, 8>, class: Index<5>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
} }

// Channels enough for tiles, and a last tile that is not full; steps of one and of two pixels, a pooling.
in_both_widths! { residual {
    pub fn logits(&self, x: Tensor<3, 12, 10>) -> Tensor<5> {
        let stem = x.conv(16, 3, pad = 1).relu();
        let sum = (stem.conv(16, 3, pad = 1) + stem).relu();
        let features = sum.conv(20, 3, stride = 2, pad = 1).relu().conv(9, 3, pad = 1).relu().max_pool(2);
        features.flatten().dense(5)
    }

    pub fn loss(&self, x: Tensor<3, 12, 10>, class: Index<5>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
} }

/// What rounding both factors to 8 bits changes at most in these networks, of the length of a loss or a gradient.
const BOUND: f64 = 0.05;

/// The same of the part of a gradient that is of one parameter: a short part of it may be far off.
const BOUND_OF_PART: f64 = 0.1;

/// What nothing but rounding changes: more than the order of a sum does.
const TRACE: f64 = 1e-4;

/// Loss and gradient of the batch of a reference.
fn loss_and_gradient<N>(model: &N, threads: usize, entry: &Entry) -> (f64, Vec<f64>)
where
    N: Classifier,
{
    let (x, classes) = (entry.reals::<N::Element>(0), entry.indices(1));
    let mut work = N::workspace().batch(classes.len()).threads(threads).build();
    let (loss, gradient) = model
        .loss_and_grad_in(&mut work, Mode::Evaluate, (&x, &classes))
        .expect("a whole batch");
    let gradient: Vec<f64> = gradient.iter().map(|x| x.to_f64()).collect();
    (loss.to_f64(), gradient)
}

/// How far loss and gradient are from the interpreter's; and those themselves.
fn against<N: Classifier>(reference: &Reference) -> ([f64; 2], (f64, Vec<f64>)) {
    let entry = reference.entry("loss", Mode::Evaluate);
    let model: N = reference.network();
    let (loss, gradient) = loss_and_gradient(&model, 1, entry);
    for threads in [2, 3, 5] {
        let (other_loss, other_gradient) = loss_and_gradient(&model, threads, entry);
        assert_eq!(loss.to_bits(), other_loss.to_bits(), "on {threads} threads");
        assert!(gradient == other_gradient, "on {threads} threads");
    }
    let elements: Vec<N::Element> = gradient.iter().map(|&x| N::Element::literal(x)).collect();
    let loss_error = relative_error(&[loss], entry.outputs[0]);
    let gradient_error = Reference::gradient_error::<N>(entry, &elements);
    ([loss_error, gradient_error], (loss, gradient))
}

macro_rules! test_of {
    ($name:ident) => {
        #[test]
        fn $name() {
            let reference = &self::$name::REFERENCE;
            let ([loss, gradient], half) = against::<self::$name::half::Net<f32>>(reference);
            assert!(loss < BOUND, "the loss is off by {loss:.1e}");
            assert!(
                gradient < BOUND_OF_PART,
                "a gradient is off by {gradient:.1e}"
            );
            assert!(gradient > TRACE, "nothing was rounded: {gradient:.1e}");
            let (_, full) = against::<self::$name::full::Net<f32>>(reference);
            let apart = relative_error(&half.1, &full.1);
            assert!(
                TRACE < apart && apart < BOUND,
                "the gradients are {apart:.1e} apart"
            );
            let ([loss, gradient], half) = against::<self::$name::half::Net<f64>>(reference);
            assert!(
                loss < 1e-12 && gradient < 1e-12,
                "f64: {loss:.1e}, {gradient:.1e}"
            );
            let (_, full) = against::<self::$name::full::Net<f64>>(reference);
            assert!(half == full, "f64 is not what it is without the word");
        }
    };
}

test_of!(perceptron);
test_of!(recurrent);
test_of!(attention);
test_of!(convolutional);
test_of!(residual);

mod digits {
    in_both_widths! {
        pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
            image.dense(64).relu().dense(10)
        }

        pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
            self.logits(image).softmax_cross_entropy(digit)
        }
    }
}

/// The scores of some images.
type Logits<N> = for<'w> fn(&N, &'w mut Workspace<N>, &[f32]) -> Result<&'w [f32], Error>;

/// Share of the test digits that a network gets right which learnt from 4000 others.
fn learnt<N: Classifier<Element = f32>>(digits: &Mnist<f32>, seed: u64, logits: Logits<N>) -> f64 {
    let mut model = N::new(seed);
    let mut work = N::workspace().batch(digits.test.len()).threads(1).build();
    let mut optimizer = Adam::new(2e-3);
    let mut batches = digits.train.batches(50, seed);
    for rate in [2e-3, 2e-3, 2e-3, 1e-3, 5e-4, 1e-4] {
        optimizer.set_learning_rate(rate);
        while let Some(batch) = batches.next() {
            model
                .train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)
                .expect("a finite loss");
        }
    }
    let scores = logits(&model, &mut work, digits.test.inputs()).expect("all of them fit");
    accuracy(scores, digits.test.labels())
}

/// Single trainings differ by more, in either direction, as they do between two seeds; so the mean of several.
#[test]
fn digits_are_learnt_as_well() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder).expect("the digits of the repository");
    let digits = Mnist {
        train: train.first(4000),
        test,
    };
    let (mut full, mut half) = (0.0, 0.0);
    const SEEDS: u64 = 5;
    for seed in 1..=SEEDS {
        full += learnt(&digits, seed, self::digits::full::Net::logits) / SEEDS as f64;
        half += learnt(&digits, seed, self::digits::half::Net::logits) / SEEDS as f64;
    }
    assert!(full > 0.85, "{full}");
    assert!((full - half).abs() < 2e-3, "{full} in f32, {half} in bf16");
}
