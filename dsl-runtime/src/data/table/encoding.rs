//! The rows of tables as examples.

use std::io::Read;

use super::column::{Column, Form};
use super::{Coding, ColumnKind, Header, Row, Rows, Table};
use crate::data::{Dataset, RegressionDataset};
use crate::error::TableProblem;
use crate::{Error, Real};

/// What a [`TableEncoder`](super::TableEncoder) has learnt from a table: how rows become numbers.
///
/// It is applied to that table and to others, which may have further columns and another order of them. `Display` and
/// `FromStr` make a text of it and read that again, to be kept beside the network that was trained with it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableEncoding {
    pub(super) inputs: Vec<Column>,
    pub(super) targets: Vec<Column>,
    pub(super) class: Option<Column>,
}

impl TableEncoding {
    /// The number of values that a row has as an input.
    pub fn width(&self) -> usize {
        self.inputs.iter().map(Column::width).sum()
    }

    /// The names of these values: `column`, or `column=category` for one of several values.
    pub fn input_names(&self) -> Vec<String> {
        let mut all = Vec::new();
        for Column { name, form } in &self.inputs {
            match form {
                Form::Category {
                    coding: Coding::Apart,
                    ..
                } => {}
                Form::Category {
                    categories,
                    coding: Coding::OneHot,
                    ..
                } => {
                    let names = categories.names().iter();
                    all.extend(names.map(|category| format!("{name}={category}")));
                }
                _ => all.push(name.clone()),
            }
        }
        all
    }

    /// The names of the columns that are targets.
    pub fn target_names(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|column| &*column.name)
    }

    /// The names of the classes, in the order of their labels; none if no column is the class.
    pub fn classes(&self) -> &[String] {
        match &self.class {
            Some(column) => column.names(),
            None => &[],
        }
    }

    /// The categories of a column of the inputs, in the order of their numbers; none if it holds numbers.
    pub fn categories(&self, column: &str) -> &[String] {
        let found = self.inputs.iter().find(|known| known.name == column);
        found.map_or(&[], Column::names)
    }

    /// The kind of a column of the inputs.
    pub fn kind(&self, column: &str) -> Option<ColumnKind> {
        let found = self.inputs.iter().find(|known| known.name == column);
        found.map(|column| match column.form {
            Form::Number { .. } => ColumnKind::Number,
            Form::Category { .. } => ColumnKind::Category,
        })
    }

    /// The inputs of all rows, [`width`](TableEncoding::width) values each, for a network that is asked. The table
    /// needs no target.
    ///
    /// # Errors
    ///
    /// A column is not there, or a cell holds no value, no finite number or an unknown category; all are named.
    pub fn inputs<T: Real>(&self, table: &Table) -> Result<Vec<T>, Error> {
        let found = places(&self.inputs, &table.header)?;
        let mut values = Vec::with_capacity(table.len() * self.width());
        for row in table.rows() {
            encode(&self.inputs, &found, row, &mut values)?;
        }
        Ok(values)
    }

    /// Inputs and targets of all rows.
    ///
    /// # Errors
    ///
    /// Those of [`inputs`](TableEncoding::inputs), for the targets too; or no column is a target.
    pub fn regression<T: Real>(&self, table: &Table) -> Result<RegressionDataset<T>, Error> {
        let found = places(&self.targets, &table.header)?;
        let mut targets = Vec::with_capacity(table.len() * self.targets.len());
        for row in table.rows() {
            encode(&self.targets, &found, row, &mut targets)?;
        }
        RegressionDataset::new(self.inputs(table)?, self.width(), targets, self.targets.len())
    }

    /// Inputs and classes of all rows.
    ///
    /// # Errors
    ///
    /// Those of [`inputs`](TableEncoding::inputs), for the class too; or no column is the class.
    pub fn classification<T: Real>(&self, table: &Table) -> Result<Dataset<T>, Error> {
        let labels = match &self.class {
            Some(column) => column.indices(table)?,
            None => Vec::new(),
        };
        Dataset::new(self.inputs(table)?, self.width(), labels, self.classes().len())
    }

    /// The numbers of the categories of a column of the inputs, one for each row: what an embedding takes.
    ///
    /// # Errors
    ///
    /// It is no column of the inputs, or holds numbers; or a cell holds no value or an unknown category.
    pub fn indices(&self, table: &Table, column: &str) -> Result<Vec<u32>, Error> {
        let known = self.inputs.iter().find(|known| known.name == column);
        match known {
            Some(known) if matches!(known.form, Form::Category { .. }) => known.indices(table),
            _ => Err(table.header.error(TableProblem::Purpose {
                column: column.to_owned(),
                why: "is no column of the inputs that holds categories",
            })),
        }
    }

    /// The rows of a file one by one, as they are read: inputs, then targets. Rows are not kept.
    ///
    /// # Errors
    ///
    /// A column is not there. Items are errors where a row is at fault; none follows such an item.
    pub fn encode_rows<T: Real, R: Read>(
        &self,
        mut rows: Rows<R>,
    ) -> Result<impl Iterator<Item = Result<EncodedRow<T>, Error>>, Error> {
        let found = places(&self.inputs, rows.header())?;
        let target_places = places(&self.targets, rows.header())?;
        let class = self.class.as_ref().map(|column| rows.header().find(&column.name));
        let class = self.class.as_ref().zip(class.transpose()?);
        let mut next = move || {
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            let mut encoded = EncodedRow::default();
            encode(&self.inputs, &found, row, &mut encoded.inputs)?;
            encode(&self.targets, &target_places, row, &mut encoded.targets)?;
            if let Some((column, index)) = class {
                encoded.label = Some(column.category(row, index)?);
            }
            Ok(Some(encoded))
        };
        let mut ended = false;
        Ok(std::iter::from_fn(move || {
            let item = if ended { None } else { next().transpose() };
            ended = !matches!(item, Some(Ok(_)));
            item
        }))
    }
}

/// A row of a table as an example.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedRow<T> {
    /// The values of its inputs.
    pub inputs: Vec<T>,
    /// The values of its targets.
    pub targets: Vec<T>,
    /// Its class, if a column is the class.
    pub label: Option<u32>,
}

impl<T> Default for EncodedRow<T> {
    fn default() -> Self {
        EncodedRow {
            inputs: Vec::new(),
            targets: Vec::new(),
            label: None,
        }
    }
}

/// Where the columns are in a table.
fn places(columns: &[Column], header: &Header) -> Result<Vec<usize>, Error> {
    columns.iter().map(|column| header.find(&column.name)).collect()
}

/// Appends the values of the columns, which are at these places of a row.
fn encode<T: Real>(
    columns: &[Column],
    places: &[usize],
    row: Row<'_>,
    values: &mut Vec<T>,
) -> Result<(), Error> {
    let mut pairs = columns.iter().zip(places);
    pairs.try_for_each(|(column, &index)| column.encode(row, index, values))
}
