//! Long phases cover every row exactly once, whatever the team, and hand nothing out twice.

use super::super::{BLOCK, blocks_mut, rows, rows_mut};
use super::*;

/// Doubles a per-example value in one part, sums its blocks in another.
struct Double;

impl LongPhase<f64> for Double {
    fn run(&self, share: &mut LongShare<'_, f64>) {
        share.part::<1, _>(self);
        share.part::<2, _>(self);
    }
}

impl Part<1, f64> for Double {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: &mut LongShare<'_, f64>) {
        let LongShare { examples, first, .. } = *share;
        let [x] = share.reals.at([0]);
        let [labels] = share.indices.at([0]);
        assert_eq!(share.values.rows([1])[0], first..first + examples);
        let [y] = share.values.at([1]);
        for (i, label) in labels.iter().enumerate() {
            assert_eq!(*label as usize, first + i);
        }
        for (x, y) in x.iter().zip(y.iter_mut()) {
            *y += 2.0 * x;
        }
        share.scratch.fill(1.0);
    }
}

impl Part<2, f64> for Double {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: &mut LongShare<'_, f64>) {
        let [sums, y] = share.values.at([0, 1]);
        assert!(share.scratch.len() >= 5 && share.scratch.iter().all(|x| *x == 1.0));
        for (block, sum) in y.chunks(BLOCK * 3).zip(sums) {
            *sum += block.iter().sum::<f64>();
        }
    }
}

#[test]
fn examples_are_covered_once() {
    by_examples(&mut Team::sequential());
    for threads in [1, 2, 3, 7] {
        by_examples(&mut Team::new(threads));
    }
}

fn by_examples<E: Executor>(team: &mut Team<E>) {
    for batch in [0, 1, 3, 15, 16, 17, 64, 100] {
        for flops in [1, usize::MAX] {
            let x: Vec<f64> = (0..batch * 3).map(|i| i as f64).collect();
            let labels: Vec<u32> = (0..batch as u32).collect();
            let mut y = vec![0.0; batch * 3];
            let mut sums = vec![0.0; batch.div_ceil(BLOCK)];
            let mut scratch = vec![0.0; 5 * team.threads()];
            team.long_by_examples(
                &Double,
                batch,
                flops,
                &[rows(&x, 3)],
                &[rows(&labels, 1)],
                &[blocks_mut(&mut sums, 1), rows_mut(&mut y, 3)],
                &mut scratch,
            );
            assert!(x.iter().zip(&y).all(|(x, y)| *y == 2.0 * x));
            let expected = x.chunks(BLOCK * 3).map(|block| 2.0 * block.iter().sum::<f64>());
            assert!(sums.iter().copied().eq(expected));
        }
    }
}

/// Adds to every element the number of its row.
struct Number;

impl LongPhase<f32> for Number {
    fn run(&self, share: &mut LongShare<'_, f32>) {
        share.part::<1, _>(self);
    }
}

impl Part<1, f32> for Number {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: &mut LongShare<'_, f32>) {
        assert_eq!((share.examples, share.first), (9, 0));
        let rows = share.values.rows([0, 1]);
        let values = share.values.at([0, 1]);
        for ((rows, values), width) in rows.into_iter().zip(values).zip([4, 1]) {
            assert_eq!(values.len(), rows.len() * width);
            for (row, values) in rows.zip(values.chunks_mut(width)) {
                values.iter_mut().for_each(|value| *value += row as f32);
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
        for alone in [false, true] {
            let (mut first, mut second) = (vec![0.0; wide * 4], vec![0.0; narrow]);
            let values = [rows_mut(&mut first, 4), rows_mut(&mut second, 1)];
            match alone {
                false => team.long_by_rows(&Number, 9, usize::MAX, &values, &mut []),
                true => team.long_alone(&Number, 9, &values, &mut []),
            }
            assert!(first.iter().enumerate().all(|(i, x)| *x == (i / 4) as f32));
            assert!(second.iter().enumerate().all(|(i, x)| *x == i as f32));
        }
    }
}

/// Asks for its values in this order.
struct Ask([usize; 2]);

impl LongPhase<f32> for Ask {
    fn run(&self, share: &mut LongShare<'_, f32>) {
        share.values.at(self.0);
    }
}

fn ask(places: [usize; 2]) {
    let (mut first, mut second) = ([0.0], [0.0]);
    let values = [rows_mut(&mut first, 1), rows_mut(&mut second, 1)];
    Team::new(1).long_alone(&Ask(places), 1, &values, &mut []);
}

#[test]
fn values_are_handed_out_in_their_order() {
    ask([0, 1]);
}

#[test]
#[should_panic(expected = "places of values ascend")]
fn no_value_is_handed_out_twice() {
    ask([1, 1]);
}

#[test]
#[should_panic(expected = "places of values ascend")]
fn values_are_not_handed_out_backwards() {
    ask([1, 0]);
}

#[test]
#[should_panic(expected = "out of range")]
fn there_is_no_value_beyond_the_last() {
    ask([1, 3]);
}

#[test]
#[should_panic(expected = "which is not 2 rows of 3")]
fn a_slice_of_the_wrong_length_is_refused() {
    let (mut y, mut sums) = ([0.0; 6], [0.0]);
    Team::new(1).long_by_examples(
        &Double,
        2,
        1,
        &[rows(&[0.0; 5], 3)],
        &[rows(&[0, 1], 1)],
        &[blocks_mut(&mut sums, 1), rows_mut(&mut y, 3)],
        &mut [],
    );
}
