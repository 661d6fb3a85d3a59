//! Reshapes and broadcasts that the shapes around them imply, and what can be said of a value by where it comes from.

use std::collections::HashSet;

use crate::graph::{Graph, Shape, Val};
use crate::ops::Op;
use crate::ops::movement::Broadcast;

/// The axes of more than one element.
fn long(shape: &Shape) -> impl DoubleEndedIterator<Item = (usize, usize)> {
    let axes = shape.0.iter().copied().enumerate();
    axes.filter(|&(_, size)| size != 1)
}

/// True for a reshape that only adds or drops axes of one element.
pub fn says_nothing(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    let sizes = |val: Val| -> Vec<usize> { long(&graph.ty(val).shape).map(|(_, size)| size).collect() };
    matches!(node.op, Op::Reshape(_)) && sizes(val) == sizes(node.args[0])
}

/// The reshapes that nobody who reads them in the brief form misses.
pub fn silent(graph: &Graph, order: &[Val], outputs: &[Val]) -> HashSet<Val> {
    let mut silent: HashSet<Val> = HashSet::new();
    let mut counted: HashSet<Val> = outputs.iter().copied().collect();
    // Users come behind their arguments: whoever reads through one of these has been seen.
    for &val in order.iter().rev() {
        let node = graph.node(val);
        if says_nothing(graph, val) && graph.name(val).is_none() && !counted.contains(&val) {
            silent.insert(val);
            continue;
        }
        for (place, &arg) in node.args.iter().enumerate() {
            if !ignores_unit_axes(&node.op, place) {
                counted.insert(arg);
            }
        }
    }
    silent
}

/// True of what the turns of a loop collected.
pub fn is_stack(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    let Op::Part(part) = &node.op else { return false };
    matches!(&graph.node(node.args[0]).op, Op::Scan(scan) if part.index >= scan.carried)
}

/// True for an operator that takes its argument at `place` in the same way with axes of one element as without.
fn ignores_unit_axes(op: &Op, place: usize) -> bool {
    match op {
        Op::Broadcast(_) | Op::Reshape(_) | Op::Contract(_) | Op::BatchSum(_) => true,
        // What a loop carries has its type beside it.
        Op::Scan(scan) => scan.carries(place),
        op => op.rules().is_elementwise(),
    }
}

/// True if a value of the shape `of`, next to one of the broadcast's shape, could lie in it in no other way: along the last axes
/// that its sizes fit. Axes of one element do not count.
pub fn is_implied(broadcast: &Broadcast, of: &Shape) -> bool {
    let mut free = long(&broadcast.shape).rev();
    let mut fits = |size: usize| free.find(|&(_, other)| other == size).map(|(axis, _)| axis);
    let mut own = long(of).rev();
    own.all(|(axis, size)| fits(size) == Some(broadcast.axes[axis]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_is_implied_along_the_last_axes_that_fit() {
        let implied = |of: &[usize], shape: &[usize], axes: &[usize]| {
            let broadcast = Broadcast {
                shape: shape.into(),
                axes: axes.to_vec(),
            };
            is_implied(&broadcast, &of.into())
        };
        assert!(implied(&[], &[2, 3], &[]));
        assert!(implied(&[6], &[6, 28, 28], &[0]));
        assert!(implied(&[3], &[2, 3], &[1]));
        assert!(implied(&[4], &[4, 4], &[1]));
        assert!(!implied(&[4], &[4, 4], &[0]));
        assert!(implied(&[4, 1], &[4, 2], &[0, 1]));
        assert!(implied(&[2, 4], &[2, 3, 4], &[0, 2]));
        assert!(!implied(&[2, 2], &[2, 2, 2], &[0, 2]));
        assert!(implied(&[2, 2], &[2, 2, 2], &[1, 2]));
    }
}
