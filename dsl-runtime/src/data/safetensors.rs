//! Arrays in safetensors files, as data: inputs and targets that another program has computed.
//!
//! The format is read by the module `checkpoint`, where networks are saved and loaded.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::array::{Array, Elements};
use crate::Error;
use crate::checkpoint::format::File;
use crate::error::DataProblem;
use crate::span::span;

/// Reads all arrays of a file, by their names: of booleans, whole numbers of 8 to 64 bits, `F32` and `F64`.
///
/// # Errors
///
/// The file cannot be read ([`Error::File`]); it is of another format, truncated, damaged or contradicts itself
/// ([`Error::Checkpoint`]); an array has elements of another type, or there is none ([`Error::Data`], which names the array).
pub fn read(path: impl AsRef<Path>) -> Result<BTreeMap<String, Array>, Error> {
    let path = path.as_ref();
    span!(INFO, "loading", path = %path.display());
    let bytes = fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let file = File::read(&bytes).map_err(|problem| Error::Checkpoint {
        path: path.to_owned(),
        problem,
    })?;
    let of = |path, problem| Error::Data { path, problem };
    if file.tensors.is_empty() {
        return Err(of(path.to_owned(), DataProblem::Empty));
    }
    let mut arrays = BTreeMap::new();
    for (name, tensor) in file.tensors {
        let place = path.join(&name);
        let Some((letter, size)) = element(&tensor.element) else {
            let found = tensor.element;
            return Err(of(place, DataProblem::ElementType { found }));
        };
        let elements = Elements::of_bytes(letter, size, false, &tensor.bytes);
        arrays.insert(name, Array::new(&place, tensor.shape, elements));
    }
    Ok(arrays)
}

/// The letter by which NumPy calls a type of elements, and its bytes.
fn element(name: &str) -> Option<(u8, usize)> {
    Some(match name {
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
        _ => return None,
    })
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
            let error = read_bytes(&whole[..cut]).unwrap_err();
            assert!(matches!(error, Error::Checkpoint { .. }), "{cut}: {error}");
        }
        let refused = |from: &str, to: &str| {
            read_bytes(&file(&HEADER.replace(from, to), &DATA))
                .unwrap_err()
                .to_string()
        };
        let half = refused("\"F32\",\"shape\":[1,2]", "\"F16\",\"shape\":[1,4]");
        assert!(half.contains("x/x`: has elements of type `F16`"), "{half}");
        assert!(refused("[1,2]", "[1,3]").contains("not as long as the tensor's shape says"));
        assert!(refused("[1,2]", "[9223372036854775807,4]").contains("shape says"));
        assert!(refused("[0,8]", "[8,0]").contains("no part of the file"));
        assert!(refused("[0,8]", "[0,1000000000000]").contains("no part of the file"));
        assert!(refused("\"y\"", "\"x\"").contains("a second tensor"));
        assert!(refused("\"dtype\"", "\"type\"").contains("dtype"));
        for bad in ["", "{", "[]", "{\"x\":1}"] {
            assert!(
                read_bytes(&file(bad, &[]))
                    .unwrap_err()
                    .to_string()
                    .contains("its header"),
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
        assert!(read_bytes(&long).unwrap_err().to_string().contains("bytes long"));
        let text = read_bytes(b"<!DOCTYPE html><html>").unwrap_err().to_string();
        assert!(text.contains("a page of the web"), "{text}");
        assert!(
            read("no such file")
                .unwrap_err()
                .to_string()
                .contains("cannot read `no such file`")
        );
    }
}
