//! The CIFAR-10 images, in their binary format.
//!
//! A file is records of 3073 bytes: a label, then the 32×32 red values row by row, then the green, then the
//! blue. Source: Alex Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009,
//! <https://www.cs.toronto.edu/~kriz/cifar.html>.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Dataset, Statistics};
use crate::error::DataProblem;
use crate::span::span;
use crate::{Error, Real, foreign};

/// The bytes of one image: three colours of 32×32.
const IMAGE: usize = 3 * 32 * 32;
/// The bytes of a label and an image.
const RECORD: usize = 1 + IMAGE;
const CLASSES: usize = 10;

/// The two halves of CIFAR-10: colour images of 32×32 in ten classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cifar10<T> {
    /// The examples to train on.
    pub train: Dataset<T>,
    /// The examples to evaluate on.
    pub test: Dataset<T>,
}

impl<T: Real> Cifar10<T> {
    /// The names of the classes, in their order.
    pub const CLASSES: [&str; CLASSES] = [
        "aeroplane",
        "car",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "lorry",
    ];

    /// Mean and standard deviation of the red, green and blue values of the full training set, scaled to
    /// `0..=1`.
    pub const STATISTICS: [Statistics; 3] = [
        Statistics {
            mean: 0.4914,
            std: 0.2470,
        },
        Statistics {
            mean: 0.4822,
            std: 0.2435,
        },
        Statistics {
            mean: 0.4465,
            std: 0.2616,
        },
    ];

    /// Reads `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin` from `folder`, or from the folder
    /// `cifar-10-batches-bin` in it, to which the published archive unpacks. Files may hold any number of
    /// records.
    ///
    /// Values are scaled from `0..=255` to `0..=1`; an image is a `Tensor<3, 32, 32>`.
    ///
    /// # Errors
    ///
    /// A file is absent or unreadable, holds no record or ends within one, or a label is above 9. The error
    /// names the file and the record.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        span!(INFO, "loading", path = %folder.display());
        let unpacked = folder.join("cifar-10-batches-bin");
        let folder = if unpacked.is_dir() { &unpacked } else { folder };
        let names: Vec<String> = (1..=5).map(|number| format!("data_batch_{number}.bin")).collect();
        Ok(Cifar10 {
            train: half(folder, &names)?,
            test: half(folder, &["test_batch.bin".to_string()])?,
        })
    }

    /// Both halves, every colour standardised by [`STATISTICS`](Cifar10::STATISTICS).
    ///
    /// # Errors
    ///
    /// The halves were replaced by images that do not have three channels.
    pub fn standardised(self) -> Result<Self, Error> {
        Ok(Cifar10 {
            train: self.train.standardised_by_channel(&Self::STATISTICS)?,
            test: self.test.standardised_by_channel(&Self::STATISTICS)?,
        })
    }
}

fn half<T: Real>(folder: &Path, names: &[String]) -> Result<Dataset<T>, Error> {
    let scaled: Vec<T> = (0..=255).map(|value| T::literal(value as f64 / 255.0)).collect();
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    for name in names {
        let path = folder.join(name);
        let bytes = read(folder, &path, name)?;
        inputs.reserve_exact(bytes.len() / RECORD * IMAGE);
        for record in records(&bytes, path)? {
            labels.push(record[0] as u32);
            inputs.extend(record[1..].iter().map(|&value| scaled[value as usize]));
        }
    }
    Dataset::new(inputs, IMAGE, labels, CLASSES)
}

fn read(folder: &Path, path: &Path, name: &str) -> Result<Vec<u8>, Error> {
    if !path.is_file() {
        return Err(Error::Data {
            path: folder.to_owned(),
            problem: DataProblem::Absent {
                names: vec![name.to_string()],
            },
        });
    }
    fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

/// The records of a file, after checking that all are whole and have a label in range.
fn records(bytes: &[u8], path: PathBuf) -> Result<&[[u8; RECORD]], Error> {
    let (records, rest) = bytes.as_chunks::<RECORD>();
    let problem = if !rest.is_empty() {
        DataProblem::Record {
            record: records.len(),
            found: rest.len(),
            expected: RECORD,
        }
    } else if records.is_empty() {
        DataProblem::Empty
    } else if let Some(position) = records.iter().position(|record| record[0] as usize >= CLASSES) {
        DataProblem::Label {
            position,
            label: records[position][0],
            classes: CLASSES as u32,
        }
    } else {
        return Ok(records);
    };
    let problem = match foreign::kind(bytes) {
        Some(kind) => DataProblem::Foreign { kind },
        None => problem,
    };
    Err(Error::Data { path, problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn record(label: u8, red: u8, green: u8, blue: u8) -> Vec<u8> {
        let mut bytes = vec![label];
        for value in [red, green, blue] {
            bytes.extend([value; 1024]);
        }
        bytes
    }

    /// Two records in each training file, one in the test file.
    fn folder(name: &str) -> Folder {
        let folder = Folder::new(name);
        write(folder.path());
        folder
    }

    fn write(folder: &Path) {
        for number in 1..=5 {
            let bytes = [record(number, 255, 51, 0), record(9, 0, 0, number)].concat();
            fs::write(folder.join(format!("data_batch_{number}.bin")), bytes).unwrap();
        }
        fs::write(folder.join("test_batch.bin"), record(3, 1, 2, 3)).unwrap();
    }

    fn message(folder: &Folder) -> String {
        Cifar10::<f32>::load(folder.path()).unwrap_err().to_string()
    }

    #[test]
    fn files_follow_one_another_and_colours_are_scaled() {
        let folder = folder("cifar-good");
        let data = Cifar10::<f64>::load(folder.path()).unwrap();
        assert_eq!(
            (data.train.len(), data.test.len(), data.train.width()),
            (10, 1, 3072)
        );
        assert_eq!(data.train.labels(), [1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
        let first = data.train.example(0).unwrap();
        assert_eq!(
            (first[0], first[1023], first[1024], first[3071]),
            (1.0, 1.0, 0.2, 0.0)
        );
        assert_eq!(data.train.example(9).unwrap()[2048], 5.0 / 255.0);
        assert_eq!(Cifar10::<f64>::CLASSES[data.test.labels()[0] as usize], "cat");
        let standardised = data.standardised().unwrap();
        let first = standardised.train.example(0).unwrap();
        assert!((first[0] - (1.0 - 0.4914) / 0.2470).abs() < 1e-12);
        assert!((first[1024] - (0.2 - 0.4822) / 0.2435).abs() < 1e-12);
        assert!((first[3071] + 0.4465 / 0.2616).abs() < 1e-12);
    }

    #[test]
    fn the_folder_of_the_published_archive_is_found() {
        let outer = Folder::new("cifar-archive");
        fs::create_dir(outer.join("cifar-10-batches-bin")).unwrap();
        write(&outer.join("cifar-10-batches-bin"));
        assert_eq!(Cifar10::<f32>::load(outer.path()).unwrap().train.len(), 10);
    }

    #[test]
    fn faults_name_file_and_record() {
        let folder = folder("cifar-faulty");
        let path = folder.join("data_batch_3.bin");
        let whole = fs::read(&path).unwrap();
        for cut in [1, RECORD - 1, RECORD + 1, 2 * RECORD - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            let wanted = format!(
                "data_batch_3.bin`: is truncated: record {} has {} of 3073 bytes",
                cut / RECORD,
                cut % RECORD
            );
            assert!(message(&folder).contains(&wanted), "{}", message(&folder));
        }
        fs::write(&path, [record(0, 0, 0, 0), record(10, 0, 0, 0)].concat()).unwrap();
        assert!(message(&folder).contains("data_batch_3.bin`: label 1 is 10, but must be below 10"));
        fs::write(&path, b"version https://git-lfs.github.com/spec/v1\noid sha256:").unwrap();
        assert!(message(&folder).contains("data_batch_3.bin`: is a Git LFS pointer"));
        fs::write(&path, b"\x80\x04\x95\x0b").unwrap();
        assert!(message(&folder).contains("data_batch_3.bin`: is a Python pickle"));
        fs::write(&path, []).unwrap();
        assert!(message(&folder).contains("data_batch_3.bin`: holds no item"));
        fs::remove_file(&path).unwrap();
        assert!(message(&folder).contains("cifar-faulty`: holds none of data_batch_3.bin"));
    }
}
