//! The properties that passes ask operators for, held against what the operators compute.

use super::{build, every_sample, per_example, read};
use crate::arena::Number;
use crate::arena::{Array, Batching, Val};
use crate::differentiate::check::Trial;
use crate::differentiate::pull_back;
use crate::graph::interpret::Batch;
use crate::ops::elementwise::Elementwise;
use crate::ops::power::Power;
use crate::ops::sample::Sample;
use crate::ops::scan::Scan;
use crate::ops::{Op, Operator};
use crate::view::View;

/// Numbers at which operators that differ show it.
const NUMBERS: [f64; 10] = [
    0.0,
    1.0,
    -1.0,
    2.0,
    0.5,
    -0.75,
    3.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// Every choice of a number for each of `arity` arguments.
fn arguments(arity: usize) -> impl Iterator<Item = Vec<f64>> {
    let digit = |place: usize, digit: usize| NUMBERS[place / NUMBERS.len().pow(digit as u32) % NUMBERS.len()];
    (0..NUMBERS.len().pow(arity as u32)).map(move |place| (0..arity).map(|at| digit(place, at)).collect())
}

fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

/// Calls `visit` with the sample's shared arguments, of each operator that the interpreter evaluates by its own rule.
fn every_evaluated(mut visit: impl FnMut(&str, &dyn Operator, &[Array])) {
    every_sample(|label, sample| {
        let op = sample.op.rules();
        if sample.args.is_empty() || op.part().is_some() || op.sums_batch() {
            return;
        }
        visit(label, op, &shared_arguments(sample));
    });
}

fn shared_arguments(sample: &Sample) -> Vec<Array> {
    let trial = Trial::new();
    let (args, _) = build(&trial, sample, &vec![Batching::Shared; sample.args.len()]);
    let values = trial.values(&args);
    values.iter().map(|value| value.shared().clone()).collect()
}

fn evaluated(op: &dyn Operator, args: &[Array]) -> Array {
    op.evaluate(&args.iter().collect::<Vec<_>>())
}

#[test]
fn exactly_the_operators_that_commute_say_so() {
    for op in Elementwise::ALL {
        let symmetric =
            op.arity() == 2 && arguments(2).all(|args| same(op.value(&args), op.value(&[args[1], args[0]])));
        assert_eq!(op.commutes(), symmetric, "{}", op.word());
    }
}

/// Every choice of a finite number for each of `arity` arguments; some are so large that an exponential of them is
/// not finite.
fn finite_arguments(arity: usize) -> impl Iterator<Item = Vec<f64>> {
    let numbers = [0.0, 1.0, -1.0, 0.5, -0.75, 1000.0, -1000.0];
    let digit = move |place: usize, at: usize| numbers[place / numbers.len().pow(at as u32) % numbers.len()];
    let of = move |place: usize| (0..arity).map(|at| digit(place, at)).collect();
    (0..numbers.len().pow(arity as u32)).map(of)
}

#[test]
fn exactly_the_element_wise_operators_that_keep_numbers_finite_say_so() {
    for op in Elementwise::ALL {
        let finite = finite_arguments(op.arity()).all(|args| op.value(&args).is_finite());
        assert_eq!(op.keeps_finite(), finite, "{}", op.word());
    }
    for exponent in [-2.0, -0.5, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0] {
        let power = Power {
            exponent: Number(exponent),
        };
        let finite = finite_arguments(1).all(|args| power.value(args[0]).is_finite());
        assert_eq!(power.keeps_finite(), finite, "{exponent}");
        assert_eq!(power.maps_zero_to_zero(), power.value(0.0) == 0.0, "{exponent}");
    }
}

#[test]
fn exactly_the_element_wise_operators_that_pass_sums_say_so() {
    let sums = |op: Elementwise, a: &[f64], b: &[f64]| {
        let both: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + b).collect();
        (op.value(&both) - op.value(a) - op.value(b)).abs() < 1e-12
    };
    let finite = |args: &[f64]| args.iter().all(|number| number.is_finite());
    for &op in Elementwise::ALL {
        let some: Vec<Vec<f64>> = arguments(op.arity()).filter(|args| finite(args)).collect();
        let linear = some.iter().all(|a| some.iter().take(60).all(|b| sums(op, a, b)));
        assert_eq!(op.passes_sums(), linear, "{}", op.word());
    }
}

#[test]
fn sums_pass_through_operators_that_say_so() {
    let mut passing = 0;
    every_evaluated(|label, op, args| {
        if !op.passes_sums() {
            return;
        }
        passing += 1;
        let other: Vec<Array> = args.iter().map(|arg| arg.map(|x| 0.5 - x * x)).collect();
        let pairs = args.iter().zip(&other);
        let sums: Vec<Array> = pairs.map(|(a, b)| combined(a, b, |a, b| a + b)).collect();
        let sum = combined(&evaluated(op, args), &evaluated(op, &other), |a, b| a + b);
        let difference = combined(&evaluated(op, &sums), &sum, |a, b| (a - b).abs());
        assert!(difference.data.iter().all(|&x| x < 1e-12), "{label}");
    });
    assert!(passing > 20, "{passing}");
}

fn combined(a: &Array, b: &Array, by: impl Fn(f64, f64) -> f64) -> Array {
    Array {
        shape: a.shape.clone(),
        data: a.data.iter().zip(&b.data).map(|(&a, &b)| by(a, b)).collect(),
    }
}

#[test]
fn elements_of_an_element_wise_operator_do_not_see_each_other() {
    every_evaluated(|label, op, args| {
        if op.is_elementwise() {
            let turned = |array: &Array| Array {
                shape: array.shape.clone(),
                data: array.data.iter().rev().copied().collect(),
            };
            let others: Vec<Array> = args.iter().map(turned).collect();
            assert_eq!(turned(&evaluated(op, args)), evaluated(op, &others), "{label}");
        }
    });
}

#[test]
fn masks_hold_0_and_1() {
    let is_mask = |value: f64| value == 0.0 || value == 1.0;
    for op in Elementwise::ALL {
        let masks = arguments(op.arity()).all(|args| is_mask(op.value(&args)));
        assert_eq!(op.yields_mask(), masks, "{}", op.word());
    }
    every_evaluated(|label, op, args| {
        if op.yields_mask() {
            assert!(evaluated(op, args).data.into_iter().all(is_mask), "{label}");
        }
    });
}

#[test]
fn what_is_picked_is_an_element_of_the_first_argument() {
    every_evaluated(|label, op, args| {
        if op.picks_elements() {
            let picked = evaluated(op, args).data;
            assert!(picked.iter().all(|x| args[0].data.contains(x)), "{label}");
        }
        assert!(
            op.picks_elements() || !op.is_view(),
            "{label} is a view that computes"
        );
    });
}

#[test]
fn a_view_reads_what_the_operator_computes() {
    every_evaluated(|label, op, args| {
        let view = op.view(&View::whole(&args[0].shape));
        assert_eq!(
            op.is_view(),
            view.is_some(),
            "{label}: a dense value needs no copy"
        );
        if let Some(view) = view {
            assert_eq!(read(&view, &args[0].data), evaluated(op, args), "{label}");
        }
    });
}

#[test]
fn derivatives_pass_where_an_operator_says_so() {
    every_sample(|label, sample| {
        let op = sample.op.rules();
        if op.part().is_some() {
            return;
        }
        let trial = Trial::new();
        let (args, results) = build(&trial, sample, &vec![Batching::PerExample; sample.args.len()]);
        let seeds: Vec<(Val, Val)> = results.iter().map(|y| (y.val, y.val)).collect();
        for (place, arg) in args.iter().enumerate().filter(|(_, arg)| !arg.ty().is_index()) {
            let passes = pull_back(&trial.graph, &seeds, &[arg.val])[0].is_some();
            assert_eq!(op.passes_derivative(place), passes, "{label} to {place}");
        }
    });
}

#[test]
fn only_a_sum_over_the_batch_makes_one_value_of_those_of_the_examples() {
    every_sample(|label, sample| {
        let op = sample.op.rules();
        // The step sums over the batch, not the loop.
        let one = op.part().is_none() && !sample.op.is::<Scan>();
        if one && !sample.args.is_empty() {
            let types = op.infer(&per_example(&sample.args)).expect("sampled");
            let shared = types.iter().all(|ty| ty.batching == Batching::Shared);
            assert_eq!(op.sums_batch(), shared, "{label}");
        }
    });
}

#[test]
fn only_what_draws_differs_from_seed_to_seed() {
    every_sample(|label, sample| {
        let trial = Trial::new();
        if sample.args.is_empty() {
            let mut environment = trial.environment.borrow_mut();
            let given = Array::zeros(&[2].into());
            environment
                .inputs
                .insert(0, Batch::PerExample(vec![given.clone(); 3]));
            environment.parameters.insert(0, given.clone());
            environment.directions.insert(0, given.clone());
            environment.buffers.insert(0, given.clone());
            environment.formals.push(Batch::Shared(given));
        }
        let (_, results) = build(&trial, sample, &vec![Batching::PerExample; sample.args.len()]);
        let before = trial.values(&results);
        trial.environment.borrow_mut().seed += 1;
        let differs = before
            .iter()
            .zip(&trial.values(&results))
            .any(|(a, b)| a.of(0) != b.of(0));
        let live = trial
            .graph
            .live(&results.iter().map(|y| y.val).collect::<Vec<_>>());
        let draws = |&val: &Val| trial.graph.node(val).op.rules().draws();
        assert_eq!(live.iter().any(draws), differs, "{label}");
    });
}

#[test]
fn costs_do_not_contradict_each_other() {
    every_sample(|label, sample| {
        let op = sample.op.rules();
        let kinds = [op.is_light(), op.is_heavy(), op.is_view()];
        assert!(kinds.into_iter().filter(|&kind| kind).count() <= 1, "{label}");
        assert!(!op.is_elementwise() || !op.is_heavy(), "{label}");
        assert!(!op.needs_batch_sum() || op.is_heavy(), "{label}");
    });
}

#[test]
fn leaves_alone_are_declared() {
    every_sample(|label, sample| {
        let name = sample.op.rules().declared_name();
        assert!(name.is_none() || sample.args.is_empty(), "{label}");
        if let Some(name) = name {
            assert_eq!(name, sample.op.rules().attributes(), "{label}");
        }
    });
}

#[test]
fn instances_are_found_by_their_operator() {
    let op = Op::from(Elementwise::Add);
    assert_eq!(op.get(), Some(&Elementwise::Add));
    assert!(!op.is::<crate::ops::reduce::Sum>());
}
