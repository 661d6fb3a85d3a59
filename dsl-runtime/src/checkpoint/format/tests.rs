use super::*;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

fn contents() -> (Texts, Tensors<'static>) {
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
        [("network".to_owned(), "Net \\ \"work\"\t".to_owned())].into(),
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
    let map = about.clone().into_iter().collect();
    let theirs = safetensors::serialize(views, Some(map)).unwrap();
    let ours = lay_out(&about, &tensors);
    assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
    assert_eq!(SafeTensors::deserialize(&ours).unwrap().len(), 3);
}

#[test]
fn what_is_written_is_read() {
    let (mut about, tensors) = contents();
    let bytes = write(&about, &tensors);
    let file = File::read(&bytes).unwrap();
    about.insert(CHECKSUM.to_owned(), checksum(&about, &tensors));
    assert_eq!(file.about, about);
    assert!(file.tensors.keys().eq(tensors.keys()));
    for (read, written) in file.tensors.values().zip(tensors.values()) {
        assert_eq!(
            (&read.element, &read.shape, &read.bytes),
            (&written.element, &written.shape, &written.bytes)
        );
    }
}

/// A file with this header and so many zeros.
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
            .unwrap_or_else(|| panic!("{header} was read"))
            .to_string();
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
    let whole = lay_out(&about, &tensors);
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
                assert_eq!((&*tensor.shape, &*tensor.bytes), (theirs.shape(), theirs.data()));
            }
        }
    }
}
