//! Arrays of elements that the compiler keeps in one vector register (or a few).

use crate::Real;

/// Calls `body` with each number below `N`, which is at most 8, in a sequence of calls: sums that a loop over
/// rows and vectors indexes stay in memory unless the compiler unrolls it, and it does not promise to.
#[inline(always)]
pub(super) fn unroll<const N: usize>(mut body: impl FnMut(usize)) {
    const { assert!(N <= 8, "more calls than are written") }
    macro_rules! calls {
        ($($index:literal)*) => {$( if N > $index { body($index); } )*};
    }
    calls!(0 1 2 3 4 5 6 7);
}

/// `L` elements that are processed together, as the lanes of a vector.
///
/// Plain arrays in plain loops but for [`mul_add`](Lanes::mul_add): at a known length and alignment the compiler makes each
/// method one instruction per register, at whatever vector width the surrounding function is compiled for.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Lanes<T, const L: usize>(pub [T; L]);

impl<T: Real, const L: usize> Lanes<T, L> {
    /// A zero in every lane.
    pub const ZERO: Self = Lanes([T::ZERO; L]);

    /// The same element in every lane, of a register as in [`mul_add`](Lanes::mul_add).
    #[inline(always)]
    pub fn broadcast<const FMA: bool>(x: T) -> Self {
        // SAFETY: as of `mul_add`.
        Lanes(unsafe { T::broadcast::<FMA, L>(x) })
    }

    /// The same element in every lane.
    #[inline(always)]
    pub fn splat(x: T) -> Self {
        Lanes([x; L])
    }

    /// The first `L` elements of a slice.
    #[inline(always)]
    pub fn load(x: &[T]) -> Self {
        let mut lanes = Lanes::ZERO;
        lanes.0.copy_from_slice(&x[..L]);
        lanes
    }

    /// A slice of at most `L` elements, then zeros.
    #[inline(always)]
    pub fn load_padded(x: &[T]) -> Self {
        if x.len() == L {
            return Lanes::load(x);
        }
        let mut lanes = Lanes::ZERO;
        lanes.0[..x.len()].copy_from_slice(x);
        lanes
    }

    /// Writes the lanes to the first `L` elements of a slice.
    #[inline(always)]
    pub fn store(self, x: &mut [T]) {
        x[..L].copy_from_slice(&self.0);
    }

    /// `self·b + c` in each lane. The lanes fit a register: this is for bodies of [`Kernel::run`](crate::isa::Kernel::run)
    /// alone, with their `FMA`, and lanes of at most their `BYTES`.
    #[inline(always)]
    pub fn mul_add<const FMA: bool>(self, b: Self, c: Self) -> Self {
        // SAFETY: such bodies are compiled with the instructions of these registers.
        Lanes(unsafe { T::mul_add_register::<FMA, L>(self.0, b.0, c.0) })
    }

    /// `self·b + c` in each lane, of any number of lanes: a loop over them.
    #[inline(always)]
    pub fn mul_add_each<const FMA: bool>(self, b: Self, c: Self) -> Self {
        let mut result = c;
        for lane in 0..L {
            result.0[lane] = T::mul_add::<FMA>(self.0[lane], b.0[lane], c.0[lane]);
        }
        result
    }

    /// `combine` of `self` and `other` in each lane.
    #[inline(always)]
    pub fn zip(self, other: Self, combine: impl Fn(T, T) -> T) -> Self {
        let mut result = self;
        for lane in 0..L {
            result.0[lane] = combine(self.0[lane], other.0[lane]);
        }
        result
    }

    /// Reduces all lanes to one by halving their number repeatedly; `L` is a power of two, at most 64.
    #[inline(always)]
    pub fn fold(mut self, combine: impl Fn(T, T) -> T) -> T {
        // Loops of constant length, or the lanes would leave their registers.
        macro_rules! halve {
            ($($half:literal)*) => {$(
                if L >= 2 * $half {
                    for lane in 0..$half {
                        self.0[lane] = combine(self.0[lane], self.0[lane + $half]);
                    }
                }
            )*};
        }
        halve!(32 16 8 4 2 1);
        self.0[0]
    }
}
