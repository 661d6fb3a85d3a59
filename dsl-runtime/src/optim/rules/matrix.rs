//! Tensors as matrices, for rules that are about these.

use crate::Parameter;

/// The sides of the canonical matrix of a tensor, `[out, in]` or `[out, in · height · width]`: the first axis,
/// and all others. `None` if it is a vector, or a matrix of a single row or column, which is one too.
pub(super) fn sides(tensor: &Parameter) -> Option<[usize; 2]> {
    let (&rows, rest) = tensor.shape.split_first()?;
    let columns = rest.iter().product();
    (rows > 1 && columns > 1).then_some([rows, columns])
}
