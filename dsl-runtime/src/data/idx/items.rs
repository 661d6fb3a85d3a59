//! The items of an IDX file one by one, for a file that is larger than memory.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{header, read_up_to};
use crate::Error;
use crate::data::open::{Opened, open};
use crate::error::DataProblem;

/// The items of a file with so many `dimensions`, the first of which counts them: images, or labels of one byte.
///
/// ```no_run
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// use dsl_runtime::data::idx;
///
/// let images = idx::items("train-images-idx3-ubyte".as_ref(), 3)?;
/// let labels = idx::items("train-labels-idx1-ubyte".as_ref(), 1)?;
/// for (image, label) in images.zip(labels) {
///     let (image, label) = (image?, label?[0]);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The file cannot be opened, or its header is at fault. Items are errors where the file ends early, goes on after its
/// last item, or can no longer be read; none follows such an item.
pub fn items(path: &Path, dimensions: u8) -> Result<Items, Error> {
    let failed = |action| {
        move |source| Error::File {
            action,
            path: path.to_owned(),
            source,
        }
    };
    let Opened { mut reader, kind } = open(path)?;
    match header(&mut reader, dimensions).map_err(failed("read"))? {
        Ok((dimensions, count)) => Ok(Items {
            reader,
            path: path.to_owned(),
            left: dimensions.first().map_or(1, |&items| u64::from(items)),
            size: dimensions.iter().skip(1).map(|&size| u64::from(size)).product(),
            expected: 4 + 4 * dimensions.len() as u64 + count,
            dimensions,
            ended: false,
        }),
        Err(problem) => Err(Error::Data {
            path: path.to_owned(),
            problem: kind.map_or(problem, |kind| DataProblem::Foreign { kind }),
        }),
    }
}

/// Items of an IDX file, one after the other; made by [`items`].
pub struct Items {
    reader: Box<dyn Read + Send>,
    path: PathBuf,
    dimensions: Vec<u32>,
    /// Bytes of an item.
    size: u64,
    /// Items that are still to come.
    left: u64,
    /// Bytes of the whole file.
    expected: u64,
    ended: bool,
}

impl Items {
    /// The dimensions of the file, the number of items first.
    pub fn dimensions(&self) -> &[u32] {
        &self.dimensions
    }

    /// The next item, or at the end an error if bytes follow it.
    fn read(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let wanted = if self.left == 0 { 1 } else { self.size };
        let mut item = Vec::new();
        let cut = read_up_to(&mut self.reader, wanted, &mut item).map_err(|source| Error::File {
            action: "read",
            path: self.path.clone(),
            source,
        })?;
        let wrong = |problem| {
            Err(Error::Data {
                path: self.path.clone(),
                problem,
            })
        };
        let found = item.len() as u64;
        match self.left {
            0 if found > 0 => wrong(DataProblem::Trailing {
                expected: self.expected,
            }),
            0 if cut => wrong(DataProblem::Unfinished),
            0 => Ok(None),
            left if found < wanted => wrong(DataProblem::Truncated {
                expected: self.expected,
                found: self.expected - left * self.size + found,
            }),
            left => {
                self.left = left - 1;
                Ok(Some(item))
            }
        }
    }
}

impl Iterator for Items {
    type Item = Result<Vec<u8>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.read().transpose();
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    const IMAGES: [u8; 28] = [
        0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ];

    fn read(folder: &Folder, bytes: &[u8], dimensions: u8) -> Result<Vec<Vec<u8>>, Error> {
        let path = folder.join("images");
        std::fs::write(&path, bytes).unwrap();
        items(&path, dimensions)?.collect()
    }

    #[test]
    fn items_are_those_of_the_whole_file() {
        let folder = Folder::new("idx-items");
        let all = read(&folder, &IMAGES, 3).unwrap();
        assert_eq!(all, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]);
        let path = folder.join("images");
        assert_eq!(items(&path, 3).unwrap().dimensions(), [3, 2, 2]);
        assert_eq!(all.concat(), super::super::read(&path, 3).unwrap().values);
        let labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
        assert_eq!(read(&folder, &labels, 1).unwrap(), [[7], [9]]);
    }

    #[test]
    fn every_fault_is_that_of_the_whole_file() {
        let folder = Folder::new("idx-items-faults");
        let longer = [&IMAGES[..], b"x"].concat();
        let huge = [&[0, 0, 8, 3][..], &[0xff; 12]].concat();
        let large = [&[0, 0, 8, 2, 0, 0, 0, 2][..], &[0xff; 4]].concat();
        let cuts = (0..IMAGES.len()).map(|cut| IMAGES[..cut].to_vec());
        for bytes in cuts.chain([longer, huge, large, b"<html>".to_vec(), b"\x89PNG....".to_vec()]) {
            let found = read(&folder, &bytes, 3).unwrap_err().to_string();
            let expected = super::super::read(&folder.join("images"), 3)
                .unwrap_err()
                .to_string();
            assert_eq!(found, expected, "{}", bytes.escape_ascii());
        }
        // Whole items before a cut are given.
        std::fs::write(folder.join("images"), &IMAGES[..22]).unwrap();
        let mut items = items(&folder.join("images"), 3).unwrap();
        assert!(items.next().unwrap().is_ok() && items.next().unwrap().is_err() && items.next().is_none());
    }

    #[test]
    #[cfg(feature = "gzip")]
    fn compressed_items_are_read_and_cuts_noticed() {
        use std::io::Write as _;

        let folder = Folder::new("idx-items-gzip");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&IMAGES).unwrap();
        let whole = encoder.finish().unwrap();
        assert_eq!(read(&folder, &whole, 3).unwrap().len(), 3);
        for cut in 0..whole.len() {
            assert!(read(&folder, &whole[..cut], 3).is_err(), "cut at {cut}");
        }
    }
}
