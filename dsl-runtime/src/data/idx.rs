//! The IDX format of the MNIST files: bytes in a tensor, plain or compressed by gzip.
//!
//! Two zero bytes, the element type (8: unsigned byte), the number of dimensions, each dimension as a
//! big-endian `u32`, then the values. Source: <http://yann.lecun.com/exdb/mnist/>.

mod items;

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::open::{Opened, open};
use crate::Error;
use crate::error::DataProblem;
use crate::span::span;

pub use items::{Items, items};

/// A tensor of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx {
    /// Its dimensions, outermost first.
    pub dimensions: Vec<u32>,
    /// Its values, row-major; as many as the product of the dimensions.
    pub values: Vec<u8>,
}

/// Reads a file with so many `dimensions`. Its first bytes, not its name, tell if it is compressed; zeros
/// behind compressed data are padding.
///
/// # Errors
///
/// The file cannot be read ([`Error::File`]); it has another magic number, is truncated, goes on after its
/// last value or promises more than can be addressed ([`Error::Data`]). Both name the file.
pub fn read(path: &Path, dimensions: u8) -> Result<Idx, Error> {
    span!(INFO, "loading", path = %path.display());
    let failed = |action| {
        move |source| Error::File {
            action,
            path: path.to_owned(),
            source,
        }
    };
    let Opened { mut reader, kind } = open(path)?;
    let parsed = parse(&mut reader, dimensions).map_err(failed("read"))?;
    parsed.map_err(|problem| Error::Data {
        path: path.to_owned(),
        problem: kind.map_or(problem, |kind| DataProblem::Foreign { kind }),
    })
}

/// The tensor; the inner error is a problem with the bytes, the outer one a failure to read them.
fn parse(reader: &mut impl Read, dimensions: u8) -> io::Result<Result<Idx, DataProblem>> {
    let (dimensions, count) = match header(reader, dimensions)? {
        Ok(header) => header,
        Err(problem) => return Ok(Err(problem)),
    };
    let header_len = 4 + 4 * dimensions.len() as u64;
    // Reads one byte more than expected, to see if it is there. Memory grows with the bytes read, not with
    // the promise of the header.
    let mut values = Vec::new();
    let cut = read_up_to(reader, count + 1, &mut values)?;
    let found = values.len() as u64;
    Ok(match found {
        _ if found < count => Err(DataProblem::Truncated {
            expected: header_len + count,
            found: header_len + found,
        }),
        _ if found > count => Err(DataProblem::Trailing {
            expected: header_len + count,
        }),
        _ if cut => Err(DataProblem::Unfinished),
        _ => Ok(Idx { dimensions, values }),
    })
}

/// The dimensions, and the number of values.
fn header(reader: &mut impl Read, dimensions: u8) -> io::Result<Result<(Vec<u32>, u64), DataProblem>> {
    let header_len = 4 + 4 * dimensions as u64;
    let mut header = Vec::new();
    read_up_to(reader, header_len, &mut header)?;
    if let Some(&found) = header.first_chunk::<4>()
        && found != [0, 0, 8, dimensions]
    {
        return Ok(Err(DataProblem::Magic { found, dimensions }));
    }
    if (header.len() as u64) < header_len {
        return Ok(Err(DataProblem::Truncated {
            expected: header_len,
            found: header.len() as u64,
        }));
    }
    let dimensions: Vec<u32> = header[4..]
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| u32::from_be_bytes(*bytes))
        .collect();
    let count = dimensions
        .iter()
        .try_fold(1u64, |product, &size| product.checked_mul(size as u64));
    Ok(
        match count.filter(|&count| count < isize::MAX as u64 - header_len) {
            Some(count) => Ok((dimensions, count)),
            None => Err(DataProblem::TooLarge { dimensions }),
        },
    )
}

/// Appends at most `limit` bytes; returns true if a compressed file was found truncated on the way. Bytes
/// before the cut are kept.
fn read_up_to(reader: &mut impl Read, limit: u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
    match reader.take(limit).read_to_end(bytes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(true),
        other => other.map(|_| false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "gzip")]
    use crate::data::gzip::Members;

    fn problem(bytes: &[u8], dimensions: u8) -> DataProblem {
        parse(&mut &bytes[..], dimensions).unwrap().unwrap_err()
    }

    const LABELS: [u8; 11] = [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1];

    #[cfg(feature = "gzip")]
    fn compressed(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write as _;

        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn dimensions_and_values_are_read() {
        let labels = parse(&mut &LABELS[..], 1).unwrap().unwrap();
        assert_eq!(
            labels,
            Idx {
                dimensions: vec![3],
                values: vec![7, 2, 1]
            }
        );
        let images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4];
        assert_eq!(parse(&mut &images[..], 3).unwrap().unwrap().dimensions, [1, 2, 2]);
    }

    #[test]
    fn every_cut_is_noticed() {
        for cut in 0..LABELS.len() {
            let expected = if cut < 8 { 8 } else { 11 };
            let wanted = DataProblem::Truncated {
                expected,
                found: cut as u64,
            };
            assert_eq!(problem(&LABELS[..cut], 1), wanted);
        }
    }

    #[test]
    #[cfg(feature = "gzip")]
    fn every_cut_of_a_compressed_file_is_noticed() {
        let whole = compressed(&LABELS);
        for cut in 0..whole.len() {
            let result = parse(&mut Members::new(&whole[..cut]), 1);
            assert!(!matches!(result, Ok(Ok(_))), "cut at {cut}: {result:?}");
        }
        assert!(parse(&mut Members::new(&whole[..]), 1).unwrap().is_ok());
    }

    #[test]
    #[cfg(feature = "gzip")]
    fn compressed_files_may_be_padded_by_zeros() {
        let padded = [compressed(&LABELS), vec![0; 1000]].concat();
        let labels = parse(&mut Members::new(&padded[..]), 1).unwrap().unwrap();
        assert_eq!(labels.values, [7, 2, 1]);
        let followed = [compressed(&LABELS), b"more".to_vec()].concat();
        let error = parse(&mut Members::new(&followed[..]), 1).unwrap_err();
        assert!(
            error.to_string().contains("neither gzip data nor zeros"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_data_at_all_is_said_to_be_what_it_is() {
        let folder = crate::testing::Folder::new("idx-foreign");
        for (name, bytes, what) in [
            (
                "labels.gz",
                &b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 28881\n"[..],
                "is a Git LFS pointer",
            ),
            (
                "labels",
                b"<!DOCTYPE html><html><head><title>404 Not Found",
                "is a page of the web",
            ),
            ("short", b"<html>", "is a page of the web"),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, bytes).unwrap();
            let message = read(&path, 1).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains(what), "{message}");
        }
    }

    #[test]
    #[cfg(not(feature = "gzip"))]
    fn a_compressed_file_asks_for_the_feature() {
        let folder = crate::testing::Folder::new("idx");
        let path = folder.join("labels.gz");
        std::fs::write(&path, [0x1f, 0x8b, 8, 0]).unwrap();
        let message = read(&path, 1).unwrap_err().to_string();
        assert!(
            message.contains("labels.gz") && message.contains("`gzip`"),
            "{message}"
        );
    }

    #[test]
    fn other_faults_are_told_apart() {
        assert_eq!(
            problem(&LABELS, 3),
            DataProblem::Magic {
                found: [0, 0, 8, 1],
                dimensions: 3
            }
        );
        assert_eq!(
            problem(b"\x89PNG....", 1),
            DataProblem::Magic {
                found: *b"\x89PNG",
                dimensions: 1
            }
        );
        let mut longer = LABELS.to_vec();
        longer.push(0);
        assert_eq!(problem(&longer, 1), DataProblem::Trailing { expected: 11 });
        let mut huge = vec![0, 0, 8, 3];
        huge.extend([0xff; 12]);
        assert_eq!(
            problem(&huge, 3),
            DataProblem::TooLarge {
                dimensions: vec![u32::MAX; 3]
            }
        );
        let mut large = vec![0, 0, 8, 1];
        large.extend([0xff; 4]);
        assert!(matches!(
            problem(&large, 1),
            DataProblem::Truncated { found: 8, .. }
        ));
    }
}
