//! Training lowers the loss, keeps nothing that is not finite, moves what has a gradient, and adds up micro-batches.

use dsl_runtime::NonFinite;
use dsl_runtime::prelude::*;

use crate::fixtures::{Fixture, LeNet, LeNetSmall, Mlp, MlpSmall};

/// First and last loss of `steps` steps on one batch.
fn losses<N: Fixture>(steps: usize, optimizer: &mut impl Optimizer<N::Element>) -> (f64, f64) {
    let data = N::data(16, 1);
    let mut model = N::new(1);
    let mut work = N::workspace().batch(16).threads(2).build();
    let mut losses = (0..steps).map(|_| {
        let loss = model.train_step(&mut work, N::inputs(&data), optimizer);
        loss.expect("a finite loss").to_f64()
    });
    let first = losses.next().expect("at least one step");
    (first, losses.last().expect("at least two steps"))
}

#[test]
fn a_few_steps_lower_the_loss() {
    let found = [
        losses::<Mlp<f32>>(20, &mut Sgd::new(0.05)),
        losses::<Mlp<f64>>(20, &mut Momentum::new(0.02, 0.9)),
        losses::<LeNet<f32>>(10, &mut Adam::new(2e-3)),
        losses::<LeNetSmall<f64>>(20, &mut Adam::new(1e-2)),
        losses::<MlpSmall<f32>>(50, &mut Adam::new(2e-2)),
    ];
    for (first, last) in found {
        assert!(last < 0.7 * first, "{first} to {last}");
    }
}

#[test]
fn a_perceptron_learns_digits_from_a_few_hundred() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder).expect("the digits of the repository");
    let (train, test) = (train.first(1000), test.first(500));
    let mut model = Mlp::new(1);
    let mut work = Mlp::workspace().batch(500).threads(2).build();
    let mut optimizer = Adam::new(2e-3);
    let mut batches = train.batches(50, 1);
    for _ in 0..4 {
        while let Some(batch) = batches.next() {
            model
                .train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)
                .expect("a finite loss");
        }
    }
    let scores = model
        .logits(&mut work, test.inputs())
        .expect("it fits the workspace");
    let accuracy = dsl_runtime::train::accuracy(scores, test.labels());
    assert!(accuracy > 0.8, "{accuracy}");
}

network! {
    /// A root whose slope is infinite at 0, and a part that is frozen.
    struct Rooted;

    fn frozen(&self, x: Tensor<2>) -> Tensor<3> {
        x.dense(3).batch_norm().stop_gradient()
    }

    pub fn loss(&self, x: Tensor<2>) -> Scalar {
        let scale = param([2], constant(1.0));
        (scale * x).abs().sqrt().sum() + self.frozen(x).dense(1).sum()
    }

    /// Another loss, by which the frozen part is trained.
    pub fn other(&self, x: Tensor<2>) -> Scalar {
        x.dense(1).sum()
    }
}

/// All that a step may change, exactly.
fn everything(model: &Rooted, optimizer: &impl Optimizer<f32>, work: &Workspace<Rooted>) -> Vec<u64> {
    let state = optimizer.state();
    let averages = state.moments.iter().flat_map(|(_, values)| values.iter());
    let values = model.parameters().iter().chain(model.buffers()).chain(averages);
    let bits = values.map(|value| u64::from(value.to_bits()));
    bits.chain([state.steps, work.step()]).collect()
}

#[test]
fn a_gradient_that_is_not_finite_is_named_and_changes_nothing() {
    fn check(mut optimizer: impl Optimizer<f32>) {
        let mut model = Rooted::new(1);
        let mut work = Rooted::workspace().batch(3).threads(2).build();
        let good = [0.5, 1.0, -0.25, 2.0, 1.5, -1.0];
        model
            .train_step(&mut work, &good, &mut optimizer)
            .expect("a finite gradient");
        let before = everything(&model, &optimizer, &work);
        let edge = [0.5, 1.0, -0.25, 0.0, 1.5, -1.0];
        assert!(model.loss(&mut work, &edge).expect("whole examples").is_finite());
        let named = |error: &Error| {
            let at = match error {
                Error::NonFiniteGradient { at, .. } => *at,
                other => panic!("{other}"),
            };
            let NonFinite { name, position, .. } = at;
            assert_eq!((name, position), ("loss.scale", 1));
        };
        named(
            &model
                .train_step(&mut work, &edge, &mut optimizer)
                .expect_err("0 / 0"),
        );
        assert_eq!(before, everything(&model, &optimizer, &work));
        assert!(work.pending().is_none());
        // By hand, too.
        let (_, gradient) = model
            .loss_and_grad_in_training(&mut work, &edge)
            .expect("whole examples");
        let by_hand = optimizer.step(model.parameters_mut(), gradient);
        named(&by_hand.expect_err("the same"));
        named(&model.accumulate(&mut work, &edge).expect_err("the same"));
        assert_eq!(before, everything(&model, &optimizer, &work));
        model
            .train_step(&mut work, &good, &mut optimizer)
            .expect("nothing is left of it");
    }
    check(Sgd::new(0.1));
    check(Momentum::nesterov(0.1, 0.9));
    check(Adam::new(0.1));
}

#[test]
fn what_gets_no_gradient_does_not_move() {
    fn check(mut optimizer: impl Optimizer<f32>) {
        let mut model = Rooted::new(1);
        let mut work = Rooted::workspace().batch(3).threads(2).build();
        let x = [0.5, 1.0, -0.25, 2.0, 1.5, -1.0];
        let frozen = |name: &str| name.starts_with("frozen.") || name.starts_with("other.");
        let part = |model: &Rooted, still: bool| -> Vec<f32> {
            let parameters = Rooted::<f32>::LAYOUT.parameters.iter();
            let chosen = parameters.filter(|parameter| frozen(parameter.name) == still);
            chosen
                .flat_map(|parameter| model.parameters()[parameter.range.clone()].to_vec())
                .collect()
        };
        // First it is trained by another loss, so that momentum remembers it.
        let (_, gradient) = model.other_and_grad(&mut work, &x).expect("whole examples");
        assert!(gradient.get("other.dense1.weight").is_some() && gradient.get("loss.scale").is_none());
        optimizer
            .step(model.parameters_mut(), gradient)
            .expect("a finite gradient");
        let before = (part(&model, true), part(&model, false), model.buffers().to_vec());
        for _ in 0..3 {
            model
                .train_step(&mut work, &x, &mut optimizer)
                .expect("a finite gradient");
            model.accumulate(&mut work, &x).expect("a finite gradient");
            model.apply(&mut work, &mut optimizer).expect("a finite gradient");
        }
        assert_eq!(
            (&before.0, &before.2),
            (&part(&model, true), &model.buffers().to_vec())
        );
        assert_ne!(before.1, part(&model, false));
        assert_eq!(work.gradient().get("frozen.dense1.weight"), None);
    }
    check(Sgd::new(0.01).weight_decay(0.1));
    check(Momentum::new(0.01, 0.9).weight_decay(0.1));
    check(Adam::new(0.01).weight_decay(0.1));
}

network! {
    /// A product and a term of parameters alone; its sums are exact where its inputs are small whole numbers.
    struct Exact;

    pub fn loss(&self, x: Tensor<4>, t: Tensor<2>) -> Scalar {
        let weight = param([4, 2], constant(0.5));
        let bias = param([2], zeros());
        (x.matmul(weight) + bias).squared_error(t) + 0.25 * parameters("*.weight").l2()
    }
}

#[test]
fn micro_batches_are_one_large_batch_bit_for_bit_where_the_sums_are_exact() {
    let x: Vec<f32> = (0..4 * 32).map(|i| (i * 7 % 5) as f32 - 2.0).collect();
    let t: Vec<f32> = (0..2 * 32).map(|i| (i * 5 % 7) as f32).collect();
    let mut whole = Exact::new(1);
    let mut work = Exact::workspace().batch(32).threads(2).build();
    let loss = whole
        .train_step(&mut work, (&x, &t), &mut Sgd::new(0.125))
        .expect("a finite loss");
    for sizes in [&[32][..], &[16, 16], &[8, 8, 16], &[4; 8], &[1; 32]] {
        let mut model = Exact::new(1);
        let mut work = Exact::workspace().batch(32).threads(3).build();
        let mut from = 0;
        for &size in sizes {
            let examples = from..from + size;
            let part = (
                &x[4 * examples.start..4 * examples.end],
                &t[2 * examples.start..2 * examples.end],
            );
            model.accumulate(&mut work, part).expect("a finite loss");
            from = examples.end;
        }
        let mean = model
            .apply(&mut work, &mut Sgd::new(0.125))
            .expect("a finite gradient");
        assert_eq!(
            (mean, model.parameters().to_vec()),
            (loss, whole.parameters().to_vec()),
            "{sizes:?}"
        );
    }
}

#[test]
fn micro_batches_of_any_size_are_one_large_batch_to_rounding() {
    fn check<N: Fixture>(bound: f64) {
        let data = N::data(24, 3);
        let mut whole = N::new(1);
        let mut work = N::workspace().batch(24).threads(1).build();
        whole
            .train_step(&mut work, N::inputs(&data), &mut Sgd::new(0.1))
            .expect("a finite loss");
        let large = work.gradient().to_vec();
        let mut model = N::new(1);
        let mut work = N::workspace().batch(24).threads(2).build();
        for (seed, size) in [(3, 24), (4, 5), (5, 1)] {
            let data = N::data(size, seed);
            model
                .accumulate(&mut work, N::inputs(&data))
                .expect("a finite loss");
        }
        assert_eq!(work.accumulated(), 30);
        model
            .apply(&mut work, &mut Sgd::new(0.0))
            .expect("a finite gradient");
        let mean: Vec<f64> = work.gradient().iter().map(|g| g.to_f64()).collect();
        let mut expected: Vec<f64> = large.iter().map(|g| 24.0 * g.to_f64() / 30.0).collect();
        for (seed, size) in [(4, 5), (5, 1)] {
            let data = N::data(size, seed);
            let (_, gradient) = model
                .loss_and_grad_in(&mut work, Mode::Train, N::inputs(&data))
                .expect("whole examples");
            for (sum, g) in expected.iter_mut().zip(gradient.iter()) {
                *sum += size as f64 * g.to_f64() / 30.0;
            }
        }
        let error = dsl_runtime::reference::relative_error(&mean, &expected);
        assert!(error < bound, "{error}");
    }
    check::<LeNetSmall<f64>>(1e-14);
    check::<MlpSmall<f32>>(1e-6);
}
