//! The operations that kernels on blocks compute for each example of a block.
//!
//! Beside operators of graphs these are two that exist at the lowered level alone: the gradient of a maximum
//! pooling is taken apart into the winner of each window, which the pooling stores in place of its argument,
//! and the spreading of the gradient to the winners.

use crate::arena::{Array, Mismatch, Shape, Type};
use crate::ops::Op;
use crate::ops::pool::{Geometry, arg_max, planes, sized};

/// The operation that a kernel computes for one example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PerExample {
    Operator(Op),
    /// The winner of each window of a maximum pooling: the index of the maximum, counted row by row.
    Winners(Geometry),
    /// Each element of the gradient (the second argument) sent to the winner of its window.
    Spread(Geometry),
}

impl PerExample {
    /// The word in printed graphs, and in the names of values.
    pub fn name(&self) -> &'static str {
        match self {
            PerExample::Operator(op) => op.rules().name(),
            PerExample::Winners(_) => "max_pool2d_winners",
            PerExample::Spread(_) => "max_pool2d_spread",
        }
    }

    /// The attributes that distinguish this instance.
    pub fn attributes(&self) -> String {
        match self {
            PerExample::Operator(op) => op.rules().attributes(),
            PerExample::Winners(geometry) | PerExample::Spread(geometry) => geometry.to_string(),
        }
    }

    /// The types it yields of one example's arguments, or why it refuses them.
    pub fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        match self {
            PerExample::Operator(op) => op.rules().infer(args),
            PerExample::Winners(geometry) => {
                geometry.check(self.name(), args, &[geometry.input], geometry.output)
            }
            PerExample::Spread(geometry) => {
                geometry.check(self.name(), args, &[geometry.output; 2], geometry.input)
            }
        }
    }

    /// True for the gradients of maximum poolings, which send elements of the second argument to where the first
    /// one says.
    pub fn spreads_second(&self) -> bool {
        matches!(
            self,
            PerExample::Spread(_) | PerExample::Operator(Op::MaxPool2dGradient(_))
        )
    }

    /// The meaning, for one example.
    pub fn evaluate(&self, args: &[&Array]) -> Array {
        let result = |plane: [usize; 2]| -> Array {
            let shape: Shape = sized(args[0], plane);
            Array::zeros(&shape)
        };
        match self {
            PerExample::Operator(op) => op.rules().evaluate(args),
            PerExample::Winners(geometry) => {
                let mut winners = result(geometry.output);
                geometry.windows(planes(args[0]), |place, places| {
                    let winner = arg_max(args[0], places);
                    let number = places.iter().position(|&place| place == winner);
                    winners.data[place] = number.expect("the largest is one of them") as f64;
                });
                winners
            }
            PerExample::Spread(geometry) => {
                let mut spread = result(geometry.input);
                geometry.windows(planes(args[0]), |place, places| {
                    spread.data[places[args[0].data[place] as usize]] += args[1].data[place];
                });
                spread
            }
        }
    }
}
