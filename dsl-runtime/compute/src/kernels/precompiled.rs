//! Precompilation of the kernels in this crate instead of the crates that call them.
//!
//! A generic function is compiled in the crate that uses it, under that crate's optimisation level; a method
//! of a trait implemented for `f32` is compiled in this one. So each public kernel is a thin generic
//! forwarder to a method of [`Precompiled`], whose body is the generic text beside the kernel. Kernels for
//! `f64`, which few programs call, are compiled here only with the feature `f64`: compiling them takes as
//! long as compiling those for `f32`.

use core::ops::Range;

use super::conv::{Conv2d, PackedWeight, WeightForm};
use super::epilogue::Epilogue;
use super::matrix::{Matrix, MatrixMut};
use super::noise::{self, Draws};
use super::pool::Pool2d;
use super::{blocks, conv, cumsum, gather, gemm, level1, level2, packed_factor, pool, reduce, softmax};

/// A function compiled for every instruction set, chosen when it is called:
/// `fn name<'a, T, FMA, BYTES>(arguments) -> Result { body }`, where `FMA` and `BYTES` are the const
/// parameters of [`Kernel::run`](crate::isa::Kernel::run).
macro_rules! vectorised {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident<$lifetime:lifetime, $real:ident, $fma:ident, $bytes:ident>(
            $($argument:ident: $type:ty),* $(,)?
        ) $(-> $result:ty)? $body:block
    ) => {
        $(#[$attribute])*
        $visibility fn $name<$lifetime, $real: $crate::Real>($($argument: $type),*) $(-> $result)? {
            struct Arguments<$lifetime, $real> {
                $($argument: $type,)*
                // Permits arguments that use neither the lifetime nor the type.
                unused: core::marker::PhantomData<&$lifetime $real>,
            }
            impl<$lifetime, $real: $crate::Real> $crate::isa::Kernel for Arguments<$lifetime, $real> {
                type Output = vectorised!(@result $($result)?);
                #[inline(always)]
                fn run<const $fma: bool, const $bytes: usize>(self) -> Self::Output {
                    let Arguments { $($argument,)* unused: _ } = self;
                    $body
                }
            }
            $crate::isa::dispatch(Arguments { $($argument,)* unused: core::marker::PhantomData })
        }
    };
    (@result) => { () };
    (@result $result:ty) => { $result };
}

/// Declares [`Precompiled`] and implements it for both element types.
macro_rules! precompiled {
    ($(fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:path;)*) => {
        /// The kernels as methods of the element type. Call the functions of [`kernels`](crate::kernels).
        #[doc(hidden)]
        #[expect(clippy::too_many_arguments, reason = "as the functions of `kernels` that are implemented by it")]
        pub trait Precompiled: Sized {
            $(fn $name($($argument: $type),*) $(-> $result)?;)*
        }
        precompiled!(@impl f32, inline(never); $(fn $name($($argument: $type),*) $(-> $result)? = $body;)*);
        // An `inline` method is compiled in the crate that calls it.
        #[cfg(feature = "f64")]
        precompiled!(@impl f64, inline(never); $(fn $name($($argument: $type),*) $(-> $result)? = $body;)*);
        #[cfg(not(feature = "f64"))]
        precompiled!(@impl f64, inline; $(fn $name($($argument: $type),*) $(-> $result)? = $body;)*);
    };
    (
        @impl $real:ident, $inline:meta;
        $(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*
    ) => {
        impl Precompiled for $real {
            $(
                #[$inline]
                fn $name($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
            )*
        }
    };
}

precompiled! {
    fn dot(x: &[Self], y: &[Self]) -> Self = level1::dot_body;
    fn axpy(alpha: Self, x: &[Self], y: &mut [Self]) = level1::axpy_body;
    fn scal(alpha: Self, x: &mut [Self]) = level1::scal_body;
    fn asum(x: &[Self]) -> Self = level1::asum_body;
    fn nrm2(x: &[Self]) -> Self = level1::nrm2_body;
    fn gemv(
        m: usize, n: usize, alpha: Self, a: &[Self], a_strides: [usize; 2], x: &[Self], beta: Self, y: &mut [Self],
    ) = level2::gemv_body;
    fn ger(m: usize, n: usize, alpha: Self, x: &[Self], y: &[Self], a: &mut [Self], a_stride: usize) = level2::ger_body;
    fn gemm(
        sizes: [usize; 3], a: Matrix<'_, Self>, b: Matrix<'_, Self>, then: Epilogue<'_, Self>, c: MatrixMut<'_, Self>,
    ) = gemm::gemm_body::<Self, false>;
    fn gemm_bf16(
        sizes: [usize; 3], a: Matrix<'_, Self>, b: Matrix<'_, Self>, then: Epilogue<'_, Self>, c: MatrixMut<'_, Self>,
    ) = gemm::gemm_body::<Self, true>;
    fn pack_factor(sizes: [usize; 2], b: Matrix<'_, Self>, panels: &mut [Self]) = packed_factor::pack_factor_body;
    fn conv2d(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: &[Self], then: Epilogue<'_, Self>, out: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_body;
    fn conv2d_channels_last(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: PackedWeight<'_, Self>, then: Epilogue<'_, Self>,
        out: &mut [Self], scratch: &mut [Self],
    ) = conv::conv2d_channels_last_body;
    fn pack_weight(form: WeightForm, sizes: [usize; 3], weight: &[Self], packed: &mut [Self]) = conv::pack_weight_body;
    fn conv2d_input_gradient(
        examples: usize, geometry: &Conv2d, d_out: &[Self], weight: &[Self], d_image: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_input_gradient_body;
    fn conv2d_weight_gradient(
        examples: usize, geometry: &Conv2d, image: &[Self], d_out: &[Self], partials: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_weight_gradient_body;
    fn conv2d_blocks(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: &[Self], then: Epilogue<'_, Self>, out: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_blocks_body;
    fn conv2d_blocks_max_pool(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: &[Self], bias: &[Self], winners: &mut [Self],
        out: &mut [Self], scratch: &mut [Self],
    ) = conv::conv2d_blocks_max_pool_body;
    fn conv2d_blocks_input_gradient(
        examples: usize, geometry: &Conv2d, d_out: &[Self], weight: &[Self], then: Epilogue<'_, Self>, d_image: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_blocks_input_gradient_body;
    fn conv2d_blocks_weight_gradient(
        examples: usize, geometry: &Conv2d, image: &[Self], d_out: &[Self], partials: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_blocks_weight_gradient_body;
    fn conv2d_bf16(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: &[Self], then: Epilogue<'_, Self>, out: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_bf16_body;
    fn conv2d_input_gradient_bf16(
        examples: usize, geometry: &Conv2d, d_out: &[Self], weight: &[Self], d_image: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_input_gradient_bf16_body;
    fn conv2d_weight_gradient_bf16(
        examples: usize, geometry: &Conv2d, image: &[Self], d_out: &[Self], partials: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_weight_gradient_bf16_body;
    fn conv2d_blocks_bf16(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: &[Self], then: Epilogue<'_, Self>, out: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_blocks_bf16_body;
    fn conv2d_blocks_max_pool_bf16(
        examples: usize, geometry: &Conv2d, image: &[Self], weight: &[Self], bias: &[Self], winners: &mut [Self],
        out: &mut [Self], scratch: &mut [Self],
    ) = conv::conv2d_blocks_max_pool_bf16_body;
    fn conv2d_blocks_input_gradient_bf16(
        examples: usize, geometry: &Conv2d, d_out: &[Self], weight: &[Self], then: Epilogue<'_, Self>, d_image: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_blocks_input_gradient_bf16_body;
    fn conv2d_blocks_weight_gradient_bf16(
        examples: usize, geometry: &Conv2d, image: &[Self], d_out: &[Self], partials: &mut [Self],
        scratch: &mut [Self],
    ) = conv::conv2d_blocks_weight_gradient_bf16_body;
    fn max_pool2d(planes: usize, geometry: &Pool2d, x: &[Self], y: &mut [Self]) = pool::max_pool2d_body;
    fn max_pool2d_gradient(planes: usize, geometry: &Pool2d, x: &[Self], d_y: &[Self], d_x: &mut [Self]) =
        pool::max_pool2d_gradient_body;
    fn max_pool2d_at(planes: usize, geometry: &Pool2d, x: &[Self], v: &[Self], y: &mut [Self]) =
        pool::max_pool2d_at_body;
    fn mean_pool2d(planes: usize, geometry: &Pool2d, x: &[Self], y: &mut [Self]) = pool::mean_pool2d_body;
    fn mean_pool2d_gradient(planes: usize, geometry: &Pool2d, d_y: &[Self], d_x: &mut [Self]) =
        pool::mean_pool2d_gradient_body;
    fn max_pool2d_blocks(planes: usize, geometry: &Pool2d, x: &[Self], y: &mut [Self]) =
        pool::max_pool2d_blocks_body;
    fn max_pool2d_blocks_gradient(planes: usize, geometry: &Pool2d, x: &[Self], d_y: &[Self], d_x: &mut [Self]) =
        pool::max_pool2d_blocks_gradient_body;
    fn max_pool2d_blocks_winners(planes: usize, geometry: &Pool2d, x: &[Self], winners: &mut [Self]) =
        pool::max_pool2d_blocks_winners_body;
    fn max_pool2d_blocks_spread(
        planes: usize, geometry: &Pool2d, winners: &[Self], d_y: &[Self], d_x: &mut [Self],
    ) = pool::max_pool2d_blocks_spread_body;
    fn mean_pool2d_blocks(planes: usize, geometry: &Pool2d, x: &[Self], y: &mut [Self]) =
        pool::mean_pool2d_blocks_body;
    fn mean_pool2d_blocks_gradient(planes: usize, geometry: &Pool2d, d_y: &[Self], d_x: &mut [Self]) =
        pool::mean_pool2d_blocks_gradient_body;
    fn max_pool2d_channels_last(examples: usize, geometry: &Pool2d, x: &[Self], y: &mut [Self]) =
        pool::max_pool2d_channels_last_body;
    fn mean_pool2d_channels_last(examples: usize, geometry: &Pool2d, x: &[Self], y: &mut [Self]) =
        pool::mean_pool2d_channels_last_body;
    fn to_blocks(examples: usize, width: usize, x: &[Self], y: &mut [Self]) = blocks::to_blocks_body;
    fn from_blocks(examples: usize, width: usize, x: &[Self], y: &mut [Self]) = blocks::from_blocks_body;
    fn softmax(rows: usize, n: usize, x: &[Self], y: &mut [Self]) = softmax::softmax_body;
    fn log_softmax(rows: usize, n: usize, x: &[Self], y: &mut [Self]) = softmax::log_softmax_body;
    fn cumsum(count: usize, length: usize, inner: usize, reverse: bool, x: &[Self], y: &mut [Self]) =
        cumsum::cumsum_body;
    fn gather(count: usize, width: usize, table: &[Self], indices: &[u32], out: &mut [Self]) = gather::gather_body;
    fn scatter_add(
        count: usize, width: usize, indices: &[u32], d_out: &[Self], rows: Range<usize>, d_table: &mut [Self],
    ) = gather::scatter_add_body;
    fn uniform_noise(
        first: usize, examples: usize, width: usize, draws: Draws, out: &mut [Self],
    ) = noise::uniform_noise_body;
    fn normal_noise(
        first: usize, examples: usize, width: usize, draws: Draws, out: &mut [Self],
    ) = noise::normal_noise_body;
    fn sum_blocks(width: usize, partials: &[Self], columns: Range<usize>, out: &mut [Self]) =
        reduce::sum_blocks_body;
    fn clear_missing(examples: usize, width: usize, x: &mut [Self]) = blocks::clear_missing_body;
    fn sum_of_blocks(examples: usize, width: usize, x: &[Self], out: &mut [Self]) = reduce::sum_of_blocks_body;
    fn sum_examples(examples: usize, width: usize, x: &[Self], columns: Range<usize>, out: &mut [Self]) =
        reduce::sum_examples_body;
}
