//! Words of state, mode and randomness: buffers, their updates, training mode, noise.

use super::make::{both, owner};
use super::{Word, needed, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::model::Initializer;
use crate::elaborate::value::Value;
use crate::graph::{Batching, Val};
use crate::ops::leaf::{Buffer, Distribution, Noise};

pub const WORDS: &[Word] = &[
    word(
        "noise",
        &[needed("shape"), needed("distribution")],
        noise,
        "Random numbers, other ones in every example, step and place: `noise([20], normal(1.0))`, \
         `noise(x.sizes(), uniform(0.0, 1.0))`. The workspace's seed and its count of steps fix them.",
        "(x: Tensor<3>) -> Tensor<3> { x + noise(x.sizes(), normal(0.1)) } [1.0, 2.0, 3.0]",
    )
    .alias(&["rand", "randn"]),
    word(
        "drop_rate",
        &[needed("rate")],
        drop_rate,
        "Refuses a number outside of [0, 1): the share of values that is dropped.",
        "fn worn(x: Tensor<_>, rate: f64) -> Tensor<_> { drop_rate(rate); x.dropout(rate) } pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.worn(0.5) } [1.0, 2.0, 3.0]",
    ),
    word(
        "buffer",
        &[needed("shape"), needed("init")],
        buffer,
        "State that is saved but not trained, named by its `let`: `let running_mean = buffer([16], zeros());`. \
         Reading it gives what it holds before the step.",
        "(x: Tensor<2>) -> Tensor<2> { let total = buffer([2], zeros()); total.update(total + x.batch_sum()); x - total } [1.0, 2.0]",
    )
    .alias(&["register_buffer"]),
    word(
        "update",
        &[needed("buffer"), needed("value")],
        update,
        "What a buffer holds after the step, `running_mean.update(0.9 * running_mean + 0.1 * mean)`: one value for the \
         whole batch. In evaluation mode nothing changes. A second update in one step starts from the first's value. The \
         statistics of what gets no gradient, behind a `stop_gradient`, stand still.",
        "(x: Tensor<2>) -> Tensor<2> { let mean = buffer([2], zeros()); mean.update(0.9 * mean + 0.1 * x.batch_sum() / batch_size()); x - mean } [1.0, 2.0]",
    ),
    word(
        "training",
        &[],
        training,
        "Whether the network is being trained, known while compiling: `if training() { … } else { … }`. An entry point \
         that asks is compiled once for each mode.",
        "(x: Tensor<2>) -> Tensor<2> { if training() { x + noise([2], normal(0.1)) } else { x } } [1.0, 2.0]",
    ),
];

fn buffer<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (shape, initializer) = (a.shape(e, 0)?, a.initializer(e, 1)?);
    let (home, site) = owner(e, a)?;
    if e.parameters.find(&home.path).is_some() {
        return Err(both(&home.path));
    }
    let place = e
        .buffers
        .declare(&home, shape, initializer, site, e.mode.training)?;
    Ok(e.buffer(place))
}

fn noise<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (shape, initializer) = (a.shape(e, 0)?, a.initializer(e, 1)?);
    let (distribution, scale, shift) = match initializer {
        Initializer::Uniform { low, high } => (Distribution::Uniform, high - low, low),
        Initializer::Normal { mean, std } => (Distribution::Normal, std, mean),
        _ => {
            let text = format!(
                "`noise` is drawn from a distribution, but {}",
                a.shown_with_shape(e, 1)
            );
            let help = "give `normal(std)` or `uniform(low, high)`";
            return Err(Fault::new(text).help(help).at(1));
        }
    };
    let drawn = e.in_each_turn(&shape, |e, shape| {
        let site = e.graph.fresh_identity();
        let noise = Noise {
            site,
            distribution,
            shape,
        };
        e.graph.apply(noise, &[])
    });
    Ok(Value::Tensor((e.graph.expr(drawn) * scale + shift).val))
}

fn drop_rate<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let rate = a.number(e, 0)?;
    if (0.0..1.0).contains(&rate) {
        return Ok(Value::unit());
    }
    let text = format!("a share of {rate:?} cannot be dropped: it is at least 0 and below 1");
    Err(Fault::new(text).at(0))
}

fn training<'a>(e: &mut Elaborator<'a>, _: &Arguments<'a>) -> Result<Value, Fault> {
    e.mode.asked = true;
    Ok(Value::Bool(e.mode.training))
}

fn update<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let target = a.any_tensor(e, 0)?;
    let node = e.graph.node(target);
    let Some(buffer) = node.op.get::<Buffer>() else {
        let text = format!("only a buffer is updated, but {}", a.shown_with_shape(e, 0));
        let help = "make one with `let state = buffer([16], zeros());`; a `let mut` variable is assigned";
        return Err(Fault::new(text).help(help).at(0));
    };
    let value = a.operand(e, 1)?;
    let ty = e.graph.ty(value);
    if ty.batching == Batching::PerExample {
        let text = format!(
            "`{}` is one value for the whole batch, but `{}` differs from example to example",
            buffer.name,
            a.shown(e, 1)
        );
        let help = "the mean over the batch is `x.batch_sum() / batch_size()`";
        return Err(Fault::new(text).help(help).at(1));
    }
    if ty.shape != buffer.shape {
        let text = format!(
            "`{}` is {}, its new value is {}",
            buffer.name, buffer.shape, ty.shape
        );
        let help = "a buffer keeps its shape: the two must be equal";
        return Err(Fault::new(text).help(help).at(1));
    }
    e.mode.asked = true;
    e.update_outside_loops(a.span)?;
    if e.mode.training {
        let value = match e.updates.get(&buffer.index).copied() {
            Some(earlier) => substitute(e, value, target, earlier),
            None => value,
        };
        let own = buffer.name.rsplit('.').next().unwrap_or(&buffer.name);
        e.hint(value, &format!("new_{own}"));
        e.updates.insert(buffer.index, value);
    }
    Ok(Value::unit())
}

/// Replaces `leaf` by `by` in `value`.
fn substitute(e: &Elaborator<'_>, value: Val, leaf: Val, by: Val) -> Val {
    let graph = &e.graph;
    let mut moved = std::collections::BTreeMap::from([(leaf, by)]);
    for val in graph.live(&[value]) {
        let node = graph.node(val);
        if node.args.iter().any(|arg| moved.contains_key(arg)) {
            let args: Vec<Val> = node
                .args
                .iter()
                .map(|arg| moved.get(arg).copied().unwrap_or(*arg))
                .collect();
            let outer = graph.set_origin(Some(node.origin.clone()));
            moved.insert(val, graph.apply(node.op.clone(), &args));
            graph.set_origin(outer);
        }
    }
    moved.get(&value).copied().unwrap_or(value)
}
