//! Tests views against the meaning of the movement operators: every chain of two movements, from every small
//! shape in every memory order.

use crate::graph::Shape;
use crate::graph::interpret::Array;
use crate::ops::Op;
use crate::ops::lowered::Lowered;
use crate::ops::movement::{Broadcast, Reshape, Slice, Transpose};
use crate::view::View;

/// Every shape of up to `rank` axes of these sizes.
fn shapes(rank: usize, sizes: &[usize]) -> Vec<Shape> {
    let mut all = vec![Shape::scalar()];
    let mut longest = all.clone();
    for _ in 0..rank {
        let grown = |shape: &Shape| -> Vec<Shape> {
            sizes
                .iter()
                .map(|&size| Shape([&shape.0[..], &[size]].concat()))
                .collect()
        };
        longest = longest.iter().flat_map(grown).collect();
        all.extend(longest.clone());
    }
    all
}

/// Every order of `rank` axes.
fn orders(rank: usize) -> Vec<Vec<usize>> {
    (0..rank).fold(vec![vec![]], |orders, axis| {
        let insert = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            (0..=order.len())
                .map(|place| [&order[..place], &[axis], &order[place..]].concat())
                .collect()
        };
        orders.iter().flat_map(insert).collect()
    })
}

/// The movements that apply to a value of this shape.
fn movements(shape: &Shape, reshapes: &[Shape]) -> Vec<Op> {
    let rank = shape.rank();
    let mut all: Vec<Op> = orders(rank)
        .into_iter()
        .map(|order| Transpose { order }.into())
        .collect();
    for axis in 0..rank {
        for start in 0..shape.0[axis] {
            let (mut starts, mut sizes) = (vec![0; rank], shape.0.clone());
            (starts[axis], sizes[axis]) = (start, (shape.0[axis] - start).min(2));
            all.push(Slice { starts, sizes }.into());
        }
    }
    for place in 0..=rank {
        let mut wider = shape.clone();
        wider.0.insert(place, 2);
        let axes = (0..=rank).filter(|&axis| axis != place).collect();
        all.push(Broadcast { shape: wider, axes }.into());
    }
    let same_count = reshapes.iter().filter(|other| other.count() == shape.count());
    all.extend(same_count.map(|shape| Op::from(Reshape { shape: shape.clone() })));
    all
}

fn place(view: &View, at: &[usize]) -> usize {
    view.offset
        + at.iter()
            .zip(&view.strides)
            .map(|(i, stride)| i * stride)
            .sum::<usize>()
}

/// The offsets of the elements in row-major order.
fn places(view: &View) -> Vec<usize> {
    view.shape.positions().map(|at| place(view, &at)).collect()
}

/// True if some strides put the elements of `shape`, in row-major order, at these offsets.
fn has_strides(places: &[usize], shape: &Shape) -> bool {
    let array = Array::zeros(shape);
    let unit = |axis: usize| {
        let mut at = vec![0; shape.rank()];
        at[axis] = 1;
        at
    };
    let strides: Option<Vec<usize>> = (0..shape.rank())
        .map(|axis| match shape.0[axis] {
            1 => Some(0),
            _ => places[array.place(&unit(axis))].checked_sub(places[0]),
        })
        .collect();
    strides.is_some_and(|strides| {
        let view = View {
            shape: shape.clone(),
            strides,
            offset: places[0],
        };
        self::places(&view) == places
    })
}

/// Follows every chain of `depth` movements from a view whose elements are `values`, their own offsets.
fn follow(view: &View, values: &Array, depth: usize, reshapes: &[Shape], count: &mut usize) {
    for op in movements(&view.shape, reshapes) {
        let moved = op.rules().evaluate(&[values]);
        let Some(Lowered::Movement(movement)) = op.rules().lower(&[]) else {
            unreachable!("movements are views")
        };
        *count += 1;
        match movement.view(view) {
            Some(view) => {
                assert_eq!(view.shape, moved.shape, "{op:?}");
                let found: Vec<f64> = places(&view).into_iter().map(|place| place as f64).collect();
                assert_eq!(found, moved.data, "{op:?} gives {view:?}");
                let dense = found.windows(2).all(|pair| pair[1] == pair[0] + 1.0);
                assert_eq!(view.is_contiguous(), dense, "{view:?}");
                if depth > 1 {
                    follow(&view, &moved, depth - 1, reshapes, count);
                }
            }
            None => assert!(
                !has_strides(&places(view), &moved.shape),
                "{op:?} of {view:?} needs no copy"
            ),
        }
    }
}

#[test]
fn views_are_the_movements_and_copy_only_where_they_must() {
    let reshapes = shapes(3, &[1, 2, 3, 4, 6]);
    let mut count = 0;
    for shape in shapes(3, &[1, 2, 3])
        .into_iter()
        .filter(|shape| shape.count() <= 6)
    {
        for order in orders(shape.rank()) {
            let view = View::ordered(&shape, &order);
            let values = Array::from_fn(&shape, |at| place(&view, at) as f64);
            follow(&view, &values, 2, &reshapes, &mut count);
        }
    }
    assert!(count > 10_000, "{count} movements tried");
}

#[test]
fn the_order_of_memory_is_the_one_asked_for() {
    // Channels last: of [channels, height, width] the channel runs fastest.
    let view = View::ordered(&Shape::from([6, 28, 28]), &[1, 2, 0]);
    assert_eq!(view.strides, [1, 28 * 6, 6]);
    let shape = Shape::from([2, 3, 2]);
    for order in orders(3) {
        let mut all = places(&View::ordered(&shape, &order));
        all.sort_unstable();
        assert!(all.into_iter().eq(0..12), "{order:?}");
    }
}

#[test]
fn nothing_reshapes_to_nothing() {
    let view = View::whole(&Shape::from([0, 3]));
    assert_eq!(
        view.reshape(&Shape::from([3, 0])).map(|view| view.shape),
        Some([3, 0].into())
    );
}
