//! The chain rule of one element, where what a choice leaves out stays left out.
//!
//! The derivative of `select(mask, a, b)` by `a` is `select(mask, dy, 0)`: that 0 says that nothing passes, whatever
//! stands behind it. A plain product would make `0 · ∞` of it where `a` has an infinite slope at a place that was not
//! chosen, as the root of 0 has: so the product is formed first and chosen from afterwards, at the same cost.

use super::elementwise::Elementwise;
use super::{Expr, Op};

/// Choices within one another that a product is formed under; more of them are left as they are, or a long chain of
/// choices would take a time quadratic in its length.
const NESTED: usize = 4;

/// Signs, numbers and sums that are looked through for a choice.
const DEPTH: usize = 4;

/// `dy · partial`, and 0 where a choice has left `dy` out.
pub fn chain<'g>(dy: Expr<'g>, partial: Expr<'g>) -> Expr<'g> {
    chain_within(dy, partial, NESTED)
}

fn chain_within<'g>(dy: Expr<'g>, partial: Expr<'g>, nested: usize) -> Expr<'g> {
    // A number is finite.
    if nested == 0 || partial.as_constant().is_some() {
        return dy * partial;
    }
    if let Some(choice) = Choice::of(dy, DEPTH) {
        return choice.with(chain_within(choice.value, partial, nested - 1));
    }
    match either(dy) {
        Some((mask, a, b)) => mask.select(
            chain_within(a, partial, nested - 1),
            chain_within(b, partial, nested - 1),
        ),
        None => dy * partial,
    }
}

/// The mask, `a` and `b`, if `dy` is the sum of the two branches of one choice,
/// `select(mask, a, 0) + select(mask, 0, b)`, and one of them is a choice itself.
fn either(dy: Expr<'_>) -> Option<(Expr<'_>, Expr<'_>, Expr<'_>)> {
    let node = dy.graph.node(dy.val);
    if node.op != Op::Elementwise(Elementwise::Add) {
        return None;
    }
    let part = |place: usize| Choice::of(dy.graph.expr(node.args[place]), DEPTH);
    let (a, b) = (part(0)?, part(1)?);
    let nested = Choice::of(a.value, DEPTH).is_some() || Choice::of(b.value, DEPTH).is_some();
    match (nested && a.mask.val == b.mask.val, a.first, b.first) {
        (true, true, false) => Some((a.mask, a.value, b.value)),
        (true, false, true) => Some((a.mask, b.value, a.value)),
        _ => None,
    }
}

/// `value` where the mask is not 0, or where it is, and 0 elsewhere.
#[derive(Clone, Copy)]
struct Choice<'g> {
    mask: Expr<'g>,
    value: Expr<'g>,
    /// True if the value stands where the mask is not 0, false if it stands where the mask is 0.
    first: bool,
}

impl<'g> Choice<'g> {
    /// The choice between a value and 0 that `x` makes, also under signs, constant factors and sums.
    fn of(x: Expr<'g>, depth: usize) -> Option<Choice<'g>> {
        let depth = depth.checked_sub(1)?;
        let node = x.graph.node(x.val);
        let Op::Elementwise(op) = node.op else {
            return None;
        };
        let arg = |place: usize| x.graph.expr(node.args[place]);
        match op {
            Elementwise::Select => {
                let (mask, a, b) = (arg(0), arg(1), arg(2));
                let (value, first) = match (a.is(0.0), b.is(0.0)) {
                    (_, true) => (a, true),
                    (true, false) => (b, false),
                    (false, false) => return None,
                };
                Some(Choice { mask, value, first })
            }
            Elementwise::Neg => {
                let choice = Choice::of(arg(0), depth)?;
                Some(choice.of_value(-choice.value))
            }
            Elementwise::Mul if arg(1).as_constant().is_some() => {
                let choice = Choice::of(arg(0), depth)?;
                Some(choice.of_value(choice.value * arg(1)))
            }
            Elementwise::Mul if arg(0).as_constant().is_some() => {
                let choice = Choice::of(arg(1), depth)?;
                Some(choice.of_value(arg(0) * choice.value))
            }
            Elementwise::Add => {
                let (a, b) = (Choice::of(arg(0), depth)?, Choice::of(arg(1), depth)?);
                let same = a.mask.val == b.mask.val && a.first == b.first;
                same.then(|| a.of_value(a.value + b.value))
            }
            _ => None,
        }
    }

    fn of_value(self, value: Expr<'g>) -> Choice<'g> {
        Choice { value, ..self }
    }

    fn with(self, value: Expr<'g>) -> Expr<'g> {
        let none = value.graph.constant(0.0);
        match self.first {
            true => self.mask.select(value, none),
            false => self.mask.select(none, value),
        }
    }
}
