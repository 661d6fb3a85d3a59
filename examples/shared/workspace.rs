//! Memory and threads to train with.

use dsl_runtime::{Network, Workspace};

/// A workspace for batches of at most `batch` examples, on at most so many threads, or one per core.
pub fn training<N: Network>(batch: usize, threads: Option<usize>) -> Workspace<N> {
    let builder = N::workspace().batch(batch);
    match threads {
        Some(threads) => builder.threads(threads).build(),
        None => builder.build(),
    }
}
