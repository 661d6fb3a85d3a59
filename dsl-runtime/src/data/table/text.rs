//! An encoding as a text, one line for each column and each category:
//!
//! ```text
//! table encoding 1
//! input number size
//! fill 100.0
//! input one-hot street
//! category Elm
//! category Oak
//! target number price
//! ```

use std::fmt;
use std::str::FromStr;

use super::Coding;
use super::column::{Categories, Column, Form};
use super::encoding::TableEncoding;
use crate::error::DataProblem;

const FIRST: &str = "table encoding 1";

impl fmt::Display for TableEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST}")?;
        let roles = [("input", &self.inputs[..]), ("target", &self.targets)];
        let roles = roles.into_iter().chain([("class", self.class.as_slice())]);
        for (role, columns) in roles {
            columns
                .iter()
                .try_for_each(|column| write_column(f, role, column))?;
        }
        Ok(())
    }
}

fn write_column(f: &mut fmt::Formatter<'_>, role: &str, column: &Column) -> fmt::Result {
    let name = escaped(&column.name);
    match &column.form {
        Form::Number { fill } => {
            writeln!(f, "{role} number {name}")?;
            fill.map_or(Ok(()), |fill| writeln!(f, "fill {fill:?}"))
        }
        Form::Category {
            categories,
            coding,
            fill,
        } => {
            let coding = match coding {
                Coding::OneHot => "one-hot",
                Coding::Index => "index",
                Coding::Apart => "apart",
            };
            writeln!(f, "{role} {coding} {name}")?;
            let mut names = categories.names().iter();
            names.try_for_each(|name| writeln!(f, "category {}", escaped(name)))?;
            fill.map_or(Ok(()), |fill| writeln!(f, "fill {fill}"))
        }
    }
}

impl FromStr for TableEncoding {
    type Err = DataProblem;

    fn from_str(text: &str) -> Result<Self, DataProblem> {
        let mut lines = text.lines().enumerate();
        let fault = |line: usize, expected| DataProblem::Line {
            line: line + 1,
            expected,
        };
        if lines.next().is_none_or(|(_, line)| line != FIRST) {
            return Err(fault(0, "`table encoding 1`"));
        }
        let mut encoding = TableEncoding {
            inputs: Vec::new(),
            targets: Vec::new(),
            class: None,
        };
        let mut lines = lines.peekable();
        while let Some((number, line)) = lines.next() {
            let mut words = line.splitn(3, ' ');
            let (Some(role), Some(form), Some(name)) = (words.next(), words.next(), words.next()) else {
                return Err(fault(number, "a role, a form and the name of a column"));
            };
            let coding = match form {
                "number" => None,
                "one-hot" => Some(Coding::OneHot),
                "index" => Some(Coding::Index),
                "apart" => Some(Coding::Apart),
                _ => {
                    return Err(fault(
                        number,
                        "a column with `number`, `one-hot`, `index` or `apart`",
                    ));
                }
            };
            // What belongs to the column.
            let (mut names, mut fill) = (Vec::new(), None);
            while let Some((number, line)) = lines.next_if(|(_, line)| is_detail(line)) {
                if let Some(name) = line.strip_prefix("category ").filter(|_| coding.is_some()) {
                    names.push(unescaped(name));
                } else if let Some(text) = line.strip_prefix("fill ").filter(|_| fill.is_none()) {
                    fill = Some((number, text));
                } else {
                    return Err(fault(number, "a category, or the only fill, of the column"));
                }
            }
            let form = match coding {
                None => Form::Number {
                    fill: parsed(fill, |fill: &f64| fill.is_finite())
                        .map_err(|line| fault(line, "a finite number"))?,
                },
                Some(coding) => {
                    let count = names.len();
                    let fill = parsed(fill, |fill: &usize| *fill < count)
                        .map_err(|line| fault(line, "the number of a category"))?;
                    let categories = Categories::new(names)
                        .ok_or_else(|| fault(number, "a column whose categories differ"))?;
                    Form::Category {
                        categories,
                        coding,
                        fill,
                    }
                }
            };
            let is_number = matches!(form, Form::Number { .. });
            let column = Column {
                name: unescaped(name),
                form,
            };
            match role {
                "input" => encoding.inputs.push(column),
                "target" if is_number => encoding.targets.push(column),
                "class" if !is_number && encoding.class.is_none() => encoding.class = Some(column),
                _ => return Err(fault(number, "an input, a target of numbers or the only class")),
            }
        }
        Ok(encoding)
    }
}

fn is_detail(line: &str) -> bool {
    line.starts_with("category ") || line.starts_with("fill ")
}

/// The value of a fill, if there is one; the error is its line.
fn parsed<T: FromStr>(
    fill: Option<(usize, &str)>,
    is_valid: impl Fn(&T) -> bool,
) -> Result<Option<T>, usize> {
    let Some((line, text)) = fill else {
        return Ok(None);
    };
    text.parse().ok().filter(is_valid).map(Some).ok_or(line)
}

/// A name in one line.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn unescaped(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        name.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    name
}
