//! New values of buffers, from the call that makes them to the commit.

use super::Workspace;
use crate::{AlignedBuffer, Error, Network, NonFinite, Real};

/// New values of a network's buffers, from the call that made them to the commit.
#[derive(Debug)]
pub struct Updates<T> {
    values: AlignedBuffer<T>,
    pending: bool,
    /// What accumulated micro-batches have made of the buffers; it has its memory from the first on.
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

    /// What the buffers hold for a call, given what those of the network hold, and a copy of it in which the call changes what
    /// it updates.
    pub fn begin<'u>(&'u mut self, now: &'u [T]) -> (&'u [T], &'u mut [T]) {
        let now = if self.is_staged { &self.staged } else { now };
        self.values.copy_from_slice(now);
        self.pending = true;
        (now, &mut self.values)
    }

    /// Keeps the new values for the next micro-batch to begin with.
    pub(super) fn stage(&mut self) {
        if std::mem::take(&mut self.pending) {
            if self.staged.len() != self.values.len() {
                self.staged = AlignedBuffer::zeros(self.values.len());
            }
            std::mem::swap(&mut self.values, &mut self.staged);
            self.is_staged = true;
        }
    }

    /// What accumulated micro-batches have made of the buffers.
    pub(super) fn staged(&self) -> Option<&[T]> {
        self.is_staged.then_some(&*self.staged)
    }

    /// Forgets all that is not committed.
    pub(super) fn forget(&mut self) {
        (self.pending, self.is_staged) = (false, false);
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.bytes() + self.staged.bytes()
    }
}

impl<N: Network> Workspace<N> {
    /// What the next [`commit`](Network::commit) brings into the buffers, laid out as they are; nothing where no call
    /// in [`Mode::Train`](crate::Mode::Train) has updated any since the last.
    pub fn pending(&self) -> Option<&[N::Element]> {
        self.updates.pending.then_some(&*self.updates.values)
    }

    /// Checks what the next commit would bring into the buffers.
    ///
    /// # Errors
    ///
    /// [`Error::NonFiniteBuffer`] names the first that would be infinite or no number.
    pub(crate) fn check_updates(&self) -> Result<(), Error> {
        let first = |values| NonFinite::first(&N::BUFFERS, values);
        match self.pending().and_then(first) {
            Some(at) => Err(Error::NonFiniteBuffer { network: N::NAME, at }),
            None => Ok(()),
        }
    }

    /// Forgets the new values of buffers that the last call has left.
    pub(crate) fn forget_updates(&mut self) {
        self.updates.pending = false;
    }

    /// Ends a step: counts it, and hands over the new values of buffers, if a call has left any since the last commit.
    pub(crate) fn commit_to(&mut self, buffers: &mut [N::Element]) {
        self.step += 1;
        if std::mem::take(&mut self.updates.pending) {
            buffers.copy_from_slice(&self.updates.values);
        }
    }
}
