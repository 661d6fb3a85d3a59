use std::sync::{Arc, Mutex};

use super::super::{Phase, Share, Team, rows, rows_mut};
use super::*;

/// Doubles its input, shows that, and overwrites it by its square.
struct Squares;

impl Phase<f32, 1, 0, 1> for Squares {
    const BY_BLOCKS: bool = false;

    fn run<const FMA: bool>(&self, share: Share<'_, f32, 1, 0, 1>) {
        let Share {
            reals: [x],
            values: [y],
            watch,
            ..
        } = share;
        for (y, x) in y.iter_mut().zip(x) {
            *y = 2.0 * x;
        }
        watch.passing(0, y);
        for y in y {
            *y *= *y;
        }
    }
}

/// Counts on from the first of its rows.
struct Counts;

impl Phase<f32, 0, 0, 1> for Counts {
    fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 1>) {
        let Share {
            values: [values],
            rows: [rows],
            ..
        } = share;
        for (value, row) in values.iter_mut().zip(rows) {
            *value = row as f32;
        }
    }
}

/// What was seen: phase, which value, the place of each number in the whole, and the number.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<(usize, Seen, usize, f64)>>);

impl Observer for Notes {
    fn see(&self, sight: &Sight<'_>) {
        let from = match sight.part {
            Cut::Examples { first, count } => {
                assert_eq!(sight.numbers.count(), count);
                first
            }
            Cut::Elements(first) => first,
        };
        let mut notes = self.0.lock().unwrap();
        for place in 0..sight.numbers.count() {
            notes.push((sight.phase, sight.value, from + place, sight.numbers.at(place)));
        }
    }
}

#[test]
fn an_observer_sees_every_number_once_whatever_the_number_of_threads() {
    let x: Vec<f32> = (0..100).map(|number| number as f32).collect();
    let (mut y, mut z, mut scratch) = (vec![0.0f32; 100], vec![0.0f32; 40], vec![0.0f32; 8]);
    for threads in [1, 3] {
        let mut team = Team::new(threads);
        let notes = Arc::new(Notes::default());
        for observer in [Some(notes.clone() as Arc<dyn Observer>), None] {
            team.observe(observer);
            let flops = 1_000_000;
            team.by_examples(
                &Squares,
                100,
                flops,
                [rows(&x, 1)],
                [],
                [rows_mut(&mut y, 1)],
                &mut scratch,
            );
            team.by_rows(&Counts, 100, flops, [rows_mut(&mut z, 1)], &mut scratch);
            team.alone(&Counts, 100, [rows_mut(&mut z, 1)], &mut scratch);
        }
        let mut seen = std::mem::take(&mut *notes.0.lock().unwrap());
        seen.sort_by_key(|(phase, value, place, _)| (*phase, format!("{value:?}"), *place));
        let of = |phase: usize, value: Seen, count: usize, number: fn(f64) -> f64| {
            (0..count).map(move |place| (phase, value, place, number(place as f64)))
        };
        let expected = of(0, Seen::Passing(0), 100, |x| 2.0 * x)
            .chain(of(0, Seen::Read(0), 100, |x| x))
            .chain(of(0, Seen::Written(0), 100, |x| 4.0 * x * x))
            .chain(of(1, Seen::Written(0), 40, |x| x))
            .chain(of(2, Seen::Written(0), 40, |x| x));
        assert_eq!(
            seen,
            expected.collect::<Vec<(usize, Seen, usize, f64)>>(),
            "{threads} threads"
        );
    }
}
