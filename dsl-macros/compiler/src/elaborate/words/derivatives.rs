//! Words that differentiate: the derivative is a value like any other.

use super::{Word, needed, tensor, variable, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::derivatives::Differentiated;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::marks::is_variable;
use crate::elaborate::value::Value;
use crate::graph::{Batching, Val};

pub const WORDS: &[Word] = &[
    word(
        "grad",
        &[tensor("y"), variable("x")],
        grad,
        "`∂y/∂x` of a scalar `y`, shaped like `x`: a variable (an argument, a `let`, a layer's parameter), or several in a \
         tuple. Each example has its own; by a value that examples share, write `y.batch_sum().grad(w)`.",
        "(x: Tensor<3>) -> Tensor<3> { x.square().sum().grad(x) } [1.0, 2.0, 3.0]",
    )
    .alias(&["autograd"]),
    word(
        "per_example_grad",
        &[tensor("y"), variable("x")],
        per_example_grad,
        "`∂y/∂x` of each example's scalar `y` by a value that the examples share: a gradient for each example, not their \
         sum. `y.per_example_grad(parameters(\"*\")).norm()` is what DP-SGD clips (Abadi et al., 2016).",
        "(x: Tensor<2>) -> Tensor<2> { let w = param([2], constant(1.0)); (w * x).square().sum().per_example_grad(w) } [1.0, 2.0]",
    ),
    word(
        "vjp",
        &[tensor("y"), variable("x"), needed("w")],
        vjp,
        "`wᵀ · ∂y/∂x`, shaped like `x`, for a `w` shaped like `y`: a vector-Jacobian product, in reverse mode.",
        "(x: Tensor<2>, w: Tensor<2>) -> Tensor<2> { x.square().vjp(x, w) } [1.0, 2.0], [1.0, 0.5]",
    )
    .alias(&["backward"]),
    word(
        "jvp",
        &[tensor("y"), variable("x"), needed("v")],
        jvp,
        "`∂y/∂x · v`, shaped like `y`, for a direction `v` shaped like `x`: a Jacobian-vector product, in forward mode.",
        "(x: Tensor<2>, v: Tensor<2>) -> Tensor<2> { x.square().jvp(x, v) } [1.0, 2.0], [1.0, 0.5]",
    )
    .alias(&["forward_ad"]),
    word(
        "jacobian",
        &[tensor("y"), variable("x")],
        jacobian,
        "`∂y/∂x`, the axes of `y` before those of `x`: row by row in reverse mode, or column by column in forward mode, \
         whichever are fewer.",
        "(x: Tensor<2>) -> Tensor<2, 2> { x.square().jacobian(x) } [1.0, 2.0]",
    )
    .alias(&["jacrev", "jacfwd"]),
    word(
        "custom_gradient",
        &[tensor("value"), tensor("surrogate")],
        custom_gradient,
        "`value`, with the derivatives of `surrogate`, of the same shape: `x.greater(0.0).custom_gradient(x)` is a step that passes \
         gradients straight through (Bengio et al., 2013).",
        "(x: Tensor<3>) -> Tensor<3> { x.greater(2.0).custom_gradient(x).sum().grad(x) } [1.0, 2.0, 3.0]",
    )
    .alias(&["straight_through"]),
    word(
        "opaque",
        &[tensor("x")],
        opaque,
        "`x`, through which no rule of the compiler sees: `x.softmax().opaque().log()` is computed and differentiated as \
         written, and so overflows where the stable form does not.",
        "(x: Tensor<3>) -> Tensor<3> { x.softmax().opaque().log() } [1.0, 2.0, 3.0]",
    ),
];

/// The variables that a word differentiates by.
struct By {
    /// Each with its text.
    variables: Vec<(Val, String)>,
    /// All of them, in the form in which they are given.
    given: Value,
}

impl By {
    /// Reads the variables of the second argument; of a choice of parameters those that `y` depends on.
    fn of(e: &Elaborator<'_>, a: &Arguments<'_>, y: Val) -> Result<By, Fault> {
        let given = match a.get(1) {
            Some(Value::Parameters(vals)) => {
                let live = e.graph.live(&[y]);
                let reached: Vec<Val> = vals.iter().copied().filter(|val| live.contains(val)).collect();
                // Where there is none, the first is told of.
                match reached.is_empty() {
                    true => Value::Parameters(vals.iter().copied().take(1).collect()),
                    false => Value::Parameters(reached.into()),
                }
            }
            Some(given) => given.clone(),
            None => return Err(Fault::new("nothing is given").at(1)),
        };
        let mut variables = Vec::new();
        let shown = a.shown(e, 1);
        collect(e, a.word, &shown, &given, &mut variables).map_err(|fault| fault.at(1))?;
        Ok(By { variables, given })
    }

    /// The derivatives in the form in which the variables are given.
    fn shape(&self, derivatives: Vec<Val>) -> Value {
        match &self.given {
            Value::Parameters(_) => Value::Parameters(derivatives.into()),
            other => other.rebuilt(&mut derivatives.into_iter().map(Value::Tensor)),
        }
    }
}

fn collect(
    e: &Elaborator<'_>,
    word: &str,
    shown: &str,
    value: &Value,
    found: &mut Vec<(Val, String)>,
) -> Result<(), Fault> {
    let named = |val: Val| e.name_of(val).unwrap_or_else(|| shown.to_string());
    match value {
        Value::Tensor(val) if e.graph.ty(*val).is_index() => {
            let text = format!(
                "`{word}` cannot differentiate by `{shown}`, which is an index: it does not vary smoothly"
            );
            Err(Fault::new(text).help("differentiate by numbers made of it, such as its `.embedding(width)`"))
        }
        Value::Tensor(val) if is_variable(&e.graph, *val) => {
            found.push((*val, named(*val)));
            Ok(())
        }
        Value::Tensor(_) => {
            let text = format!("`{word}` differentiates by a variable, `{shown}` is an expression");
            let help = "give it a name where it is made, `let x = …;`, and compute from that name";
            Err(Fault::new(text).help(help))
        }
        Value::Tuple(parts) | Value::Array(parts) if !parts.is_empty() => parts
            .iter()
            .try_for_each(|part| collect(e, word, shown, part, found)),
        Value::Parameters(vals) => {
            found.extend(vals.iter().map(|&val| (val, e.origin_text(val))));
            Ok(())
        }
        other => {
            let text = format!(
                "`{word}` differentiates by a variable, `{shown}` is {}",
                other.describe(&e.graph)
            );
            let help = "a variable is an argument, a `let`, or a parameter such as `layer.weight`";
            Err(Fault::new(text).help(help))
        }
    }
}

/// A scalar to differentiate.
fn scalar<'a>(e: &Elaborator<'a>, a: &Arguments<'a>) -> Result<Val, Fault> {
    let y = a.tensor(e, 0)?;
    if e.graph.ty(y).shape.rank() == 0 {
        return Ok(y);
    }
    let text = format!("`{}` needs a scalar, but {}", a.word, a.shown_with_shape(e, 0));
    let help = "take its `.sum()`, or give a direction: `y.vjp(x, w)`; `y.jacobian(x)` has all derivatives";
    Err(Fault::new(text).help(help).at(0))
}

fn differentiated<'d>(e: &Elaborator<'_>, a: &Arguments<'_>, y: Val, by: &'d By) -> Differentiated<'d> {
    Differentiated {
        y,
        shown: a.shown(e, 0),
        by: &by.variables,
        place: 1,
        span: a.span,
    }
}

/// Refuses to sum over the examples of the batch what is not said to be a sum.
fn no_hidden_sum(e: &Elaborator<'_>, a: &Arguments<'_>, y: Val, by: &By) -> Result<(), Fault> {
    let shared = |val: Val| e.graph.ty(val).batching == Batching::Shared;
    let mut variables = by.variables.iter();
    let Some((_, name)) = variables.find(|(val, _)| shared(*val)).filter(|_| !shared(y)) else {
        return Ok(());
    };
    let shown = a.shown(e, 0);
    let text = format!(
        "the examples of a batch share `{name}`, and each has its own `{shown}`: `{}` would be a sum over them",
        a.word
    );
    let help = match a.word {
        "grad" => format!(
            "write `batch_sum({shown}).grad({name})` for the sum, `per_example_grad({shown}, {name})` for one of each example"
        ),
        _ => "sum it over the batch first, by `batch_sum`; `jvp` and `jacobian` need no sum".to_string(),
    };
    Err(Fault::new(text).help(help).at(1))
}

fn grad<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let y = scalar(e, a)?;
    let by = By::of(e, a, y)?;
    no_hidden_sum(e, a, y, &by)?;
    let one = e.graph.constant(1.0).val;
    let found = e.vector_jacobian(&differentiated(e, a, y, &by), one)?;
    Ok(by.shape(found))
}

fn per_example_grad<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let y = scalar(e, a)?;
    let by = By::of(e, a, y)?;
    let found = e.each_gradient(&differentiated(e, a, y, &by))?;
    Ok(by.shape(found))
}

fn vjp<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (y, w) = (a.tensor(e, 0)?, a.operand(e, 2)?);
    let by = By::of(e, a, y)?;
    no_hidden_sum(e, a, y, &by)?;
    fits(e, w, (y, &a.shown(e, 0))).map_err(|fault| fault.at(2))?;
    let found = e.vector_jacobian(&differentiated(e, a, y, &by), w)?;
    Ok(by.shape(found))
}

fn jvp<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let y = a.tensor(e, 0)?;
    let by = By::of(e, a, y)?;
    let directions = match a.get(2) {
        Some(Value::Tuple(_) | Value::Array(_)) => a.tensors(e, 2)?,
        _ => vec![a.operand(e, 2)?],
    };
    if directions.len() != by.variables.len() {
        let text = format!(
            "`jvp` needs a direction for each variable: there are {} for {}",
            directions.len(),
            by.variables.len()
        );
        return Err(Fault::new(text).at(2));
    }
    for ((x, name), &direction) in by.variables.iter().zip(&directions) {
        fits(e, direction, (*x, name)).map_err(|fault| fault.at(2))?;
    }
    Ok(Value::Tensor(
        e.jacobian_vector(&differentiated(e, a, y, &by), &directions)?,
    ))
}

/// Checks that a direction is shaped like the value it belongs to, and shared if that is.
fn fits(e: &Elaborator<'_>, direction: Val, (of, name): (Val, &str)) -> Result<(), Fault> {
    let (given, wanted) = (e.graph.ty(direction), e.graph.ty(of));
    if given.shape != wanted.shape {
        let text = format!(
            "a direction is shaped like what it belongs to: `{name}` is {}, this is {}",
            Value::Tensor(of).describe(&e.graph),
            Value::Tensor(direction).describe(&e.graph)
        );
        return Err(Fault::new(text));
    }
    if given.batching > wanted.batching {
        let text = format!(
            "the examples of a batch share `{name}`, so they share its direction; this one is per example"
        );
        return Err(Fault::new(text).help("take the direction from arguments that are `Shared`"));
    }
    Ok(())
}

fn jacobian<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let y = a.tensor(e, 0)?;
    let by = By::of(e, a, y)?;
    if by.variables.len() != 1 {
        let text = format!("`jacobian` takes one variable, these are {}", by.variables.len());
        return Err(Fault::new(text).help("write one `jacobian` for each").at(1));
    }
    Ok(Value::Tensor(e.jacobian(&differentiated(e, a, y, &by))?))
}

fn custom_gradient<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (value, surrogate) = (a.tensor(e, 0)?, a.tensor(e, 1)?);
    super::apply(e, crate::ops::leaf::CustomGradient, &[value, surrogate])
}

fn opaque<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    super::apply(e, crate::ops::leaf::Opaque, &[a.tensor(e, 0)?])
}
