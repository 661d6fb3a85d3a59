//! Views: the strided windows through which steps read and write memory.

use crate::arena::Shape;

/// A strided view: the element at position `i` of `shape` lies at `offset + Σ i·strides`, counted from the
/// start of one example of the value (of the whole value if it is shared).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    pub shape: Shape,
    pub strides: Vec<usize>,
    pub offset: usize,
}

impl View {
    /// The view of a whole row-major value.
    pub fn whole(shape: &Shape) -> View {
        View {
            shape: shape.clone(),
            strides: shape.strides(),
            offset: 0,
        }
    }

    /// The view of a value whose memory axis `i` is its axis `order[i]`.
    pub fn ordered(shape: &Shape, order: &[usize]) -> View {
        let memory = Shape(order.iter().map(|&axis| shape.0[axis]).collect()).strides();
        let mut strides = vec![0; shape.rank()];
        for (place, &axis) in order.iter().enumerate() {
            strides[axis] = memory[place];
        }
        View {
            shape: shape.clone(),
            strides,
            offset: 0,
        }
    }

    /// True if the view is row-major without gaps or repeats; axes of size 1 may have any stride.
    pub fn is_contiguous(&self) -> bool {
        let dense = self.shape.strides();
        (0..self.shape.rank()).all(|axis| self.shape.0[axis] == 1 || self.strides[axis] == dense[axis])
    }

    /// True if both views visit the same elements in the same order; axes of size 1 may have any stride.
    pub fn is_same_way(&self, other: &View) -> bool {
        let axes = self.strides.iter().zip(&other.strides);
        self.offset == other.offset
            && self.shape == other.shape
            && self
                .shape
                .0
                .iter()
                .zip(axes)
                .all(|(&size, (own, other))| size == 1 || own == other)
    }

    /// The offset of the element at a position.
    pub fn place(&self, position: &[usize]) -> usize {
        let moved = position.iter().zip(&self.strides).map(|(at, stride)| at * stride);
        self.offset + moved.sum::<usize>()
    }

    pub fn broadcast(&self, shape: &Shape, axes: &[usize]) -> View {
        let mut strides = vec![0; shape.rank()];
        for (own, &axis) in axes.iter().enumerate() {
            strides[axis] = self.strides[own];
        }
        View {
            shape: shape.clone(),
            strides,
            offset: self.offset,
        }
    }

    pub fn transpose(&self, order: &[usize]) -> View {
        View {
            shape: Shape(order.iter().map(|&axis| self.shape.0[axis]).collect()),
            strides: order.iter().map(|&axis| self.strides[axis]).collect(),
            offset: self.offset,
        }
    }

    pub fn slice(&self, starts: &[usize], sizes: &[usize]) -> View {
        let skipped: usize = starts
            .iter()
            .zip(&self.strides)
            .map(|(start, stride)| start * stride)
            .sum();
        View {
            shape: sizes.into(),
            strides: self.strides.clone(),
            offset: self.offset + skipped,
        }
    }

    /// The same elements in row-major order under another shape; `None` where no strides describe that.
    pub fn reshape(&self, shape: &Shape) -> Option<View> {
        if shape.count() == 0 {
            return Some(View::whole(shape));
        }
        // Drop axes of size 1, then merge neighbours that lie one after the other.
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (&size, &stride) in self.shape.0.iter().zip(&self.strides) {
            match merged.last_mut() {
                _ if size == 1 => {}
                Some(last) if last.1 == size * stride => *last = (last.0 * size, stride),
                _ => merged.push((size, stride)),
            }
        }
        // Split the merged axes along the new ones, the last first.
        let mut strides = vec![1; shape.rank()];
        let mut current = merged.pop();
        for axis in (0..shape.rank()).rev() {
            let size = shape.0[axis];
            if size == 1 {
                continue;
            }
            if current.is_none_or(|(left, _)| left == 1) {
                current = merged.pop();
            }
            let (left, stride) = current?;
            if left % size != 0 {
                return None;
            }
            strides[axis] = stride;
            current = Some((left / size, stride * size));
        }
        let rest = current.is_none_or(|(left, _)| left == 1) && merged.is_empty();
        rest.then(|| View {
            shape: shape.clone(),
            strides,
            offset: self.offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reshape_of_dense_memory_is_dense() {
        let view = View::whole(&Shape::from([2, 3, 4]));
        assert_eq!(
            view.reshape(&Shape::from([6, 4])),
            Some(View::whole(&Shape::from([6, 4])))
        );
        assert_eq!(
            view.reshape(&Shape::from([24])),
            Some(View::whole(&Shape::from([24])))
        );
        assert_eq!(
            view.reshape(&Shape::from([2, 1, 12]))
                .map(|view| view.is_contiguous()),
            Some(true)
        );
    }

    #[test]
    fn a_transposed_matrix_splits_but_does_not_merge() {
        let view = View::whole(&Shape::from([4, 6])).transpose(&[1, 0]);
        assert_eq!(view.reshape(&Shape::from([24])), None);
        let split = view
            .reshape(&Shape::from([2, 3, 4]))
            .expect("one axis becomes two");
        assert_eq!(split.strides, [3, 1, 6]);
    }

    #[test]
    fn broadcast_repeats_and_slice_moves() {
        let view = View::whole(&Shape::from([3])).broadcast(&Shape::from([2, 3]), &[1]);
        assert_eq!((view.strides.clone(), view.is_contiguous()), (vec![0, 1], false));
        assert_eq!(view.slice(&[1, 2], &[1, 1]).offset, 2);
    }
}
