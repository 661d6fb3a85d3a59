//! NumPy's arrays: `.npy`, a header as Python writes it and the elements, and `.npz`, a zip archive of such files.
//!
//! Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>. Either order of bytes and of
//! axes is read, in all three versions; the elements are booleans, whole numbers of 8 to 64 bits, `f32` and `f64`.
//! Objects, which are pickled Python, and records are refused. Memory grows with the bytes that there are, not with
//! what a header promises.

mod header;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::array::{Array, Elements};
use crate::error::DataProblem;
use crate::span::span;
use crate::{Error, foreign};
use header::{Header, Kind};

/// The bytes of the longest header that is read.
const LONGEST: u64 = 1 << 16;

/// Reads a `.npy` file.
///
/// # Errors
///
/// The file cannot be read ([`Error::File`]); it is of another format, truncated, goes on after its last element, or
/// holds elements of another type ([`Error::Data`]).
pub fn read(path: impl AsRef<Path>) -> Result<Array, Error> {
    let path = path.as_ref();
    span!(INFO, "loading", path = %path.display());
    let failed = |action| {
        move |source| Error::File {
            action,
            path: path.to_owned(),
            source,
        }
    };
    let mut reader = BufReader::new(File::open(path).map_err(failed("open"))?);
    let kind = foreign::kind(reader.fill_buf().map_err(failed("read"))?);
    let parsed = parse(&mut reader).map_err(failed("read"))?;
    let (shape, elements) = parsed.map_err(|problem| Error::Data {
        path: path.to_owned(),
        problem: match (problem, kind) {
            (DataProblem::Beginning { .. }, Some(kind)) => DataProblem::Foreign { kind },
            (problem, _) => problem,
        },
    })?;
    Ok(Array::new(path, shape, elements))
}

/// Reads all arrays of a `.npz` file, plain or compressed, by their names without `.npy`.
///
/// # Errors
///
/// Those of [`read`], of the archive and of each array; or it holds something else, or nothing.
pub fn read_npz(path: impl AsRef<Path>) -> Result<BTreeMap<String, Array>, Error> {
    let path = path.as_ref();
    span!(INFO, "loading", path = %path.display());
    let bytes = fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let wrong = |problem| Error::Data {
        path: path.to_owned(),
        problem,
    };
    let fault = |error: rawzip::Error| {
        let problem = DataProblem::Archive {
            fault: error.to_string(),
        };
        wrong(match foreign::kind(&bytes) {
            Some(kind) if !bytes.starts_with(b"PK") => DataProblem::Foreign { kind },
            _ => problem,
        })
    };
    let archive = ZipArchive::from_slice(&bytes).map_err(fault)?;
    let mut arrays = BTreeMap::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(fault)? {
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        let Some(name) = name.strip_suffix(".npy") else {
            return Err(wrong(DataProblem::Archive {
                fault: format!("`{name}` is no array"),
            }));
        };
        let within = path.join(name);
        let member = archive.get_entry(entry.wayfinder()).map_err(fault)?;
        let parsed = match entry.compression_method() {
            CompressionMethod::STORE => parse(&mut member.verifying_reader(member.data())),
            CompressionMethod::DEFLATE => {
                parse(&mut member.verifying_reader(DeflateDecoder::new(member.data())))
            }
            _ => {
                return Err(wrong(DataProblem::Archive {
                    fault: format!("`{name}` is compressed in a way that is not known"),
                }));
            }
        };
        let parsed = parsed.map_err(|source| Error::File {
            action: "read",
            path: within.clone(),
            source,
        })?;
        let (shape, elements) = parsed.map_err(|problem| Error::Data {
            path: within.clone(),
            problem,
        })?;
        let array = Array::new(&within, shape, elements);
        if arrays.insert(name.to_owned(), array).is_some() {
            return Err(wrong(DataProblem::Archive {
                fault: format!("two arrays are named `{name}`"),
            }));
        }
    }
    match arrays.is_empty() {
        true => Err(wrong(DataProblem::Empty)),
        false => Ok(arrays),
    }
}

/// The shape and the elements; the inner error is a problem with the bytes, the outer one a failure to read them.
fn parse(reader: &mut impl Read) -> io::Result<Result<(Vec<usize>, Elements), DataProblem>> {
    let mut first = Vec::new();
    read_up_to(reader, 8, &mut first)?;
    if !first.starts_with(b"\x93NUMPY") {
        return Ok(Err(DataProblem::Beginning {
            expected: "a NumPy array, whose first bytes are \\x93NUMPY",
        }));
    }
    let &[_, _, _, _, _, _, version, _] = &first[..] else {
        return Ok(Err(truncated(8, first.len())));
    };
    let size = match version {
        1 => 2,
        2 | 3 => 4,
        _ => {
            return Ok(Err(DataProblem::Header {
                fault: "it is of a version after 3",
            }));
        }
    };
    let mut length = Vec::new();
    read_up_to(reader, size, &mut length)?;
    if length.len() < size as usize {
        return Ok(Err(truncated(8 + size, 8 + length.len())));
    }
    length.resize(8, 0);
    let length = length.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    if length > LONGEST {
        return Ok(Err(DataProblem::Header {
            fault: "it would be longer than 65,536 bytes",
        }));
    }
    let mut header = Vec::new();
    read_up_to(reader, length, &mut header)?;
    let start = 8 + size + length;
    if (header.len() as u64) < length {
        return Ok(Err(truncated(start, 8 + size as usize + header.len())));
    }
    let header = match Header::parse(&header) {
        Ok(header) => header,
        Err(problem) => return Ok(Err(problem)),
    };
    let count = header
        .shape
        .iter()
        .try_fold(1u64, |all, &size| all.checked_mul(size));
    let bytes = count.and_then(|count| count.checked_mul(header.kind.size as u64));
    let Some(bytes) = bytes.filter(|&bytes| bytes < isize::MAX as u64 - start) else {
        return Ok(Err(DataProblem::Promise { shape: header.shape }));
    };
    // One byte more than expected, to see if it is there; of an archive, the end is verified by it.
    let mut values = Vec::new();
    read_up_to(reader, bytes + 1, &mut values)?;
    let found = values.len() as u64;
    if found < bytes {
        return Ok(Err(truncated(start + bytes, start as usize + values.len())));
    }
    if found > bytes {
        return Ok(Err(DataProblem::Trailing {
            expected: start + bytes,
        }));
    }
    let shape: Vec<usize> = header.shape.iter().map(|&size| size as usize).collect();
    let Kind {
        letter,
        size,
        big_endian,
    } = header.kind;
    let mut elements = Elements::of_bytes(letter, size, big_endian, &values);
    if header.fortran {
        elements.reorder(by_rows(&shape));
    }
    Ok(Ok((shape, elements)))
}

fn truncated(expected: u64, found: usize) -> DataProblem {
    DataProblem::Truncated {
        expected,
        found: found as u64,
    }
}

/// Appends at most `limit` bytes; compressed data that end early are as many as there are.
fn read_up_to(reader: &mut impl Read, limit: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    match reader.take(limit).read_to_end(bytes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
        other => other.map(drop),
    }
}

/// The places, in an array of this shape whose first axis varies fastest, of its elements row by row.
fn by_rows(shape: &[usize]) -> impl Iterator<Item = usize> {
    let count: usize = shape.iter().product();
    let mut index = vec![0; shape.len()];
    let mut next = 0;
    (0..count).map(move |_| {
        let place = next;
        let mut stride = count;
        for (axis, &size) in shape.iter().enumerate().rev() {
            stride /= size;
            index[axis] += 1;
            next += stride;
            if index[axis] < size {
                break;
            }
            next -= stride * size;
            index[axis] = 0;
        }
        place
    })
}

#[cfg(test)]
mod tests;
