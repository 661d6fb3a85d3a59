//! The reading of tables.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ErrorKind, StringRecord, Trim};

use super::quotes::{Found, Quotes};
use super::{Header, Row, Table};
use crate::data::open::open;
use crate::error::{DataProblem, TableProblem};
use crate::span::span;
use crate::{Error, foreign};

/// The texts that stand for a missing value, unless others are declared.
const MISSING: [&str; 8] = ["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null"];

/// A reader of files of comma-separated values (RFC 4180), plain or compressed by gzip.
///
/// Cells may be quoted by `"`, with `""` for a mark within; lines end in any way. Spaces around a cell are dropped.
///
/// ```
/// # use dsl_runtime::data::TableReader;
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let reader = TableReader::new().separator(';').header(false).missing(["?"]);
/// let table = reader.parse("5.1;?\n\"a;b\";2\n".as_bytes(), "example")?;
/// assert_eq!(table.columns(), ["column1", "column2"]);
/// assert_eq!((table.cell(0, "column2")?, table.cell(1, "column1")?), (None, Some("a;b")));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReader {
    separator: char,
    header: bool,
    missing: Vec<String>,
}

impl Default for TableReader {
    fn default() -> Self {
        TableReader::new()
    }
}

impl TableReader {
    /// Commas, a first line of names, and the empty cell, `NA`, `N/A`, `NaN` and `NULL` for missing values.
    pub fn new() -> TableReader {
        TableReader {
            separator: ',',
            header: true,
            missing: MISSING.map(str::to_owned).to_vec(),
        }
    }

    /// Sets the character between cells, such as `';'` or `'\t'`.
    #[must_use]
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// Sets whether the first line names the columns; otherwise they are `column1`, `column2`, ….
    #[must_use]
    pub fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    /// Sets the texts that stand for a missing value; the empty cell always does.
    #[must_use]
    pub fn missing<S: Into<String>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        self.missing = texts.into_iter().map(Into::into).collect();
        self.missing.push(String::new());
        self
    }

    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// The file cannot be read ([`Error::File`]); it is of another format, holds no row, a row of another length
    /// than the first, bytes that are no UTF-8 or a quotation mark that is not closed, or two columns have one name
    /// ([`Error::Data`], which names the line).
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table, Error> {
        span!(INFO, "loading", path = %path.as_ref().display());
        self.rows(path)?.table()
    }

    /// The same of a reader; errors name it `name`.
    ///
    /// # Errors
    ///
    /// Those of [`read`](TableReader::read).
    pub fn parse(&self, reader: impl Read, name: impl AsRef<Path>) -> Result<Table, Error> {
        Rows::new(self, BufReader::new(reader), name.as_ref())?.table()
    }

    /// The rows of a file one by one, for a file that is larger than memory:
    /// [`TableEncoding::encode_rows`](super::TableEncoding::encode_rows).
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or its first line is at fault.
    pub fn rows(&self, path: impl AsRef<Path>) -> Result<Rows<Box<dyn Read + Send>>, Error> {
        let path = path.as_ref();
        Rows::new(self, BufReader::new(open(path)?.reader), path)
    }
}

/// The rows of a file, one by one; made by [`TableReader::rows`].
pub struct Rows<R> {
    header: Header,
    separator: char,
    reader: csv::Reader<Quotes<BufReader<R>>>,
    quotes: Found,
    record: StringRecord,
    /// True if the record is a row that is still to be visited.
    waiting: bool,
}

impl<R: Read> Rows<R> {
    fn new(format: &TableReader, mut reader: BufReader<R>, path: &Path) -> Result<Self, Error> {
        let separator = format.separator;
        let header = Header {
            path: path.to_owned(),
            columns: Vec::new(),
            missing: format.missing.clone(),
        };
        if !separator.is_ascii() || matches!(separator, '"' | '\n' | '\r' | '\0') {
            return Err(header.error(TableProblem::Separator { separator }));
        }
        let first = reader.fill_buf().map_err(|source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        if let Some(kind) = foreign::kind(first) {
            return Err(Error::Data {
                path: path.to_owned(),
                problem: DataProblem::Foreign { kind },
            });
        }
        let (checked, quotes) = Quotes::new(reader, separator as u8);
        let reader = csv::ReaderBuilder::new()
            .delimiter(separator as u8)
            .has_headers(false)
            .trim(Trim::All)
            .from_reader(checked);
        let mut rows = Rows {
            header,
            separator,
            reader,
            quotes,
            record: StringRecord::new(),
            waiting: false,
        };
        rows.begin(format.header)?;
        Ok(rows)
    }

    /// Reads the first line, and the names of the columns if it holds them.
    fn begin(&mut self, named: bool) -> Result<(), Error> {
        if !self.advance()? {
            return Err(self.empty());
        }
        let columns = self.record.iter().enumerate();
        self.header.columns = columns
            .map(|(index, name)| match named {
                true => name.to_owned(),
                false => format!("column{}", index + 1),
            })
            .collect();
        self.waiting = !named;
        let mut sorted: Vec<&String> = self.header.columns.iter().collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => {
                let column = twice[0].clone();
                Err(self.header.error(TableProblem::TwoColumns { column }))
            }
            None => Ok(()),
        }
    }

    /// Reads the next record; false at the end of the file.
    fn advance(&mut self) -> Result<bool, Error> {
        let outcome = self.reader.read_record(&mut self.record);
        outcome.map_err(|error| self.error(error))
    }

    /// The next row; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Error> {
        if !std::mem::take(&mut self.waiting) && !self.advance()? {
            return Ok(None);
        }
        Ok(Some(Row {
            header: &self.header,
            record: &self.record,
        }))
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// The names of the columns, in the order of the file.
    pub fn columns(&self) -> &[String] {
        &self.header.columns
    }

    /// All rows that are left.
    fn table(mut self) -> Result<Table, Error> {
        let mut records = Vec::new();
        while let Some(row) = self.next()? {
            records.push(row.record.clone());
        }
        match records.is_empty() {
            true => Err(self.empty()),
            false => Ok(Table {
                header: self.header,
                records,
            }),
        }
    }

    fn empty(&self) -> Error {
        Error::Data {
            path: self.header.path.clone(),
            problem: DataProblem::Empty,
        }
    }

    fn error(&self, error: csv::Error) -> Error {
        let line = |position: &Option<csv::Position>| position.as_ref().map_or(0, csv::Position::line);
        let problem = match (self.quotes.get(), error.kind()) {
            (Some(&fault), _) => fault.into(),
            (None, ErrorKind::Utf8 { pos, .. }) => TableProblem::NotText { line: line(pos) },
            (
                None,
                ErrorKind::UnequalLengths {
                    pos,
                    expected_len,
                    len,
                },
            ) => TableProblem::Ragged {
                line: line(pos),
                found: *len,
                expected: *expected_len,
                separator: self.separator,
            },
            _ => {
                return Error::File {
                    action: "read",
                    path: self.header.path.clone(),
                    source: error.into(),
                };
            }
        };
        self.header.error(problem)
    }
}
