//! The median time of a step.

use std::time::{Duration, Instant};

/// Steps timed together, so that looking at the clock costs nothing beside them.
const GROUP: Duration = Duration::from_millis(1);

/// The median seconds of a step over `budget`, of which a tenth is for warming up, and how many steps were timed.
pub fn median_seconds(budget: Duration, mut step: impl FnMut()) -> (f64, usize) {
    let start = Instant::now();
    let mut warm = 0;
    while warm == 0 || start.elapsed() < budget / 10 {
        step();
        warm += 1;
    }
    let one = start.elapsed().as_secs_f64() / warm as f64;
    let group = ((GROUP.as_secs_f64() / one) as usize).clamp(1, 10_000);
    let mut times = Vec::new();
    let start = Instant::now();
    while times.len() < 3 || start.elapsed() < budget * 9 / 10 {
        let began = Instant::now();
        for _ in 0..group {
            step();
        }
        times.push(began.elapsed().as_secs_f64() / group as f64);
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times.len() * group)
}
