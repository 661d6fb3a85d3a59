//! Matrix products.

use super::super::kernel_contracts::{self, reach};
use super::super::*;
use super::Machine;
use super::memory::Slice;
use super::workers::Share;

/// One matrix product.
struct Product {
    sizes: [usize; 3],
    a: Slice,
    b: Slice,
    c: Slice,
    /// The distance by which outer loops have moved the result, and every operand with the result's layout.
    moved: usize,
}

impl Machine<'_> {
    pub(super) fn gemm(&mut self, gemm: &Gemm, share: &Share) -> Result<(), String> {
        let [a, b] = [&gemm.a, &gemm.b].map(|operand| self.read(operand.source, share));
        let (a, b, c) = (a?, b?, self.written(gemm.c.source, share)?);
        let [m, n, k] = [gemm.m, gemm.n, gemm.k].map(|size| share.count(size));
        if gemm.partition() == Partition::Rows {
            let rows = share.rows(gemm.c.source)?;
            if gemm.splits_by_rows() {
                let product = Product {
                    sizes: [rows.len(), n, k],
                    a: self.window(a, &gemm.a, rows.start * gemm.a_strides[0])?,
                    b: self.window(b, &gemm.b, 0)?,
                    c,
                    moved: 0,
                };
                return self.product(gemm, &product, share);
            }
            if rows.is_empty() {
                return Ok(());
            }
        }
        let mut moves = vec![[0; 3]];
        for (count, strides) in &gemm.loops {
            let turns = 0..share.count(*count);
            let moved = |at: &[usize; 3]| {
                let at = *at;
                let of_turn = move |turn: usize| [0, 1, 2].map(|side| at[side] + turn * strides[side]);
                turns.clone().map(of_turn).collect::<Vec<[usize; 3]>>()
            };
            moves = moves.iter().flat_map(moved).collect();
        }
        for [in_a, in_b, in_c] in moves {
            let product = Product {
                sizes: [m, n, k],
                a: self.window(a, &gemm.a, in_a)?,
                b: self.window(b, &gemm.b, in_b)?,
                c: self.window(c, &gemm.c, in_c)?,
                moved: in_c,
            };
            self.product(gemm, &product, share)?;
        }
        Ok(())
    }

    /// Does what the kernel does with its slices, after checking what it asserts of them. Rounded products
    /// are computed in `f64` without rounding.
    fn product(&mut self, gemm: &Gemm, product: &Product, share: &Share) -> Result<(), String> {
        let &Product {
            sizes: [m, n, k],
            a,
            b,
            c,
            ..
        } = product;
        let (a_strides, b_strides, c_stride) = (gemm.a_strides, gemm.b_strides, gemm.c_stride);
        kernel_contracts::product(gemm, product.sizes, [a.len, b.len, c.len])?;
        let slice = |operand: &Operand| {
            let named = self.read(operand.source, share)?;
            match operand.per_example {
                Some(_) => self.window(named, operand, product.moved),
                None => self.handed(operand, named),
            }
        };
        let len = |operand: &Operand| Ok(slice(operand)?.len);
        kernel_contracts::end(&gemm.epilogue, n, reach(m, n, [c_stride, 1]), false, &len)?;
        let end = self.end(&gemm.epilogue, &slice)?;
        // All sums are stored at once, so none may lie where a factor is still to be read.
        for i in 0..m {
            self.memory.numbers_mut(c)[i * c_stride..][..n].fill(0.0);
        }
        let [a, b] = [a, b].map(|slice| self.memory.numbers(slice).to_vec());
        let sums = self.memory.numbers_mut(c);
        for i in 0..m {
            for j in 0..n {
                let mut sum = 0.0;
                for p in 0..k {
                    sum += a[i * a_strides[0] + p * a_strides[1]] * b[p * b_strides[0] + j * b_strides[1]];
                }
                sums[i * c_stride + j] = sum;
            }
        }
        for i in 0..m {
            for j in 0..n {
                let place = i * c_stride + j;
                let ended = self.ended(&end, self.memory.at(c, place)?, j, place)?;
                self.memory.set(c, place, ended)?;
            }
        }
        Ok(())
    }
}
