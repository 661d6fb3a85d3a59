//! Multiply-add of the lanes of a vector register, written as the one instruction that it is.
//!
//! The compiler makes the same of a loop over the lanes, but slowly: the tile of a product is thousands of operations on
//! single numbers until it has found the vectors among them, which took a fifth of the time to compile this crate.
//! Elsewhere than on x86-64, and for lanes that fill no register, it is that loop.

use crate::Real;

/// An element type, as the lanes of a vector register.
#[doc(hidden)]
pub trait RegisterElement: Sized {
    /// `a·b + c` in each lane: rounded once if `FMA`, else twice.
    ///
    /// # Safety
    ///
    /// The function that this is inlined into is compiled with the instructions of registers as large as `L` lanes, and
    /// with fused multiply-add if `FMA`. A body of [`Kernel::run`](crate::isa::Kernel::run) is, for its own `FMA` and lanes
    /// of at most its `BYTES`.
    unsafe fn mul_add_register<const FMA: bool, const L: usize>(
        a: [Self; L],
        b: [Self; L],
        c: [Self; L],
    ) -> [Self; L];

    /// The same element in every lane.
    ///
    /// # Safety
    ///
    /// That of [`mul_add_register`](RegisterElement::mul_add_register).
    unsafe fn broadcast<const FMA: bool, const L: usize>(x: Self) -> [Self; L];
}

/// Implements the trait. Each line is a register: its bytes, whether its multiply-add is fused, then the intrinsics that
/// load, store, repeat a number, and multiply and add.
macro_rules! register_element {
    ($real:ident: $(
        $bytes:literal, $fma:literal => $load:ident, $store:ident, $repeat:ident, |$a:ident, $b:ident, $c:ident| $mul_add:expr;
    )*) => {
        impl RegisterElement for $real {
            #[inline(always)]
            unsafe fn mul_add_register<const FMA: bool, const L: usize>(
                a: [$real; L],
                b: [$real; L],
                c: [$real; L],
            ) -> [$real; L] {
                let mut result = c;
                $(
                    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
                    if const { L * size_of::<$real>() == $bytes && FMA == $fma } {
                        use core::arch::x86_64::*;
                        // SAFETY: the arrays are as long as the register, and the caller answers for the instructions.
                        unsafe {
                            let ($a, $b, $c) = ($load(a.as_ptr()), $load(b.as_ptr()), $load(c.as_ptr()));
                            $store(result.as_mut_ptr(), $mul_add);
                        }
                        return result;
                    }
                )*
                for lane in 0..L {
                    result[lane] = <$real as Real>::mul_add::<FMA>(a[lane], b[lane], c[lane]);
                }
                result
            }

            #[inline(always)]
            unsafe fn broadcast<const FMA: bool, const L: usize>(x: $real) -> [$real; L] {
                $(
                    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
                    if const { L * size_of::<$real>() == $bytes && FMA == $fma } {
                        use core::arch::x86_64::*;
                        let mut result = [0.0; L];
                        // SAFETY: as above.
                        unsafe { $store(result.as_mut_ptr(), $repeat(x)) };
                        return result;
                    }
                )*
                [x; L]
            }
        }
    };
}

register_element! {
    f32:
    64, true => _mm512_loadu_ps, _mm512_storeu_ps, _mm512_set1_ps, |a, b, c| _mm512_fmadd_ps(a, b, c);
    32, true => _mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps, |a, b, c| _mm256_fmadd_ps(a, b, c);
    16, true => _mm_loadu_ps, _mm_storeu_ps, _mm_set1_ps, |a, b, c| _mm_fmadd_ps(a, b, c);
    16, false => _mm_loadu_ps, _mm_storeu_ps, _mm_set1_ps, |a, b, c| _mm_add_ps(_mm_mul_ps(a, b), c);
}

register_element! {
    f64:
    64, true => _mm512_loadu_pd, _mm512_storeu_pd, _mm512_set1_pd, |a, b, c| _mm512_fmadd_pd(a, b, c);
    32, true => _mm256_loadu_pd, _mm256_storeu_pd, _mm256_set1_pd, |a, b, c| _mm256_fmadd_pd(a, b, c);
    16, true => _mm_loadu_pd, _mm_storeu_pd, _mm_set1_pd, |a, b, c| _mm_fmadd_pd(a, b, c);
    16, false => _mm_loadu_pd, _mm_storeu_pd, _mm_set1_pd, |a, b, c| _mm_add_pd(_mm_mul_pd(a, b), c);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::lanes::Lanes;
    use crate::kernels::testing::values;

    vectorised! {
        /// Multiplies and adds numbers in registers of every size up to that of the instruction set; returns whether
        /// the bits are those of single numbers.
        fn is_that_of_single_numbers<'a, T, FMA, BYTES>(numbers: &'a [T; 48]) -> bool {
            in_lanes::<T, FMA, BYTES, 1>(numbers)
                && in_lanes::<T, FMA, BYTES, 2>(numbers)
                && in_lanes::<T, FMA, BYTES, 4>(numbers)
                && in_lanes::<T, FMA, BYTES, 8>(numbers)
                && in_lanes::<T, FMA, BYTES, 16>(numbers)
        }
    }

    #[inline(always)]
    fn in_lanes<T: Real, const FMA: bool, const BYTES: usize, const L: usize>(numbers: &[T; 48]) -> bool {
        if const { L * size_of::<T>() > BYTES } {
            return true;
        }
        let [a, b, c] = [0, 16, 32].map(|first| Lanes::<T, L>::load(&numbers[first..]));
        let broadcast = Lanes::<T, L>::broadcast::<FMA>(numbers[0]);
        let (sums, multiples) = (a.mul_add::<FMA>(b, c), broadcast.mul_add::<FMA>(b, c));
        (0..L).all(|lane| {
            let of = |factor| T::mul_add::<FMA>(factor, b.0[lane], c.0[lane]);
            sums.0[lane] == of(a.0[lane]) && multiples.0[lane] == of(numbers[0])
        })
    }

    #[test]
    fn lanes_are_multiplied_and_added_as_single_numbers_are() {
        for seed in 0..20 {
            let numbers = values::<f32>(48, seed);
            assert!(is_that_of_single_numbers::<f32>(numbers[..].try_into().unwrap()));
            let numbers = values::<f64>(48, seed);
            assert!(is_that_of_single_numbers::<f64>(numbers[..].try_into().unwrap()));
        }
    }
}
