//! New values of buffers, from the call that makes them to the commit.

use super::Workspace;
use crate::{AlignedBuffer, Error, Network, NonFinite, Real};

/// New values of a network's buffers, from the call that made them to the commit.
#[derive(Debug)]
pub struct Updates<T> {
    values: AlignedBuffer<T>,
    pending: bool,
    /// The buffers after the accumulated micro-batches; allocated at the first.
    staged: AlignedBuffer<T>,
    is_staged: bool,
}

impl<T: Real> Updates<T> {
    pub(super) fn zeros(len: usize) -> Self {
        Updates {
            values: AlignedBuffer::zeros(len),
            pending: false,
            staged: AlignedBuffer::zeros(0),
            is_staged: false,
        }
    }

    /// The buffers for a call to read, given those of the network, and a copy of them in which the call
    /// writes its updates.
    pub fn begin<'u>(&'u mut self, now: &'u [T]) -> (&'u [T], &'u mut [T]) {
        let now = if self.is_staged { &self.staged } else { now };
        self.values.copy_from_slice(now);
        self.pending = true;
        (now, &mut self.values)
    }

    /// Keeps the new values as the start of the next micro-batch.
    pub(super) fn stage(&mut self) {
        if std::mem::take(&mut self.pending) {
            if self.staged.len() != self.values.len() {
                self.staged = AlignedBuffer::zeros(self.values.len());
            }
            std::mem::swap(&mut self.values, &mut self.staged);
            self.is_staged = true;
        }
    }

    /// The buffers after the accumulated micro-batches.
    pub(super) fn staged(&self) -> Option<&[T]> {
        self.is_staged.then_some(&*self.staged)
    }

    /// Discards everything that is not committed.
    pub(super) fn forget(&mut self) {
        (self.pending, self.is_staged) = (false, false);
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.bytes() + self.staged.bytes()
    }
}

impl<N: Network> Workspace<N> {
    /// The values that the next [`commit`](Network::commit) writes to the buffers, laid out as they are;
    /// `None` if no call in [`Mode::Train`](crate::Mode::Train) has updated any since the last.
    pub fn pending(&self) -> Option<&[N::Element]> {
        self.updates.pending.then_some(&*self.updates.values)
    }

    /// Checks the values that the next commit would write to the buffers.
    ///
    /// # Errors
    ///
    /// [`Error::NonFiniteBuffer`] names the first value that is infinite or NaN.
    pub(crate) fn check_updates(&self) -> Result<(), Error> {
        let first = |values| NonFinite::first(&N::BUFFERS, values);
        match self.pending().and_then(first) {
            Some(at) => Err(Error::NonFiniteBuffer {
                network: N::NAME,
                at,
                first: None,
            }),
            None => Ok(()),
        }
    }

    /// Discards the new values of buffers that the last call has left.
    pub(crate) fn forget_updates(&mut self) {
        self.updates.pending = false;
    }

    /// Ends a step: counts it, and hands over the new values of buffers, if a call has left any since the
    /// last commit.
    pub(crate) fn commit_to(&mut self, buffers: &mut [N::Element]) {
        self.step += 1;
        if std::mem::take(&mut self.updates.pending) {
            buffers.copy_from_slice(&self.updates.values);
        }
    }
}
