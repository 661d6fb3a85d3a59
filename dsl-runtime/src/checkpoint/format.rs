//! The safetensors format: the length of a header in eight bytes, the header in JSON, the elements of all
//! tensors.
//!
//! <https://huggingface.co/docs/safetensors> describes it. The reference implementation depends on eleven
//! crates, most of which parse any JSON into any type: a fifth of a first build, for a header of names and
//! numbers. The tests compare this implementation with it.
//!
//! Files written here have a checksum of their whole contents among their texts, so that a bit lost on a disk
//! or a line is detected on reading. A file without one, from another program, is read as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use nojson::{JsonParseError, RawJson, RawJsonValue, json};

use super::elements;
use crate::error::CheckpointProblem;
use crate::foreign;
use crate::xxh64::xxh64;

/// The bytes of the longest header that is read; the reference implementation's limit.
const LONGEST: u64 = 100_000_000;

/// The name in the header of the texts about the whole file; all other names are tensors.
const ABOUT: &str = "__metadata__";

/// The key of the checksum among the texts; see [`checksum`].
pub(super) const CHECKSUM: &str = "contents_xxh64";

/// A file's contents.
pub(crate) struct File<'a> {
    pub about: Texts,
    pub tensors: Tensors<'a>,
}

/// Texts about a whole file, by their keys.
pub(super) type Texts = BTreeMap<String, String>;

/// Tensors, by name.
pub(super) type Tensors<'a> = BTreeMap<String, Tensor<'a>>;

/// A tensor and its bytes, those of a file or its own: elements in row-major order, little-endian, without gaps.
pub(crate) struct Tensor<'a> {
    /// `F32`, `F64`, `I64`, …
    pub element: String,
    pub shape: Vec<usize>,
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> File<'a> {
    /// The contents of a whole file, after checking that they are as written.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<File<'a>, CheckpointProblem> {
        let file = File::parse(bytes).map_err(|fault| {
            let likely = foreign::kind(bytes).map(|kind| format!("it is {kind}"));
            CheckpointProblem::Format(likely.unwrap_or(fault))
        })?;
        let mut about = file.about.clone();
        match about.remove(CHECKSUM) {
            Some(saved) if saved != checksum(&about, &file.tensors) => Err(CheckpointProblem::Damaged),
            _ => Ok(file),
        }
    }

    /// The contents; an error describes a malformed file.
    fn parse(bytes: &'a [u8]) -> Result<File<'a>, String> {
        let (length, rest) = bytes
            .split_first_chunk::<8>()
            .ok_or("it is shorter than 8 bytes")?;
        let length = u64::from_le_bytes(*length);
        if length > LONGEST {
            return Err(format!("its header would be {length} bytes long"));
        }
        let (header, data) = rest
            .split_at_checked(length as usize)
            .ok_or("it ends within its header")?;
        let header = std::str::from_utf8(header).map_err(|error| format!("its header: {error}"))?;
        let mut file = File {
            about: BTreeMap::new(),
            tensors: BTreeMap::new(),
        };
        let mut places = file
            .fill(header, data)
            .map_err(|error| format!("its header: {error}"))?;
        // The bytes of all tensors follow each other without gaps, and nothing follows.
        places.sort_unstable();
        let end = places
            .iter()
            .try_fold(0, |end, &[first, next]| (first == end).then_some(next));
        match end {
            Some(end) if end == data.len() => Ok(file),
            Some(end) => Err(format!("its tensors take {end} bytes of {}", data.len())),
            None => Err("its tensors overlap or leave gaps".to_owned()),
        }
    }

    /// Takes the header into `self`, and returns the ranges of the tensors' bytes.
    fn fill(&mut self, header: &str, data: &'a [u8]) -> Result<Vec<[usize; 2]>, JsonParseError> {
        let header = RawJson::parse(header)?;
        let mut places = Vec::new();
        for (name, value) in header.value().to_object()? {
            let text = String::try_from(name)?;
            if text == ABOUT {
                // Texts about the whole file may be absent, null or an empty object, as in the reference
                // implementation.
                if value.kind().is_null() {
                    continue;
                }
                for (key, value) in value.to_object()? {
                    self.about.insert(key.try_into()?, value.try_into()?);
                }
                continue;
            }
            let (place, tensor) = tensor(value, data)?;
            places.push(place);
            if self.tensors.insert(text, tensor).is_some() {
                return Err(name.invalid("a second tensor of this name"));
            }
        }
        Ok(places)
    }
}

/// A tensor of the header, and the range of its bytes.
fn tensor<'a>(
    value: RawJsonValue<'_, '_>,
    data: &'a [u8],
) -> Result<([usize; 2], Tensor<'a>), JsonParseError> {
    let member = |name| value.to_member(name)?.required();
    let (element, shape) = (member("dtype")?, member("shape")?);
    let (element, shape) = (String::try_from(element)?, Vec::<usize>::try_from(shape)?);
    let place = member("data_offsets")?;
    let [first, end] = <[usize; 2]>::try_from(place)?;
    let bytes = data
        .get(first..end)
        .ok_or_else(|| place.invalid("no part of the file"))?;
    // Tensors of types that cannot be read are listed by name only.
    let size = elements::size(&element);
    let sizes = || shape.iter().copied().chain(size);
    let whole = sizes().try_fold(1, usize::checked_mul);
    if size.is_some() && whole != Some(bytes.len()) {
        return Err(place.invalid("not as long as the tensor's shape says"));
    }
    Ok((
        [first, end],
        Tensor {
            element,
            shape,
            bytes: bytes.into(),
        },
    ))
}

/// The bytes of a file of `tensors`, in the order of their names: equal contents give equal bytes.
pub(super) fn write(about: &Texts, tensors: &Tensors<'_>) -> Vec<u8> {
    let mut about = about.clone();
    about.insert(CHECKSUM.to_owned(), checksum(&about, tensors));
    lay_out(&about, tensors)
}

/// The checksum of all contents of a file: XXH64 of its header as written here without the checksum,
/// continued over the bytes of each tensor in the order of names.
///
/// A file that another program has rewritten, with other formatting and another order, has the same.
fn checksum(about: &Texts, tensors: &Tensors<'_>) -> String {
    let of_header = xxh64(header(about, tensors).as_bytes(), 0);
    let of_all = tensors
        .values()
        .fold(of_header, |hash, tensor| xxh64(&tensor.bytes, hash));
    format!("{of_all:016x}")
}

/// The bytes of a file with exactly these contents.
fn lay_out(about: &Texts, tensors: &Tensors<'_>) -> Vec<u8> {
    let mut header = header(about, tensors);
    // The elements begin at a multiple of their size.
    header.extend(std::iter::repeat_n(
        ' ',
        header.len().next_multiple_of(8) - header.len(),
    ));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.into_bytes());
    tensors
        .values()
        .for_each(|tensor| file.extend_from_slice(&tensor.bytes));
    file
}

/// The header of a file of these tensors, in the order of their names.
fn header(about: &Texts, tensors: &Tensors<'_>) -> String {
    let header = json(|f| {
        f.object(|f| {
            f.member(ABOUT, json(|f| f.object(|f| f.members(about))))?;
            let mut end = 0;
            tensors.iter().try_for_each(|(name, tensor)| {
                let first = end;
                end += tensor.bytes.len();
                f.member(
                    name,
                    json(|f| {
                        f.object(|f| {
                            f.member("dtype", &tensor.element)?;
                            f.member("shape", &tensor.shape)?;
                            f.member("data_offsets", [first, end])
                        })
                    }),
                )
            })
        })
    });
    header.to_string()
}

#[cfg(test)]
mod tests;
