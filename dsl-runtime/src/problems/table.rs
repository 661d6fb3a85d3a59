//! The possible problems with a table of rows and columns.

/// A problem with a table, named by the line of the file and the column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableProblem {
    /// A row has more or fewer cells than the first.
    #[error("line {line} has {found} cells, but {expected} were expected; is `{separator}` the separator?")]
    Ragged {
        /// The line, from 1.
        line: u64,
        /// The cells of that row.
        found: u64,
        /// The cells of the first row.
        expected: u64,
        /// The separator that was assumed.
        separator: char,
    },
    /// A cell is no text in UTF-8.
    #[error("line {line} is no text in UTF-8; convert the file, for example by `iconv -t UTF-8`")]
    NotText {
        /// The line, from 1.
        line: u64,
    },
    /// A quoted cell does not end.
    #[error("the quotation mark in line {line} is never closed; it is truncated, or a cell holds a lone \"")]
    OpenQuote {
        /// The line of the opening mark, from 1.
        line: u64,
    },
    /// A quoted cell goes on after its end.
    #[error("line {line} goes on after a closing quotation mark; within a quoted cell \" is written \"\"")]
    AfterQuote {
        /// The line, from 1.
        line: u64,
    },
    /// The separator is a character that separates nothing.
    #[error(
        "`{separator}` cannot separate cells: take one ASCII character that is neither \" nor a line's end"
    )]
    Separator {
        /// The character.
        separator: char,
    },
    /// Two columns have one name.
    #[error("two columns are named `{column}`")]
    TwoColumns {
        /// The name.
        column: String,
    },
    /// There is no column of a name.
    #[error("there is no column `{column}`; there are `{}`", .columns.join("`, `"))]
    NoColumn {
        /// The name.
        column: String,
        /// The first of the columns that there are.
        columns: Vec<String>,
    },
    /// A value is missing.
    #[error("line {line} has no value for `{column}`; drop the row, or say how to fill the column")]
    Missing {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
    },
    /// A cell is not a finite number that the element type can hold.
    #[error("in line {line} `{column}` is `{cell}`, which is no finite number")]
    NotNumber {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The beginning of the cell.
        cell: String,
    },
    /// Some cells of a column are numbers and some are not.
    #[error(
        "in line {line} `{column}` is `{cell}`, but in line {other} it is {}; correct it, or declare whether the \
         column holds numbers or categories", if *.is_number { "no number" } else { "a number" }
    )]
    Mixed {
        /// The line of the first cell that differs from those before, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The beginning of that cell.
        cell: String,
        /// True if that cell is a number.
        is_number: bool,
        /// The line of the first cell, from 1.
        other: u64,
    },
    /// A cell is none of the categories that there were in the table which the encoding was learnt from.
    #[error("in line {line} `{column}` is `{cell}`, which is none of the {known} categories known")]
    UnknownCategory {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The beginning of the cell.
        cell: String,
        /// The number of known categories.
        known: usize,
    },
    /// A column has no value that missing ones could be filled by, or none of the kind that was asked for.
    #[error("the missing values of `{column}` cannot be filled by {by}: {why}")]
    Fill {
        /// The column.
        column: String,
        /// The value that was asked for.
        by: &'static str,
        /// The reason.
        why: &'static str,
    },
    /// A column cannot serve the purpose it is asked for.
    #[error("`{column}` {why}")]
    Purpose {
        /// The column.
        column: String,
        /// The reason.
        why: &'static str,
    },
    /// No column is left to be the input.
    #[error("no column is left for the inputs")]
    NoInputs,
}
