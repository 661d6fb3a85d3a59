//! What a derivative costs (Griewank and Walther, 2008, *Evaluating Derivatives*): forward mode takes a sweep over all
//! values for each input, reverse mode one for each output. So the gradient of a loss by a million parameters costs as
//! little as a few losses, and the Jacobian of a curve in a thousand dimensions as little as a few curves.
//!
//! First the operations are counted, then the time of Jacobians is measured: in both modes, and as `jacobian` chooses.

#[path = "../shared/chart.rs"]
mod chart;
mod network;
mod sweeps;

use std::time::Instant;

use chart::{Series, chart};
use dsl_runtime::prelude::*;
use network::{Blackboard, Map};
use sweeps::Graph;

/// Values between inputs and outputs, where operations are counted.
const BETWEEN: usize = 300;
/// Places at which Jacobians are taken at once.
const BATCH: usize = 64;

fn main() -> Result<(), Error> {
    println!("x, y, z → f = x y, g = sin(y) + z → L = f g, in one sweep backwards:\n");
    println!("{}", Blackboard::GRADIENT);
    count();
    println!("\nMicroseconds for the Jacobian of a network at one place:\n");
    println!("inputs  outputs    forward    reverse    `jacobian`");
    let measured = [
        time(
            [1, 64],
            [
                Map::<1, 64>::by_columns,
                Map::<1, 64>::by_rows,
                Map::<1, 64>::jacobian,
            ],
        )?,
        time(
            [4, 64],
            [
                Map::<4, 64>::by_columns,
                Map::<4, 64>::by_rows,
                Map::<4, 64>::jacobian,
            ],
        )?,
        time(
            [16, 64],
            [
                Map::<16, 64>::by_columns,
                Map::<16, 64>::by_rows,
                Map::<16, 64>::jacobian,
            ],
        )?,
        time(
            [64, 64],
            [
                Map::<64, 64>::by_columns,
                Map::<64, 64>::by_rows,
                Map::<64, 64>::jacobian,
            ],
        )?,
        time(
            [64, 16],
            [
                Map::<64, 16>::by_columns,
                Map::<64, 16>::by_rows,
                Map::<64, 16>::jacobian,
            ],
        )?,
        time(
            [64, 4],
            [
                Map::<64, 4>::by_columns,
                Map::<64, 4>::by_rows,
                Map::<64, 4>::jacobian,
            ],
        )?,
        time(
            [64, 1],
            [
                Map::<64, 1>::by_columns,
                Map::<64, 1>::by_rows,
                Map::<64, 1>::jacobian,
            ],
        )?,
    ];
    let series = [2, 0, 1].map(|mode| Series {
        mark: ['f', 'r', 'J'][mode],
        points: measured
            .iter()
            .map(|(ratio, times)| (*ratio, times[mode]))
            .collect(),
    });
    println!("\nMicroseconds (f forward, r reverse, J `jacobian`), by inputs for each output:\n");
    println!("{}", chart(&series, 64, 20));
    Ok(())
}

/// A method that takes numbers.
type Method<N> = for<'w> fn(&N, &'w mut Workspace<N>, &[f32]) -> Result<&'w [f32], Error>;

/// Measures the microseconds of each method for a place, and prints them. Also returns how many inputs there are for each
/// output.
fn time<N>([inputs, outputs]: [usize; 2], methods: [Method<N>; 3]) -> Result<(f64, [f64; 3]), Error>
where
    N: Network<Element = f32>,
{
    let model = N::new(1);
    let mut work = N::workspace().batch(BATCH).threads(1).inference().build();
    let x = vec![0.5; BATCH * inputs];
    let mut times = [f64::INFINITY; 3];
    for (time, method) in times.iter_mut().zip(methods) {
        // The least of several is the least disturbed.
        for _ in 0..20 {
            let begin = Instant::now();
            method(&model, &mut work, &x)?;
            *time = time.min(begin.elapsed().as_secs_f64() * 1e6 / BATCH as f64);
        }
    }
    let [forward, reverse, chosen] = times;
    println!("{inputs:6}  {outputs:7}    {forward:7.2}    {reverse:7.2}    {chosen:10.2}");
    Ok((inputs as f64 / outputs as f64, times))
}

/// Prints how many operations the Jacobians of growing graphs take.
fn count() {
    println!("Operations for the Jacobian of a graph of {BETWEEN} values:\n");
    println!("inputs  outputs    forward    reverse");
    let mut largest = 0.0;
    for (inputs, outputs) in [(1, 1), (1, 16), (1, 256), (16, 1), (256, 1), (16, 16)] {
        let graph = Graph::woven(inputs, BETWEEN, outputs);
        let at: Vec<f64> = (0..inputs).map(|input| (input as f64).cos()).collect();
        let (forward, reverse) = (graph.forward(&at), graph.reverse(&at));
        let both = forward
            .jacobian
            .iter()
            .flatten()
            .zip(reverse.jacobian.iter().flatten());
        largest = both.fold(largest, |largest: f64, (a, b)| largest.max((a - b).abs()));
        println!(
            "{inputs:6}  {outputs:7}    {:7}    {:7}",
            forward.operations, reverse.operations
        );
    }
    println!("The two differ by {largest:.0e} at most.");
}
