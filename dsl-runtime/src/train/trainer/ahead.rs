//! Batches that a thread of its own prepares while a step runs.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use super::network::Part;
use super::prepared::{Preparation, Prepared};
use crate::data::{Order, Place};
use crate::{Error, Real};

/// Batches that are prepared ahead of the one in use.
const AHEAD: usize = 2;

/// The batches of a training, prepared by a thread that goes through the same order. It begins where the first step does.
pub(super) struct Ahead<'s, 'e, T: Real> {
    scope: &'s Scope<'s, 'e>,
    preparation: Preparation<'e, T>,
    /// The order of the steps, until the thread has it.
    order: Option<Order>,
    /// The number of examples in a batch, of which a step may take several.
    batch: usize,
    running: Option<Running<T>>,
    current: Prepared<T>,
}

/// The thread at work.
struct Running<T> {
    ready: Receiver<Result<Ready<T>, Error>>,
    empty: SyncSender<Prepared<T>>,
}

/// A batch, and what it is of.
struct Ready<T> {
    epoch: u64,
    examples: Vec<usize>,
    prepared: Prepared<T>,
}

impl<'s, 'e, T: Real> Ahead<'s, 'e, T> {
    pub fn new(
        scope: &'s Scope<'s, 'e>,
        preparation: Preparation<'e, T>,
        order: Order,
        batch: usize,
    ) -> Ahead<'s, 'e, T> {
        Ahead {
            scope,
            preparation,
            order: Some(order),
            batch,
            running: None,
            current: Prepared::default(),
        }
    }

    /// The batch of these examples.
    pub fn take(&mut self, part: &Part<'_>) -> Result<&Prepared<T>, Error> {
        if let Some(mut order) = self.order.take() {
            order.resume(Place {
                epoch: part.epoch,
                visited: usize::try_from(part.visited).unwrap_or(usize::MAX),
            });
            self.running = Some(self.start(order));
        }
        if let Some(running) = &self.running
            && let Ok(ready) = running.ready.recv()
        {
            let Ready {
                epoch,
                examples,
                prepared,
            } = ready?;
            let used = std::mem::replace(&mut self.current, prepared);
            // If the thread has ended, the next batch is prepared here.
            let _ = running.empty.send(used);
            if (epoch, &*examples) == (part.epoch, part.examples) {
                return Ok(&self.current);
            }
        }
        // A step of another order than was foreseen, or a thread that has ended.
        self.preparation
            .prepare(part.epoch, part.examples, &mut self.current)?;
        Ok(&self.current)
    }

    fn start(&self, mut order: Order) -> Running<T> {
        let (send, ready) = sync_channel(AHEAD);
        let (empty, memories) = sync_channel(AHEAD + 1);
        for _ in 0..AHEAD {
            // There is room for all of them, and `memories` is at hand.
            let _ = empty.send(Prepared::default());
        }
        let (preparation, batch) = (self.preparation, self.batch);
        self.scope.spawn(move || {
            loop {
                let Some(examples) = order.next().map(<[usize]>::to_vec) else {
                    continue;
                };
                let epoch = order.epoch();
                for examples in examples.chunks(batch) {
                    let Ok(mut prepared) = memories.recv() else {
                        return;
                    };
                    let done = preparation.prepare(epoch, examples, &mut prepared);
                    let ready = done.map(|()| Ready {
                        epoch,
                        examples: examples.to_vec(),
                        prepared,
                    });
                    if send.send(ready).is_err() {
                        return;
                    }
                }
            }
        });
        Running { ready, empty }
    }
}
