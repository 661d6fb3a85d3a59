//! Every executor computes the same bits.

use crate::kernels::testing::values;
use crate::kernels::{Draws, Epilogue, Matrix, MatrixMut, gemm, normal_noise, softmax, sum_blocks};
use crate::parallel::{
    BLOCK, Executor, LongPhase, LongShare, Part, Phase, Share, Team, blocks_mut, rows, rows_mut,
};

/// The number of inputs and of outputs of each example.
const INPUTS: usize = 70;
const OUTPUTS: usize = 65;

/// `y = softmax(x W + noise)`, and the sums of each block.
struct Outputs<'a> {
    weight: &'a [f32],
}

impl Outputs<'_> {
    fn form(
        &self,
        [examples, first]: [usize; 2],
        x: &[f32],
        y: &mut [f32],
        sums: &mut [f32],
        logits: &mut [f32],
    ) {
        let logits = &mut logits[..examples * OUTPUTS];
        normal_noise(first, examples, OUTPUTS, Draws::new(1, 2), logits);
        let (x_strides, strides) = ([INPUTS, 1], [OUTPUTS, 1]);
        gemm(
            [examples, OUTPUTS, INPUTS],
            Matrix::new(x, x_strides),
            Matrix::new(self.weight, strides),
            Epilogue::Accumulate,
            MatrixMut::new(logits, OUTPUTS),
        );
        softmax(examples, OUTPUTS, logits, y);
        sums.fill(0.0);
        for (rows, sums) in y.chunks(BLOCK * OUTPUTS).zip(sums.chunks_exact_mut(OUTPUTS)) {
            for row in rows.chunks_exact(OUTPUTS) {
                sums.iter_mut().zip(row).for_each(|(sum, y)| *sum += y);
            }
        }
    }
}

impl Phase<f32, 1, 0, 2> for Outputs<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f32, 1, 0, 2>) {
        let ([x], [y, sums]) = (share.reals, share.values);
        self.form([share.examples, share.first], x, y, sums, share.scratch);
    }
}

impl LongPhase<f32> for Outputs<'_> {
    fn run(&self, share: &mut LongShare<'_, f32>) {
        share.part::<1, _>(self);
    }
}

impl Part<1, f32> for Outputs<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: &mut LongShare<'_, f32>) {
        let ([x], [y, sums]) = (share.reals.at([0]), share.values.at([0, 1]));
        self.form([share.examples, share.first], x, y, sums, share.scratch);
    }
}

/// The sums over all examples.
struct Total<'a> {
    sums: &'a [f32],
}

impl Phase<f32, 0, 0, 1> for Total<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 1>) {
        let ([total], [columns]) = (share.values, share.rows);
        sum_blocks(OUTPUTS, self.sums, columns, total);
    }
}

impl LongPhase<f32> for Total<'_> {
    fn run(&self, share: &mut LongShare<'_, f32>) {
        share.part::<1, _>(self);
    }
}

impl Part<1, f32> for Total<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: &mut LongShare<'_, f32>) {
        let [columns] = share.values.rows([0]);
        let [total] = share.values.at([0]);
        sum_blocks(OUTPUTS, self.sums, columns, total);
    }
}

/// The bits of all that both kinds of phases write.
fn bits<E: Executor>(mut team: Team<E>, batch: usize) -> Vec<u32> {
    let (x, weight) = (values(batch * INPUTS, 1), values(INPUTS * OUTPUTS, 2));
    let outputs = Outputs { weight: &weight };
    let mut scratch = vec![0.0; batch.next_multiple_of(BLOCK) * OUTPUTS * team.threads()];
    let mut all = Vec::new();
    for long in [false, true] {
        let mut y = vec![0.0; batch * OUTPUTS];
        let mut sums = vec![0.0; batch.div_ceil(BLOCK) * OUTPUTS];
        let values = [rows_mut(&mut y, OUTPUTS), blocks_mut(&mut sums, OUTPUTS)];
        let reals = [rows(&x, INPUTS)];
        match long {
            false => team.by_examples(&outputs, batch, usize::MAX, reals, [], values, &mut scratch),
            true => team.long_by_examples(&outputs, batch, usize::MAX, &reals, &[], &values, &mut scratch),
        }
        let (mut by_rows, mut alone) = (vec![0.0; OUTPUTS], vec![0.0; OUTPUTS]);
        let (total, flops) = (Total { sums: &sums }, usize::MAX);
        let values = [[rows_mut(&mut by_rows, 1)], [rows_mut(&mut alone, 1)]];
        match (long, values) {
            (false, [by_rows, alone]) => {
                team.by_rows(&total, batch, flops, by_rows, &mut scratch);
                team.alone(&total, batch, alone, &mut scratch);
            }
            (true, [by_rows, alone]) => {
                team.long_by_rows(&total, batch, flops, &by_rows, &mut scratch);
                team.long_alone(&total, batch, &alone, &mut scratch);
            }
        }
        assert_eq!(by_rows, alone);
        all.extend([y, sums, by_rows].concat().into_iter().map(f32::to_bits));
    }
    let (phases, long) = all.split_at(all.len() / 2);
    assert_eq!(phases, long);
    all
}

#[test]
fn threads_and_the_calling_one_alone_compute_the_same_bits() {
    for batch in [1, 15, 33, 200] {
        let expected = bits(Team::sequential(), batch);
        assert!(expected.iter().any(|&bits| bits != 0));
        for threads in [1, 3] {
            assert!(
                bits(Team::new(threads), batch) == expected,
                "{batch} examples, {threads} threads"
            );
        }
    }
}
