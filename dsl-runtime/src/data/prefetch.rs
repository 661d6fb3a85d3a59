//! Batches that are gathered on another thread while a step runs.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::batches::fits;
use super::{Examples, Order, Place};
use crate::Error;

/// A data set whose batches can be seen again in the memory that they were gathered in.
///
/// It is what [`prefetch`] needs, which gathers a batch on one thread and hands its memory to another.
pub trait Gathered: Examples {
    /// The batch that was [gathered](Examples::gather) last in this memory.
    fn view(memory: &Self::Memory) -> Self::Batch<'_>;
}

/// Memories that are filled ahead of the one in use.
const AHEAD: usize = 2;

/// Calls `body` with batches in the given order, which a thread of its own gathers: while a step runs, the next two
/// batches are prepared.
///
/// The batches are those of [`Batches`](super::Batches), in the same order. Memory is allocated once. When `body`
/// returns, early or late, the thread has ended.
///
/// ```
/// use dsl_runtime::data::{Dataset, Order, prefetch};
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let data = Dataset::new((0..20).map(|x| x as f32).collect(), 2, vec![0; 10], 1)?;
/// let examples = prefetch(&data, Order::new(10, 4, 7), |batches| {
///     let mut examples = 0;
///     for epoch in 0..3 {
///         while let Some(batch) = batches.next() {
///             examples += batch.labels.len();
///         }
///     }
///     Ok(examples)
/// })?;
/// assert_eq!(examples, 30);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// It is an order of more examples than there are, or `body` returns an error.
///
/// # Panics
///
/// If gathering panics, [`Prefetched::next`] does, with the same message.
pub fn prefetch<D, R>(
    data: &D,
    mut order: Order,
    body: impl FnOnce(&mut Prefetched<D>) -> Result<R, Error>,
) -> Result<R, Error>
where
    D: Gathered + Sync,
    D::Memory: Send,
{
    fits(data, &order)?;
    let (ready, gathered) = sync_channel(AHEAD + 1);
    let (back, empty) = sync_channel(AHEAD + 1);
    for _ in 0..=AHEAD {
        // There is room for all of them, and `empty` is at hand.
        let _ = back.send(data.memory(order.batch()));
    }
    let batches = Prefetched {
        gathered,
        back,
        current: None,
        place: order.place(),
    };
    thread::scope(|scope| {
        scope.spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| gather_all(data, &mut order, &empty, &ready)));
            if let Err(panic) = outcome {
                // If nobody waits for a batch any more, nobody asks why there is none.
                let _ = ready.send(Item::Panic(panic));
            }
        });
        // Moved in, so that it is gone when the scope waits for the thread, which ends without it.
        let mut batches = batches;
        body(&mut batches)
    })
}

/// What the thread hands on.
enum Item<M> {
    Batch(M, Place),
    EndOfEpoch(Place),
    Panic(Box<dyn Any + Send>),
}

/// Gathers batches until nobody takes them any more.
fn gather_all<D: Examples>(
    data: &D,
    order: &mut Order,
    empty: &Receiver<D::Memory>,
    ready: &SyncSender<Item<D::Memory>>,
) {
    while let Ok(mut memory) = empty.recv() {
        let item = loop {
            match order.next() {
                Some(examples) => {
                    data.gather(examples, &mut memory);
                    break Item::Batch(memory, order.place());
                }
                None => {
                    if ready.send(Item::EndOfEpoch(order.place())).is_err() {
                        return;
                    }
                }
            }
        };
        if ready.send(item).is_err() {
            return;
        }
    }
}

/// Batches that are gathered ahead; made by [`prefetch`].
pub struct Prefetched<D: Examples> {
    gathered: Receiver<Item<D::Memory>>,
    back: SyncSender<D::Memory>,
    current: Option<D::Memory>,
    place: Place,
}

impl<D: Gathered> Prefetched<D> {
    /// The next batch; `None` at the end of an epoch, after which the next epoch begins.
    ///
    /// # Panics
    ///
    /// If gathering has panicked.
    #[expect(
        clippy::should_implement_trait,
        reason = "a batch borrows this, which no Iterator's item may"
    )]
    pub fn next(&mut self) -> Option<D::Batch<'_>> {
        if let Some(used) = self.current.take() {
            // If the thread has ended, it says so below.
            let _ = self.back.send(used);
        }
        match self.gathered.recv() {
            Ok(Item::Batch(memory, place)) => {
                self.place = place;
                Some(D::view(self.current.insert(memory)))
            }
            Ok(Item::EndOfEpoch(place)) => {
                self.place = place;
                None
            }
            Ok(Item::Panic(panic)) => resume_unwind(panic),
            Err(_) => panic!("gathering has panicked before"),
        }
    }

    /// The place of the next batch in the order: [`Order::resume`] goes on there.
    pub fn place(&self) -> Place {
        self.place
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::data::{Batches, Dataset};

    fn data() -> Dataset<f32> {
        Dataset::new((0..46).map(|v| v as f32).collect(), 2, (0..23).collect(), 23).unwrap()
    }

    #[test]
    fn batches_are_those_that_are_gathered_here() {
        let data = data();
        let mut expected = Batches::new(&data, 5, 7);
        prefetch(&data, Order::new(23, 5, 7), |batches| {
            for _ in 0..30 {
                assert_eq!(batches.place(), expected.place());
                assert_eq!(batches.next(), expected.next());
            }
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_resumed_order_goes_on_where_it_was() {
        let data = data();
        let all = |order: Order, skip: usize| {
            prefetch(&data, order, |batches| {
                let mut seen = Vec::new();
                for number in 0..12 {
                    if number == skip {
                        seen.clear();
                    }
                    seen.push((batches.place(), batches.next().map(|batch| batch.labels.to_vec())));
                }
                Ok(seen)
            })
            .unwrap()
        };
        let whole = all(Order::new(23, 5, 7), 0);
        let mut order = Order::new(23, 5, 7);
        order.resume(whole[7].0);
        assert_eq!(all(order, 0)[..5], whole[7..]);
    }

    #[test]
    fn errors_early_ends_and_small_data_are_no_trouble() {
        let data = data();
        // The thread has ended each time, or the scope would wait for ever.
        for taken in 0..6 {
            prefetch(&data, Order::new(23, 5, 7), |batches| {
                for _ in 0..taken {
                    batches.next();
                }
                Ok(())
            })
            .unwrap();
        }
        let failed: Result<(), Error> = prefetch(&data, Order::new(23, 5, 7), |batches| {
            batches.next();
            Err(Error::Dataset(crate::error::DatasetProblem::Empty))
        });
        assert!(failed.is_err());
        let too_many = prefetch(&data, Order::new(24, 5, 7), |_| Ok(()));
        assert!(too_many.unwrap_err().to_string().contains("there are 23"));
        prefetch(&data, Order::new(1, 5, 7), |batches| {
            assert!(batches.next().is_some() && batches.next().is_none() && batches.next().is_some());
            Ok(())
        })
        .unwrap();
    }

    /// Panics at the tenth example, and counts its memories.
    struct Broken(Arc<AtomicUsize>);

    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    impl Examples for Broken {
        type Memory = Counted;
        type Batch<'b> = ();

        fn count(&self) -> usize {
            20
        }

        fn memory(&self, _: usize) -> Counted {
            self.0.fetch_add(1, Ordering::SeqCst);
            Counted(self.0.clone())
        }

        fn gather(&self, examples: &[usize], _: &mut Counted) {
            assert!(examples[0] != 9, "example 9 is broken");
        }
    }

    impl Gathered for Broken {
        fn view(_: &Counted) {}
    }

    #[test]
    fn a_panic_is_passed_on_and_nothing_is_left() {
        let memories = Arc::new(AtomicUsize::new(0));
        let data = Broken(memories.clone());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            prefetch(&data, Order::new(20, 1, 7), |batches| {
                while batches.next().is_some() {}
                Ok(())
            })
        }));
        let panic = outcome.unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"example 9 is broken"));
        assert_eq!(memories.load(Ordering::SeqCst), 0);
        // A panic of the body is its own.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            prefetch(&data, Order::new(5, 1, 7), |_| -> Result<(), Error> {
                panic!("here")
            })
        }));
        assert_eq!(outcome.unwrap_err().downcast_ref::<&str>(), Some(&"here"));
        assert_eq!(memories.load(Ordering::SeqCst), 0);
    }
}
