//! Commands on standard input, an answer of one line each on standard output.

use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use crate::clock::median_seconds;
use crate::work::{Kind, Work};

/// A workload that runs step by step.
pub trait Job {
    /// One step of training, or one inference.
    fn step(&mut self);

    /// What the last step came to: its loss before the update, or the mean of its outputs' absolute values.
    fn value(&mut self) -> f64;
}

/// A workload ready to run.
pub struct Loaded {
    parameters: usize,
    job: Box<dyn Job>,
    planned: Option<usize>,
}

impl Loaded {
    /// A job that works on so many parameters.
    pub fn new(parameters: usize, job: Box<dyn Job>) -> Self {
        Loaded {
            parameters,
            job,
            planned: None,
        }
    }

    /// Says how many bytes the framework planned for weights and everything in between, where it plans.
    #[must_use]
    pub fn planned(mut self, bytes: usize) -> Self {
        self.planned = Some(bytes);
        self
    }
}

struct Steps<L, S, V> {
    step: S,
    value: V,
    last: Option<L>,
}

impl<L, S: FnMut() -> L, V: Fn(&L) -> f64> Job for Steps<L, S, V> {
    fn step(&mut self) {
        self.last = Some((self.step)());
    }

    fn value(&mut self) -> f64 {
        self.last.as_ref().map_or(f64::NAN, &self.value)
    }
}

/// A job from a step, and from what its result says; the result is looked at only when asked for.
pub fn job<L: 'static>(
    step: impl FnMut() -> L + 'static,
    value: impl Fn(&L) -> f64 + 'static,
) -> Box<dyn Job> {
    Box::new(Steps {
        step,
        value,
        last: None,
    })
}

/// Answers commands until there are no more. Weights and data lie in the folder that is the first argument. `load`
/// gives a workload, or says why the framework has none.
pub fn serve(load: impl Fn(Kind, &str, &mut Work) -> Result<Loaded, String>) {
    let folder = std::env::args().nth(1).expect("the folder of weights and data");
    let mut running: Option<Loaded> = None;
    for line in io::stdin().lock().lines() {
        let line = line.expect("a line of text");
        let words: Vec<&str> = line.split_whitespace().collect();
        // What panics, in the framework or around it, is a gap in the table.
        let answer = catch_unwind(AssertUnwindSafe(|| match words[..] {
            ["load", kind, name, ref examples @ ..] => {
                running = None;
                let kind = if kind == "train" { Kind::Train } else { Kind::Infer };
                let examples = examples.first().map_or(Ok(1), |examples| examples.parse());
                let examples = examples.map_err(|_| "not a number of examples")?;
                let mut work = Work::open(&Path::new(&folder).join(name), examples)?;
                let mut loaded = load(kind, name, &mut work)?;
                if !work.is_used_up() {
                    return Err("not all weights are used".to_owned());
                }
                loaded.job.step();
                let answer = format!("ready {} {:.7}", loaded.parameters, loaded.job.value());
                let planned = loaded.planned.map(|bytes| format!(" {bytes}"));
                running = Some(loaded);
                Ok(answer + &planned.unwrap_or_default())
            }
            ["steps", count] => {
                let job = &mut running.as_mut().ok_or("nothing is loaded")?.job;
                for _ in 0..count.parse().map_err(|_| "not a number")? {
                    job.step();
                }
                Ok(format!("value {:.7}", job.value()))
            }
            ["measure", seconds] => {
                let job = &mut running.as_mut().ok_or("nothing is loaded")?.job;
                let budget = Duration::from_secs_f64(seconds.parse().map_err(|_| "not a number")?);
                let (median, steps) = median_seconds(budget, || job.step());
                Ok(format!("time {median:.9} {steps}"))
            }
            _ => Err(format!("unknown command `{line}`")),
        }));
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(reason)) => format!("gap {reason}"),
            Err(_) => "gap it panicked".to_owned(),
        };
        println!("{answer}");
        io::stdout().flush().expect("somebody reads");
    }
}
