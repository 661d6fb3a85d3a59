//! The product of transformed windows and weight, point by point, in registers.
//!
//! As in [`packed_tile`](crate::kernels::packed_tile) a few rows, here tiles, by a few vectors of output channels are summed at a time,
//! each sum one chain of additions in the order of the input channels.

use super::{CHANNELS, Cells, POINTS, PackedWeight, shared_out};
use crate::Real;
use crate::isa::Isa;
use crate::kernels::lanes::Lanes;
use crate::kernels::packed_tile::{Sums, add_term, by_vectors, strips};

/// Tiles of one band, and a strip of output channels.
struct Strip<'a, T> {
    tiles: usize,
    /// The numbers of output channels, of all strips, and of input channels.
    outputs: usize,
    inputs: usize,
    /// Cluster by cluster, the groups of input channels.
    windows: &'a [Cells<T>],
    /// For each point the panel of the strip.
    panels: &'a [T],
    /// The first output channel.
    column: usize,
}

/// Multiplies the windows of so many tiles by the weight, at each point.
pub(super) fn multiply<T: Real>(
    tiles: usize,
    windows: &[Cells<T>],
    weight: PackedWeight<'_, T>,
    products: &mut [Cells<T>],
) {
    let [outputs, inputs, _] = weight.sizes();
    let lanes = Isa::current().lanes::<T>();
    for (column, width) in strips::<T>(outputs) {
        let strip = Strip {
            tiles,
            outputs,
            inputs,
            windows,
            panels: weight.strip(column, width),
            column,
        };
        match width / lanes {
            1 => by_one(&strip, products),
            2 => by_two(&strip, products),
            3 => by_three(&strip, products),
            _ => by_four(&strip, products),
        }
    }
}

by_vectors! {
    Strip into Cells<T>:
    by_one: multiply by 1;
    by_two: multiply by 2;
    by_three: multiply by 3;
    by_four: multiply by 4;
}

impl<T: Real> Strip<'_, T> {
    #[inline(always)]
    fn multiply<const FMA: bool, const L: usize, const V: usize>(&self, products: &mut [Cells<T>]) {
        let panels = self.panels.as_chunks::<L>().0.as_chunks::<V>().0;
        let (inner, outer) = (self.inputs.div_ceil(CHANNELS), self.outputs.div_ceil(CHANNELS));
        for point in 0..POINTS {
            let panel = &panels[point * self.inputs..][..self.inputs];
            let clusters = self
                .windows
                .chunks_exact(inner)
                .zip(products.chunks_exact_mut(outer));
            for ((_, rows), (windows, products)) in shared_out(self.tiles).zip(clusters) {
                match rows {
                    6 => self.tile::<FMA, L, V, 6>(panel, point, windows, products),
                    _ => self.tile::<FMA, L, V, 4>(panel, point, windows, products),
                }
            }
        }
    }

    /// Multiplies the first `R` tiles of a cluster at one point.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const V: usize, const R: usize>(
        &self,
        panel: &[[[T; L]; V]],
        point: usize,
        windows: &[Cells<T>],
        products: &mut [Cells<T>],
    ) {
        let mut sums: Sums<T, L, V, R> = [[Lanes::ZERO; V]; R];
        let (whole, rest) = panel.as_chunks::<CHANNELS>();
        for (cells, panel) in windows.iter().zip(whole) {
            let a = &cells[point];
            for p in 0..CHANNELS {
                add_term::<T, FMA, L, V, R>(&mut sums, &panel[p], |i| a[i][p]);
            }
        }
        // The last channels, if they are no whole group.
        for (p, b) in rest.iter().enumerate() {
            let a = &windows[whole.len()][point];
            add_term::<T, FMA, L, V, R>(&mut sums, b, |i| a[i][p]);
        }
        for j in 0..V {
            let column = self.column + j * L;
            let cells = &mut products[column / CHANNELS][point];
            for i in 0..R {
                cells[i][column % CHANNELS..][..L].copy_from_slice(&sums[i][j].0);
            }
        }
    }
}
