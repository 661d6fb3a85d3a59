//! The caps that keep elaboration finite and its arithmetic exact. A declaration that reaches one is refused
//! with a message that names it; none is near what a real network needs.

use super::fault::Fault;
use crate::graph::Shape;

/// Maximum size of an axis and maximum number of elements of one example's value. Products of two such
/// numbers still fit `usize`, with which the shape rules calculate.
pub const ELEMENTS: usize = 1 << 31;

/// Maximum number of axes of one value.
pub const RANK: usize = 8;

/// Maximum nesting depth of functions, blocks and layers.
pub const DEPTH: usize = 48;

/// Maximum nesting depth of expressions and statements, over all open functions together; it bounds the
/// stack.
pub const NESTING: usize = 256;

/// Maximum number of values of one entry point.
pub const NODES: usize = 50_000;

/// Maximum number of iterations of one unrolled loop.
pub const TURNS: usize = 1024;

/// Maximum number of calls, loop iterations and other steps that take time, over the whole declaration.
pub const WORK: usize = 100_000;

/// The shape with these sizes, if each is at least 1 and the whole is within the caps.
pub fn shape(sizes: Vec<usize>) -> Result<Shape, Fault> {
    let shape = Shape(sizes);
    if shape.0.contains(&0) {
        return Err(Fault::new(format!("a size is at least 1: {shape}")));
    }
    if shape.rank() > RANK {
        let text = format!("{shape} has {} axes, at most {RANK} are supported", shape.rank());
        return Err(Fault::new(text).help("merge axes with `.reshape([…])`"));
    }
    match count(&shape) {
        Some(_) => Ok(shape),
        None => Err(too_large(&shape)),
    }
}

/// The number of elements, if it is within the cap.
pub fn count(shape: &Shape) -> Option<usize> {
    let count = shape
        .0
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size));
    count.filter(|&count| count <= ELEMENTS)
}

pub fn too_large(shape: &Shape) -> Fault {
    Fault::new(format!("{shape} has more than {ELEMENTS} elements")).help("check the sizes it is made from")
}
