//! Values that are there before the first step, and the two operators that only mark a value.

use super::lowered::Leaf;
use super::{Expr, Linearity, Lowered, Operator};
use crate::arena::{Array, Batching, Element, Mismatch, Number, Shape, Type};
use crate::view::View;

/// Values the interpreter is given or takes from the batch are never computed from arguments.
macro_rules! leaf {
    ($name:ident, $word:literal, |$self:ident| $attributes:expr, $ty:expr, $lowering:expr $(; $property:item)*) => {
        impl Operator for $name {
            fn name(&self) -> &'static str {
                $word
            }
            fn attributes(&$self) -> String {
                $attributes
            }
            fn infer(&$self, _: &[Type]) -> Result<Vec<Type>, Mismatch> {
                Ok(vec![$ty])
            }
            fn linearity(&self) -> Linearity {
                Linearity::Constant
            }
            fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
                Vec::new()
            }
            fn evaluate(&self, _: &[&Array]) -> Array {
                unreachable!("`{}` is given to the interpreter", $word)
            }
            fn lower(&$self, _: &[Type]) -> Option<Lowered> {
                Some($lowering)
            }
            $($property)*
        }
    };
}

/// The `index`-th argument of the entry point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Input {
    pub index: usize,
    pub name: String,
    pub ty: Type,
}
leaf!(
    Input,
    "input",
    |self| self.name.clone(),
    self.ty.clone(),
    Lowered::Leaf(Leaf::Input(self.clone()));
    fn declared_name(&self) -> Option<&str> {
        Some(&self.name)
    }
);

/// A trained parameter, by its place in the network's table; never merged with another of equal shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    pub index: usize,
    pub name: String,
    pub shape: Shape,
}
leaf!(
    Parameter,
    "parameter",
    |self| self.name.clone(),
    Type::real(Batching::Shared, self.shape.clone()),
    Lowered::Leaf(Leaf::Parameter(self.clone()));
    fn declared_name(&self) -> Option<&str> {
        Some(&self.name)
    }
);

/// The part of a direction that belongs to a parameter: what a forward derivative moves that parameter along.
/// Its name is that of the parameter behind `direction.`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Direction {
    /// The place of the parameter in the network's table.
    pub index: usize,
    pub name: String,
    pub shape: Shape,
}
leaf!(
    Direction,
    "direction",
    |self| self.name.clone(),
    Type::real(Batching::Shared, self.shape.clone()),
    Lowered::Leaf(Leaf::Direction(self.clone()));
    fn declared_name(&self) -> Option<&str> {
        Some(&self.name)
    }
);

impl Parameter {
    /// The direction that this parameter moves along.
    pub fn direction(&self) -> Direction {
        Direction {
            index: self.index,
            name: format!("direction.{}", self.name),
            shape: self.shape.clone(),
        }
    }
}

/// State that is saved but not trained: running statistics.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Buffer {
    pub index: usize,
    pub name: String,
    pub shape: Shape,
}
leaf!(
    Buffer,
    "buffer",
    |self| self.name.clone(),
    Type::real(Batching::Shared, self.shape.clone()),
    Lowered::Leaf(Leaf::Buffer(self.clone()));
    fn declared_name(&self) -> Option<&str> {
        Some(&self.name)
    }
);

/// A literal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Constant(pub Number);
leaf!(
    Constant,
    "constant",
    |self| self.0.to_string(),
    Type::real(Batching::Shared, Shape::scalar()),
    Lowered::Leaf(Leaf::Constant(*self))
);

/// The number of examples of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchSize;
leaf!(
    BatchSize,
    "batch_size",
    |self| String::new(),
    Type::real(Batching::Shared, Shape::scalar()),
    Lowered::Leaf(Leaf::BatchSize)
);

/// `0`, `1` … `size - 1`: the places along an axis, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        Ok(vec![Type::real(Batching::Shared, [self.size])])
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

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(Lowered::Iota(*self))
    }
}

/// Random numbers, drawn anew for each example and step; two draws are never merged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Noise {
    pub site: u32,
    pub distribution: Distribution,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Between 0 and 1.
    Uniform,
    /// Mean 0, variance 1.
    Normal,
}
leaf!(
    Noise,
    "noise",
    |self| format!("{:?}, site {}", self.distribution, self.site),
    Type::real(Batching::PerExample, self.shape.clone()),
    Lowered::Draw(self.clone());
    fn draws(&self) -> bool {
        true
    }
);

/// The `index`-th argument of a `scan`'s body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Formal {
    pub index: usize,
    pub ty: Type,
}
leaf!(
    Formal,
    "formal",
    |self| self.index.to_string(),
    self.ty.clone(),
    Lowered::Leaf(Leaf::Formal {
        index: self.index,
        ty: self.ty.clone().into(),
    })
);

/// The value itself, kept apart from equal expressions until differentiation is done: what `grad` differentiates
/// by, so that no derivative leaks in by another path through an equal expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    pub identity: u32,
}

/// The value itself; no derivative passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StopGradient;

/// The value itself, through which no rule sees: what is computed from it is computed as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opaque;

/// The value itself, for what is to be computed from it a second time instead of kept: equal expressions of it and of the value
/// are not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Again {
    pub identity: u32,
}

/// The first argument, with the derivatives of the second: a rule of the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CustomGradient;

macro_rules! same_value {
    ($name:ident, $word:literal, $linearity:expr, |$dy:ident| $vjp:expr, |$self:ident| $lowering:expr) => {
        impl Operator for $name {
            fn name(&self) -> &'static str {
                $word
            }
            fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
                Ok(vec![args[0].clone()])
            }
            fn linearity(&self) -> Linearity {
                $linearity
            }
            fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, $dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
                vec![$vjp]
            }
            fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
                super::on_stacks(*self, length, args, over)
            }
            fn stops_derivative(&self, _: usize) -> bool {
                matches!(self.linearity(), Linearity::Constant)
            }
            fn keeps_apart(&self) -> bool {
                !self.stops_derivative(0)
            }
            fn evaluate(&self, args: &[&Array]) -> Array {
                args[0].clone()
            }
            fn picks_elements(&self) -> bool {
                true
            }
            fn is_view(&self) -> bool {
                true
            }
            fn view(&self, of: &View) -> Option<View> {
                Some(of.clone())
            }
            fn lower(&$self, _: &[Type]) -> Option<Lowered> {
                $lowering
            }
        }
    };
}
same_value!(Mark, "mark", Linearity::Jointly, |dy| Some(dy), |self| None);
same_value!(Opaque, "opaque", Linearity::Jointly, |dy| Some(dy), |self| None);
same_value!(
    StopGradient,
    "stop_gradient",
    Linearity::Constant,
    |_dy| None,
    |self| None
);
same_value!(Again, "again", Linearity::Jointly, |dy| Some(dy), |self| Some(
    (*self).into()
));

impl Operator for CustomGradient {
    fn name(&self) -> &'static str {
        "custom_gradient"
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        super::need_real("custom_gradient", args)?;
        if args[0].shape != args[1].shape {
            let text = format!(
                "a value and its `custom_gradient` have one shape: {} and {}",
                args[0].shape, args[1].shape
            );
            return Err(Mismatch::new(text));
        }
        super::real(args, args[0].shape.clone())
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![None, Some(dy)]
    }

    fn jvp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        dx[1]
    }

    fn passes_derivative(&self, place: usize) -> bool {
        place == 1
    }

    fn stops_derivative(&self, place: usize) -> bool {
        place == 0
    }

    fn keeps_apart(&self) -> bool {
        true
    }

    fn picks_elements(&self) -> bool {
        true
    }

    fn is_view(&self) -> bool {
        true
    }

    fn view(&self, of: &View) -> Option<View> {
        Some(of.clone())
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(*self, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        args[0].clone()
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        None
    }
}

impl Input {
    pub fn limit(&self) -> Option<usize> {
        match self.ty.element {
            Element::Index { limit } => Some(limit),
            Element::Real => None,
        }
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::ops::sample::{Sample, Sampled, any};

    macro_rules! sampled {
        ($($name:ident: [$($sample:expr),+];)*) => { $(
            impl Sampled for $name {
                fn samples() -> Vec<Sample> {
                    vec![$($sample),+]
                }
            }
        )* };
    }
    sampled! {
        Input: [Sample::new(
            Input { index: 0, name: "x".into(), ty: Type::real(Batching::PerExample, [2]) }, []
        )];
        Parameter: [Sample::new(Parameter { index: 0, name: "w".into(), shape: [2].into() }, [])];
        Direction: [Sample::new(
            Direction { index: 0, name: "direction.w".into(), shape: [2].into() }, []
        )];
        Buffer: [Sample::new(Buffer { index: 0, name: "mean".into(), shape: [2].into() }, [])];
        Constant: [Sample::new(Constant(Number(2.5)), [])];
        BatchSize: [Sample::new(BatchSize, [])];
        Iota: [Sample::new(Iota { size: 5 }, [])];
        Noise: [
            Sample::new(Noise { site: 0, distribution: Distribution::Uniform, shape: [2].into() }, []),
            Sample::new(Noise { site: 1, distribution: Distribution::Normal, shape: [2].into() }, [])
        ];
        Formal: [Sample::new(Formal { index: 0, ty: Type::real(Batching::Shared, [2]) }, [])];
        Mark: [Sample::new(Mark { identity: 0 }, [any([2, 3])])];
        Opaque: [Sample::new(Opaque, [any([2, 3])])];
        Again: [Sample::new(Again { identity: 0 }, [any([2, 3])])];
        StopGradient: [Sample { stops: true, ..Sample::new(StopGradient, [any([2, 3])]) }];
        // Finite differences see its derivative only where both arguments are one value.
        CustomGradient: [Sample {
            build: Box::new(|_, args| vec![args[1].custom_gradient(args[1])]),
            ..Sample::new(CustomGradient, [any([2, 3]), any([2, 3])])
                .refuses([any([2]), any([3])], "[3]")
        }];
    }
}
