//! Properties of every operator of the registry, checked over the samples that each brings.

mod edges;
mod properties;

use super::lowered::{Computes, KernelOp, Lowered};
use super::sample::{Arg, Sample};
use super::{Op, Yields};
use crate::arena::{Array, Batching, Shape, Type, Val};
use crate::differentiate::check::Trial;
use crate::differentiate::{pull_back, push_forward};
use crate::graph::interpret::Batch;
use crate::ops::Expr;
use crate::view::View;

/// Calls `visit` with a label for each sample of each operator.
fn every_sample(mut visit: impl FnMut(&str, &Sample)) {
    for (operator, samples) in Op::samples() {
        assert!(!samples.is_empty(), "{operator} brings no sample");
        for sample in &samples {
            let rules = sample.op.rules();
            visit(
                &format!("{operator} {}({})", rules.name(), rules.attributes()),
                sample,
            );
        }
    }
}

/// Every assignment of kinds to the sample's arguments.
fn kinds_of(args: &[Arg]) -> impl Iterator<Item = Vec<Batching>> + '_ {
    (0..1usize << args.len()).map(move |mask| {
        let kind = |place| match mask >> place & 1 {
            0 => Batching::PerExample,
            _ => Batching::Shared,
        };
        (0..args.len()).map(kind).collect()
    })
}

fn per_example(args: &[Arg]) -> Vec<Type> {
    args.iter().map(|arg| arg.ty(Batching::PerExample)).collect()
}

#[test]
fn every_operator_takes_its_samples_and_refuses_what_it_must_in_words() {
    every_sample(|label, sample| {
        if sample.op.rules().part().is_none() {
            let types = sample.op.rules().infer(&per_example(&sample.args));
            assert!(types.is_ok(), "{label}: {types:?}");
        }
        for (args, naming) in &sample.refused {
            match sample.op.rules().infer(&per_example(args)) {
                Ok(types) => panic!("{label} takes {args:?} and yields {types:?}"),
                Err(mismatch) => assert!(
                    mismatch.text.contains(naming),
                    "{label}: `{}` does not say {naming}",
                    mismatch.text
                ),
            }
        }
    });
}

#[test]
fn every_operator_that_can_refuse_states_what() {
    for (operator, samples) in Op::samples() {
        let leaf = samples.iter().all(|sample| sample.args.is_empty());
        let takes_anything = ["Mark", "Opaque", "Again", "StopGradient", "Part"].contains(&operator);
        let refuses = samples.iter().any(|sample| !sample.refused.is_empty());
        assert!(leaf || takes_anything || refuses, "{operator}");
    }
}

#[test]
fn the_whole_table_of_element_wise_operators_is_sampled() {
    let sampled: Vec<Op> = Op::samples()
        .into_iter()
        .flat_map(|(_, samples)| samples.into_iter().map(|sample| sample.op))
        .collect();
    for &op in super::elementwise::Elementwise::ALL {
        assert!(sampled.contains(&op.into()), "{}", op.word());
    }
}

#[test]
fn values_have_the_inferred_type() {
    every_sample(|label, sample| {
        for kinds in kinds_of(&sample.args) {
            let trial = Trial::new();
            let shared = |shape: &Shape| Array::zeros(shape);
            if sample.args.is_empty() {
                let mut environment = trial.environment.borrow_mut();
                let shape = Shape::from([2]);
                environment
                    .inputs
                    .insert(0, Batch::PerExample(vec![shared(&shape); 3]));
                environment.parameters.insert(0, shared(&shape));
                environment.directions.insert(0, shared(&shape));
                environment.buffers.insert(0, shared(&shape));
                environment.formals.push(Batch::Shared(shared(&shape)));
            }
            let results = build(&trial, sample, &kinds).1;
            for (result, value) in results.iter().zip(trial.values(&results)) {
                let ty = result.ty();
                assert_eq!(value.of(0).shape, ty.shape, "{label} {kinds:?}");
                let shared = matches!(value, Batch::Shared(_));
                assert!(shared || ty.batching == Batching::PerExample, "{label} {kinds:?}");
            }
        }
    });
}

/// The sample's arguments as leaves of these kinds, and its results.
fn build<'g>(trial: &'g Trial, sample: &Sample, kinds: &[Batching]) -> (Vec<Expr<'g>>, Vec<Expr<'g>>) {
    let leaf = |(arg, &kind): (&Arg, &Batching)| trial.input(arg.ty(kind), arg.draw);
    let args: Vec<Expr<'g>> = sample.args.iter().zip(kinds).map(leaf).collect();
    let results = (sample.build)(&trial.graph, &args);
    (args, results)
}

/// Finite differences and the dot-product identity, for every mix of kinds; by all arguments together up to the
/// second order, and by each alone.
#[test]
fn derivatives_agree_with_finite_differences_and_with_each_other() {
    every_sample(|label, sample| {
        if sample.stops {
            return;
        }
        for kinds in kinds_of(&sample.args) {
            let trial = Trial::new();
            let (args, results) = build(&trial, sample, &kinds);
            let real: Vec<Expr<'_>> = args.iter().copied().filter(|arg| !arg.ty().is_index()).collect();
            if real.is_empty() {
                continue;
            }
            let label = format!("{label} {kinds:?}");
            trial.check(&label, &results, &real, 2);
            if real.len() > 1 {
                for (place, &arg) in real.iter().enumerate() {
                    trial.check(&format!("{label} by {place}"), &results, &[arg], 1);
                }
            }
        }
    });
}

#[test]
fn what_stops_derivatives_stops_them_in_both_directions() {
    every_sample(|label, sample| {
        if sample.stops {
            let trial = Trial::new();
            let (args, results) = build(&trial, sample, &[Batching::PerExample]);
            let (x, y) = (args[0].val, results[0].val);
            assert_eq!(pull_back(&trial.graph, &[(y, x)], &[x]), [None], "{label}");
            assert_eq!(push_forward(&trial.graph, &[y], &[(x, x)]), [None], "{label}");
        }
    });
}

/// The promises of a lowering to the emitter, as far as they can be checked here.
#[test]
fn lowerings_mean_what_the_interpreter_computes() {
    every_sample(|label, sample| {
        let rules = sample.op.rules();
        if rules.part().is_some() {
            return;
        }
        let trial = Trial::new();
        let (args, _) = build(&trial, sample, &vec![Batching::Shared; sample.args.len()]);
        let values = trial.values(&args);
        let arrays: Vec<&Array> = values.iter().map(Batch::shared).collect();
        let types: Vec<Type> = args.iter().map(|arg| arg.ty()).collect();
        let lowered = rules.lower(&types);
        let moves = matches!(lowered, None | Some(Lowered::Movement(_)));
        assert_eq!(rules.is_view(), moves, "{label} is a view");
        let kernel = match &lowered {
            Some(Lowered::Kernel(op)) => Some(&op.kernel),
            _ => None,
        };
        let heavy = kernel.is_some() || matches!(lowered, Some(Lowered::Contract(_)));
        assert_eq!(rules.is_heavy(), heavy, "{label} is a product or a kernel");
        let only_summed = kernel.is_some_and(|kernel| kernel.yields != Yields::Examples);
        assert_eq!(
            rules.needs_batch_sum(),
            only_summed,
            "{label} is only had in a sum"
        );
        let Some(lowered) = lowered else {
            assert_eq!(*arrays[0], rules.evaluate(&arrays), "{label} is its argument");
            return;
        };
        match lowered {
            Lowered::Movement(movement) => {
                let view = movement.view(&View::whole(&types[0].shape));
                let view = view.expect("a dense value needs no copy");
                assert_eq!(read(&view, &arrays[0].data), rules.evaluate(&arrays), "{label}");
            }
            Lowered::Assembly(assembly) => {
                let mut result = Array::zeros(&rules.infer(&types).expect("sampled")[0].shape);
                let shapes: Vec<Shape> = types.iter().map(|ty| ty.shape.clone()).collect();
                let views = assembly.parts(&View::whole(&result.shape), &shapes);
                assert_eq!(views.len(), arrays.len(), "{label}");
                for (view, array) in views.iter().zip(&arrays) {
                    for at in view.shape.positions() {
                        result.data[place(view, &at)] = array.at(&at);
                    }
                }
                assert_eq!(result, rules.evaluate(&arrays), "{label}");
            }
            Lowered::Kernel(op) => {
                let KernelOp { kernel, computes } = *op;
                assert_eq!(computes, Computes::Operator(sample.op.clone()), "{label}");
                let mut order = kernel.order.clone();
                order.sort_unstable();
                assert!(
                    order.into_iter().eq(0..args.len()),
                    "{label}: every argument is passed once"
                );
                assert!(kernel.count > 0, "{label}");
            }
            Lowered::Reduction(reduction) => {
                assert!(
                    reduction.axes().iter().all(|&axis| axis < types[0].shape.rank()),
                    "{label}"
                );
            }
            Lowered::Scalar(_) => crate::emit::rust::expression::tests::check(label, &sample.op, &arrays),
            Lowered::Leaf(_)
            | Lowered::Draw(_)
            | Lowered::OneHot(_)
            | Lowered::Iota(_)
            | Lowered::Contract(_)
            | Lowered::BatchSum
            | Lowered::Scan(_)
            | Lowered::Part(_) => {}
        }
    });
}

/// Over every set of arguments that may differ from step to step: the steps at once are the steps one by one.
#[test]
fn vmapped_operators_are_their_steps_stacked() {
    const STEPS: usize = 3;
    let at = |stack: Expr<'_>, t: usize| -> Val {
        let shape = stack.shape().0;
        let starts = (0..shape.len())
            .map(|axis| if axis == 0 { t } else { 0 })
            .collect();
        let step = stack.slice(starts, [&[1], &shape[1..]].concat());
        step.reshape(shape[1..].to_vec()).val
    };
    let mut vmapped = 0;
    every_sample(|label, sample| {
        let rules = sample.op.rules();
        if rules.part().is_some() || rules.crosses_batch() {
            return;
        }
        for mask in 1..1usize << sample.args.len() {
            let trial = Trial::new();
            let over: Vec<bool> = (0..sample.args.len())
                .map(|place| mask >> place & 1 == 1)
                .collect();
            let leaf = |(arg, &over): (&Arg, &bool)| {
                let mut ty = arg.ty(Batching::PerExample);
                if over {
                    ty.shape.0.insert(0, STEPS);
                }
                trial.input(ty, arg.draw)
            };
            let args: Vec<Expr<'_>> = sample.args.iter().zip(&over).map(leaf).collect();
            let step = |t: usize| -> Expr<'_> {
                let args: Vec<Val> = (args.iter().zip(&over))
                    .map(|(&arg, &over)| if over { at(arg, t) } else { arg.val })
                    .collect();
                trial.graph.expr(trial.graph.apply(sample.op.clone(), &args))
            };
            let label = format!("{label} over {over:?}");
            if let Some(whole) = rules.vmap(STEPS, &args, &over) {
                vmapped += 1;
                for t in 0..STEPS {
                    trial.same(&label, trial.graph.expr(at(whole, t)), step(t));
                }
            }
            if let Some(sum) = rules.vmap_sum(STEPS, &args, &over) {
                let steps = (1..STEPS).fold(step(0), |sum, t| sum + step(t));
                trial.same(&format!("{label}, summed"), sum, steps);
            }
        }
    });
    assert!(vmapped > 100, "{vmapped}");
}

fn place(view: &View, at: &[usize]) -> usize {
    view.offset
        + at.iter()
            .zip(&view.strides)
            .map(|(i, stride)| i * stride)
            .sum::<usize>()
}

fn read(view: &View, memory: &[f64]) -> Array {
    Array::from_fn(&view.shape, |at| memory[place(view, at)])
}
