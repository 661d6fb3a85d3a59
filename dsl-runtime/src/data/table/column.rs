//! What is known of one column of a table, and its cells as values.

use std::collections::HashMap;

use super::{Coding, Row, Table, beginning};
use crate::error::TableProblem;
use crate::{Error, Real};

/// What is known of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub form: Form,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Number {
        fill: Option<f64>,
    },
    Category {
        categories: Categories,
        coding: Coding,
        /// The number of a category.
        fill: Option<usize>,
    },
}

/// The names of categories in their order, each once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Categories {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Categories {
    /// `None` if two names are equal.
    pub fn new(names: Vec<String>) -> Option<Categories> {
        let numbers: HashMap<String, usize> = names.iter().cloned().zip(0..).collect();
        (numbers.len() == names.len()).then_some(Categories { names, numbers })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    fn len(&self) -> usize {
        self.names.len()
    }
}

impl Column {
    /// The values it has among the inputs.
    pub fn width(&self) -> usize {
        match &self.form {
            Form::Number { .. } => 1,
            Form::Category {
                categories, coding, ..
            } => match coding {
                Coding::OneHot => categories.len(),
                Coding::Index => 1,
                Coding::Apart => 0,
            },
        }
    }

    /// Appends the values of a row, whose cell is in column `index`.
    pub fn encode<T: Real>(&self, row: Row<'_>, index: usize, values: &mut Vec<T>) -> Result<(), Error> {
        match &self.form {
            Form::Number { fill } => {
                let value = match (row.cell(index), fill) {
                    (Some(cell), _) => row.number(index, cell)?,
                    (None, Some(fill)) => *fill,
                    (None, None) => return Err(row.missing(index)),
                };
                let converted = T::literal(value);
                if !converted.is_finite() {
                    return Err(row.not_number(index, &value.to_string()));
                }
                values.push(converted);
            }
            Form::Category {
                categories, coding, ..
            } => {
                let category = self.category(row, index)? as usize;
                match coding {
                    Coding::OneHot => {
                        let of = |other| if other == category { T::ONE } else { T::ZERO };
                        values.extend((0..categories.len()).map(of));
                    }
                    Coding::Index => values.push(T::literal(category as f64)),
                    Coding::Apart => {}
                }
            }
        }
        Ok(())
    }

    /// The number of the category of a row, whose cell is in column `index`; 0 in a column of numbers.
    pub fn category(&self, row: Row<'_>, index: usize) -> Result<u32, Error> {
        let Form::Category { categories, fill, .. } = &self.form else {
            return Ok(0);
        };
        let place = match (row.cell(index), fill) {
            (Some(cell), _) => categories.number(cell).ok_or_else(|| {
                row.header.error(TableProblem::UnknownCategory {
                    line: row.line(),
                    column: self.name.clone(),
                    cell: beginning(cell),
                    known: categories.len(),
                })
            })?,
            (None, Some(fill)) => *fill,
            (None, None) => return Err(row.missing(index)),
        };
        Ok(place as u32)
    }

    pub fn names(&self) -> &[String] {
        match &self.form {
            Form::Category { categories, .. } => categories.names(),
            Form::Number { .. } => &[],
        }
    }

    /// The numbers of the categories of all rows.
    pub fn indices(&self, table: &Table) -> Result<Vec<u32>, Error> {
        let index = table.header.find(&self.name)?;
        table.rows().map(|row| self.category(row, index)).collect()
    }
}
