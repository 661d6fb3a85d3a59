//! The state of every optimizer: saved in the middle and restored, shared among threads, forgotten.

use super::problem::{LAYOUT, Problem};
use super::*;
use crate::AlignedBuffer;

/// Calls `check` with one optimizer of each kind, set up with all that has state.
fn each<T: Real>(check: &impl Check<T>) {
    let average = WeightAverage::exponential(0.9);
    check.with(|| Sgd::new(0.1).l2_from_start(0.1).average(average));
    check.with(|| Sgd::new(0.1).average(WeightAverage::uniform().after(2).every(2)));
    check.with(|| Momentum::nesterov(0.1, 0.9).clip_norm(1.0));
    check.with(|| Adam::new(0.1).group("head.*", |group| group.l2_from_start(0.1).rate(2.0)));
    check.with(|| AmsGrad::new(0.1).weight_decay(0.1));
    check.with(|| Nadam::new(0.1).average(average));
    check.with(|| RmsProp::new(0.1).clip_value(0.5));
    check.with(|| CenteredRmsProp::new(0.1, 0.9).clip_block(0.5));
    check.with(|| Adagrad::new(0.1).initial_sum(0.1));
    check.with(|| Adadelta::new(1.0).l1(0.1));
    check.with(|| Lion::new(0.1).weight_decay(0.1));
    check.with(|| Lamb::new(0.1).weight_decay(0.1));
    check.with(|| Adafactor::new(0.1));
    check.with(|| Muon::new(0.1).weight_decay(0.1));
    check.with(|| ScheduleFree::new(0.1).weight_decay(0.1));
}

trait Check<T: Real> {
    fn with<R: Rule<T, K> + Clone, const K: usize>(&self, make: impl Fn() -> Descent<T, R, K>);
}

/// What an optimizer remembers, exactly.
fn memory<T: Real>(optimizer: &impl Optimizer<T>) -> (u64, Vec<(&'static str, Vec<f64>)>) {
    let state = optimizer.state();
    let moments = state.moments.iter().map(|(name, values)| {
        let values = values.iter().map(|value| value.to_f64());
        (*name, values.collect())
    });
    let scalars = state.scalars.iter().map(|&(name, value)| (name, vec![value]));
    (state.steps, moments.chain(scalars).collect())
}

struct Restores;

impl<T: Real> Check<T> for Restores {
    fn with<R: Rule<T, K> + Clone, const K: usize>(&self, make: impl Fn() -> Descent<T, R, K>) {
        let (mut whole, mut problem) = (make(), Problem::<T>::new());
        problem.steps(1, 4, &mut whole);
        let mut resumed = make();
        let mut other = Problem {
            parameters: problem.parameters.clone(),
        };
        {
            let state = whole.state();
            let names: Vec<_> = state.moments.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, Optimizer::moments(&resumed), "{}", R::NAME);
            let moments: Vec<&[T]> = state.moments.iter().map(|(_, values)| *values).collect();
            let scalars: Vec<f64> = state.scalars.iter().map(|(_, value)| *value).collect();
            resumed.restore(state.steps, &moments, &scalars).unwrap();
        }
        assert_eq!(memory(&resumed), memory(&whole), "{}", R::NAME);
        problem.steps(5, 4, &mut whole);
        other.steps(5, 4, &mut resumed);
        assert!(problem.parameters[..] == other.parameters[..], "{}", R::NAME);
        assert_eq!(memory(&resumed), memory(&whole), "{}", R::NAME);
    }
}

#[test]
fn every_optimizer_goes_on_with_the_same_bits() {
    each::<f32>(&Restores);
    each::<f64>(&Restores);
}

struct Forgets;

impl<T: Real> Check<T> for Forgets {
    fn with<R: Rule<T, K> + Clone, const K: usize>(&self, make: impl Fn() -> Descent<T, R, K>) {
        let (mut used, mut fresh) = (make(), make());
        Problem::<T>::new().steps(1, 3, &mut used);
        used.reset();
        let (mut a, mut b) = (Problem::new(), Problem::new());
        a.steps(1, 3, &mut used);
        b.steps(1, 3, &mut fresh);
        assert!(a.parameters[..] == b.parameters[..], "{}", R::NAME);
        assert_eq!(memory(&used), memory(&fresh), "{}", R::NAME);
    }
}

#[test]
fn what_is_reset_begins_anew() {
    each::<f64>(&Forgets);
}

struct Refuses;

impl<T: Real> Check<T> for Refuses {
    fn with<R: Rule<T, K> + Clone, const K: usize>(&self, make: impl Fn() -> Descent<T, R, K>) {
        let (mut optimizer, mut problem) = (make(), Problem::<T>::new());
        problem.steps(1, 2, &mut optimizer);
        let before = (memory(&optimizer), problem.parameters.to_vec());
        let mut bad = problem.gradient(3);
        bad[17] = T::INFINITY;
        let error = optimizer.step(&mut problem.parameters, &bad).unwrap_err();
        assert!(matches!(error, Error::NonFiniteGradient { .. }), "{error}");
        assert!(before == (memory(&optimizer), problem.parameters.to_vec()));
    }
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    each::<f32>(&Refuses);
}

/// Large tensors, so that a team has something to divide: a matrix in the order of its transpose, a vector, and a
/// kernel.
const LARGE: Layout = Layout {
    parameters: &[
        crate::Parameter {
            name: "dense.weight",
            shape: &[120, 300],
            order: &[1, 0],
            range: 0..36_000,
            initializer: crate::Initializer::Zeros,
        },
        crate::Parameter {
            name: "dense.bias",
            shape: &[20_011],
            order: &[0],
            range: 36_000..56_011,
            initializer: crate::Initializer::Zeros,
        },
        crate::Parameter {
            name: "head.weight",
            shape: &[32, 40, 5, 5],
            order: &[2, 3, 1, 0],
            range: 56_016..88_016,
            initializer: crate::Initializer::Zeros,
        },
    ],
    len: 88_016,
    packed: &[],
}
.verified();

struct Divides;

impl Divides {
    fn run<R: Rule<f32, K>, const K: usize>(mut optimizer: Descent<f32, R, K>, threads: usize) -> Vec<f32> {
        let mut team = Team::new(threads);
        let mut w = AlignedBuffer::<f32>::zeros(LARGE.len);
        let mut slope = vec![0.0; LARGE.len];
        for place in LARGE
            .parameters
            .iter()
            .flat_map(|parameter| parameter.range.clone())
        {
            w[place] = (place * 31 % 97) as f32 / 97.0 - 0.5;
        }
        for step in 0..3 {
            for place in LARGE
                .parameters
                .iter()
                .flat_map(|parameter| parameter.range.clone())
            {
                slope[place] = w[place] + ((place * 17 + step) % 89) as f32 / 89.0 - 0.5;
            }
            let gradient = Gradient::from_values(LARGE, &slope);
            optimizer.step_on(&mut team, &mut w, &gradient).unwrap();
        }
        assert!(w.iter().all(|w| w.is_finite()));
        assert!(w[56_011..56_016].iter().all(|gap| *gap == 0.0));
        w.to_vec()
    }
}

impl Check<f32> for Divides {
    fn with<R: Rule<f32, K> + Clone, const K: usize>(&self, make: impl Fn() -> Descent<f32, R, K>) {
        let alone = Self::run(make(), 1);
        for threads in [2, 5] {
            assert!(
                alone == Self::run(make(), threads),
                "{} on {threads} threads",
                R::NAME
            );
        }
    }
}

#[test]
fn threads_do_not_change_bits() {
    each::<f32>(&Divides);
}

#[test]
fn an_order_in_memory_changes_nothing() {
    const TURNED: Layout = Layout {
        parameters: &[
            crate::Parameter {
                name: "body.dense1.weight",
                shape: &[3, 2],
                order: &[0, 1],
                range: 0..6,
                initializer: crate::Initializer::Zeros,
            },
            crate::Parameter {
                name: "head.conv1.weight",
                shape: &[2, 2, 1, 2],
                order: &[0, 1, 2, 3],
                range: 16..24,
                initializer: crate::Initializer::Zeros,
            },
        ],
        len: 32,
        packed: &[],
    }
    .verified();
    /// The tensors of the problem, in the order of `layout`.
    fn turned(values: &[f64], into: &mut [f64]) {
        for to in TURNED.parameters {
            let from = LAYOUT.find(to.name).unwrap();
            for (from_place, to_place) in from.places().zip(to.places()) {
                into[to.range.start + to_place] = values[from.range.start + from_place];
            }
        }
    }
    fn check<R: Rule<f64, K>, const K: usize>(mut one: Descent<f64, R, K>, mut other: Descent<f64, R, K>) {
        let mut problem = Problem::<f64>::new();
        let (mut w, mut slope) = ([0.0; 32], [0.0; 32]);
        turned(&problem.parameters, &mut w);
        for step in 1..=4 {
            turned(&problem.gradient(step), &mut slope);
            problem.steps(step, 1, &mut one);
            other
                .step(&mut w, &Gradient::from_values(TURNED, &slope))
                .unwrap();
        }
        let mut expected = [0.0; 32];
        turned(&problem.parameters, &mut expected);
        let close = w.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13);
        assert!(close, "{}: {w:?} for {expected:?}", R::NAME);
    }
    check(Muon::new(0.1), Muon::new(0.1));
    check(Adafactor::new(0.1), Adafactor::new(0.1));
    check(Lamb::new(0.1), Lamb::new(0.1));
}

#[test]
fn a_step_on_another_layout_of_one_length_goes_by_that() {
    let mut optimizer = Sgd::<f64>::new(1.0).freeze("body.*");
    let mut problem = Problem::new();
    problem.steps(1, 1, &mut optimizer);
    let mut w = [1.0; 48];
    let error = optimizer.step(&mut w, &of(&[1.0; 48])).unwrap_err();
    assert!(matches!(error, Error::NoParameterMatches { .. }), "{error}");
    assert!(w == [1.0; 48] && optimizer.steps() == 1);
}
