//! Images whose channels lie last, the layout between the convolutions of results.
//!
//! A kernel computes an operator on images `[channels, height, width]` from the first argument laid out as
//! `[height, width, channels]`, and yields a result that lies so too. The other arguments, such as a weight, are as they were.
//! Sequences `[channels, length]` are images with an axis less.

use crate::arena::{Mismatch, Shape, Type};
use crate::ops::Op;

/// The order of the axes that brings the first one of so many to the end.
pub fn to_last(rank: usize) -> Vec<usize> {
    (1..rank).chain([0]).collect()
}

/// The order of the axes that brings the last one of so many to the front.
pub fn to_first(rank: usize) -> Vec<usize> {
    [rank - 1].into_iter().chain(0..rank - 1).collect()
}

/// The place of an axis of so many after [`to_last`].
pub fn moved_axis(axis: usize, rank: usize) -> usize {
    axis.checked_sub(1).unwrap_or(rank - 1)
}

/// What a list holds for each axis, with that of the first axis at the end.
pub fn moved_list(list: &[usize]) -> Vec<usize> {
    to_last(list.len()).into_iter().map(|axis| list[axis]).collect()
}

/// The types that an operator on images yields if channels lie last, or why it refuses the arguments.
pub fn infer(op: &Op, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
    let mut args = args.to_vec();
    args[0] = transposed_type(&args[0], to_first)?;
    let results = op.rules().infer(&args)?;
    results
        .iter()
        .map(|result| transposed_type(result, to_last))
        .collect()
}

fn transposed_type(ty: &Type, order: fn(usize) -> Vec<usize>) -> Result<Type, Mismatch> {
    if ty.shape.rank() == 0 {
        return Err(Mismatch::new(format!("{ty} has no channels")));
    }
    let order = order(ty.shape.rank());
    let shape = Shape(order.into_iter().map(|axis| ty.shape.0[axis]).collect());
    Ok(Type { shape, ..ty.clone() })
}
