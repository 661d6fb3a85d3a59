//! Parameters packed once for all calls between two changes of them.
//!
//! A product copies its right factor into panels that a cache holds (see [`gemm`](crate::kernels::gemm)), and a convolution of images
//! whose channels lie last reads its weight packed (see [`conv2d_channels_last`](crate::kernels::conv2d_channels_last)). Where that is a
//! parameter and calls only read it, as in serving and evaluation, one copy does for all of them. The copy lies beside the parameters, is
//! shared by all threads, and is forgotten as soon as anyone asks for the parameters mutably. The memory for it is the system's until it
//! is made.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::kernels::{
    Matrix, PackedFactor, PackedWeight, WeightForm, pack_factor, pack_weight, packed_len, packed_weight_len,
};
use crate::layout::GRAIN;
use crate::{AlignedBuffer, Real};

/// A parameter that calls read packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedParameter {
    /// Where the parameter begins in the flat buffer.
    pub start: usize,
    /// How it lies packed.
    pub packing: Packing,
}

/// The way in which a parameter lies packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// The right factor of products, in their panels.
    RightFactor {
        /// The terms of the products, and their columns.
        sizes: [usize; 2],
        /// The distances in memory from term to term and from column to column.
        strides: [usize; 2],
    },
    /// The weight of convolutions of images whose channels lie last.
    Weight {
        /// How they compute with it.
        form: WeightForm,
        /// Output channels, input channels that each of them sees, and elements of the kernel.
        sizes: [usize; 3],
    },
}

impl Packing {
    /// The number of elements of the packed parameter.
    fn len<T: Real>(&self) -> usize {
        match *self {
            Packing::RightFactor { sizes, .. } => packed_len::<T>(sizes),
            Packing::Weight { form, sizes } => packed_weight_len::<T>(form, sizes),
        }
    }

    /// True if the parameter, of so many elements, is what is packed.
    pub(crate) const fn covers(&self, len: usize) -> bool {
        match *self {
            Packing::RightFactor {
                sizes: [terms, columns],
                strides: [term, column],
            } => len == terms * columns && (terms - 1) * term + (columns - 1) * column + 1 == len,
            Packing::Weight {
                form,
                sizes: [outputs, inputs, taps],
            } => len == outputs * inputs * taps && (matches!(form, WeightForm::Direct) || taps == 9),
        }
    }

    /// Packs the parameter that begins with these elements.
    fn pack<T: Real>(&self, parameter: &[T], into: &mut [T]) {
        match *self {
            Packing::RightFactor { sizes, strides } => {
                pack_factor(sizes, Matrix::new(parameter, strides), into)
            }
            Packing::Weight { form, sizes } => {
                let len = sizes.iter().product();
                pack_weight(form, sizes, &parameter[..len], into);
            }
        }
    }
}

/// The packed parameters of a network.
pub struct Packed<T> {
    parameters: &'static [PackedParameter],
    /// Where each begins in `elements`.
    starts: Vec<usize>,
    elements: AlignedBuffer<T>,
}

impl<T: Real> Packed<T> {
    /// Memory for these parameters.
    fn new(parameters: &'static [PackedParameter]) -> Self {
        let mut len = 0;
        let starts = parameters.iter().map(|parameter| {
            let start = len;
            len = (start + parameter.packing.len::<T>()).next_multiple_of(GRAIN);
            start
        });
        Packed {
            starts: starts.collect(),
            parameters,
            elements: AlignedBuffer::zeros(len),
        }
    }

    /// The packing and the packed elements of the parameter in this range, if it is there.
    fn find(&self, parameter: &Range<usize>) -> Option<(Packing, &[T])> {
        let place = self
            .parameters
            .binary_search_by_key(&parameter.start, |packed| packed.start);
        let place = place.ok()?;
        let packing = self.parameters[place].packing;
        Some((
            packing,
            &self.elements[self.starts[place]..][..packing.len::<T>()],
        ))
    }

    /// The parameter in this range as the right factor of products, if it is packed so.
    pub fn factor(&self, parameter: Range<usize>) -> Option<PackedFactor<'_, T>> {
        match self.find(&parameter)? {
            (Packing::RightFactor { sizes, .. }, panels) => Some(PackedFactor::new(sizes, panels)),
            _ => None,
        }
    }

    /// The parameter in this range as the weight of convolutions of images whose channels lie last.
    ///
    /// # Panics
    ///
    /// If it is not among [all packed parameters](crate::Parameters::all_packed), or packed otherwise.
    pub fn weight(&self, parameter: Range<usize>) -> PackedWeight<'_, T> {
        match self.find(&parameter) {
            Some((Packing::Weight { form, sizes }, panels)) => PackedWeight::new(form, sizes, panels),
            _ => panic!("the parameter at {parameter:?} is not packed for convolutions"),
        }
    }

    fn pack(&mut self, values: &[T]) {
        for (parameter, &start) in self.parameters.iter().zip(&self.starts) {
            let len = parameter.packing.len::<T>();
            let into = &mut self.elements[start..][..len];
            parameter.packing.pack(&values[parameter.start..], into);
        }
    }
}

/// Packed parameters that follow the parameters they are made of.
pub(crate) struct PackedCache<T: Real> {
    /// What the parameters hold, packed.
    current: OnceLock<Packed<T>>,
    /// True if there was a call since the parameters changed.
    called: AtomicBool,
    /// The memory to pack into next, which a call must not have to ask for.
    spare: Mutex<Packed<T>>,
    /// No parameters.
    none: Packed<T>,
}

impl<T: Real> PackedCache<T> {
    pub fn new(parameters: &'static [PackedParameter]) -> Self {
        PackedCache {
            current: OnceLock::new(),
            called: AtomicBool::new(false),
            spare: Mutex::new(Packed::new(parameters)),
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

    /// What is packed of the parameters, for a call whose products have at most so many rows: nothing at the first call, since the
    /// parameters of a training step are read once.
    pub fn read(&self, rows: usize, values: &[T]) -> &Packed<T> {
        if let Some(packed) = self.current.get() {
            return packed;
        }
        let is_first = || !self.called.swap(true, Ordering::Relaxed);
        match rows < PackedFactor::<T>::LEAST_ROWS || is_first() {
            true => &self.none,
            false => self.read_all(values),
        }
    }

    /// What is packed of the parameters, for a call that reads them no other way.
    pub fn read_all(&self, values: &[T]) -> &Packed<T> {
        self.current.get_or_init(|| {
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            let mut packed = std::mem::replace(&mut *spare, Packed::new(&[]));
            packed.pack(values);
            packed
        })
    }
}

impl<T: Real> fmt::Debug for Packed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed")
            .field("parameters", &self.parameters)
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

    const FACTOR: PackedParameter = PackedParameter {
        start: 16,
        packing: Packing::RightFactor {
            sizes: [3, 20],
            strides: [20, 1],
        },
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
        packed: &[FACTOR],
    }
    .verified();

    /// The first packed number, if there is one.
    fn first(parameters: &Parameters<f32>, rows: usize) -> Option<f32> {
        let packed = parameters.packed(rows);
        let factor = packed.factor(16..76)?;
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
    fn a_weight_is_packed_at_the_first_call_and_again_after_a_change() {
        const fn packed(form: WeightForm) -> PackedParameter {
            let sizes = [2, 1, 9];
            PackedParameter {
                start: 0,
                packing: Packing::Weight { form, sizes },
            }
        }
        const fn layout(packed: &'static [PackedParameter]) -> Layout {
            Layout {
                parameters: &[Parameter {
                    name: "weight",
                    shape: &[2, 1, 3, 3],
                    order: &[0, 1, 2, 3],
                    range: 0..18,
                    initializer: Initializer::LecunNormal,
                }],
                len: 32,
                packed,
            }
            .verified()
        }
        const DIRECT: Layout = layout(&[packed(WeightForm::Direct)]);
        const WINOGRAD: Layout = layout(&[packed(WeightForm::Winograd)]);
        let geometry = crate::kernels::Conv2d {
            input: [1, 3, 3],
            output: [2, 1, 1],
            kernel: [3, 3],
            stride: [1, 1],
            pad: [[0, 0]; 2],
            dilation: [1, 1],
            groups: 1,
        };
        let mut scratch = vec![f32::NAN; geometry.scratch_len_channels_last()];
        for layout in [DIRECT, WINOGRAD] {
            let mut parameters = Parameters::<f32>::zeros(layout);
            for value in [1.0, 2.0] {
                // The middle of the second kernel.
                parameters[9 + 4] = value;
                let mut out = [f32::NAN; 2];
                let (image, then) = (
                    [0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0],
                    crate::kernels::Epilogue::Store,
                );
                let weight = parameters.all_packed().weight(0..18);
                crate::kernels::conv2d_channels_last(
                    1,
                    &geometry,
                    &image,
                    weight,
                    then,
                    &mut out,
                    &mut scratch,
                );
                assert_eq!(out, [0.0, 3.0 * value]);
            }
        }
    }

    #[test]
    fn other_parameters_are_not_packed() {
        let parameters = Parameters::<f32>::zeros(LAYOUT);
        for _ in 0..3 {
            assert!(parameters.packed(100).factor(0..16).is_none());
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
