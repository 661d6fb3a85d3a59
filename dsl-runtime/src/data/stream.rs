//! Data that are larger than memory: items that are read one after the other, shuffled in a buffer, and read ahead on a
//! thread.
//!
//! Items are read from a file by [`idx::items`](super::idx::items), from one of records of equal length by [`records`],
//! and from a table by `TableReader::rows` with `TableEncoding::encode_rows`.
//!
//! ```
//! use dsl_runtime::data::stream::{self, Shuffled, read_ahead};
//!
//! # fn main() -> Result<(), dsl_runtime::Error> {
//! # let path = std::env::temp_dir().join(format!("dsl-stream-{}.bin", std::process::id()));
//! # std::fs::write(&path, (0..100).collect::<Vec<u8>>()).expect("a temporary file");
//! // Records of 4 bytes, whose order is another in every epoch.
//! let epoch = 0;
//! let records = Shuffled::new(stream::records(&path, 0, 4)?, 16, 7, epoch);
//! let sum = read_ahead(records, 8, |records| {
//!     let mut sum = 0;
//!     for record in records {
//!         sum += u32::from(record?[0]);
//!     }
//!     Ok::<_, dsl_runtime::Error>(sum)
//! })?;
//! assert_eq!(sum, (0..100).step_by(4).sum());
//! # std::fs::remove_file(&path).expect("it was written");
//! # Ok(())
//! # }
//! ```

use std::any::Any;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::Error;
use crate::error::DataProblem;
use crate::random::Stream;

/// The records of a file, `size` bytes each, after so many bytes of a `header`.
///
/// # Errors
///
/// The file cannot be opened, holds no record, or ends within one. Items are errors where it can no longer be read.
pub fn records(path: impl AsRef<Path>, header: u64, size: usize) -> Result<Records, Error> {
    let path = path.as_ref().to_owned();
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { action, path, source }
    };
    let mut file = File::open(&path).map_err(failed("open", &path))?;
    let bytes = file.metadata().map_err(failed("read", &path))?.len();
    let whole = bytes.saturating_sub(header);
    let problem = match whole.checked_rem(size as u64) {
        _ if bytes < header => Some(DataProblem::Truncated {
            expected: header,
            found: bytes,
        }),
        Some(0) if whole > 0 => None,
        Some(0) | None => Some(DataProblem::Empty),
        Some(rest) => Some(DataProblem::Record {
            record: (whole / size as u64) as usize,
            found: rest as usize,
            expected: size,
        }),
    };
    if let Some(problem) = problem {
        return Err(Error::Data { path, problem });
    }
    file.seek(SeekFrom::Start(header))
        .map_err(failed("read", &path))?;
    Ok(Records {
        reader: BufReader::new(file),
        path,
        size,
        left: whole / size as u64,
    })
}

/// Records of a file, one after the other; made by [`records`].
#[derive(Debug)]
pub struct Records {
    reader: BufReader<File>,
    path: PathBuf,
    size: usize,
    left: u64,
}

impl Iterator for Records {
    type Item = Result<Vec<u8>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let mut record = vec![0; self.size];
        Some(match self.reader.read_exact(&mut record) {
            Ok(()) => Ok(record),
            Err(source) => {
                self.left = 0;
                Err(Error::File {
                    action: "read",
                    path: self.path.clone(),
                    source,
                })
            }
        })
    }
}

/// Items in a random order, as far as a buffer allows: an item leaves it when another that is drawn from the buffer
/// makes room. With a buffer for all items every order is equally likely.
///
/// The order depends on seed and epoch alone. What has been visited can be skipped to go on.
#[derive(Debug)]
pub struct Shuffled<I: Iterator> {
    items: I,
    buffer: Vec<I::Item>,
    capacity: usize,
    stream: Stream,
}

impl<I: Iterator> Shuffled<I> {
    /// The items through a buffer of `capacity` (0 is taken as 1).
    pub fn new(items: impl IntoIterator<IntoIter = I>, capacity: usize, seed: u64, epoch: u64) -> Self {
        Shuffled {
            items: items.into_iter(),
            buffer: Vec::new(),
            capacity: capacity.max(1),
            stream: Stream::indexed(seed, "shuffle buffer", epoch),
        }
    }
}

impl<I: Iterator> Iterator for Shuffled<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        while self.buffer.len() < self.capacity
            && let Some(item) = self.items.next()
        {
            self.buffer.push(item);
        }
        match self.buffer.len() {
            0 => None,
            len => {
                let drawn = (self.stream.uniform() * len as f64) as usize;
                Some(self.buffer.swap_remove(drawn))
            }
        }
    }
}

/// Calls `body` with the items of an iterator that runs on a thread of its own, at most `depth` items ahead (0 is taken
/// as 1). When `body` returns, the thread has ended.
///
/// # Panics
///
/// If the iterator panics, taking its next item does, with the same message.
pub fn read_ahead<I, R>(items: I, depth: usize, body: impl FnOnce(&mut Ahead<I::Item>) -> R) -> R
where
    I: Iterator + Send,
    I::Item: Send,
{
    let (ready, received) = sync_channel(depth.max(1));
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut items = items;
            let all = || items.try_for_each(|item| ready.send(Ok(item)).map_err(drop));
            if let Err(panic) = catch_unwind(AssertUnwindSafe(all)) {
                // If nobody waits for an item any more, nobody asks why there is none.
                let _ = ready.send(Err(panic));
            }
        });
        body(&mut Ahead { received })
    })
}

/// Items that are read ahead; made by [`read_ahead`].
#[derive(Debug)]
pub struct Ahead<T> {
    received: Receiver<Result<T, Box<dyn Any + Send>>>,
}

impl<T> Iterator for Ahead<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self.received.recv().ok()? {
            Ok(item) => Some(item),
            Err(panic) => resume_unwind(panic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn records_are_read_and_cuts_noticed() {
        let folder = Folder::new("stream-records");
        let path = folder.join("records");
        std::fs::write(&path, [9, 9, 0, 1, 2, 3, 4, 5]).unwrap();
        let all: Vec<Vec<u8>> = records(&path, 2, 3).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(all, [[0, 1, 2], [3, 4, 5]]);
        let message = |header, size| records(&path, header, size).map(drop).unwrap_err().to_string();
        assert!(message(2, 4).contains("is truncated: record 1 has 2 of 4 bytes"));
        assert!(message(9, 1).contains("is truncated: 9 bytes expected, 8 present"));
        assert!(message(8, 1).contains("holds no item") && message(0, 0).contains("holds no item"));
        assert!(message(0, usize::MAX).contains("record 0 has 8"));
        assert!(
            records("no such file", 0, 1)
                .map(drop)
                .unwrap_err()
                .to_string()
                .contains("cannot open")
        );
        // What is cut off while it is read.
        let mut begun = records(&path, 2, 3).unwrap();
        begun.reader = BufReader::with_capacity(1, File::open(&path).unwrap());
        begun.reader.seek(SeekFrom::Start(6)).unwrap();
        assert!(begun.next().unwrap().is_err() && begun.next().is_none());
    }

    #[test]
    fn every_item_is_visited_once_within_reach_of_the_buffer() {
        for capacity in [0, 1, 3, 10, 1000] {
            let order = |seed, epoch| Shuffled::new(0..100, capacity, seed, epoch).collect::<Vec<usize>>();
            let found = order(1, 0);
            let mut sorted = found.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..100).collect::<Vec<_>>());
            // No item comes earlier than the buffer allows.
            assert!(
                found
                    .iter()
                    .enumerate()
                    .all(|(place, &item)| item < place + capacity.max(1))
            );
            assert_eq!(found, order(1, 0));
            assert_eq!(found == order(2, 0), capacity < 2);
            assert_eq!(found == order(1, 1), capacity < 2);
        }
        let mut counts = [0; 6];
        for epoch in 0..6000 {
            let order: Vec<usize> = Shuffled::new(0..3, 3, 1, epoch).collect();
            counts[order[0] * 2 + usize::from(order[1] > order[2])] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn items_come_in_order_and_the_thread_ends() {
        for depth in [0, 1, 7] {
            assert!(read_ahead(0..100, depth, |items| items.eq(0..100)));
            // An endless iterator, of which little is taken.
            assert_eq!(read_ahead(0.., depth, |items| items.take(3).sum::<i32>()), 3);
        }
        assert_eq!(read_ahead(0..0, 1, |items| items.next()), None);
        let broken = (0..5).inspect(|&item| assert!(item != 3, "item 3 is broken"));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            read_ahead(broken, 1, |items| {
                assert_eq!(
                    (items.next(), items.next(), items.next()),
                    (Some(0), Some(1), Some(2))
                );
                items.next()
            })
        }));
        assert_eq!(
            outcome.unwrap_err().downcast_ref::<&str>(),
            Some(&"item 3 is broken")
        );
    }
}
