//! Powers with a literal exponent.

use super::chain::chain;
use super::formula::Formula;
use super::{Expr, Linearity, Lowered, Operator, need_real, real};
use crate::arena::{Array, Mismatch, Number, Type};

/// `xᵖ` for a literal `p`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Power {
    pub exponent: Number,
}

impl Power {
    /// The exponent as an integer, where a product of factors is exact and defined for negative bases too.
    fn integer(&self) -> Option<i32> {
        let exponent = self.exponent.0;
        (exponent.fract() == 0.0 && exponent.abs() <= 64.0).then_some(exponent as i32)
    }

    pub fn value(&self, x: f64) -> f64 {
        match self.integer() {
            Some(exponent) => x.powi(exponent),
            None => x.powf(self.exponent.0),
        }
    }
}

impl Operator for Power {
    fn name(&self) -> &'static str {
        "power"
    }

    fn attributes(&self) -> String {
        self.exponent.to_string()
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real(self.name(), args)?;
        real(args, args[0].shape.clone())
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(chain(dy, self.derivative(x[0])))]
    }

    fn jvp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        Some(chain(dx[0]?, self.derivative(x[0])))
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(*self, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        args[0].map(|x| self.value(x))
    }

    fn formula(&self) -> Option<Formula> {
        Some(match self.integer() {
            Some(exponent) => Formula::IntegerPower(exponent),
            None => Formula::RealPower(self.exponent.0),
        })
    }

    fn maps_zero_to_zero(&self) -> bool {
        self.exponent.0 > 0.0
    }

    fn keeps_finite(&self) -> bool {
        self.integer().is_some_and(|exponent| exponent >= 0)
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some((*self).into())
    }
}

impl Power {
    fn derivative<'g>(&self, x: Expr<'g>) -> Expr<'g> {
        let p = self.exponent.0;
        match p {
            // Not `0 · x⁻¹`, which is no number at 0.
            0.0 => x.graph.constant(0.0),
            1.0 => x.graph.constant(1.0),
            2.0 => 2.0 * x,
            _ => p * x.power(p - 1.0),
        }
    }
}

impl<'g> Expr<'g> {
    /// `xᵖ`.
    pub fn power(self, exponent: f64) -> Expr<'g> {
        self.graph.expr(self.graph.apply(
            Power {
                exponent: Number(exponent),
            },
            &[self.val],
        ))
    }
}

#[cfg(test)]
impl super::sample::Sampled for Power {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, index, positive};
        let power = |exponent| Power {
            exponent: Number(exponent),
        };
        let integers = [0.0, 1.0, 2.0, 3.0, 5.0].map(|exponent| {
            Sample::new(power(exponent), [any([2, 3])]).refuses([index(4, [2])], "[B, 2] < 4")
        });
        let others = [-2.0, -1.0, -0.5, 0.5, 1.5, 2.5].map(|exponent| {
            Sample::new(power(exponent), [positive([4])]).refuses([index(4, [2])], "[B, 2] < 4")
        });
        integers.into_iter().chain(others).collect()
    }
}
