//! Tables: rows of named columns, read from files of comma-separated values, and what a network learns from.

mod column;
mod encoder;
mod encoding;
mod quotes;
mod reader;
mod text;

use std::path::{Path, PathBuf};

use csv::StringRecord;

pub use encoder::{Coding, ColumnKind, Fill, TableEncoder};
pub use encoding::{EncodedRow, TableEncoding};
pub use reader::{Rows, TableReader};

use crate::Error;
use crate::error::{DataProblem, TableProblem};

/// Rows of named columns, as they stand in a file; never empty.
///
/// A table knows cells. What they mean, numbers or categories, inputs or targets, a [`TableEncoder`] learns from
/// it, and the [`TableEncoding`] that it makes turns this table and others into data sets.
///
/// ```
/// use dsl_runtime::data::{Fill, Table, TableEncoder};
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let table = Table::parse("size,street,price\n80,Elm,250\n,Oak,300\n120,Elm,410\n".as_bytes(), "homes.csv")?;
/// let encoding = TableEncoder::new().fill("size", Fill::Mean).target("price").fit(&table)?;
/// assert_eq!(encoding.input_names(), ["size", "street=Elm", "street=Oak"]);
///
/// let train = encoding.regression::<f32>(&table)?;
/// assert_eq!(train.inputs()[3..6], [100.0, 0.0, 1.0]);
/// assert_eq!(train.targets(), [250.0, 300.0, 410.0]);
///
/// // A second file, of which only the inputs are known, is encoded as the first was.
/// let asked = Table::parse("street,size\nOak,95\n".as_bytes(), "asked.csv")?;
/// assert_eq!(encoding.inputs::<f32>(&asked)?, [95.0, 0.0, 1.0]);
/// let strange = Table::parse("street,size\nAsh,95\n".as_bytes(), "strange.csv")?;
/// assert_eq!(
///     encoding.inputs::<f32>(&strange).unwrap_err().to_string(),
///     "`strange.csv`: in line 2 `street` is `Ash`, which is none of the 2 categories known"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    header: Header,
    records: Vec<StringRecord>,
}

impl Table {
    /// Reads a file whose first line names the columns, with commas between cells; [`TableReader`] reads others.
    ///
    /// # Errors
    ///
    /// Those of [`TableReader::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Table, Error> {
        TableReader::new().read(path)
    }

    /// The same of a reader; errors name it `name`.
    ///
    /// # Errors
    ///
    /// Those of [`TableReader::parse`].
    pub fn parse(reader: impl std::io::Read, name: impl AsRef<Path>) -> Result<Table, Error> {
        TableReader::new().parse(reader, name)
    }

    /// The names of the columns, in the order of the file.
    pub fn columns(&self) -> &[String] {
        &self.header.columns
    }

    /// The number of rows, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a table is never empty")]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// A cell, without spaces around it; `None` if its value is missing.
    ///
    /// # Errors
    ///
    /// There is no such column.
    ///
    /// # Panics
    ///
    /// If `row` is not below [`len`](Table::len).
    pub fn cell(&self, row: usize, column: &str) -> Result<Option<&str>, Error> {
        let column = self.header.find(column)?;
        let row = Row {
            header: &self.header,
            record: &self.records[row],
        };
        Ok(row.cell(column))
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let header = &self.header;
        self.records.iter().map(move |record| Row { header, record })
    }
}

/// What holds for every row of a table.
#[derive(Debug, Clone, PartialEq)]
struct Header {
    path: PathBuf,
    columns: Vec<String>,
    /// The texts that stand for a missing value.
    missing: Vec<String>,
}

impl Header {
    /// The index of a column.
    fn find(&self, column: &str) -> Result<usize, Error> {
        let found = self.columns.iter().position(|name| name == column);
        found.ok_or_else(|| {
            self.error(TableProblem::NoColumn {
                column: column.to_owned(),
                columns: self.columns.iter().take(20).cloned().collect(),
            })
        })
    }

    fn error(&self, problem: TableProblem) -> Error {
        Error::Data {
            path: self.path.clone(),
            problem: DataProblem::Table(problem),
        }
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
struct Row<'t> {
    header: &'t Header,
    record: &'t StringRecord,
}

impl<'t> Row<'t> {
    /// The line of the file it begins in, from 1.
    fn line(self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// The cell of a column, or `None` if its value is missing.
    fn cell(self, column: usize) -> Option<&'t str> {
        let cell = self.record.get(column)?;
        let is_missing = self.header.missing.iter().any(|marker| marker == cell);
        (!is_missing).then_some(cell)
    }

    /// The error of a value that is missing.
    fn missing(self, column: usize) -> Error {
        self.header.error(TableProblem::Missing {
            line: self.line(),
            column: self.header.columns[column].clone(),
        })
    }

    /// The number in a cell.
    fn number(self, column: usize, cell: &str) -> Result<f64, Error> {
        match number(cell) {
            Some(number) if number.is_finite() => Ok(number),
            _ => Err(self.not_number(column, cell)),
        }
    }

    /// The error of a cell that is no finite number.
    fn not_number(self, column: usize, cell: &str) -> Error {
        self.header.error(TableProblem::NotNumber {
            line: self.line(),
            column: self.header.columns[column].clone(),
            cell: beginning(cell),
        })
    }
}

/// The number that a cell holds, if it is one: also infinite ones, which are refused later with their place.
fn number(cell: &str) -> Option<f64> {
    cell.parse().ok()
}

/// So much of a cell as a message shows.
fn beginning(cell: &str) -> String {
    let mut characters = cell.chars();
    let mut text: String = characters.by_ref().take(40).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
