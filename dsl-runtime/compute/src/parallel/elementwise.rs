//! Element-wise steps, which workers that would be idle may share.

use super::{granular_part, rows_mut};
use crate::Real;
use crate::isa::{Kernel, dispatch};
use crate::machine::help;

/// An element-wise step: each element written depends only on the elements read at its index, and on its old
/// value.
pub trait Elementwise<T: Real, const R: usize> {
    /// Runs the step on a range of the elements; all slices have one length. Implementations are
    /// `#[inline(always)]`: the body is compiled for several instruction sets. `FMA` is true if fused
    /// multiply-add is one instruction there.
    fn run<const FMA: bool>(read: [&[T]; R], written: &mut [T]);
}

/// The number of elements that are worth the help of a worker, for a step with enough work to be called this
/// way.
const PER_WORKER: usize = 4096;

/// Runs a step on all elements. If the calling thread runs a phase alone, as it does on a single example, the
/// workers of its team take a range each.
///
/// # Panics
/// If the slices differ in length.
#[inline]
pub fn elementwise<E: Elementwise<T, R>, T: Real, const R: usize>(
    _step: E,
    read: [&[T]; R],
    written: &mut [T],
) {
    let len = written.len();
    for read in read {
        assert_eq!(read.len(), len, "what an element-wise step reads and writes");
    }
    let parts = help::available().min(len / PER_WORKER);
    if parts <= 1 {
        return dispatch(Range::<E, T, R>::new(read, written));
    }
    let written = rows_mut(written, 1);
    help::together(parts, &|index| {
        let range = granular_part(len, parts, index);
        // SAFETY: each part is run once, and the parts are disjoint.
        let own = unsafe { written.cut(&range) };
        dispatch(Range::<E, T, R>::new(read.map(|read| &read[range.clone()]), own));
    });
}

/// A range of the elements, as a body for every instruction set.
struct Range<'a, E, T, const R: usize> {
    read: [&'a [T]; R],
    written: &'a mut [T],
    step: core::marker::PhantomData<E>,
}

impl<'a, E, T, const R: usize> Range<'a, E, T, R> {
    fn new(read: [&'a [T]; R], written: &'a mut [T]) -> Self {
        Range {
            read,
            written,
            step: core::marker::PhantomData,
        }
    }
}

impl<E: Elementwise<T, R>, T: Real, const R: usize> Kernel for Range<'_, E, T, R> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) {
        E::run::<FMA>(self.read, self.written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::Team;

    struct Sums;

    impl<T: Real> Elementwise<T, 2> for Sums {
        #[inline(always)]
        fn run<const FMA: bool>([x, y]: [&[T]; 2], z: &mut [T]) {
            for i in 0..z.len() {
                z[i] += T::tanh::<FMA>(x[i]) * y[i];
            }
        }
    }

    fn values(len: usize, step: usize) -> Vec<f32> {
        (0..len).map(|i| (i * step % 1013) as f32 / 500.0 - 1.0).collect()
    }

    #[test]
    fn every_element_is_computed_once_whoever_helps() {
        for threads in [2, 3, 5] {
            let mut team = Team::new(threads);
            for len in [0, 1, 100, 2 * PER_WORKER - 1, 2 * PER_WORKER, 5 * PER_WORKER + 17] {
                let (x, y, before) = (values(len, 7), values(len, 31), values(len, 101));
                let (mut alone, mut helped) = (before.clone(), before.clone());
                elementwise(Sums, [&x, &y], &mut alone);
                team.run_alone(|| elementwise(Sums, [&x, &y], &mut helped));
                assert_eq!(alone, helped, "{len} elements on {threads} threads");
                for i in 0..len {
                    assert!((alone[i] - (before[i] + x[i].tanh() * y[i])).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "what an element-wise step reads and writes")]
    fn slices_of_several_lengths_are_refused() {
        elementwise(Sums, [&[1.0f32; 3], &[1.0; 4]], &mut [0.0; 3]);
    }
}
