//! What is learnt from a table: which columns hold numbers and which categories, and what fills missing values.

use std::collections::BTreeMap;

use super::column::{Categories, Column, Form};
use super::encoding::TableEncoding;
use super::{Row, Table, beginning, number};
use crate::Error;
use crate::error::TableProblem;

/// The kind of values that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// Finite numbers.
    Number,
    /// Names of categories; numbers may be names.
    Category,
}

/// The value that stands for those that are missing in a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fill {
    /// The mean of the column's numbers.
    Mean,
    /// The median of the column's numbers: of an even number of them, the mean of the two in the middle.
    Median,
    /// The most frequent number or category, of several the first in their order.
    MostFrequent,
    /// This number.
    Number(f64),
    /// This category, which may be a new one.
    Category(String),
}

impl Fill {
    fn name(&self) -> &'static str {
        match self {
            Fill::Mean => "the mean",
            Fill::Median => "the median",
            Fill::MostFrequent => "the most frequent value",
            Fill::Number(_) => "a number",
            Fill::Category(_) => "a category",
        }
    }
}

/// How categories become numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Coding {
    /// One value for each category: 1 for the one that a row has, 0 for the others.
    #[default]
    OneHot,
    /// One value, the number of the category, from 0.
    Index,
    /// Nothing among the inputs: [`TableEncoding::indices`] has the numbers, for an embedding.
    Apart,
}

/// Learns from a table how its rows become examples.
///
/// Inputs are all columns that are neither targets nor ignored, in the order of the file. A column holds numbers if
/// all its values are numbers, and categories if none is; a mixture is an error until it is declared. Categories
/// have an order: that of their numbers if all are numbers, otherwise that of their letters.
///
/// Where values are missing, learning and encoding are errors that name the row, unless the column is to be filled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableEncoder {
    kinds: BTreeMap<String, ColumnKind>,
    fills: BTreeMap<String, Fill>,
    codings: BTreeMap<String, Coding>,
    ignored: Vec<String>,
    targets: Vec<String>,
    class: Option<String>,
}

impl TableEncoder {
    /// All columns are inputs, and nothing is declared or filled.
    pub fn new() -> TableEncoder {
        TableEncoder::default()
    }

    /// Declares what a column holds.
    #[must_use]
    pub fn kind(mut self, column: impl Into<String>, kind: ColumnKind) -> Self {
        self.kinds.insert(column.into(), kind);
        self
    }

    /// Fills the missing values of a column. What is learnt fills those of other tables, too.
    #[must_use]
    pub fn fill(mut self, column: impl Into<String>, fill: Fill) -> Self {
        self.fills.insert(column.into(), fill);
        self
    }

    /// Sets how the categories of a column become numbers; the default is [`Coding::OneHot`].
    #[must_use]
    pub fn coding(mut self, column: impl Into<String>, coding: Coding) -> Self {
        self.codings.insert(column.into(), coding);
        self
    }

    /// Leaves a column out.
    #[must_use]
    pub fn ignore(mut self, column: impl Into<String>) -> Self {
        self.ignored.push(column.into());
        self
    }

    /// Adds a column of numbers to the targets, for regression.
    #[must_use]
    pub fn target(mut self, column: impl Into<String>) -> Self {
        self.targets.push(column.into());
        self
    }

    /// Sets the column that holds the class of each row, for classification. Its values are categories, also where
    /// they are numbers.
    #[must_use]
    pub fn class(mut self, column: impl Into<String>) -> Self {
        self.class = Some(column.into());
        self
    }

    /// Learns from `table`.
    ///
    /// # Errors
    ///
    /// A column that was named does not exist or cannot serve its purpose, a value is missing and not to be filled,
    /// a number is infinite, a column is a mixture that is not declared, or there is no input.
    pub fn fit(&self, table: &Table) -> Result<TableEncoding, Error> {
        let header = &table.header;
        let declared = self
            .kinds
            .keys()
            .chain(self.fills.keys())
            .chain(self.codings.keys());
        let roles = self.ignored.iter().chain(&self.targets).chain(&self.class);
        for column in declared.chain(roles) {
            header.find(column)?;
        }
        let is_input = |column: &&String| {
            let mut apart = self.ignored.iter().chain(&self.targets).chain(&self.class);
            !apart.any(|name| name == *column)
        };
        let inputs = header.columns.iter().filter(is_input);
        let encoding = TableEncoding {
            inputs: inputs
                .map(|column| self.column(table, column, None))
                .collect::<Result<_, _>>()?,
            targets: self
                .targets
                .iter()
                .map(|column| self.column(table, column, Some(ColumnKind::Number)))
                .collect::<Result<_, _>>()?,
            class: self
                .class
                .as_ref()
                .map(|column| self.column(table, column, Some(ColumnKind::Category)))
                .transpose()?,
        };
        match encoding.inputs.is_empty() {
            true => Err(header.error(TableProblem::NoInputs)),
            false => Ok(encoding),
        }
    }

    /// What is learnt about one column, which must be of this kind if there is one.
    fn column(&self, table: &Table, column: &str, role: Option<ColumnKind>) -> Result<Column, Error> {
        let index = table.header.find(column)?;
        let kind = match (role, self.kinds.get(column)) {
            (Some(ColumnKind::Number), Some(ColumnKind::Category)) => {
                return Err(table.header.error(TableProblem::Purpose {
                    column: column.to_owned(),
                    why: "is declared to hold categories, so it is no target; it may be the class",
                }));
            }
            (Some(kind), _) | (None, Some(&kind)) => kind,
            (None, None) => inferred(table, index)?,
        };
        let fill = self.fills.get(column);
        let form = match kind {
            ColumnKind::Number if self.codings.contains_key(column) => {
                return Err(table.header.error(TableProblem::Purpose {
                    column: column.to_owned(),
                    why: "holds numbers, which have no coding; declare it to hold categories",
                }));
            }
            ColumnKind::Number => numbers(table, index, fill)?,
            ColumnKind::Category => {
                let coding = self.codings.get(column).copied().unwrap_or_default();
                categories(table, index, fill, coding)?
            }
        };
        Ok(Column {
            name: column.to_owned(),
            form,
        })
    }
}

/// The kind of a column, by its values: numbers if there are none.
fn inferred(table: &Table, index: usize) -> Result<ColumnKind, Error> {
    let mut first: Option<(Row<'_>, bool)> = None;
    for row in table.rows() {
        let Some(cell) = row.cell(index) else { continue };
        let is_number = number(cell).is_some();
        match first {
            None => first = Some((row, is_number)),
            Some((other, was_number)) if was_number != is_number => {
                return Err(table.header.error(TableProblem::Mixed {
                    line: row.line(),
                    column: table.header.columns[index].clone(),
                    cell: beginning(cell),
                    is_number,
                    other: other.line(),
                }));
            }
            Some(_) => {}
        }
    }
    Ok(match first {
        Some((_, false)) => ColumnKind::Category,
        _ => ColumnKind::Number,
    })
}

/// The cells of a column. A missing one is an error unless there is a fill; whether there is one, too.
fn cells<'t>(
    table: &'t Table,
    index: usize,
    fill: Option<&Fill>,
) -> impl Iterator<Item = Result<(Row<'t>, &'t str), Error>> {
    let is_filled = fill.is_some();
    table.rows().filter_map(move |row| match row.cell(index) {
        Some(cell) => Some(Ok((row, cell))),
        None if is_filled => None,
        None => Some(Err(row.missing(index))),
    })
}

/// The error of a fill that a column cannot have.
fn unfit(table: &Table, index: usize, fill: &Fill, why: &'static str) -> Error {
    table.header.error(TableProblem::Fill {
        column: table.header.columns[index].clone(),
        by: fill.name(),
        why,
    })
}

fn numbers(table: &Table, index: usize, fill: Option<&Fill>) -> Result<Form, Error> {
    let mut values = Vec::new();
    for found in cells(table, index, fill) {
        let (row, cell) = found?;
        values.push(row.number(index, cell)?);
    }
    let Some(fill) = fill else {
        return Ok(Form::Number { fill: None });
    };
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    let value = match fill {
        Fill::Number(value) => Some(*value),
        Fill::Category(_) => return Err(unfit(table, index, fill, "the column holds numbers")),
        Fill::Mean => mean(&values),
        Fill::Median if values.len().is_multiple_of(2) => {
            values.get(half.wrapping_sub(1)..=half).and_then(mean)
        }
        Fill::Median => Some(values[half]),
        Fill::MostFrequent => values
            .chunk_by(|one, two| one == two)
            .rev()
            .max_by_key(|equal| equal.len())
            .map(|equal| equal[0]),
    };
    match value {
        Some(value) if value.is_finite() => Ok(Form::Number { fill: Some(value) }),
        Some(_) => Err(unfit(table, index, fill, "it is not finite")),
        None => Err(unfit(table, index, fill, "the column holds no value")),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    (!values.is_empty()).then(|| values.iter().map(|value| value / count).sum())
}

fn categories(table: &Table, index: usize, fill: Option<&Fill>, coding: Coding) -> Result<Form, Error> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in cells(table, index, fill) {
        let (_, cell) = found?;
        *counts.entry(cell).or_default() += 1;
    }
    if let Some(Fill::Category(name)) = fill {
        counts.entry(name).or_default();
    }
    let mut ordered: Vec<(&str, usize)> = counts.into_iter().collect();
    if ordered.iter().all(|(name, _)| number(name).is_some()) {
        // Names that are equal as numbers, such as `1` and `1.0`, stay in the order of their letters.
        let value = |name| number(name).unwrap_or(f64::NAN);
        ordered.sort_by(|(one, _), (two, _)| value(one).total_cmp(&value(two)));
    }
    let place = |wanted: &str| ordered.iter().position(|(name, _)| *name == wanted);
    let filled = match fill {
        None => None,
        Some(Fill::Category(name)) => place(name),
        Some(Fill::MostFrequent) => {
            let most = ordered.iter().rev().max_by_key(|(_, count)| count);
            let most = most.and_then(|(name, _)| place(name));
            Some(most.ok_or_else(|| unfit(table, index, &Fill::MostFrequent, "the column holds no value"))?)
        }
        Some(fill) => return Err(unfit(table, index, fill, "the column holds categories")),
    };
    let names = ordered.iter().map(|(name, _)| name.to_string()).collect();
    Ok(Form::Category {
        categories: Categories::new(names).expect("the names were the keys of a map"),
        coding,
        fill: filled,
    })
}
