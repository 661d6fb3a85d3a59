//! The samples with which an operator is tested: arguments it takes, and arguments it must refuse.

use super::{Expr, Graph, Op};
use crate::arena::{Batching, Element, Shape, Type};
use crate::differentiate::check::Draw;

/// Every registered operator has samples; the registry does not compile without.
pub trait Sampled {
    fn samples() -> Vec<Sample>;
}

/// Builds the operator under test on arguments of the sample's shapes and any kinds; yields all its results.
type Build = Box<dyn for<'g> Fn(&'g Graph, &[Expr<'g>]) -> Vec<Expr<'g>>>;

/// One instance of an operator with arguments it takes.
pub struct Sample {
    pub op: Op,
    pub build: Build,
    pub args: Vec<Arg>,
    /// Arguments it refuses, each with a text (a shape, mostly) that the refusal must name.
    pub refused: Vec<(Vec<Arg>, &'static str)>,
    /// True if it is there to stop derivatives, whatever finite differences say.
    pub stops: bool,
}

/// The type of an argument but its kind, and what numbers it may hold.
#[derive(Clone, Debug)]
pub struct Arg {
    pub element: Element,
    pub shape: Shape,
    pub draw: Draw,
}

impl Sample {
    pub fn new(op: impl Into<Op>, args: impl Into<Vec<Arg>>) -> Sample {
        let op = op.into();
        let applied = op.clone();
        Sample {
            op,
            build: Box::new(move |graph, args| {
                let args: Vec<_> = args.iter().map(|arg| arg.val).collect();
                vec![graph.expr(graph.apply(applied.clone(), &args))]
            }),
            args: args.into(),
            refused: Vec::new(),
            stops: false,
        }
    }

    /// The operator must refuse `args` with a message that contains `naming`.
    pub fn refuses(mut self, args: impl Into<Vec<Arg>>, naming: &'static str) -> Sample {
        self.refused.push((args.into(), naming));
        self
    }
}

impl Arg {
    pub fn ty(&self, batching: Batching) -> Type {
        Type {
            batching,
            element: self.element,
            shape: self.shape.clone(),
        }
    }
}

fn real(shape: impl Into<Shape>, draw: Draw) -> Arg {
    Arg {
        element: Element::Real,
        shape: shape.into(),
        draw,
    }
}

/// Any numbers.
pub fn any(shape: impl Into<Shape>) -> Arg {
    real(shape, Draw::Any)
}

/// Numbers above 0.
pub fn positive(shape: impl Into<Shape>) -> Arg {
    real(shape, Draw::Positive)
}

/// Numbers well inside (−1, 1).
pub fn inside(shape: impl Into<Shape>) -> Arg {
    real(shape, Draw::Inside)
}

/// Numbers away from 0 and from each other: away from kinks.
pub fn apart(shape: impl Into<Shape>) -> Arg {
    real(shape, Draw::Apart)
}

/// Integers below `limit`.
pub fn index(limit: usize, shape: impl Into<Shape>) -> Arg {
    Arg {
        element: Element::Index { limit },
        shape: shape.into(),
        draw: Draw::Any,
    }
}
