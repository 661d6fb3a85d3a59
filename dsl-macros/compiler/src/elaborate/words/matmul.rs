//! The matrix product.

use super::{Word, apply, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::broadcast::reshape;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Graph, Shape, Val};
use crate::ops::contract::Contract;
use crate::ops::movement::Transpose;

pub const WORDS: &[Word] = &[word(
    "matmul",
    &[tensor("a"), tensor("b")],
    matmul,
    "The matrix product over the last two axes, `c[i, j] = Σ a[i, k] · b[k, j]`; a value of one axis is a row on the left \
     and a column on the right. The axes before them broadcast.",
        "(a: Tensor<2, 2>, b: Tensor<2, 2>) -> Tensor<2, 2> { a.matmul(b) } [1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 0.0, 2.0]",
    )
    .alias(&["mm", "bmm"])];

/// A value and the letters of its axes.
struct Factor {
    val: Val,
    letters: Vec<u8>,
}

fn matmul<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (left, right) = (a.tensor(e, 0)?, a.tensor(e, 1)?);
    let (rows, columns) = (e.graph.ty(left).shape, e.graph.ty(right).shape);
    let both = || format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
    if rows.rank() == 0 || columns.rank() == 0 {
        let fault = Fault::new(format!("`matmul` needs axes to sum over: {}", both()));
        return Err(fault.help("numbers are multiplied by `*`"));
    }
    let inner = columns.rank().saturating_sub(2);
    let (own, other) = (rows.0[rows.rank() - 1], columns.0[inner]);
    if own != other {
        let fault = Fault::new(format!("`matmul` needs equal inner sizes: {}", both()));
        let turned = columns.rank() >= 2 && columns.0[columns.rank() - 1] == own;
        return Err(match turned {
            true => fault.help(format!("`{}.t()` would fit", a.shown(e, 1))),
            false => fault.help(format!(
                "the last size of the first, {own}, must be the first of the matrix on the right, {other}"
            )),
        });
    }
    let (lead_left, lead_right) = (rows.rank().saturating_sub(2), inner);
    let lead = Shape(rows.0[..lead_left].to_vec()).broadcast(&Shape(columns.0[..lead_right].to_vec()));
    let Some(lead) = lead else {
        let fault = Fault::new(format!("`matmul` needs leading axes that broadcast: {}", both()));
        return Err(fault.help("all but the last two sizes must be equal or 1"));
    };

    // Leading axes take the first letters, followed by row, inner and column.
    let letter = |place: usize| b'a' + place as u8;
    let (row, sum, column) = (
        letter(lead.rank()),
        letter(lead.rank() + 1),
        letter(lead.rank() + 2),
    );
    let leading = |shape: &Shape, count: usize| -> Vec<Option<u8>> {
        let skipped = lead.rank() - count;
        (0..count)
            .map(|axis| (shape.0[axis] == lead.0[axis + skipped]).then(|| letter(axis + skipped)))
            .collect()
    };
    let mut left_letters = leading(&rows, lead_left);
    left_letters.extend((rows.rank() > 1).then_some(Some(row)));
    left_letters.push(Some(sum));
    let mut right_letters = leading(&columns, lead_right);
    right_letters.push(Some(sum));
    right_letters.extend((columns.rank() > 1).then_some(Some(column)));
    let left = factor(&e.graph, left, &left_letters);
    let right = factor(&e.graph, right, &right_letters);

    let mut result: Vec<u8> = (0..lead.rank()).map(letter).collect();
    result.extend((rows.rank() > 1).then_some(row));
    result.extend((columns.rank() > 1).then_some(column));
    apply(
        e,
        Contract::new(&left.letters, &right.letters, &result),
        &[left.val, right.val],
    )
}

/// `val` without the axes that have no letter (of size 1, to be repeated) and without a transposition: the
/// letters encode the order.
fn factor(graph: &Graph, val: Val, letters: &[Option<u8>]) -> Factor {
    let own = graph.ty(val).shape;
    if letters.iter().any(Option::is_none) {
        let kept = (0..own.rank())
            .filter(|&axis| letters[axis].is_some())
            .map(|axis| own.0[axis])
            .collect();
        let val = reshape(graph, val, Shape(kept));
        return Factor {
            val,
            letters: letters.iter().copied().flatten().collect(),
        };
    }
    let letters: Vec<u8> = letters.iter().copied().flatten().collect();
    match graph.node(val).op.get() {
        Some(Transpose { order }) => {
            let mut before = vec![0; letters.len()];
            for (to, &from) in order.iter().enumerate() {
                before[from] = letters[to];
            }
            Factor {
                val: graph.node(val).args[0],
                letters: before,
            }
        }
        None => Factor { val, letters },
    }
}
