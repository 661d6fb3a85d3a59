//! How steps of training would scale to more threads than this machine has, by a model:
//! `cargo bench --bench scaling --features simulated`.
//!
//! A step is a sequence of jobs that workers share (phases, and kernels within phases that one worker runs)
//! and of what the calling thread does in between. The workers of so many threads are simulated: they run one
//! after the other, each on the share it would have, and each is timed. On real threads
//!
//! ```text
//! time(n) = alone + Σ over jobs (time of the slowest worker + workers woken · time to wake one)
//! ```
//!
//! where `alone` is what remains of the step without its jobs, and the time to wake a worker and to wait for it
//! is measured with two real threads. All times are the smallest of several steps. The model knows shares of
//! unequal size, jobs too small to share and batches that are too few blocks; it does not know that cores share
//! memory and slow one another down. What a step moves at least says when that matters.
//!
//! With the names of networks only these: `cargo bench --bench scaling --features simulated -- mlp gpt`.

#[allow(
    dead_code,
    unused_imports,
    reason = "half width is measured by `train_step` alone"
)]
mod networks;
#[allow(dead_code, reason = "scenes and pairs are measured by `train_step` alone")]
mod noise;

use std::hint::black_box;
use std::time::{Duration, Instant};

use dsl_runtime::parallel::simulated::{simulate, take_jobs};
use dsl_runtime::parallel::{Phase, Share, Team, rows_mut};
use dsl_runtime::prelude::*;

use networks::{ConvNet, Gpt, LeNet5, Lstm, Mlp, MlpSmall, MobileNet, ResNet20, Vit};
use noise::{images, letters};

/// The numbers of threads of the model.
const THREADS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// The numbers of threads on which steps are measured too.
const REAL: [usize; 2] = [1, 2];

/// The time in which steps are repeated, for each number of threads; at least three times.
const PATIENCE: Duration = Duration::from_millis(600);

fn main() {
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let workloads: [(&str, Build); 9] = [
        ("mlp_small", |threads| {
            step::<MlpSmall>(images(64, 784), 64, threads, Momentum::new(1e-4, 0.9))
        }),
        ("mlp", |threads| {
            step::<Mlp>(images(128, 784), 128, threads, Adam::new(1e-5))
        }),
        ("lenet5", |threads| {
            step::<LeNet5>(images(64, 784), 64, threads, Momentum::new(1e-4, 0.9))
        }),
        ("convnet", |threads| {
            step::<ConvNet>(images(64, 784), 64, threads, Adam::new(1e-5))
        }),
        ("resnet20", |threads| {
            step::<ResNet20>(images(32, 3072), 32, threads, Momentum::new(1e-4, 0.9))
        }),
        ("lstm", |threads| {
            step::<Lstm>(images(64, 784), 64, threads, Adam::new(1e-5))
        }),
        ("gpt", step_on_letters),
        ("vit", |threads| {
            step::<Vit>(images(32, 3072), 32, threads, Adam::new(1e-5))
        }),
        ("mobilenet", |threads| {
            step::<MobileNet>(images(32, 3072), 32, threads, Momentum::new(1e-4, 0.9))
        }),
    ];
    let wake = time_to_wake();
    println!("The time to wake a worker and to wait for it: {}.\n", time(wake));
    println!("{}", header());
    for (name, build) in workloads {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            println!("{}", Scaling::of(build, wake).row(name));
        }
    }
}

/// A step of training, to be repeated, and the bytes that it moves at least: parameters, their gradients and
/// averages, and the values of the batch.
struct Step {
    run: Box<dyn FnMut()>,
    bytes: usize,
}

/// Builds a step on so many threads.
type Build = fn(usize) -> Step;

/// Steps of a network that sorts images into classes.
fn step<N>(
    (images, classes): (Vec<f32>, Vec<u32>),
    batch: usize,
    threads: usize,
    mut optimizer: impl Optimizer<f32> + 'static,
) -> Step
where
    N: Classifier + Network<Element = f32> + 'static,
{
    let mut model = N::new(0);
    let mut work = N::workspace().batch(batch).threads(threads).build();
    let kept = N::LAYOUT.len * (1 + optimizer.moments().len());
    Step {
        bytes: work.bytes() + kept * size_of::<f32>(),
        run: Box::new(move || {
            let inputs = black_box((&images[..], &classes[..]));
            model
                .train_step(&mut work, inputs, &mut optimizer)
                .expect("the loss stays finite");
        }),
    }
}

/// Steps of a network that goes on with texts.
fn step_on_letters(threads: usize) -> Step {
    let (tokens, next) = letters(16);
    let mut model = Gpt::new(0);
    let mut work = Gpt::workspace().batch(16).threads(threads).build();
    let mut optimizer = Adam::new(1e-5);
    let kept = <Gpt as Network>::LAYOUT.len * 3;
    Step {
        bytes: work.bytes() + kept * size_of::<f32>(),
        run: Box::new(move || {
            let inputs = black_box((&tokens[..], &next[..]));
            model
                .train_step(&mut work, inputs, &mut optimizer)
                .expect("the loss stays finite");
        }),
    }
}

/// A step on simulated workers, and the smallest times of it.
struct Simulated {
    run: Box<dyn FnMut()>,
    step: Duration,
    jobs: Vec<Vec<Duration>>,
}

impl Simulated {
    fn new(build: Build, threads: usize) -> Simulated {
        let mut run = simulate(|| build(threads)).run;
        run();
        Simulated {
            run,
            step: Duration::MAX,
            jobs: take_jobs()
                .iter()
                .map(|job| vec![Duration::MAX; job.len()])
                .collect(),
        }
    }

    /// Runs and times the step once more.
    fn repeat(&mut self) {
        let began = Instant::now();
        (self.run)();
        self.step = self.step.min(began.elapsed());
        let jobs = take_jobs();
        assert_eq!(self.jobs.len(), jobs.len(), "every step has the same jobs");
        for (least, job) in self.jobs.iter_mut().flatten().zip(jobs.iter().flatten()) {
            *least = (*job).min(*least);
        }
    }

    /// The time of all workers in jobs that several share.
    fn shared(&self) -> Duration {
        let shared = self.jobs.iter().filter(|job| job.len() > 1);
        shared.flatten().sum()
    }

    /// The time on real threads, by the model.
    fn on_threads(&self, wake: Duration) -> Duration {
        let shared = self.jobs.iter().filter(|job| job.len() > 1);
        let slowest: Duration = shared.clone().filter_map(|job| job.iter().max()).sum();
        let woken: usize = shared.map(|job| job.len() - 1).sum();
        self.step.saturating_sub(self.shared()) + slowest + wake * u32::try_from(woken).unwrap_or(u32::MAX)
    }
}

/// A workload's times.
struct Scaling {
    bytes: usize,
    measured: Vec<Duration>,
    model: Vec<Duration>,
    /// The share of a step that no second worker takes part in, and the number of jobs that are shared, on
    /// the most threads.
    alone: f64,
    jobs: usize,
}

impl Scaling {
    fn of(build: Build, wake: Duration) -> Scaling {
        let measured = measure(build);
        let mut simulated = THREADS.map(|threads| Simulated::new(build, threads));
        // In turn, so that a slow moment of the machine slows all of them.
        let (start, mut rounds) = (Instant::now(), 0);
        while rounds < 3 || start.elapsed() < PATIENCE * THREADS.len() as u32 {
            simulated.iter_mut().for_each(Simulated::repeat);
            rounds += 1;
        }
        let most = &simulated[THREADS.len() - 1];
        Scaling {
            bytes: build(1).bytes,
            measured,
            alone: 1.0 - most.shared().as_secs_f64() / most.step.as_secs_f64(),
            jobs: most.jobs.iter().filter(|job| job.len() > 1).count(),
            model: simulated.iter().map(|step| step.on_threads(wake)).collect(),
        }
    }

    fn row(&self, name: &str) -> String {
        let [one, two] = [self.measured[0], self.measured[1]];
        let mut cells = vec![
            name.to_owned(),
            time(one),
            format!("{:.2}", one.as_secs_f64() / two.as_secs_f64()),
        ];
        let base = self.model[0].as_secs_f64();
        cells.extend(
            self.model[1..]
                .iter()
                .map(|time| format!("{:.2}", base / time.as_secs_f64())),
        );
        cells.push(format!("{:.1}%", 100.0 * self.alone));
        cells.push(self.jobs.to_string());
        cells.push(format!("{:.1} MB", self.bytes as f64 / 1e6));
        let fastest = self.model.iter().min().expect("several numbers of threads");
        cells.push(format!(
            "{:.0} GB/s",
            self.bytes as f64 / 1e9 / fastest.as_secs_f64()
        ));
        format!("| {} |", cells.join(" | "))
    }
}

/// The columns of the table.
fn header() -> String {
    let model = THREADS[1..].iter().map(|threads| format!("{threads} threads"));
    let mut cells: Vec<String> = ["", "measured, 1 thread", "measured, 2 threads"]
        .map(str::to_owned)
        .into();
    cells.extend(model.map(|threads| format!("model, {threads}")));
    cells.extend(["alone", "shared jobs", "memory", "moved at the fastest"].map(str::to_owned));
    let rule = vec!["---:"; cells.len() - 1].join(" | ");
    format!("| {} |\n| --- | {rule} |", cells.join(" | "))
}

/// The smallest times of steps on real threads, one and two in turn.
fn measure(build: Build) -> Vec<Duration> {
    let mut steps = REAL.map(build);
    let mut smallest = vec![Duration::MAX; REAL.len()];
    let start = Instant::now();
    while smallest.contains(&Duration::MAX) || start.elapsed() < 2 * PATIENCE {
        for (step, least) in steps.iter_mut().zip(&mut smallest) {
            for _ in 0..3 {
                let began = Instant::now();
                (step.run)();
                *least = began.elapsed().min(*least);
            }
        }
    }
    smallest
}

/// What two threads take for a job with nothing in it.
fn time_to_wake() -> Duration {
    struct Nothing;
    impl Phase<f32, 0, 0, 1> for Nothing {
        #[inline(always)]
        fn run<const FMA: bool>(&self, share: Share<'_, f32, 0, 0, 1>) {
            black_box(share);
        }
    }
    let (mut team, mut values) = (Team::new(2), [0.0; 2]);
    let mut calls = || {
        let start = Instant::now();
        for _ in 0..100 {
            team.by_rows(&Nothing, 1, usize::MAX, [rows_mut(&mut values, 1)], &mut []);
        }
        start.elapsed() / 100
    };
    (0..100).map(|_| calls()).min().expect("several measurements")
}

/// A duration with three significant digits.
fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (scaled, unit) = match seconds {
        _ if seconds < 1e-6 => (seconds * 1e9, "ns"),
        _ if seconds < 1e-3 => (seconds * 1e6, "µs"),
        _ => (seconds * 1e3, "ms"),
    };
    let digits = if scaled < 10.0 {
        2
    } else {
        usize::from(scaled < 100.0)
    };
    format!("{scaled:.digits$} {unit}")
}
