//! Files of events, as TensorBoard reads them: records of a length, its checksum, a message `Event` and the checksum of that.
//!
//! The messages are those of `event.proto`, `summary.proto` and `tensor.proto` in TensorFlow. `recorded.bin` holds what
//! TensorBoard's own code makes of some, by the script beside it.

mod crc32c;
mod histogram;
mod message;

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, SystemTime};

use self::crc32c::masked;
use self::histogram::histogram;
use self::message::Message;
use super::file::{Growing, failed};
use crate::Error;

/// The version of the format, which the first event of a file says.
const VERSION: &[u8] = b"brain.Event:2";

/// `DT_STRING`
const STRING: u64 = 7;

/// `SessionLog::START`
const START: u64 = 1;

/// A file of events that is being written.
#[derive(Debug)]
pub(super) struct Events(Growing);

impl Events {
    /// A new file in a folder, beside those of earlier sessions. A session that goes on after some steps replaces what others
    /// say of later ones.
    pub fn create(folder: &Path, after: Option<u64>) -> Result<Events, Error> {
        let now = now();
        for number in 0.. {
            // Readers take the files in the order of their names.
            let path = folder.join(format!("events.out.tfevents.{:010}.{number}.dsl", now.as_secs()));
            match Growing::create(path.clone()) {
                Ok(file) => {
                    let mut events = Events(file);
                    events.append(version(now))?;
                    if let Some(after) = after {
                        events.append(session(now, after.saturating_add(1)))?;
                    }
                    return Ok(events);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed("make", &path, source)),
            }
        }
        unreachable!("a folder has fewer files")
    }

    /// Numbers by their names.
    pub fn scalars(&mut self, step: u64, values: &[(&str, f64)]) -> Result<(), Error> {
        self.append(scalars(now(), step, values))
    }

    /// A text in Markdown.
    pub fn text(&mut self, step: u64, name: &str, text: &str) -> Result<(), Error> {
        self.append(text_of(now(), step, name, text))
    }

    /// How often values lie where; nothing if none is finite.
    pub fn histogram(
        &mut self,
        step: u64,
        name: &str,
        values: impl Iterator<Item = f64> + Clone,
    ) -> Result<(), Error> {
        match histogram(values) {
            Some(histogram) => self.append(histogram_of(now(), step, name, histogram)),
            None => Ok(()),
        }
    }

    fn append(&mut self, event: Message) -> Result<(), Error> {
        self.0.append(&framed(&event.into_bytes()))
    }
}

/// The time since 1970.
fn now() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default()
}

/// The beginning of every event.
fn event(at: Duration, step: u64) -> Message {
    Message::new().double(1, at.as_secs_f64()).whole(2, step)
}

/// What a file begins with.
fn version(at: Duration) -> Message {
    event(at, 0).bytes(3, VERSION)
}

/// The begin of a session whose first step is this one.
fn session(at: Duration, step: u64) -> Message {
    event(at, step).message(7, Message::new().whole(1, START))
}

fn scalars(at: Duration, step: u64, values: &[(&str, f64)]) -> Message {
    let summary = values.iter().fold(Message::new(), |summary, (name, value)| {
        summary.message(
            1,
            Message::new().bytes(1, name.as_bytes()).float(2, *value as f32),
        )
    });
    event(at, step).message(5, summary)
}

fn text_of(at: Duration, step: u64, name: &str, text: &str) -> Message {
    // A vector of one string.
    let shape = Message::new().message(2, Message::new().whole(1, 1));
    let tensor = Message::new()
        .whole(1, STRING)
        .message(2, shape)
        .bytes(8, text.as_bytes());
    let plugin = Message::new().message(1, Message::new().bytes(1, b"text"));
    let value = Message::new()
        .bytes(1, name.as_bytes())
        .message(8, tensor)
        .message(9, plugin);
    event(at, step).message(5, Message::new().message(1, value))
}

fn histogram_of(at: Duration, step: u64, name: &str, histogram: Message) -> Message {
    let value = Message::new().bytes(1, name.as_bytes()).message(5, histogram);
    event(at, step).message(5, Message::new().message(1, value))
}

/// A record of a file.
fn framed(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(event.len() + 16);
    record.extend(length);
    record.extend(masked(&length).to_le_bytes());
    record.extend(event);
    record.extend(masked(event).to_le_bytes());
    record
}

#[cfg(test)]
mod tests;
