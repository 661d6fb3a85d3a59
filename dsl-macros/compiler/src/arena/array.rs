//! Dense arrays of numbers: values as interpreters see them.

use super::Shape;

/// A dense row-major array.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Shape,
    pub data: Vec<f64>,
}

impl Array {
    pub fn zeros(shape: &Shape) -> Array {
        Array {
            data: vec![0.0; shape.count()],
            shape: shape.clone(),
        }
    }

    pub fn scalar(value: f64) -> Array {
        Array {
            shape: Shape::scalar(),
            data: vec![value],
        }
    }

    pub fn from_fn(shape: &Shape, mut element: impl FnMut(&[usize]) -> f64) -> Array {
        Array {
            shape: shape.clone(),
            data: shape.positions().map(|at| element(&at)).collect(),
        }
    }

    pub fn map(&self, element: impl FnMut(f64) -> f64) -> Array {
        Array {
            shape: self.shape.clone(),
            data: self.data.iter().copied().map(element).collect(),
        }
    }

    /// The index in `data` of the element at `position`.
    pub fn place(&self, position: &[usize]) -> usize {
        position
            .iter()
            .zip(&self.shape.0)
            .fold(0, |place, (i, size)| place * size + i)
    }

    pub fn at(&self, position: &[usize]) -> f64 {
        self.data[self.place(position)]
    }
}

impl Shape {
    /// Every position, the last axis fastest.
    pub fn positions(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        (0..self.count()).map(|mut flat| {
            let mut at = vec![0; self.rank()];
            for axis in (0..self.rank()).rev() {
                at[axis] = flat % self.0[axis];
                flat /= self.0[axis];
            }
            at
        })
    }
}
