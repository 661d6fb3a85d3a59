//! The register-tiled micro-kernel over packed panels.
//!
//! As in [`super::tile`], `R` rows by `V` vectors of columns of `C = A B` are computed at a time with their
//! sums in registers, each one chain of additions in the order of the terms. Here the terms of the right
//! factor lie one after the other in a panel that the first-level cache holds, and those of the left one in
//! rows or in packed tiles: so the inner loops walk over arrays of known lengths and compare nothing.

use super::lanes::{Lanes, unroll};
use crate::Real;
use crate::isa::Isa;

/// The number of terms of a row that are read together from a left factor in place: one comparison for all.
pub(super) const EIGHT: usize = 8;

/// Where the left factor is.
#[derive(Clone, Copy)]
pub(super) enum Left<'a, T> {
    /// Row `i` begins at `i` times the number after the slice.
    Rows(&'a [T], usize),
    /// Packed by [`pack_tiles`](super::pack::pack_tiles).
    Tiles(&'a [T]),
}

impl<T> Left<'_, T> {
    /// The rows from one on, which of tiles has to be the first.
    pub(super) fn from(self, row: usize) -> Self {
        match self {
            Left::Rows(data, stride) => Left::Rows(&data[row * stride..], stride),
            Left::Tiles(_) => {
                debug_assert_eq!(row, 0, "tiles are multiplied together");
                self
            }
        }
    }
}

/// A strip of columns of a product, or of some of its terms.
pub(super) struct Strip<'a, T> {
    /// Rows and columns of the strip, and terms.
    pub sizes: [usize; 3],
    pub left: Left<'a, T>,
    /// Term by term as many vectors as the strip is wide, rounded up.
    pub panel: &'a [T],
    /// True if the sums are added to the old contents of the result.
    pub accumulate: bool,
    /// The distance between rows of the result.
    pub c_row: usize,
}

/// The number of rows of the next tile, if so many are left. Eight and nine are computed as two times four,
/// rather than six and two or three single ones.
pub(super) const fn tile_rows(left: usize) -> usize {
    match left {
        0..=3 => 1,
        4 | 5 | 8 | 9 => 4,
        _ => 6,
    }
}

/// The number of columns in the panel of a strip: whole vectors, at most as many as the registers
/// hold.
pub(super) fn panel_columns<T>(columns: usize) -> usize {
    let isa = Isa::current();
    columns.div_ceil(isa.lanes::<T>()).min(isa.tiles.vectors()) * isa.lanes::<T>()
}

/// The number of columns in the panels of all strips of a right factor.
pub(super) fn packed_columns<T>(columns: usize) -> usize {
    let strip = panel_columns::<T>(usize::MAX);
    let whole = columns / strip * strip;
    match columns - whole {
        0 => whole,
        rest => whole + panel_columns::<T>(rest),
    }
}

/// The strips of columns, each with its first column and the number of those in its panel.
pub(super) fn strips<T>(columns: usize) -> impl DoubleEndedIterator<Item = (usize, usize)> {
    let firsts = (0..columns).step_by(panel_columns::<T>(usize::MAX));
    firsts.map(move |first| (first, panel_columns::<T>(columns - first)))
}

/// Computes a strip; row `i` of the result starts at `i·c_row` in `c`.
pub(super) fn multiply_strip<T: Real>(strip: &Strip<'_, T>, c: &mut [T]) {
    let vectors = panel_columns::<T>(strip.sizes[1]) / Isa::current().lanes::<T>();
    match (vectors, strip.left) {
        (1, Left::Rows(..)) => rows_by_one(strip, c),
        (2, Left::Rows(..)) => rows_by_two(strip, c),
        (3, Left::Rows(..)) => rows_by_three(strip, c),
        (_, Left::Rows(..)) => rows_by_four(strip, c),
        (1, Left::Tiles(..)) => tiles_by_one(strip, c),
        (2, Left::Tiles(..)) => tiles_by_two(strip, c),
        (3, Left::Tiles(..)) => tiles_by_three(strip, c),
        (_, Left::Tiles(..)) => tiles_by_four(strip, c),
    }
}

/// Declares functions that compute a strip of so many vectors, by a method of a type `$strip`, into elements of another type.
///
/// Each is a function of its own: in one large function the sums do not stay in registers. A strip that an
/// instruction set does not use is not compiled for it.
macro_rules! by_vectors {
    ($strip:ident into $element:ty: $($name:ident: $method:ident by $vectors:literal;)*) => {$(
        vectorised! {
            fn $name<'a, T, FMA, BYTES>(strip: &'a $strip<'a, T>, out: &'a mut [$element]) {
                if const { $vectors > $crate::isa::Isa::of::<FMA, BYTES>().tiles.vectors() } {
                    unreachable!("a strip of more registers than there are");
                }
                match const { BYTES / size_of::<T>() } {
                    16 => strip.$method::<FMA, 16, $vectors>(out),
                    8 => strip.$method::<FMA, 8, $vectors>(out),
                    4 => strip.$method::<FMA, 4, $vectors>(out),
                    _ => strip.$method::<FMA, 2, $vectors>(out),
                }
            }
        }
    )*};
}
pub(super) use by_vectors;

by_vectors! {
    Strip into T:
    rows_by_one: by_rows by 1;
    rows_by_two: by_rows by 2;
    rows_by_three: by_rows by 3;
    rows_by_four: by_rows by 4;
    tiles_by_one: by_tiles by 1;
    tiles_by_two: by_tiles by 2;
    tiles_by_three: by_tiles by 3;
    tiles_by_four: by_tiles by 4;
}

/// `R` rows of `V` vectors of sums.
pub(super) type Sums<T, const L: usize, const V: usize, const R: usize> = [[Lanes<T, L>; V]; R];

/// Adds one term: the product of an element of `A` for each row by a row of the panel.
#[inline(always)]
pub(super) fn add_term<T: Real, const FMA: bool, const L: usize, const V: usize, const R: usize>(
    sums: &mut Sums<T, L, V, R>,
    b: &[[T; L]; V],
    a: impl Fn(usize) -> T,
) {
    // In locals, or each multiplication would read the panel again.
    let mut factors = [Lanes::<T, L>::ZERO; V];
    unroll::<V>(
        #[inline(always)]
        |j| factors[j] = Lanes(b[j]),
    );
    unroll::<R>(
        #[inline(always)]
        |i| {
            let factor = Lanes::broadcast::<FMA>(a(i));
            unroll::<V>(
                #[inline(always)]
                |j| sums[i][j] = factor.mul_add::<FMA>(factors[j], sums[i][j]),
            );
        },
    );
}

impl<T: Real> Strip<'_, T> {
    #[inline(always)]
    fn by_rows<const FMA: bool, const L: usize, const V: usize>(&self, c: &mut [T]) {
        let Left::Rows(a, a_row) = self.left else {
            unreachable!("a left factor in rows")
        };
        let mut row = 0;
        // A single vector needs as many rows as hide the latency of an addition.
        while const { V == 1 } && row + 8 <= self.sizes[0] {
            self.tile_of_rows::<FMA, L, V, 8>(a, a_row, row, c);
            row += 8;
        }
        while row < self.sizes[0] {
            let rows = tile_rows(self.sizes[0] - row);
            match rows {
                6 => self.tile_of_rows::<FMA, L, V, 6>(a, a_row, row, c),
                4 => self.tile_of_rows::<FMA, L, V, 4>(a, a_row, row, c),
                _ => self.tile_of_rows::<FMA, L, V, 1>(a, a_row, row, c),
            }
            row += rows;
        }
    }

    #[inline(always)]
    fn by_tiles<const FMA: bool, const L: usize, const V: usize>(&self, c: &mut [T]) {
        let Left::Tiles(a) = self.left else {
            unreachable!("a left factor in tiles")
        };
        let mut row = 0;
        while row < self.sizes[0] {
            let rows = tile_rows(self.sizes[0] - row);
            let a = &a[row * self.sizes[2]..];
            match rows {
                6 => self.packed_tile::<FMA, L, V, 6>(a, row, c),
                4 => self.packed_tile::<FMA, L, V, 4>(a, row, c),
                _ => self.packed_tile::<FMA, L, V, 1>(a, row, c),
            }
            row += rows;
        }
    }

    /// The panel, term by term.
    #[inline(always)]
    fn terms<const L: usize, const V: usize>(&self) -> &[[[T; L]; V]] {
        &self.panel.as_chunks::<L>().0.as_chunks::<V>().0[..self.sizes[2]]
    }

    #[inline(always)]
    fn packed_tile<const FMA: bool, const L: usize, const V: usize, const R: usize>(
        &self,
        a: &[T],
        row: usize,
        c: &mut [T],
    ) {
        let mut sums = self.old::<L, V, R>(row, c);
        for (a, b) in a.as_chunks::<R>().0.iter().zip(self.terms::<L, V>()) {
            add_term::<T, FMA, L, V, R>(&mut sums, b, |i| a[i]);
        }
        self.store(&sums, row, c);
    }

    #[inline(always)]
    fn tile_of_rows<const FMA: bool, const L: usize, const V: usize, const R: usize>(
        &self,
        a: &[T],
        a_row: usize,
        row: usize,
        c: &mut [T],
    ) {
        let mut sums = self.old::<L, V, R>(row, c);
        let (eights, rest) = self.terms::<L, V>().as_chunks::<EIGHT>();
        let a = &a[row * a_row..];
        let mut lines: [&[[T; EIGHT]]; R] = [&[]; R];
        for i in 0..R {
            lines[i] = &a[i * a_row..].as_chunks::<EIGHT>().0[..eights.len()];
        }
        for (eight, b) in eights.iter().enumerate() {
            let mut a = [&lines[0][eight]; R];
            for i in 0..R {
                a[i] = &lines[i][eight];
            }
            for p in 0..EIGHT {
                add_term::<T, FMA, L, V, R>(&mut sums, &b[p], |i| a[i][p]);
            }
        }
        let done = eights.len() * EIGHT;
        for (p, b) in rest.iter().enumerate() {
            add_term::<T, FMA, L, V, R>(&mut sums, b, |i| a[i * a_row + done + p]);
        }
        self.store(&sums, row, c);
    }

    /// What the sums of a tile start from: the old contents of the result, or zeros.
    #[inline(always)]
    fn old<const L: usize, const V: usize, const R: usize>(&self, row: usize, c: &[T]) -> Sums<T, L, V, R> {
        let mut sums = [[Lanes::<T, L>::ZERO; V]; R];
        if self.accumulate {
            let columns = self.sizes[1];
            for i in 0..R {
                let c = &c[(row + i) * self.c_row..];
                // A strip that is not whole vectors wide goes through a row that is.
                let mut padded = [[T::ZERO; L]; V];
                let line = match columns == V * L {
                    true => &c[..V * L],
                    false => {
                        padded.as_flattened_mut()[..columns].copy_from_slice(&c[..columns]);
                        padded.as_flattened()
                    }
                };
                let line = line.as_chunks::<L>().0;
                for j in 0..V {
                    sums[i][j] = Lanes(line[j]);
                }
            }
        }
        sums
    }

    #[inline(always)]
    fn store<const L: usize, const V: usize, const R: usize>(
        &self,
        sums: &Sums<T, L, V, R>,
        row: usize,
        c: &mut [T],
    ) {
        let columns = self.sizes[1];
        for i in 0..R {
            let c = &mut c[(row + i) * self.c_row..];
            if columns == V * L {
                let line = c[..V * L].as_chunks_mut::<L>().0;
                for j in 0..V {
                    line[j] = sums[i][j].0;
                }
            } else {
                let line = sums[i].map(|lanes| lanes.0);
                c[..columns].copy_from_slice(&line.as_flattened()[..columns]);
            }
        }
    }
}
