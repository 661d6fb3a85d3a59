//! Folders that hold what is to be seen of a training.
//!
//! ```
//! use dsl_runtime::run::RunFolder;
//! # fn main() -> Result<(), dsl_runtime::Error> {
//! # let runs = std::env::temp_dir().join(format!("dsl-run-{}", std::process::id()));
//! # let path = runs.join("descent");
//!
//! let run = RunFolder::create(&path)?;
//! run.set("learning rate", 0.1)?;
//! let mut x: f64 = 1.0;
//! for step in 1..=100 {
//!     run.log(step, &[("loss", x * x), ("gradient norm", 2.0 * x.abs())])?;
//!     x -= 0.1 * 2.0 * x;
//! }
//! # assert!(path.join("log.csv").exists());
//! # std::fs::remove_dir_all(runs).expect("it is there");
//! # Ok(())
//! # }
//! ```
//!
//! A [`Trainer`](crate::train::Trainer) does all of this itself where it is given the folder: `Trainer::new(5).run(&run)`.
//!
//! # Files
//!
//! | file | what it holds |
//! |---|---|
//! | `configuration.toml` | what the training was given: [`set`](RunFolder::set) |
//! | `log.csv` | numbers of steps and epochs, a line for each: [`log`](RunFolder::log) |
//! | `events.out.tfevents.…` | the same and [histograms](RunFolder::histogram) for TensorBoard: `tensorboard --logdir runs` |
//! | `network.txt`, `network.svg` | the [parameters](RunFolder::network) and the [picture](RunFolder::picture) of the network |
//! | `confusion.csv` | how often each class is taken for each: [`confusion_matrix`](RunFolder::confusion_matrix) |
//! | `samples.csv` | examples and what is predicted of them: `samples`, with the feature `report` |
//! | `last.training`, `best.safetensors` | the [checkpoints](RunFolder::last_checkpoint) of a `Trainer` |
//! | `report.html` | all of it on one page: `report`, with the feature `report` |
//!
//! # Names
//!
//! What stands before the slash in the name of a number is its chart in TensorBoard and in the report, what stands behind it the
//! curve: `loss/train` and `loss/test` are two curves of one chart. Of a name without a slash there is one curve. A `Trainer` logs
//!
//! * of each step `loss/step`, `learning rate`, `gradient norm`, and other results of the loss as `name/step`;
//! * of each epoch its number, `epoch`, the mean of its steps' losses, `loss/epoch`, that of other results as `name/epoch`, what
//!   the network is judged by, `loss/train`, `loss/test`, `accuracy/train`, `accuracy/test`, metrics as `name/test`,
//!   `examples per second` and `seconds per epoch`.
//!
//! # Guarantees
//!
//! * **Nothing is overwritten.** [`create`](RunFolder::create) refuses a folder that holds something,
//!   [`numbered`](RunFolder::numbered) takes another name, [`open`](RunFolder::open) goes on with what is there.
//! * **One writer.** A folder that a process writes to is locked; a second one gets
//!   [`RunProblem::InUse`](crate::RunProblem::InUse), on file systems that have locks.
//! * **What is logged is the system's** when the call returns: it outlives the process, whatever ends it. A line that does not
//!   fit on the disk any more is taken back and is an error that names the file; all before it stays.

mod configuration;
mod csv;
mod describe;
mod events;
mod file;
mod folder;
mod log;
mod matrix;
#[cfg(feature = "report")]
mod report;
mod time;

pub use folder::RunFolder;
#[cfg(feature = "report")]
pub use report::{Report, Sample};
