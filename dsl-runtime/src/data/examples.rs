//! The common interface of all data sets: numbered examples that are gathered into batches.

/// Numbered examples of any kind, which [`Batches`](super::Batches) brings into a random order.
///
/// The batch may have any form; where it is the [`Inputs`](crate::Train::Inputs) of a network, it goes to the
/// network's `train_step` as it is. A data set of one's own:
///
/// ```
/// use dsl_runtime::data::{Batches, Examples};
///
/// /// Every point of the unit square's diagonal, and whether it is in the upper half.
/// struct Diagonal(usize);
///
/// impl Examples for Diagonal {
///     type Memory = (Vec<f32>, Vec<u32>);
///     type Batch<'b> = (&'b [f32], &'b [u32]);
///
///     fn count(&self) -> usize {
///         self.0
///     }
///
///     fn memory(&self, batch: usize) -> Self::Memory {
///         (Vec::with_capacity(2 * batch), Vec::with_capacity(batch))
///     }
///
///     fn gather<'b>(&self, examples: &[usize], memory: &'b mut Self::Memory) -> Self::Batch<'b> {
///         let (points, upper) = memory;
///         points.clear();
///         upper.clear();
///         for &example in examples {
///             let at = example as f32 / self.0 as f32;
///             points.extend([at, at]);
///             upper.push(u32::from(at > 0.5));
///         }
///         (points, upper)
///     }
/// }
///
/// let diagonal = Diagonal(100);
/// let mut batches = Batches::new(&diagonal, 8, 1);
/// while let Some((points, upper)) = batches.next() {
///     assert_eq!(points.len(), 2 * upper.len());
/// }
/// ```
pub trait Examples {
    /// The memory that a batch is gathered in.
    type Memory;

    /// A batch of examples in the form in which they are used; it borrows from the memory it was gathered in.
    type Batch<'b>;

    /// The number of examples.
    fn count(&self) -> usize;

    /// Memory for at most `batch` examples: with it, [`gather`](Examples::gather) need not allocate.
    fn memory(&self, batch: usize) -> Self::Memory;

    /// The examples of these numbers, in `memory`, whose former contents are lost.
    ///
    /// # Panics
    ///
    /// May panic if a number is not below [`count`](Examples::count).
    fn gather<'b>(&self, examples: &[usize], memory: &'b mut Self::Memory) -> Self::Batch<'b>;
}
