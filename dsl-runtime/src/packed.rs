//! The right factors of products, packed once for all calls between two changes of the parameters.
//!
//! A product copies its right factor into panels that a cache holds (see [`gemm`](crate::kernels::gemm)). Where the factor is a
//! parameter and calls only read it, as in serving and evaluation, one copy does for all of them. The copy lies beside the
//! parameters, is shared by all threads, and is forgotten as soon as anyone asks for the parameters mutably. It is made at the
//! second call with the same parameters, since those of a training step are read once; the memory for it is the system's until then.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::kernels::{Matrix, PackedFactor, pack_factor, packed_len};
use crate::layout::GRAIN;
use crate::{AlignedBuffer, Real};

/// A parameter that products read as their right factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RightFactor {
    /// Where the parameter begins in the flat buffer.
    pub start: usize,
    /// The terms of the products, and their columns.
    pub sizes: [usize; 2],
    /// The distances in memory from term to term and from column to column.
    pub strides: [usize; 2],
}

/// The packed right factors of a network.
pub struct Packed<T> {
    factors: &'static [RightFactor],
    /// Where each begins in `panels`.
    starts: Vec<usize>,
    panels: AlignedBuffer<T>,
}

impl<T: Real> Packed<T> {
    /// Memory for these factors.
    fn new(factors: &'static [RightFactor]) -> Self {
        let mut len = 0;
        let starts = factors.iter().map(|factor| {
            let start = len;
            len = (start + packed_len::<T>(factor.sizes)).next_multiple_of(GRAIN);
            start
        });
        Packed {
            starts: starts.collect(),
            factors,
            panels: AlignedBuffer::zeros(len),
        }
    }

    /// The parameter in this range, if it is packed.
    pub fn of(&self, parameter: Range<usize>) -> Option<PackedFactor<'_, T>> {
        let place = self
            .factors
            .binary_search_by_key(&parameter.start, |factor| factor.start);
        let place = place.ok()?;
        let sizes = self.factors[place].sizes;
        let panels = &self.panels[self.starts[place]..][..packed_len::<T>(sizes)];
        Some(PackedFactor::new(sizes, panels))
    }

    fn pack(&mut self, parameters: &[T]) {
        for (factor, &start) in self.factors.iter().zip(&self.starts) {
            let matrix = Matrix::new(&parameters[factor.start..], factor.strides);
            let panels = &mut self.panels[start..][..packed_len::<T>(factor.sizes)];
            pack_factor(factor.sizes, matrix, panels);
        }
    }
}

/// Packed factors that follow the parameters they are made of.
pub(crate) struct PackedCache<T: Real> {
    /// What the parameters hold, packed.
    current: OnceLock<Packed<T>>,
    /// True if there was a call since the parameters changed.
    called: AtomicBool,
    /// The memory to pack into next, which a call must not have to ask for.
    spare: Mutex<Packed<T>>,
    /// No factors.
    none: Packed<T>,
}

impl<T: Real> PackedCache<T> {
    pub fn new(factors: &'static [RightFactor]) -> Self {
        PackedCache {
            current: OnceLock::new(),
            called: AtomicBool::new(false),
            spare: Mutex::new(Packed::new(factors)),
            none: Packed::new(&[]),
        }
    }

    /// Forgets what is packed.
    pub fn forget(&mut self) {
        *self.called.get_mut() = false;
        if let Some(packed) = self.current.take() {
            *self.spare.get_mut().unwrap_or_else(PoisonError::into_inner) = packed;
        }
    }

    /// What is packed of the parameters, for a call whose products have at most so many rows.
    pub fn read(&self, rows: usize, parameters: &[T]) -> &Packed<T> {
        if let Some(packed) = self.current.get() {
            return packed;
        }
        let is_first = || !self.called.swap(true, Ordering::Relaxed);
        if rows < PackedFactor::<T>::LEAST_ROWS || is_first() {
            return &self.none;
        }
        self.current.get_or_init(|| {
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            let mut packed = std::mem::replace(&mut *spare, Packed::new(&[]));
            packed.pack(parameters);
            packed
        })
    }
}

impl<T: Real> fmt::Debug for Packed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed")
            .field("factors", &self.factors)
            .finish_non_exhaustive()
    }
}

impl<T: Real> fmt::Debug for PackedCache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.current.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Initializer, Layout, Parameter, Parameters};

    const FACTOR: RightFactor = RightFactor {
        start: 16,
        sizes: [3, 20],
        strides: [20, 1],
    };
    const LAYOUT: Layout = Layout {
        parameters: &[Parameter {
            name: "weight",
            shape: &[20, 3],
            order: &[1, 0],
            range: 16..76,
            initializer: Initializer::LecunNormal,
        }],
        len: 80,
        factors: &[FACTOR],
    }
    .verified();

    /// The first packed number, if there is one.
    fn first(parameters: &Parameters<f32>, rows: usize) -> Option<f32> {
        let packed = parameters.packed(rows);
        let factor = packed.of(16..76)?;
        // A product with the first unit vector shows the first row.
        let left = [1.0, 0.0, 0.0].repeat(4);
        let mut product = [0.0; 80];
        let right = [f32::NAN; 60];
        let sizes = [4, 20, 3];
        crate::kernels::gemm(
            sizes,
            Matrix::new(&left, [3, 1]),
            Matrix::new(&right, [20, 1]).with_packed(Some(factor)),
            crate::kernels::Epilogue::Store,
            crate::kernels::MatrixMut::new(&mut product, 20),
        );
        Some(product[0])
    }

    #[test]
    #[cfg_attr(feature = "matrixmultiply", ignore = "nothing is packed")]
    fn the_second_call_with_the_same_parameters_packs_and_a_change_forgets() {
        let mut parameters = Parameters::<f32>::zeros(LAYOUT);
        let changes: [fn(&mut Parameters<f32>, f32); 4] = [
            |parameters, value| parameters[16] = value,
            |parameters, value| parameters.get_mut("weight").unwrap()[0] = value,
            |parameters, value| parameters.iter_mut().for_each(|number| *number = value),
            |parameters, value| {
                let mut other = Parameters::zeros(LAYOUT);
                other.fill(value);
                std::mem::swap(parameters, &mut other);
            },
        ];
        for (change, value) in changes.into_iter().cycle().zip([1.0, 2.0, 3.0, 4.0, 5.0]) {
            change(&mut parameters, value);
            assert_eq!(first(&parameters, 4), None, "the first call");
            assert_eq!(first(&parameters, 3), None, "a call of few rows");
            assert_eq!(first(&parameters, 4), Some(value));
            assert_eq!(first(&parameters, 4), Some(value));
            // What is there serves few rows too.
            assert_eq!(first(&parameters, 1), Some(value));
        }
    }

    #[test]
    #[cfg_attr(feature = "matrixmultiply", ignore = "nothing is packed")]
    fn clones_pack_for_themselves() {
        let mut parameters = Parameters::<f32>::zeros(LAYOUT);
        parameters[16] = 1.0;
        assert_eq!(first(&parameters, 4), None);
        let mut clone = parameters.clone();
        clone[16] = 2.0;
        assert_eq!((first(&clone, 4), first(&parameters, 4)), (None, Some(1.0)));
        assert_eq!((first(&parameters, 4), first(&clone, 4)), (Some(1.0), Some(2.0)));
    }

    #[test]
    fn other_parameters_are_not_packed() {
        let parameters = Parameters::<f32>::zeros(LAYOUT);
        for _ in 0..3 {
            assert!(parameters.packed(100).of(0..16).is_none());
        }
    }

    #[test]
    #[cfg_attr(feature = "matrixmultiply", ignore = "nothing is packed")]
    fn threads_share_what_one_of_them_packs() {
        let mut parameters = Parameters::<f32>::zeros(LAYOUT);
        for value in [1.0, 2.0, 3.0] {
            parameters[16] = value;
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..50 {
                            assert!(first(&parameters, 4).is_none_or(|first| first == value));
                        }
                    });
                }
            });
            assert_eq!(first(&parameters, 4), Some(value));
        }
    }
}
