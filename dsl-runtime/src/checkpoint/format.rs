//! The safetensors format: the length of a header in eight bytes, the header in JSON, the elements of all tensors.
//!
//! <https://huggingface.co/docs/safetensors> describes it. The reference implementation brings eleven crates along, most
//! of which parse any JSON into any type: a fifth of a first build, for a header of names and numbers. The tests hold
//! what is written here against it.

use std::collections::BTreeMap;

use nojson::{JsonParseError, RawJson, RawJsonValue, json};

/// Bytes of the longest header that is read; the reference implementation's limit.
const LONGEST: u64 = 100_000_000;

/// The name in the header under which texts about the whole stand, rather than a tensor.
const ABOUT: &str = "__metadata__";

/// A file's contents.
pub(super) struct File<'a> {
    pub about: BTreeMap<String, String>,
    pub tensors: BTreeMap<String, Tensor<&'a [u8]>>,
}

/// A tensor and its bytes: elements in row-major order, little-endian, without gaps.
pub(super) struct Tensor<B> {
    /// `F32`, `F64`, `I64`, …
    pub element: String,
    pub shape: Vec<usize>,
    pub bytes: B,
}

/// Tensors to be written, by name.
pub(super) type Tensors = BTreeMap<String, Tensor<Vec<u8>>>;

impl<'a> File<'a> {
    /// The contents of a whole file; an error says what is wrong with it.
    pub(super) fn read(bytes: &'a [u8]) -> Result<File<'a>, String> {
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
        // The bytes of all tensors, one after another, are all there is.
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

    /// Takes up what the header tells, and says where the tensors' bytes lie.
    fn fill(&mut self, header: &str, data: &'a [u8]) -> Result<Vec<[usize; 2]>, JsonParseError> {
        let header = RawJson::parse(header)?;
        let mut places = Vec::new();
        for (name, value) in header.value().to_object()? {
            let text = String::try_from(name)?;
            if text == ABOUT {
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

/// A tensor of the header, and where its bytes begin and end.
fn tensor<'a>(
    value: RawJsonValue<'_, '_>,
    data: &'a [u8],
) -> Result<([usize; 2], Tensor<&'a [u8]>), JsonParseError> {
    let member = |name| value.to_member(name)?.required();
    let (element, shape) = (member("dtype")?, member("shape")?);
    let (element, shape) = (String::try_from(element)?, Vec::<usize>::try_from(shape)?);
    let place = member("data_offsets")?;
    let [first, end] = <[usize; 2]>::try_from(place)?;
    let bytes = data
        .get(first..end)
        .ok_or_else(|| place.invalid("no part of the file"))?;
    let size = match &*element {
        "F32" => Some(4),
        "F64" => Some(8),
        // Of others only the names matter.
        _ => None,
    };
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
            bytes,
        },
    ))
}

/// The bytes of a file of `tensors`, in the order of their names: equal contents give equal bytes.
pub(super) fn write(about: &BTreeMap<&str, String>, tensors: &Tensors) -> Vec<u8> {
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
    let mut header = header.to_string();
    // The elements begin at a multiple of their size.
    header.extend(std::iter::repeat_n(
        ' ',
        header.len().next_multiple_of(8) - header.len(),
    ));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.into_bytes());
    tensors.values().for_each(|tensor| file.extend(&tensor.bytes));
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::{Dtype, SafeTensors, tensor::TensorView};

    fn contents() -> (BTreeMap<&'static str, String>, Tensors) {
        let tensor = |element: &str, shape: &[usize], bytes: std::ops::Range<u8>| Tensor {
            element: element.to_owned(),
            shape: shape.to_vec(),
            bytes: bytes.collect(),
        };
        let tensors = [
            ("b.weight", tensor("F32", &[2, 3], 0..24)),
            ("a \"quoted\"\n\u{1F600}\u{1}", tensor("F32", &[], 24..28)),
            ("empty", tensor("F32", &[0, 5], 0..0)),
        ];
        (
            [("network", "Net \\ \"work\"\t".to_owned())].into(),
            tensors.map(|(name, tensor)| (name.to_owned(), tensor)).into(),
        )
    }

    #[test]
    fn the_reference_implementation_writes_the_same_bytes_and_reads_them() {
        let (about, tensors) = contents();
        let views = tensors.iter().map(|(name, tensor)| {
            let view = TensorView::new(Dtype::F32, tensor.shape.clone(), &tensor.bytes);
            (name, view.unwrap())
        });
        let map = about.iter().map(|(key, value)| (key.to_string(), value.clone()));
        let theirs = safetensors::serialize(views, Some(map.collect())).unwrap();
        let ours = write(&about, &tensors);
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
        assert_eq!(SafeTensors::deserialize(&ours).unwrap().len(), 3);
    }

    #[test]
    fn what_is_written_is_read() {
        let (about, tensors) = contents();
        let bytes = write(&about, &tensors);
        let file = File::read(&bytes).unwrap();
        assert!(
            file.about
                .iter()
                .map(|(key, value)| (&**key, value))
                .eq(about.iter().map(|(key, value)| (*key, value)))
        );
        assert!(file.tensors.keys().eq(tensors.keys()));
        for (read, written) in file.tensors.values().zip(tensors.values()) {
            assert_eq!(
                (&read.element, &read.shape, read.bytes),
                (&written.element, &written.shape, &*written.bytes)
            );
        }
    }

    /// A file of this header and so many zeros.
    fn file(header: &str, zeros: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(vec![0; zeros]);
        bytes
    }

    #[test]
    fn a_header_that_lies_is_refused_as_the_reference_implementation_does() {
        let refused = |header: &str, zeros: usize, what: &str| {
            let bytes = file(header, zeros);
            let error = File::read(&bytes)
                .err()
                .unwrap_or_else(|| panic!("{header} was read"));
            assert!(error.contains(what), "{header}: {error}");
            assert!(SafeTensors::deserialize(&bytes).is_err(), "{header}");
        };
        let one = |shape: &str, offsets: &str| {
            format!(r#"{{"a":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#)
        };
        assert!(File::read(&file(&one("[1]", "[0,4]"), 4)).is_ok());
        refused(&one("[1]", "[0,4]"), 8, "take 4 bytes of 8");
        refused(&one("[1]", "[4,8]"), 8, "overlap or leave gaps");
        refused(&one("[1]", "[0,8]"), 8, "not as long");
        refused(&one("[2]", "[0,8]"), 4, "no part of the file");
        refused(&one("[2]", "[8,0]"), 8, "no part of the file");
        refused(&one("[-1]", "[0,4]"), 4, "");
        refused(&one("[4294967296,4294967296]", "[0,0]"), 0, "not as long");
        refused(&one("1", "[0,4]"), 4, "");
        refused(&one("[1]", "[0]"), 4, "");
        refused(r#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "data_offsets");
        refused(r#"{"a":1}"#, 0, "");
        refused(r#"{"__metadata__":{"a":1}}"#, 0, "");
        refused("[]", 0, "");
        refused("{", 0, "");
        refused(&"[".repeat(1 << 20), 0, "");
        let two = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
        refused(two, 4, "overlap");
        assert!(File::read(b"\xff\xff\xff\xff\xff\xff\xff\xff{}").is_err());
        assert!(File::read(&[3, 0, 0, 0, 0, 0, 0, 0, b'{', 0xff, b'}']).is_err());
    }

    #[test]
    fn what_the_reference_implementation_reads_of_a_damaged_file_is_read_alike() {
        let (about, tensors) = contents();
        let whole = write(&about, &tensors);
        for place in 0..whole.len() {
            for byte in [0, b' ', b'"', b'0', b'9', b'[', b'}', b'\\', 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[place] = byte;
                let Ok(theirs) = SafeTensors::deserialize(&bytes) else {
                    continue;
                };
                let ours = File::read(&bytes).unwrap_or_else(|error| panic!("{byte} at {place}: {error}"));
                assert_eq!(ours.tensors.len(), theirs.len());
                for (name, tensor) in &ours.tensors {
                    let theirs = theirs.tensor(name).unwrap();
                    assert_eq!((&*tensor.shape, tensor.bytes), (theirs.shape(), theirs.data()));
                }
            }
        }
    }
}
