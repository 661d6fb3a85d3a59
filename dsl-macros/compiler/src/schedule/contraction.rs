//! Lowers a contraction to a GEMM: letters become rows, columns, the summed axis and outer loops.

use crate::ops::contract::Contract;
use crate::plan::*;

/// The batch axis, as a letter no contraction uses.
const BATCH: u8 = b'*';

/// One letter, its size and its strides in A, B and C.
#[derive(Clone, Copy, Debug)]
struct Axis {
    size: Size,
    strides: [usize; 3],
}

/// Floating-point operations of one example.
pub fn flops(contract: &Contract, a: &Operand, b: &Operand) -> usize {
    let left = contract.left.iter().zip(&a.view.shape.0);
    let right = contract
        .right
        .iter()
        .zip(&b.view.shape.0)
        .filter(|(letter, _)| !contract.left.contains(letter));
    2 * left.chain(right).map(|(_, &size)| size).product::<usize>()
}

/// The GEMM that computes `contract(a, b)` into `c`, summed over the examples where `c` is shared and both
/// arguments are not; `None` where the summed axes do not lie one after the other in memory.
pub fn gemm(contract: &Contract, a: &Operand, b: &Operand, c: &Operand, then: Epilogue) -> Option<Gemm> {
    let mut letters = [
        contract.left.clone(),
        contract.right.clone(),
        contract.result.clone(),
    ];
    // The columns of C must be contiguous: its last axis belongs to B.
    let innermost = contract
        .result
        .iter()
        .zip(c.view.strides.iter().zip(&c.view.shape.0));
    let innermost = innermost
        .filter(|(_, (_, size))| **size != 1)
        .min_by_key(|(_, (stride, _))| **stride);
    let columns = match then.is_by_columns() {
        // Taken whatever its size: the vectors of the epilogue lie along it.
        true => contract.result.last(),
        false => innermost.map(|(letter, _)| letter),
    };
    let swap = columns.is_some_and(|letter| !contract.right.contains(letter));
    let (a, b) = if swap { (b, a) } else { (a, b) };
    if swap {
        letters.swap(0, 1);
    }
    let operands = [a, b, c];
    let mut all: Vec<u8> = Vec::new();
    for (letters, operand) in letters.iter_mut().zip(operands) {
        if operand.per_example.is_some() {
            letters.insert(0, BATCH);
        }
        all.extend(
            letters
                .iter()
                .filter(|letter| !all.contains(letter))
                .copied()
                .collect::<Vec<u8>>(),
        );
    }
    let axis = |letter: u8| {
        let mut size = Size::examples();
        let strides = [0, 1, 2].map(|side| {
            let operand = operands[side];
            let batch = usize::from(operand.per_example.is_some());
            match letters[side].iter().position(|&other| other == letter) {
                None => 0,
                Some(_) if letter == BATCH => operand.per_example.expect("it has a batch axis"),
                Some(place) => {
                    size = Size::literal(operand.view.shape.0[place - batch]);
                    operand.view.strides[place - batch]
                }
            }
        });
        Axis { size, strides }
    };
    // The operands among A, B and C that have a letter decide its role.
    let group = |inside: [bool; 3]| -> Vec<Axis> {
        let belongs = |letter: &u8| [0, 1, 2].map(|side| letters[side].contains(letter)) == inside;
        let axes = all.iter().copied().filter(belongs).map(axis);
        merge(axes.filter(|axis| axis.size != Size::literal(1)).collect())
    };
    let mut loops = group([true, true, true]);
    // Examples that all get the same product.
    loops.extend(group([false, false, true]));
    let (m, more) = largest(group([true, false, true]), |_| true);
    loops.extend(more);
    let (n, more) = largest(group([false, true, true]), |axis| axis.strides[2] == 1);
    loops.extend(more);
    let (k, more) = largest(group([true, true, false]), |_| true);
    if !more.is_empty() {
        return None;
    }
    let single_row = m.size == Size::literal(1);
    Some(Gemm {
        loops: loops.into_iter().map(|axis| (axis.size, axis.strides)).collect(),
        m: m.size,
        n: n.size,
        k: k.size,
        a_strides: [m.strides[0], k.strides[0]],
        b_strides: [k.strides[1], n.strides[1]],
        c_stride: if single_row { n.size.times } else { m.strides[2] },
        a: a.clone(),
        b: b.clone(),
        c: c.clone(),
        epilogue: then,
        rounded: false,
        packed: false,
    })
}

/// The axis orders in which the arguments of a contraction must lie so that `gemm` finds the summed axes
/// together: first the axes of both arguments and the result, then the summed ones, then the argument's own.
pub fn dense_orders(contract: &Contract) -> [Vec<usize>; 2] {
    let order = |own: &[u8], other: &[u8]| {
        let rank = |letter: &u8| match (other.contains(letter), contract.result.contains(letter)) {
            (true, true) => 0,
            (true, false) => 1,
            _ => 2,
        };
        let mut axes: Vec<usize> = (0..own.len()).collect();
        // The summed axes in one order on both sides.
        axes.sort_by_key(|&axis| (rank(&own[axis]), if rank(&own[axis]) < 2 { own[axis] } else { 0 }));
        axes
    };
    [
        order(&contract.left, &contract.right),
        order(&contract.right, &contract.left),
    ]
}

/// Merges neighbouring axes that are contiguous in all three operands.
fn merge(mut axes: Vec<Axis>) -> Vec<Axis> {
    let key = |axis: &Axis| {
        let outer = *axis.strides.iter().max().expect("three strides");
        (
            std::cmp::Reverse(!axis.size.is_literal()),
            std::cmp::Reverse(outer),
        )
    };
    axes.sort_by_key(key);
    let mut merged: Vec<Axis> = Vec::new();
    for axis in axes {
        let follows = |last: &Axis| {
            axis.size.is_literal()
                && (0..3).all(|side| last.strides[side] == axis.size.times * axis.strides[side])
        };
        match merged.last_mut() {
            Some(last) if follows(last) => {
                last.size.times *= axis.size.times;
                last.strides = axis.strides;
            }
            _ => merged.push(axis),
        }
    }
    merged
}

/// The axis to give to the GEMM, and the remaining ones.
fn largest(mut axes: Vec<Axis>, fits: impl Fn(&Axis) -> bool) -> (Axis, Vec<Axis>) {
    let weight = |axis: &Axis| {
        axis.size
            .times
            .saturating_mul(if axis.size.is_literal() { 1 } else { 64 })
    };
    let best = (0..axes.len())
        .filter(|&place| fits(&axes[place]))
        .max_by_key(|&place| weight(&axes[place]));
    match best {
        Some(place) => (axes.remove(place), axes),
        None => (
            Axis {
                size: Size::literal(1),
                strides: [1, 1, 1],
            },
            axes,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowered::{Element, Shape};
    use crate::ops::epilogue::Stage;
    use crate::view::View;

    fn operand(value: usize, shape: &[usize], is_shared: bool) -> Operand {
        let shape = Shape(shape.to_vec());
        Operand {
            source: Source::Value(value),
            per_example: (!is_shared).then_some(shape.count()),
            view: View::whole(&shape),
            element: Element::Real,
            loop_strides: Vec::new(),
        }
    }

    fn dense(columns: usize, then: Epilogue) -> Gemm {
        let [x, weight] = [operand(0, &[7, 4], false), operand(1, &[columns, 4], true)];
        let result = operand(2, &[7, columns], false);
        gemm(&Contract::parse("ti,oi->to"), &x, &weight, &result, then).expect("one product")
    }

    #[test]
    fn a_bias_lies_along_the_last_axis_even_of_size_1() {
        for columns in [1, 3] {
            let bias = operand(3, &[columns], true);
            let gemm = dense(
                columns,
                Epilogue {
                    stages: vec![Stage::Bias(bias)],
                },
            );
            assert_eq!(
                (gemm.a.source, gemm.n),
                (Source::Value(0), Size::literal(columns))
            );
        }
        // Without a bias, the kernel walks along rows that lie side by side.
        let single = dense(1, Epilogue::store());
        assert_eq!(single.a.source, Source::Value(1));
    }

    #[test]
    fn a_product_of_shared_values_is_stored_for_every_example() {
        let [a, b] = [operand(0, &[3], true), operand(1, &[3, 4], true)];
        let result = operand(2, &[4], false);
        let gemm =
            gemm(&Contract::parse("i,io->o"), &a, &b, &result, Epilogue::store()).expect("one product");
        assert_eq!(gemm.loops, [(Size::examples(), [0, 0, 4])]);
    }
}
