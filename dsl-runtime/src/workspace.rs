//! The resources of a step besides the parameters, allocated once.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::kernels::Draws;
use crate::parallel::{BLOCK, Observer, Team};
use crate::{AlignedBuffer, Error, Gradient, Layout, Network, Real, inputs};

mod accumulation;
mod updates;

use accumulation::Accumulation;
pub use updates::Updates;

/// The amount of memory that a network's steps need, in elements: linear in blocks of 16 examples and in
/// threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Elements that do not depend on the batch.
    pub fixed: usize,
    /// Elements for each begun block of 16 examples.
    pub per_block: usize,
    /// Elements for each thread, as its own scratch memory. A multiple of 16 keeps two threads off one cache
    /// line.
    pub per_thread: usize,
}

impl Memory {
    /// Elements shared by all threads, for a batch of at most `batch` examples.
    pub const fn len(&self, batch: usize) -> usize {
        self.fixed
            .saturating_add(self.per_block.saturating_mul(batch.div_ceil(BLOCK)))
    }

    /// True if a batch of at most `batch` examples needs no shared elements.
    pub const fn is_empty(&self, batch: usize) -> bool {
        self.len(batch) == 0
    }

    /// Elements of scratch memory for so many threads.
    pub const fn scratch(&self, threads: usize) -> usize {
        self.per_thread.saturating_mul(threads)
    }

    /// Bytes for a batch of at most `batch` examples of element type `T` on `threads` threads.
    pub const fn bytes<T>(&self, batch: usize, threads: usize) -> usize {
        self.len(batch)
            .saturating_add(self.scratch(threads))
            .saturating_mul(size_of::<T>())
    }
}

/// The mode of a call, training or evaluation, on which dropout and batch statistics depend.
///
/// Nothing stores a mode: each call has one. Plain calls and [`evaluate`](crate::train::evaluate) evaluate,
/// [`Train::train_step`](crate::Train::train_step) and [`Train::accumulate`](crate::Train::accumulate) train,
/// and any other call that trains says so by its name or by an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Dropout drops, batch statistics are used.
    Train,
    /// Dropout is the identity, running statistics are used.
    Evaluate,
}

/// Memory and threads for the calls of one network, for batches up to a capacity.
///
/// Made once by [`Network::workspace`]; the calls that borrow it allocate nothing.
///
/// ```
/// # fn example<Mlp: dsl_runtime::Network>() {
/// let mut work = Mlp::workspace().batch(64).threads(2).build();
/// # }
/// ```
pub struct Workspace<N: Network> {
    team: Team,
    memory: AlignedBuffer<N::Element>,
    gradient: Gradient<N::Element>,
    accumulation: Accumulation<N::Element>,
    scratch: AlignedBuffer<N::Element>,
    capacity: usize,
    training: bool,
    updates: Updates<N::Element>,
    seed: u64,
    step: u64,
}

/// A workspace divided into its parts, so that one call may use them side by side.
pub struct Parts<'w, T: Real> {
    /// The threads.
    pub team: &'w mut Team,
    /// Memory shared by all threads; [`Memory::len`] elements for the workspace's capacity.
    pub memory: &'w mut [T],
    /// The gradient, laid out as the parameters are; empty in an inference workspace.
    pub gradient: &'w mut Gradient<T>,
    /// `per_thread` elements for each thread, one after the other.
    pub scratch: &'w mut [T],
    /// The buffers with which a call in training mode begins, and the memory for their new values.
    pub updates: &'w mut Updates<T>,
}

impl<N: Network> Workspace<N> {
    /// The largest number of examples in a call.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The largest number of threads that a call uses, including the calling one: those asked for, or as many
    /// as the system would start, at most 256.
    pub fn threads(&self) -> usize {
        self.team.threads()
    }

    /// True if it has room for gradients.
    pub fn is_training(&self) -> bool {
        self.training
    }

    /// The seed of the random numbers drawn in the network (dropout, noise).
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The number of committed steps; each step draws new random numbers. Calls between two commits draw the
    /// same.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Sets the number of committed steps, to resume a training, or to draw other noise for another sample.
    pub fn set_step(&mut self, step: u64) {
        self.step = step;
    }

    /// Continues the draws of another workspace.
    #[cfg(feature = "checkpoint")]
    pub(crate) fn resume(&mut self, seed: u64, step: u64) {
        (self.seed, self.step) = (seed, step);
        self.discard_accumulated();
    }

    /// The key of the random numbers of this step, or of the next of the micro-batches that make it up.
    pub fn draws(&self) -> Draws {
        Draws::new(self.seed, self.step.wrapping_add(self.accumulation.batches()))
    }

    /// The gradient, or product with a direction, of the last call that computed one, laid out as the parameters are;
    /// empty in an inference workspace.
    pub fn gradient(&self) -> &Gradient<N::Element> {
        &self.gradient
    }

    /// The number of bytes it holds (without the threads' stacks).
    pub fn bytes(&self) -> usize {
        let gradients = self.gradient.bytes() + self.accumulation.bytes();
        self.memory.bytes() + gradients + self.scratch.bytes() + self.updates.bytes()
    }

    /// Shows the values of all calls to `observer`, or to nobody.
    pub(crate) fn observe(&mut self, observer: Option<Arc<dyn Observer>>) {
        self.team.observe(observer);
    }

    /// Overwrites all memory that the next call must not read before writing: memory, scratch and the
    /// gradient of every parameter. For tests: the zeros of a fresh workspace would hide a read of memory
    /// that was never written.
    #[doc(hidden)]
    pub fn poison(&mut self, with: N::Element) {
        self.memory.fill(with);
        self.scratch.fill(with);
        // Gaps between parameters stay 0, as optimizers that go over the whole buffer expect.
        for parameter in N::LAYOUT.parameters.iter().filter(|_| self.training) {
            self.gradient[parameter.range.clone()].fill(with);
        }
    }

    /// The number of examples in each of `inputs` (name, length, values per example).
    ///
    /// # Errors
    ///
    /// An input holds no whole number of examples, none at all, more than the capacity, or another number
    /// than the first; the error names it.
    pub fn admit<const K: usize>(&self, inputs: [(&'static str, usize, usize); K]) -> Result<usize, Error> {
        inputs::admit(self.capacity, &inputs)
    }

    /// Checks that it has room for gradients, which calls in [`Mode::Train`] need as well.
    ///
    /// # Errors
    ///
    /// [`Error::InferenceWorkspace`] if it was built for inference.
    pub fn require_training(&self) -> Result<(), Error> {
        if self.training {
            Ok(())
        } else {
            Err(Error::InferenceWorkspace { network: N::NAME })
        }
    }

    /// Its parts, side by side.
    pub fn parts(&mut self) -> Parts<'_, N::Element> {
        Parts {
            team: &mut self.team,
            memory: &mut self.memory,
            gradient: &mut self.gradient,
            scratch: &mut self.scratch,
            updates: &mut self.updates,
        }
    }
}

/// One line: network, purpose, batch, threads, memory.
impl<N: Network> fmt::Display for Workspace<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let purpose = if self.training { "training" } else { "inference" };
        let (batch, threads, kib) = (self.capacity, self.threads(), self.bytes() as f64 / 1024.0);
        let plural = if threads == 1 { "" } else { "s" };
        write!(
            f,
            "{} {purpose}: batch {batch}, {threads} thread{plural}, {kib:.1} KiB",
            N::NAME
        )
    }
}

impl<N: Network> fmt::Debug for Workspace<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace")
            .field("network", &N::NAME)
            .field("capacity", &self.capacity)
            .field("threads", &self.threads())
            .field("training", &self.training)
            .field("bytes", &self.bytes())
            .finish()
    }
}

/// The builder of a [`Workspace`], made by [`Network::workspace`].
#[derive(Debug)]
#[must_use = "call `build` to get the workspace"]
pub struct WorkspaceBuilder<N> {
    batch: usize,
    threads: usize,
    training: bool,
    seed: u64,
    network: PhantomData<fn() -> N>,
}

impl<N: Network> WorkspaceBuilder<N> {
    /// Batch 1, as many threads as the machine runs at once, room for gradients.
    pub(crate) fn new() -> Self {
        let threads = available_parallelism().map_or(1, NonZero::get);
        WorkspaceBuilder {
            batch: 1,
            threads,
            training: true,
            seed: 0,
            network: PhantomData,
        }
    }

    /// Sets the largest number of examples in a call. 0 is taken as 1.
    pub fn batch(mut self, examples: usize) -> Self {
        self.batch = examples.max(1);
        self
    }

    /// Sets the largest number of threads that a call uses; results do not depend on it. 0 is taken as 1.
    /// [`Workspace::threads`] gives the number that could be started.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Sets the seed of the random numbers drawn in the network (dropout, noise); 0 by default. It determines
    /// them, whatever the number of threads.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Leaves out the room for gradients: the workspace is smaller, and asking for a gradient is an error.
    pub fn inference(mut self) -> Self {
        self.training = false;
        self
    }

    /// Includes room for gradients; the default.
    pub fn training(mut self) -> Self {
        self.training = true;
        self
    }

    /// The workspace, with zeroed memory and its threads started.
    ///
    /// # Panics
    ///
    /// If so much memory cannot be allocated, as a `Vec` of that length would.
    pub fn build(self) -> Workspace<N> {
        let WorkspaceBuilder {
            batch,
            threads,
            training,
            seed,
            ..
        } = self;
        let plan = if training {
            N::TRAINING_MEMORY
        } else {
            N::INFERENCE_MEMORY
        };
        let team = Team::new(threads);
        Workspace {
            memory: AlignedBuffer::zeros(plan.len(batch)),
            gradient: Gradient::zeros(if training { N::LAYOUT } else { Layout::EMPTY }),
            accumulation: Accumulation::none(),
            scratch: AlignedBuffer::zeros(plan.scratch(team.threads())),
            team,
            capacity: batch,
            training,
            updates: Updates::zeros(if training { N::BUFFERS.len } else { 0 }),
            seed,
            step: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Points;

    #[test]
    fn memory_is_linear_in_blocks_and_threads() {
        let memory = Memory {
            fixed: 10,
            per_block: 100,
            per_thread: 32,
        };
        assert_eq!([1, 16, 17].map(|batch| memory.len(batch)), [110, 110, 210]);
        assert_eq!(memory.bytes::<f64>(17, 3), (210 + 96) * 8);
        assert_eq!(memory.bytes::<f64>(usize::MAX, 3), usize::MAX);
    }

    #[test]
    fn nothing_is_taken_as_one() {
        let work = Points::<f32>::workspace().batch(0).threads(0).build();
        assert_eq!((work.capacity(), work.threads()), (1, 1));
    }

    #[test]
    fn poison_is_in_whatever_a_call_writes() {
        let mut work = Points::<f32>::workspace().batch(2).threads(2).build();
        work.poison(f32::NAN);
        assert!(work.parts().memory.iter().all(|value| value.is_nan()));
        for (place, value) in work.gradient().iter().enumerate() {
            let inside = Points::<f32>::LAYOUT
                .parameters
                .iter()
                .any(|parameter| parameter.range.contains(&place));
            assert_eq!(value.is_nan(), inside, "place {place}");
        }
        let mut inference = Points::<f32>::workspace().inference().build();
        inference.poison(1e3);
        assert!(inference.parts().memory.iter().all(|value| *value == 1e3));
    }

    #[test]
    fn threads_are_those_that_were_started() {
        let work = Points::<f32>::workspace().batch(1).threads(usize::MAX).build();
        // No system starts so many threads, nor does a team ask for them.
        assert!(work.threads() <= 256, "{}", work.threads());
        assert!(work.to_string().contains(&format!("{} threads", work.threads())));
        let memory = <Points<f32> as Network>::TRAINING_MEMORY;
        assert_eq!(work.scratch.len(), memory.scratch(work.threads()));
    }

    #[test]
    fn an_inference_workspace_is_smaller_and_holds_no_gradient() {
        let training = Points::<f32>::workspace().batch(64).threads(2).build();
        let mut inference = Points::<f32>::workspace()
            .batch(64)
            .threads(2)
            .inference()
            .build();
        assert!(inference.bytes() < training.bytes());
        assert!(inference.gradient().is_empty() && inference.parts().gradient.is_empty());
        assert_eq!(training.gradient().len(), 32);
        assert!(
            training
                .to_string()
                .starts_with("Points training: batch 64, 2 threads, ")
        );
    }
}
