//! Quotation marks, checked while a file is read.
//!
//! Readers of comma-separated values take a quoted cell that never ends to end with the file: a lone mark swallows
//! all rows after it. Here that is an error.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use crate::error::TableProblem;

/// What is found while reading, shared with whoever reads the cells.
pub(super) type Found = Arc<OnceLock<Fault>>;

/// A fault of quotation marks, and its line, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Open(u64),
    After(u64),
}

impl From<Fault> for TableProblem {
    fn from(fault: Fault) -> TableProblem {
        match fault {
            Fault::Open(line) => TableProblem::OpenQuote { line },
            Fault::After(line) => TableProblem::AfterQuote { line },
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Before the first character of a cell.
    Start,
    Plain,
    Quoted {
        since: u64,
    },
    /// After a mark within a quoted cell: the cell's end, or the first of two that stand for one.
    Mark {
        since: u64,
    },
}

/// A reader that hands on every byte, and stops where quotation marks are at fault.
pub(super) struct Quotes<R> {
    reader: R,
    separator: u8,
    state: State,
    line: u64,
    found: Found,
}

impl<R: Read> Quotes<R> {
    /// The same bytes, and what is found.
    pub fn new(reader: R, separator: u8) -> (Self, Found) {
        let found = Found::default();
        let quotes = Quotes {
            reader,
            separator,
            state: State::Start,
            line: 1,
            found: found.clone(),
        };
        (quotes, found)
    }

    /// Goes on by a byte.
    fn take(&mut self, byte: u8) -> Result<(), Fault> {
        let ends_cell = byte == self.separator || byte == b'\n' || byte == b'\r';
        self.state = match (self.state, byte) {
            (State::Start, b'"') => State::Quoted { since: self.line },
            (State::Quoted { since }, b'"') => State::Mark { since },
            (State::Quoted { since }, _) => State::Quoted { since },
            (State::Mark { since }, b'"') => State::Quoted { since },
            (State::Mark { .. }, _) if !ends_cell => return Err(Fault::After(self.line)),
            _ if ends_cell => State::Start,
            _ => State::Plain,
        };
        if byte == b'\n' {
            self.line += 1;
        }
        Ok(())
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        let mut outcome = into[..count].iter().try_for_each(|&byte| self.take(byte));
        if count == 0
            && !into.is_empty()
            && let State::Quoted { since } = self.state
        {
            outcome = Err(Fault::Open(since));
        }
        outcome.map_err(|fault| {
            self.found.get_or_init(|| fault);
            io::Error::from(io::ErrorKind::InvalidData)
        })?;
        Ok(count)
    }
}
