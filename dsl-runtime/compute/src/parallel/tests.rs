//! Shares cover every row exactly once, whatever the team.

use super::super::cuts::NEAR;
use super::super::{BLOCK, blocks_mut, granular_part, rows, rows_mut};
use super::*;

/// Doubles a per-example value, sums its blocks, and leaves marks in the scratch memory.
struct Double {
    batch: usize,
}

impl Phase<f64, 1, 1, 2> for Double {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f64, 1, 1, 2>) {
        let [x] = share.reals;
        let [labels] = share.indices;
        let [y, sums] = share.values;
        assert!(share.examples > 0 && share.first.is_multiple_of(BLOCK));
        assert_eq!(share.rows[0], share.first..share.first + share.examples);
        assert!(share.first + share.examples <= self.batch);
        // Each worker has its own scratch memory; a worker that runs alone has that of all.
        let alone = share.examples == self.batch;
        assert!(share.scratch.len() == 5 || alone && share.scratch.len().is_multiple_of(5));
        share.scratch.fill(1.0);
        for (i, label) in labels.iter().enumerate() {
            assert_eq!(*label as usize, share.first + i);
        }
        for (x, y) in x.iter().zip(y.iter_mut()) {
            *y += 2.0 * x;
        }
        for (block, sum) in x.chunks(BLOCK * 3).zip(sums) {
            *sum += block.iter().sum::<f64>();
        }
    }
}

#[test]
fn examples_are_covered_once_by_whole_blocks() {
    by_whole_blocks(&mut Team::sequential());
    for threads in [1, 2, 3, 7] {
        by_whole_blocks(&mut Team::new(threads));
    }
}

fn by_whole_blocks<E: Executor>(team: &mut Team<E>) {
    for batch in [0, 1, 3, 15, 16, 17, 64, 100] {
        for flops in [1, usize::MAX] {
            let x: Vec<f64> = (0..batch * 3).map(|i| i as f64).collect();
            let labels: Vec<u32> = (0..batch as u32).collect();
            let mut y = vec![0.0; batch * 3];
            let mut sums = vec![0.0; batch.div_ceil(BLOCK)];
            let mut scratch = vec![0.0; 5 * team.threads()];
            team.by_examples(
                &Double { batch },
                batch,
                flops,
                [rows(&x, 3)],
                [rows(&labels, 1)],
                [rows_mut(&mut y, 3), blocks_mut(&mut sums, 1)],
                &mut scratch,
            );
            assert!(x.iter().zip(&y).all(|(x, y)| *y == 2.0 * x));
            assert!(
                x.chunks(BLOCK * 3)
                    .zip(&sums)
                    .all(|(x, sum)| *sum == x.iter().sum::<f64>())
            );
        }
    }
}

/// Values so wide that a worker takes them block by block.
#[test]
fn what_no_cache_holds_is_covered_once_in_turns() {
    struct Wide;
    impl Phase<f32, 0, 0, 2> for Wide {
        #[inline(always)]
        fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 2>) {
            let [wide, blocks] = share.values;
            assert!(share.examples <= BLOCK && share.blocks == 1 && share.first.is_multiple_of(BLOCK));
            wide.chunks_exact_mut(WIDTH).for_each(|row| row[0] += 1.0);
            blocks[0] += share.examples as f32;
        }
    }
    const WIDTH: usize = NEAR / size_of::<f32>() / BLOCK;
    fn check<E: Executor>(mut team: Team<E>) {
        let mut wide = vec![0.0; 40 * WIDTH];
        let mut blocks = vec![0.0; 3];
        let values = [rows_mut(&mut wide, WIDTH), blocks_mut(&mut blocks, 1)];
        team.by_examples(&Wide, 40, usize::MAX, [], [], values, &mut []);
        assert!(wide.chunks_exact(WIDTH).all(|row| row[0] == 1.0));
        assert_eq!(blocks, [16.0, 16.0, 8.0]);
    }
    check(Team::sequential());
    check(Team::new(1));
    check(Team::new(2));
}

/// Counts examples, wherever a batch is cut.
struct Count;

impl Phase<f32, 0, 0, 1> for Count {
    const BY_BLOCKS: bool = false;

    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 1>) {
        let [counts] = share.values;
        assert_eq!(counts.len(), share.examples * 2);
        for (i, count) in counts.chunks_exact_mut(2).enumerate() {
            count[0] += (share.first + i) as f32;
            count[1] += share.examples as f32;
        }
    }
}

#[test]
fn examples_are_covered_once_by_shares_of_about_one_size() {
    by_about_one_size(&mut Team::sequential());
    for threads in [1, 2, 3, 7] {
        by_about_one_size(&mut Team::new(threads));
    }
}

fn by_about_one_size<E: Executor>(team: &mut Team<E>) {
    let threads = team.threads();
    for batch in [1, 2, 15, 16, 17, 24, 48, 64, 100] {
        let mut counts = vec![0.0; batch * 2];
        team.by_examples(
            &Count,
            batch,
            usize::MAX,
            [],
            [],
            [rows_mut(&mut counts, 2)],
            &mut [],
        );
        for (i, count) in counts.chunks_exact(2).enumerate() {
            assert_eq!(count[0], i as f32);
            let share = count[1] as usize;
            assert!(
                share <= batch.div_ceil(threads.min(batch)) + batch / 10,
                "{share} of {batch}"
            );
        }
    }
}

/// A value with a row per block keeps blocks whole even if the steps do not ask for it.
#[test]
fn a_value_by_blocks_keeps_them_whole() {
    struct Sums;
    impl Phase<f32, 0, 0, 1> for Sums {
        const BY_BLOCKS: bool = false;
        #[inline(always)]
        fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 1>) {
            assert!(share.first.is_multiple_of(BLOCK));
            let [sums] = share.values;
            sums.iter_mut().for_each(|sum| *sum += 1.0);
        }
    }
    let mut sums = [0.0; 3];
    Team::new(2).by_examples(&Sums, 40, usize::MAX, [], [], [blocks_mut(&mut sums, 1)], &mut []);
    assert_eq!(sums, [1.0; 3]);
}

/// Writes the number of its row into each element of two values.
struct NumberRows;

impl Phase<f32, 0, 0, 2> for NumberRows {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 2>) {
        assert_eq!(share.examples, 9);
        let widths = [4, 1];
        for ((value, rows), width) in share.values.into_iter().zip(share.rows).zip(widths) {
            assert_eq!(value.len(), rows.len() * width);
            for (row, number) in value.chunks_exact_mut(width).zip(rows) {
                row.iter_mut().for_each(|x| *x += number as f32);
            }
        }
    }
}

#[test]
fn rows_are_covered_once() {
    by_rows_or_alone(&mut Team::sequential());
    for threads in [1, 2, 5] {
        by_rows_or_alone(&mut Team::new(threads));
    }
}

fn by_rows_or_alone<E: Executor>(team: &mut Team<E>) {
    for (wide, narrow) in [(0, 0), (1, 0), (0, 3), (7, 200), (33, 4), (500, 1)] {
        let mut first = vec![0.0; wide * 4];
        let mut second = vec![0.0; narrow];
        let check = |first: &[f32], second: &[f32]| {
            assert!(
                first
                    .chunks(4)
                    .enumerate()
                    .all(|(i, row)| row.iter().all(|x| *x == i as f32))
            );
            assert!(second.iter().enumerate().all(|(i, x)| *x == i as f32));
        };
        team.by_rows(
            &NumberRows,
            9,
            usize::MAX,
            [rows_mut(&mut first, 4), rows_mut(&mut second, 1)],
            &mut [],
        );
        check(&first, &second);
        first.fill(0.0);
        second.fill(0.0);
        team.alone(
            &NumberRows,
            9,
            [rows_mut(&mut first, 4), rows_mut(&mut second, 1)],
            &mut [],
        );
        check(&first, &second);
    }
}

#[test]
#[should_panic(expected = "which is not 2 rows of 3")]
fn a_slice_of_the_wrong_length_is_refused() {
    let (mut y, mut sums) = ([0.0; 6], [0.0]);
    Team::new(1).by_examples(
        &Double { batch: 2 },
        2,
        1,
        [rows(&[0.0; 5], 3)],
        [rows(&[0, 1], 1)],
        [rows_mut(&mut y, 3), blocks_mut(&mut sums, 1)],
        &mut [],
    );
}

#[test]
fn parts_are_contiguous_and_complete() {
    for count in [0, 1, 5, 16, 100, 1000] {
        for parts in 1..9 {
            let mut end = 0;
            for index in 0..parts {
                let range = granular_part(count, parts, index);
                assert_eq!(range.start, end);
                end = range.end;
            }
            assert_eq!(end, count);
        }
    }
}
