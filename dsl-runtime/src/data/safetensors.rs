//! Arrays in safetensors files, as data: inputs and targets that another program has computed.
//!
//! Networks are saved and loaded by the module `checkpoint`, which also checks the checksum that it writes.
//! Format: <https://huggingface.co/docs/safetensors>.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use nojson::{JsonParseError, RawJson, RawJsonValue};

use super::array::{Array, Elements};
use crate::error::DataProblem;
use crate::{Error, foreign};

/// The bytes of the longest header that is read; the reference implementation's limit.
const LONGEST: u64 = 100_000_000;

/// Reads all arrays of a file, by their names: of booleans, whole numbers of 8 to 64 bits, `F32` and `F64`.
///
/// # Errors
///
/// The file cannot be read ([`Error::File`]); it is of another format or truncated, its header contradicts itself or
/// the file, an array has elements of another type, or there is none ([`Error::Data`], which names the array).
pub fn read(path: impl AsRef<Path>) -> Result<BTreeMap<String, Array>, Error> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    parse(&bytes, path).map_err(|(name, problem)| Error::Data {
        path: name.map_or(path.to_owned(), |name| path.join(name)),
        problem: match (problem, foreign::kind(&bytes)) {
            (DataProblem::Archive { .. } | DataProblem::Truncated { .. }, Some(kind)) => {
                DataProblem::Foreign { kind }
            }
            (problem, _) => problem,
        },
    })
}

/// A problem, and the name of the array that has it.
type Fault = (Option<String>, DataProblem);

fn parse(bytes: &[u8], path: &Path) -> Result<BTreeMap<String, Array>, Fault> {
    let truncated = |expected: u64| {
        let found = bytes.len() as u64;
        (None, DataProblem::Truncated { expected, found })
    };
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or(truncated(8))?;
    let length = u64::from_le_bytes(*length);
    if length > LONGEST {
        return Err((
            None,
            archive("its header would be longer than 100,000,000 bytes".to_owned()),
        ));
    }
    let (header, data) = rest
        .split_at_checked(length as usize)
        .ok_or(truncated(8 + length))?;
    let header = std::str::from_utf8(header).map_err(|error| (None, archive(error.to_string())))?;
    let entries = entries(header).map_err(|error| (None, archive(error.to_string())))?;
    let end = entries.values().map(|entry| entry.place[1]).max().unwrap_or(0);
    if end > data.len() {
        return Err(truncated((8 + length).saturating_add(end as u64)));
    }
    let mut arrays = BTreeMap::new();
    for (name, entry) in entries {
        let array = entry
            .array(data, &path.join(&name))
            .map_err(|problem| (Some(name.clone()), problem))?;
        arrays.insert(name, array);
    }
    match arrays.is_empty() {
        true => Err((None, DataProblem::Empty)),
        false => Ok(arrays),
    }
}

fn archive(fault: String) -> DataProblem {
    DataProblem::Archive { fault }
}

/// What the header says of an array.
struct Entry {
    kind: String,
    shape: Vec<usize>,
    place: [usize; 2],
}

/// The arrays of a header, each name once.
fn entries(header: &str) -> Result<BTreeMap<String, Entry>, JsonParseError> {
    let header = RawJson::parse(header)?;
    let mut entries = BTreeMap::new();
    for (name, value) in header.value().to_object()? {
        let text = String::try_from(name)?;
        if text != "__metadata__" && entries.insert(text, entry(value)?).is_some() {
            return Err(name.invalid("a second array of this name"));
        }
    }
    Ok(entries)
}

fn entry(value: RawJsonValue<'_, '_>) -> Result<Entry, JsonParseError> {
    let member = |name| value.to_member(name)?.required();
    Ok(Entry {
        kind: member("dtype")?.try_into()?,
        shape: Vec::try_from(member("shape")?)?,
        place: <[usize; 2]>::try_from(member("data_offsets")?)?,
    })
}

impl Entry {
    fn array(self, data: &[u8], path: &Path) -> Result<Array, DataProblem> {
        let (letter, size) = match &*self.kind {
            "BOOL" => (b'b', 1),
            "I8" => (b'i', 1),
            "I16" => (b'i', 2),
            "I32" => (b'i', 4),
            "I64" => (b'i', 8),
            "U8" => (b'u', 1),
            "U16" => (b'u', 2),
            "U32" => (b'u', 4),
            "U64" => (b'u', 8),
            "F32" => (b'f', 4),
            "F64" => (b'f', 8),
            _ => return Err(DataProblem::ElementType { found: self.kind }),
        };
        let [first, end] = self.place;
        let wanted = self
            .shape
            .iter()
            .copied()
            .chain([size])
            .try_fold(1, usize::checked_mul);
        match data.get(first..end) {
            Some(bytes) if wanted == Some(bytes.len()) => Ok(Array::new(
                path,
                self.shape,
                Elements::of_bytes(letter, size, false, bytes),
            )),
            _ => Err(archive(format!(
                "its bytes, {first} to {end}, are not as many as {:?} asks for",
                self.shape
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
    }

    fn read_bytes(bytes: &[u8]) -> Result<BTreeMap<String, Array>, Error> {
        let folder = Folder::new("data-safetensors");
        fs::write(folder.join("x"), bytes).unwrap();
        read(folder.join("x"))
    }

    const HEADER: &str = "{\"__metadata__\":{\"a\":\"b\"},\
        \"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\
        \"y\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]}}";
    const DATA: [u8; 16] = [0, 0, 128, 63, 0, 0, 0, 64, 7, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn arrays_are_read_by_name() {
        let arrays = read_bytes(&file(HEADER, &DATA)).unwrap();
        assert_eq!(arrays.keys().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(
            (arrays["x"].shape(), arrays["x"].reals::<f32>().unwrap()),
            (&[1, 2][..], vec![1.0, 2.0])
        );
        assert_eq!(arrays["y"].indices(10).unwrap(), [7]);
        assert!(
            arrays["y"]
                .indices(7)
                .unwrap_err()
                .to_string()
                .contains("x/y`: element 0 is 7")
        );
    }

    #[test]
    fn files_of_the_reference_implementation_are_read() {
        use safetensors::tensor::{Dtype, TensorView};

        let values: Vec<u8> = (0..24u16).flat_map(u16::to_le_bytes).collect();
        let view = TensorView::new(Dtype::U16, vec![2, 3, 4], &values).unwrap();
        let yes = TensorView::new(Dtype::BOOL, vec![2], &[1, 0]).unwrap();
        let bytes = safetensors::serialize([("values", view), ("yes", yes)], None).unwrap();
        let arrays = read_bytes(&bytes).unwrap();
        assert_eq!(arrays["values"].indices(24).unwrap(), (0..24).collect::<Vec<_>>());
        assert_eq!(
            (arrays["values"].width(), arrays["yes"].elements()),
            (12, &Elements::Bool(vec![true, false]))
        );
    }

    #[test]
    fn every_cut_and_every_lie_is_refused() {
        let whole = file(HEADER, &DATA);
        for cut in 0..whole.len() {
            let text = read_bytes(&whole[..cut]).unwrap_err().to_string();
            assert!(text.contains("is truncated"), "{cut}: {text}");
        }
        let refused = |from: &str, to: &str| {
            read_bytes(&file(&HEADER.replace(from, to), &DATA))
                .unwrap_err()
                .to_string()
        };
        assert!(refused("F32", "F16").contains("x/x`: has elements of type `F16`"));
        assert!(refused("[1,2]", "[1,3]").contains("not as many as [1, 3] asks for"));
        assert!(refused("[1,2]", "[9223372036854775807,4]").contains("asks for"));
        assert!(refused("[0,8]", "[8,0]").contains("8 to 0"));
        assert!(refused("[0,8]", "[0,1000000000000]").contains("is truncated"));
        assert!(refused("\"y\"", "\"x\"").contains("a second array"));
        assert!(refused("\"dtype\"", "\"type\"").contains("dtype"));
        for bad in ["", "{", "[]", "{\"x\":1}"] {
            assert!(
                read_bytes(&file(bad, &[]))
                    .unwrap_err()
                    .to_string()
                    .contains("no archive"),
                "{bad}"
            );
        }
        assert!(
            read_bytes(&file("{}", &[]))
                .unwrap_err()
                .to_string()
                .contains("holds no item")
        );
        let long = u64::MAX.to_le_bytes();
        assert!(read_bytes(&long).unwrap_err().to_string().contains("longer than"));
        let text = read_bytes(b"<!DOCTYPE html><html>").unwrap_err().to_string();
        assert!(text.contains("is a page of the web"), "{text}");
        assert!(
            read("no such file")
                .unwrap_err()
                .to_string()
                .contains("cannot read `no such file`")
        );
    }
}
