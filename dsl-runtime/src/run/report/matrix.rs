//! The confusion matrix of a run, as its folder has it.

use std::path::Path;

use crate::Error;
use crate::error::RunProblem;
use crate::run::csv::records;
use crate::run::file::read_if_there;
use crate::run::matrix::{NAME, UNDECIDED};

/// A confusion matrix, with the names of its classes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamedMatrix {
    pub classes: Vec<String>,
    /// A row for each class that examples have, of the counts of each class that they are taken for, and last of none.
    pub counts: Vec<Vec<u64>>,
}

impl NamedMatrix {
    /// The matrix of a folder, if it holds one.
    pub fn read(folder: &Path) -> Result<Option<NamedMatrix>, Error> {
        let Some(text) = read_if_there(&folder.join(NAME))? else {
            return Ok(None);
        };
        let mut rows = records(&text);
        let (_, head) = rows.next().unwrap_or_default();
        let classes: Vec<String> = match &head[..] {
            [_, classes @ .., undecided] if undecided == UNDECIDED => classes.to_vec(),
            _ => Vec::new(),
        };
        let mut counts = Vec::new();
        for (line, row) in rows {
            let numbers: Vec<u64> = row.iter().skip(1).map_while(|count| count.parse().ok()).collect();
            if numbers.len() != classes.len() + 1 || row.len() != classes.len() + 2 {
                return Err(broken(
                    folder,
                    line,
                    "is no row of as many counts as there are classes",
                ));
            }
            counts.push(numbers);
        }
        match counts.len() == classes.len() {
            true => Ok(Some(NamedMatrix { classes, counts })),
            false => Err(broken(
                folder,
                1,
                "names more or fewer classes than there are rows",
            )),
        }
    }
}

fn broken(folder: &Path, line: usize, problem: &'static str) -> Error {
    Error::Run {
        path: folder.to_owned(),
        problem: RunProblem::Line {
            file: NAME,
            line,
            problem,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{ConfusionMatrix, Metric};
    use crate::run::RunFolder;
    use crate::testing::Folder;

    #[test]
    fn counts_are_read_back_with_the_names_of_classes() {
        let folder = Folder::new("named-matrix");
        let run = RunFolder::create(folder.join("run")).unwrap();
        let mut matrix = ConfusionMatrix::new(3);
        let scores = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, f64::NAN, 0.0, 0.0];
        matrix.observe(&scores, &[0, 2, 1]).unwrap();
        run.confusion_matrix(&matrix, &["cat", "dog, \"big\""]).unwrap();
        let read = NamedMatrix::read(run.path()).unwrap().unwrap();
        assert_eq!(read.classes, ["cat", "dog, \"big\"", "2"]);
        assert_eq!(read.counts, [[1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]]);
        assert_eq!(NamedMatrix::read(folder.path()).unwrap(), None);
    }

    #[test]
    fn a_row_that_is_none_is_named() {
        let folder = Folder::new("matrix-broken");
        for (text, line) in [
            ("class,a,b,undecided\na,1,0,0\nb,1,x,0\n", 3),
            ("class,a,b,undecided\na,1,0\nb,1,0,0\n", 2),
            ("class,a,b,undecided\na,1,0,0\n", 1),
            ("class,a\na,1,0\n", 2),
        ] {
            std::fs::write(folder.join(NAME), text).unwrap();
            let error = NamedMatrix::read(folder.path()).unwrap_err().to_string();
            assert!(
                error.contains(&format!("line {line} of `confusion.csv`")),
                "{error}"
            );
        }
    }
}
