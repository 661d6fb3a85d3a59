//! The numbers 0, 1, 2, …: where an element stands. Tables made from it (positions, triangular masks) are
//! expressions, however large they are.

use super::{Linearity, Lowering, Operator};
use crate::graph::interpret::Array;
use crate::graph::{Expr, Graph, Kind, Mismatch, Shape, Type};

/// `0, 1, …, size − 1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Iota {
    pub size: usize,
}

impl Operator for Iota {
    fn name(&self) -> &'static str {
        "iota"
    }

    fn attributes(&self) -> String {
        self.size.to_string()
    }

    fn infer(&self, _: &[Type]) -> Result<Vec<Type>, Mismatch> {
        Ok(vec![Type::real(Kind::Shared, [self.size])])
    }

    fn linearity(&self) -> Linearity {
        Linearity::Constant
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        Vec::new()
    }

    fn evaluate(&self, _: &[&Array]) -> Array {
        Array::from_fn(&Shape::from([self.size]), |at| at[0] as f64)
    }

    fn lower(&self, _: &[Type]) -> Lowering {
        Lowering::Iota
    }
}

impl Graph {
    /// The numbers `0, 1, …, size − 1`.
    pub fn iota(&self, size: usize) -> Expr<'_> {
        self.expr(self.apply(Iota { size }, &[]))
    }
}

#[cfg(test)]
impl super::sample::Sampled for Iota {
    fn samples() -> Vec<super::sample::Sample> {
        [1, 4]
            .map(|size| super::sample::Sample::new(Iota { size }, []))
            .into()
    }
}
