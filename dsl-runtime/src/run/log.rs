//! The log of a run: a number of some name in some step, a line for each.

use std::path::Path;

use super::csv::{record, records};
use super::file::{Growing, failed, publish, read_if_there};
use crate::Error;
use crate::error::RunProblem;

/// The name of its file in the run's folder.
pub(super) const NAME: &str = "log.csv";

const HEADER: [&str; 3] = ["step", "name", "value"];

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub step: u64,
    pub name: String,
    pub value: f64,
}

/// Begins a log.
pub(super) fn create(folder: &Path) -> Result<Growing, Error> {
    let path = folder.join(NAME);
    let mut file = Growing::create(path.clone()).map_err(|source| failed("make", &path, source))?;
    file.append(record(HEADER).as_bytes())?;
    Ok(file)
}

/// Takes a log up after the last step that is to stay, without what was logged later.
pub(super) fn resume(folder: &Path, last: u64) -> Result<Growing, Error> {
    let path = folder.join(NAME);
    let mut text = record(HEADER);
    for Line { step, name, value } in read(folder)? {
        if step <= last {
            text += &line(step, &name, value);
        }
    }
    publish(&path, text.as_bytes())?;
    Growing::open(path.clone()).map_err(|source| failed("open", &path, source))
}

/// A line as it is written; a number such that it is read back with its bits.
pub(super) fn line(step: u64, name: &str, value: f64) -> String {
    record([&*step.to_string(), name, &*format!("{value:?}")])
}

/// All lines, without one that whoever wrote it was stopped in.
pub(super) fn read(folder: &Path) -> Result<Vec<Line>, Error> {
    let text = read_if_there(&folder.join(NAME))?.unwrap_or_default();
    let refused = |line, problem| Error::Run {
        path: folder.to_owned(),
        problem: RunProblem::Line {
            file: NAME,
            line,
            problem,
        },
    };
    let mut lines = Vec::new();
    for (at, fields) in records(&text).filter(|(at, _)| *at > 1) {
        let [step, name, value] =
            <[String; 3]>::try_from(fields).map_err(|_| refused(at, "is no step, name and number"))?;
        lines.push(Line {
            step: step.parse().map_err(|_| refused(at, "has no number of a step"))?,
            name,
            value: value.parse().map_err(|_| refused(at, "ends with no number"))?,
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn numbers_are_read_back_with_their_bits() {
        let folder = Folder::new("log");
        let mut log = create(folder.path()).unwrap();
        let numbers = [0.1, -0.0, 1e-300, f64::MAX, f64::INFINITY, 1.0 / 3.0];
        for (step, number) in numbers.into_iter().enumerate() {
            log.append(line(step as u64, "a, \"b\"", number).as_bytes())
                .unwrap();
        }
        log.append(line(9, "none", f64::NAN).as_bytes()).unwrap();
        log.append(b"10,cut").unwrap();
        let lines = read(folder.path()).unwrap();
        for (step, (line, number)) in lines.iter().zip(numbers).enumerate() {
            assert_eq!((line.step, &*line.name), (step as u64, "a, \"b\""));
            assert_eq!(line.value.to_bits(), number.to_bits());
        }
        assert!(lines.len() == 7 && lines[6].value.is_nan());
        // What was cut off does not stand in the way of what follows.
        drop(log);
        let mut log = resume(folder.path(), 2).unwrap();
        log.append(line(3, "after", 1.0).as_bytes()).unwrap();
        let steps: Vec<_> = read(folder.path())
            .unwrap()
            .iter()
            .map(|line| line.step)
            .collect();
        assert_eq!(steps, [0, 1, 2, 3]);
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let folder = Folder::new("log-broken");
        for (line, problem) in [
            ("1,loss", "is no step, name and number"),
            ("-1,loss,2", "has no number of a step"),
            ("1,loss,two", "ends with no number"),
        ] {
            std::fs::write(
                folder.join(NAME),
                format!("step,name,value\n0,loss,1.5\n{line}\n"),
            )
            .unwrap();
            let error = read(folder.path()).unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("line 3 of `log.csv` {problem}")),
                "{error}"
            );
        }
    }
}
