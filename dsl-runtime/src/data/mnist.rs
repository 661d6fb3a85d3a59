//! The MNIST digits, and every data set published in the same four files.

use std::path::{Path, PathBuf};

use super::idx::{self, Idx};
use super::{Dataset, Statistics};
use crate::error::DataProblem;
use crate::span::span;
use crate::{Error, Real};

/// Side of an image.
const SIDE: u32 = 28;
const CLASSES: u32 = 10;

/// The two halves of MNIST (or of Fashion-MNIST, which has the same form): images of 28×28 grey values in ten
/// classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Mnist<T> {
    /// The examples to train on.
    pub train: Dataset<T>,
    /// The examples to evaluate on.
    pub test: Dataset<T>,
}

impl<T: Real> Mnist<T> {
    /// Mean of the pixels of the full training set, scaled to `0..=1`.
    pub const MEAN: f64 = 0.1307;
    /// Standard deviation of the pixels of the full training set, scaled to `0..=1`.
    pub const STD: f64 = 0.3081;

    /// Reads the four files of `folder`: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same
    /// with `t10k` for the test half. A dot may stand for the second dash; `.gz` may follow; a file may lie
    /// in a folder of its own name, as some archives unpack to. If several files qualify, the first that is
    /// whole is read.
    ///
    /// Pixels are scaled from `0..=255` to `0..=1` and rows follow one another, so that an image is a
    /// `Tensor<784>` or a `Tensor<1, 28, 28>`.
    ///
    /// # Errors
    ///
    /// A file is absent, unreadable, no IDX file, truncated or too long; images are not 28×28; there are more
    /// or fewer labels than images, or a label above 9. The error names the file.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        span!(INFO, "loading", path = %folder.display());
        Ok(Mnist {
            train: half(folder, "train")?,
            test: half(folder, "t10k")?,
        })
    }

    /// Both halves with every pixel `x` replaced by `(x - MEAN) / STD`.
    #[must_use]
    pub fn standardised(self) -> Self {
        let statistics = Statistics {
            mean: Self::MEAN,
            std: Self::STD,
        };
        let standardised = |half: Dataset<T>| half.standardised_by(statistics);
        Mnist {
            train: standardised(self.train),
            test: standardised(self.test),
        }
    }
}

fn half<T: Real>(folder: &Path, prefix: &str) -> Result<Dataset<T>, Error> {
    let (images_path, images) = read(folder, prefix, "images", 3)?;
    let (labels_path, labels) = read(folder, prefix, "labels", 1)?;
    check(&images, &images_path, &labels, &labels_path)?;
    let scaled: Vec<T> = (0..=255).map(|value| T::literal(value as f64 / 255.0)).collect();
    let inputs = images
        .values
        .iter()
        .map(|&value| scaled[value as usize])
        .collect();
    let labels = labels.values.into_iter().map(u32::from).collect();
    Dataset::new(inputs, (SIDE * SIDE) as usize, labels, CLASSES as usize)
}

fn check(images: &Idx, images_path: &Path, labels: &Idx, labels_path: &Path) -> Result<(), Error> {
    let wrong = |path: &Path, problem| {
        Err(Error::Data {
            path: path.to_owned(),
            problem,
        })
    };
    if images.dimensions[1..] != [SIDE, SIDE] {
        let found = images.dimensions[1..].to_vec();
        return wrong(
            images_path,
            DataProblem::Dimensions {
                found,
                expected: vec![SIDE, SIDE],
            },
        );
    }
    let (image_count, label_count) = (images.dimensions[0] as usize, labels.values.len());
    if image_count == 0 {
        return wrong(images_path, DataProblem::Empty);
    }
    if image_count != label_count {
        let images_path = images_path.to_owned();
        let problem = DataProblem::Unpaired {
            labels: label_count,
            images: image_count,
            images_path,
        };
        return wrong(labels_path, problem);
    }
    if let Some(position) = labels.values.iter().position(|&label| label as u32 >= CLASSES) {
        let label = labels.values[position];
        return wrong(
            labels_path,
            DataProblem::Label {
                position,
                label,
                classes: CLASSES,
            },
        );
    }
    Ok(())
}

/// The first whole file under one of its usual names; if none is whole, the problem with the first that
/// exists.
fn read(folder: &Path, prefix: &str, what: &str, dimensions: u8) -> Result<(PathBuf, Idx), Error> {
    let names = names(prefix, what, dimensions);
    let mut first = None;
    for path in names.iter().map(|name| folder.join(name)) {
        if !path.is_file() {
            continue;
        }
        match idx::read(&path, dimensions) {
            Ok(tensor) => return Ok((path, tensor)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or_else(|| Error::Data {
        path: folder.to_owned(),
        problem: DataProblem::Absent { names },
    }))
}

/// The usual names of a file, and those it has in a folder named like it.
fn names(prefix: &str, what: &str, dimensions: u8) -> Vec<String> {
    let stems = ['-', '.'].map(|mark| format!("{prefix}-{what}{mark}idx{dimensions}-ubyte"));
    let plain = stems.iter().flat_map(|stem| [format!("{stem}.gz"), stem.clone()]);
    let within = stems
        .iter()
        .flat_map(|folder| stems.iter().map(move |stem| format!("{folder}/{stem}")));
    plain.chain(within).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::Folder;

    fn idx(dimensions: &[u32], values: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
        bytes.extend(dimensions.iter().flat_map(|size| size.to_be_bytes()));
        bytes.extend(values);
        bytes
    }

    /// Two images and labels for each half, under names of both sorts.
    fn folder(name: &str) -> Folder {
        let folder = Folder::new(name);
        let pixels: Vec<u8> = (0..2 * 784u32).map(|at| (at % 256) as u8).collect();
        for (images, labels) in [
            ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
            ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
        ] {
            fs::write(folder.join(images), idx(&[2, 28, 28], &pixels)).unwrap();
            fs::write(folder.join(labels), idx(&[2], &[9, 0])).unwrap();
        }
        folder
    }

    fn message(folder: &Folder) -> String {
        Mnist::<f32>::load(folder.path()).unwrap_err().to_string()
    }

    #[test]
    fn pixels_are_scaled_and_labels_kept() {
        let folder = folder("mnist-good");
        let data = Mnist::<f64>::load(folder.path()).unwrap();
        assert_eq!(
            (data.train.len(), data.train.width(), data.test.classes()),
            (2, 784, 10)
        );
        assert_eq!(data.train.labels(), [9, 0]);
        assert_eq!((data.train.inputs()[0], data.train.inputs()[255]), (0.0, 1.0));
        let standardised = data.standardised();
        assert!((standardised.test.inputs()[0] + 0.1307 / 0.3081).abs() < 1e-12);
    }

    #[test]
    #[cfg(feature = "gzip")]
    fn the_digits_of_the_repository_are_read() {
        let data =
            Mnist::<f32>::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist-small")).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (10_000, 2_000));
        assert_eq!(data.train.labels()[..5], [5, 0, 4, 1, 9]);
        let mean = data.train.inputs().iter().map(|&x| x as f64).sum::<f64>() / (10_000.0 * 784.0);
        assert!((mean - 0.1307).abs() < 0.01, "{mean}");
    }

    #[test]
    fn absent_files_are_named() {
        let folder = folder("mnist-absent");
        fs::remove_file(folder.join("t10k-labels.idx1-ubyte")).unwrap();
        let text = message(&folder);
        assert!(
            text.contains("t10k-labels-idx1-ubyte.gz") && text.contains("mnist-absent"),
            "{text}"
        );
        assert!(
            Mnist::<f32>::load("no such folder")
                .unwrap_err()
                .to_string()
                .contains("no such folder")
        );
    }

    #[test]
    fn files_in_folders_of_their_names_are_found() {
        let folder = folder("mnist-folders");
        for (outer, inner) in [
            ("train-images-idx3-ubyte", "train-images-idx3-ubyte"),
            ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"),
            ("t10k-images.idx3-ubyte", "t10k-images-idx3-ubyte"),
        ] {
            let bytes = fs::read(folder.join(outer)).unwrap();
            fs::remove_file(folder.join(outer)).unwrap();
            fs::create_dir(folder.join(outer)).unwrap();
            fs::write(folder.join(outer).join(inner), bytes).unwrap();
        }
        assert_eq!(Mnist::<f32>::load(folder.path()).unwrap().train.labels(), [9, 0]);
    }

    #[test]
    fn a_whole_file_wins_over_a_broken_one_beside_it() {
        let folder = folder("mnist-beside");
        for broken in [&b""[..], b"\x1f\x8b\x08\0", b"<html>404</html>"] {
            fs::write(folder.join("train-images-idx3-ubyte.gz"), broken).unwrap();
            fs::write(folder.join("train-labels-idx1-ubyte.gz"), broken).unwrap();
            assert_eq!(Mnist::<f32>::load(folder.path()).unwrap().train.len(), 2);
        }
        // If none is whole, the error names the first.
        fs::write(folder.join("train-images-idx3-ubyte"), b"").unwrap();
        let text = message(&folder);
        assert!(
            text.contains("train-images-idx3-ubyte.gz`: is a page of the web"),
            "{text}"
        );
    }

    #[test]
    fn truncated_files_are_named() {
        let folder = folder("mnist-truncated");
        let path = folder.join("train-images-idx3-ubyte");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let text = message(&folder);
        assert!(
            text.contains("train-images-idx3-ubyte`: is truncated: 1584 bytes expected, 1583"),
            "{text}"
        );
    }

    #[test]
    fn mislabelled_files_are_named() {
        let folder = folder("mnist-mislabelled");
        let labels = folder.join("train-labels-idx1-ubyte");
        fs::write(&labels, idx(&[2], &[9, 10])).unwrap();
        assert!(message(&folder).contains("train-labels-idx1-ubyte`: label 1 is 10, but must be below 10"));
        fs::write(&labels, idx(&[3], &[1, 2, 3])).unwrap();
        let text = message(&folder);
        assert!(
            text.contains("train-labels")
                && text.contains("holds 3 labels, but")
                && text.contains("2 images")
        );
        fs::write(&labels, idx(&[2, 28, 28], &[0; 2 * 784])).unwrap();
        assert!(
            message(&folder).contains("begins with the bytes [00, 00, 08, 03]"),
            "{}",
            message(&folder)
        );
    }

    #[test]
    fn images_of_another_size_are_refused() {
        let folder = folder("mnist-size");
        fs::write(
            folder.join("train-images-idx3-ubyte"),
            idx(&[2, 32, 32], &[0; 2048]),
        )
        .unwrap();
        assert!(message(&folder).contains("holds items of [32, 32], but [28, 28] was expected"));
        fs::write(folder.join("train-images-idx3-ubyte"), idx(&[0, 28, 28], &[])).unwrap();
        assert!(message(&folder).contains("holds no item"));
    }
}
