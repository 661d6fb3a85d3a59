//! The confusion matrix of a run, kept.

use super::RunFolder;
use super::csv::record;
use crate::Error;
use crate::error::RunProblem;
use crate::metrics::ConfusionMatrix;

/// The name of its file in the run's folder.
pub(super) const NAME: &str = "confusion.csv";

/// The heading of the column of examples that are taken for no class.
pub(super) const UNDECIDED: &str = "undecided";

impl RunFolder {
    /// Keeps a confusion matrix, in place of an earlier one. Classes without a name have their number.
    ///
    /// # Errors
    ///
    /// [`RunProblem::ClassNames`] if there are more names than classes, [`Error::File`] if the file cannot be written.
    pub fn confusion_matrix(&self, matrix: &ConfusionMatrix, classes: &[&str]) -> Result<(), Error> {
        let count = matrix.classes();
        if classes.len() > count {
            let names = classes.len();
            return Err(Error::Run {
                path: self.path().to_owned(),
                problem: RunProblem::ClassNames {
                    names,
                    classes: count,
                },
            });
        }
        let name = |class: usize| {
            classes
                .get(class)
                .map_or(class.to_string(), |name| (*name).to_owned())
        };
        let names: Vec<String> = (0..count).map(name).collect();
        let head = ["class"].into_iter().chain(names.iter().map(String::as_str));
        let mut text = record(head.chain([UNDECIDED]));
        for (label, name) in names.iter().enumerate() {
            let counts = (0..count).map(|predicted| matrix.count(label, predicted));
            let counts = counts
                .chain([matrix.undecided(label)])
                .map(|count| count.to_string());
            let fields: Vec<String> = [name.clone()].into_iter().chain(counts).collect();
            text += &record(fields.iter().map(String::as_str));
        }
        self.write(NAME, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metric;
    use crate::testing::Folder;

    #[test]
    fn rows_have_the_names_of_classes() {
        let folder = Folder::new("matrix");
        let run = RunFolder::create(folder.join("run")).unwrap();
        let mut matrix = ConfusionMatrix::new(3);
        let scores = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, f64::NAN, 0.0, 0.0];
        matrix.observe(&scores, &[0, 2, 1]).unwrap();
        run.confusion_matrix(&matrix, &["cat", "dog, \"big\""]).unwrap();
        assert_eq!(
            std::fs::read_to_string(run.path().join(NAME)).unwrap(),
            "class,cat,\"dog, \"\"big\"\"\",2,undecided\ncat,1,0,0,0\n\"dog, \"\"big\"\"\",0,0,0,1\n2,0,1,0,0\n"
        );
        let error = run.confusion_matrix(&matrix, &["a"; 4]).unwrap_err().to_string();
        assert!(error.ends_with("4 names for 3 classes"), "{error}");
    }
}
