use std::collections::BTreeMap;

use super::*;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::testing::{Folder, Points};

const WEIGHT: &str = "logits.dense1.weight";
const BIAS: &str = "logits.dense1.bias";

/// A file of these tensors.
fn file(tensors: &[(&str, Dtype, &[usize])]) -> Vec<u8> {
    let zeros = [0; 1024];
    let views = tensors.iter().map(|&(name, dtype, shape)| {
        let len = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        (
            name,
            TensorView::new(dtype, shape.to_vec(), &zeros[..len]).unwrap(),
        )
    });
    safetensors::serialize(views, None).unwrap()
}

/// The same file, its checksum under a name that means nothing.
pub(super) fn without_checksum(bytes: &[u8]) -> Vec<u8> {
    renamed(bytes, format::CHECKSUM, "something_else")
}

/// The same file with the first `from` replaced by `to`, which has the same length.
pub(super) fn renamed(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = bytes.windows(from.len()).position(|part| part == from.as_bytes());
    let place = place.expect("the file has the name");
    bytes[place..place + from.len()].copy_from_slice(to.as_bytes());
    bytes
}

fn refused(bytes: &[u8]) -> CheckpointProblem {
    let mut model = Points::<f32>::new(1);
    let before = model.parameters().to_vec();
    let problem = decode(&mut model, bytes).unwrap_err();
    assert_eq!(before, model.parameters().to_vec());
    problem
}

#[test]
fn what_is_saved_is_loaded_bit_for_bit() {
    let folder = Folder::new("checkpoint");
    let path = folder.join("points.safetensors");
    let (model, mut other) = (Points::<f32>::new(1), Points::<f32>::new(2));
    save(&other, &path).unwrap();
    save(&model, &path).unwrap();
    load(&mut other, &path).unwrap();
    assert_eq!(model.parameters().to_vec(), other.parameters().to_vec());
    assert_eq!(encode(&model).unwrap(), fs::read(&path).unwrap());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no partial file is left"
    );
}

#[test]
fn an_index_of_several_files_is_loaded_bit_for_bit() {
    let folder = Folder::new("checkpoint-index");
    let (saved, mut loaded) = (Points::<f32>::new(1), Points::<f32>::new(2));
    let tensors = tensors(&saved).unwrap();
    let mut listed = Vec::new();
    for (number, (name, tensor)) in tensors.into_iter().enumerate() {
        let one = Tensors::from([(name.clone(), tensor)]);
        let file = format!("{number}.safetensors");
        fs::write(folder.join(&file), format::write(&Texts::new(), &one)).unwrap();
        listed.push(format!(r#""{name}":"{file}""#));
    }
    assert!(listed.len() > 1);
    let path = folder.join("model.safetensors.index.json");
    fs::write(&path, format!(r#"{{"weight_map":{{{}}}}}"#, listed.join(","))).unwrap();
    load(&mut loaded, &path).unwrap();
    assert_eq!(loaded.parameters().to_vec(), saved.parameters().to_vec());
}

#[test]
fn tensors_are_saved_in_canonical_order() {
    let model = Points::<f64>::new(1);
    let bytes = encode(&model).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let weight = file.tensor(WEIGHT).unwrap();
    assert_eq!((weight.shape(), weight.dtype()), (&[3, 2][..], Dtype::F64));
    let saved: Vec<f64> = weight
        .data()
        .as_chunks::<8>()
        .0
        .iter()
        .map(|b| f64::from_le_bytes(*b))
        .collect();
    let memory = model.parameters().get(WEIGHT).unwrap();
    assert_eq!(saved, [0, 3, 1, 4, 2, 5].map(|place| memory[place]));
}

#[test]
fn either_element_type_is_converted() {
    let (double, mut single) = (Points::<f64>::new(1), Points::<f32>::new(2));
    decode(&mut single, &encode(&double).unwrap()).unwrap();
    assert_eq!(
        single.parameters().to_vec(),
        Points::<f32>::new(1).parameters().to_vec()
    );
    let mut back = double.clone();
    decode(&mut back, &encode(&single).unwrap()).unwrap();
    assert!(
        back.parameters()
            .iter()
            .zip(single.parameters().iter())
            .all(|(&b, &s)| b == s as f64)
    );
}

#[test]
fn a_value_too_large_for_the_element_type_is_named() {
    let mut double = Points::<f64>::new(1);
    double.parameters_mut()[17] = 1e300;
    let problem = refused(&encode(&double).unwrap());
    assert_eq!(
        problem,
        CheckpointProblem::Overflow {
            name: BIAS,
            position: 1,
            value: 1e300
        }
    );
}

#[test]
fn only_finite_numbers_are_saved_and_loaded() {
    let folder = Folder::new("checkpoint-finite");
    let path = folder.join("points.safetensors");
    let good = Points::<f64>::new(1);
    save(&good, &path).unwrap();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut model = good.clone();
        // Kept as `[2, 3]`, saved as `[3, 2]`.
        model.parameters_mut()[3] = bad;
        let error = save(&model, &path).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(&format!("element 1 of `{WEIGHT}` is {bad}")),
            "{text}"
        );
        assert_eq!(
            fs::read(&path).unwrap(),
            encode(&good).unwrap(),
            "the good file stays"
        );
    }
    let mut poisoned = without_checksum(&encode(&good).unwrap());
    // The weight is the last of the file's tensors.
    let at = poisoned.len() - 8;
    poisoned[at..].copy_from_slice(&f64::NAN.to_le_bytes());
    let problem = refused(&poisoned);
    let named = matches!(&problem, CheckpointProblem::NonFinite { name, position: 5, value } if name == WEIGHT && value.is_nan());
    assert!(named, "{problem}");
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let (weight, bias) = ((WEIGHT, Dtype::F32, &[3, 2][..]), (BIAS, Dtype::F32, &[3][..]));
    let text = |tensors: &[_]| refused(&file(tensors)).to_string();
    let missing = text(&[weight]);
    assert!(
        missing.contains("1 missing:\n    `logits.dense1.bias` [3]"),
        "{missing}"
    );
    let unexpected = text(&[weight, bias, ("z", Dtype::F32, &[1]), ("a", Dtype::F32, &[1])]);
    assert!(
        unexpected.contains("2 not in the network:\n    `a` [1]\n    `z` [1]"),
        "{unexpected}"
    );
    let misshapen = text(&[(WEIGHT, Dtype::F32, &[2, 3]), bias]);
    assert!(
        misshapen.contains("`logits.dense1.weight` [3, 2], there it is [2, 3]"),
        "{misshapen}"
    );
    let moment = text(&[weight, bias, ("Adam.m/logits.dense1.bias", Dtype::F32, &[3])]);
    assert!(moment.contains("1 not in the network"), "{moment}");
    assert_eq!(
        refused(&file(&[weight, (BIAS, Dtype::F8_E5M2, &[3])])),
        CheckpointProblem::ElementType {
            name: BIAS.to_owned(),
            found: "F8_E5M2".to_owned()
        }
    );
}

#[test]
fn every_cut_is_noticed() {
    let bytes = encode(&Points::<f32>::new(1)).unwrap();
    for cut in 0..bytes.len() {
        assert!(
            matches!(refused(&bytes[..cut]), CheckpointProblem::Format(_)),
            "cut at {cut}"
        );
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(refused(&longer), CheckpointProblem::Format(_)));
    assert!(matches!(
        refused(b"\xff\xff\xff\xff\xff\xff\xff\xff{}"),
        CheckpointProblem::Format(_)
    ));
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let mut model = Points::<f32>::new(1);
    let text = load(&mut model, "no such folder/points.safetensors")
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("cannot read `no such folder/points.safetensors`: "),
        "{text}"
    );
    let text = save(&model, "no such folder/points.safetensors")
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("cannot write `no such folder/points.safetensors`: "),
        "{text}"
    );
    assert!(
        save(&model, "..")
            .unwrap_err()
            .to_string()
            .contains("names no file")
    );
    let folder = Folder::new("checkpoint-cut");
    let path = folder.join("cut.safetensors");
    fs::write(&path, &encode(&model).unwrap()[..40]).unwrap();
    assert!(
        load(&mut model, &path)
            .unwrap_err()
            .to_string()
            .contains("cut.safetensors")
    );
}

#[test]
fn what_is_no_checkpoint_is_said_to_be_what_it_is() {
    for (bytes, what) in [
        (
            &b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 12345\n"[..],
            "Git LFS pointer",
        ),
        (
            b"<!DOCTYPE html>\n<html><body>Not Found</body></html>",
            "page of the web",
        ),
        (b"PK\x03\x04\0\0\x08\x08archive/data.pkl", "torch.save"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "Python pickle"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "gzip"),
        (b"", "shorter than 8 bytes"),
        (b"plain text of some length", "its header would be"),
    ] {
        let text = refused(bytes).to_string();
        assert!(text.contains(what), "{text}");
    }
}

/// The bytes of a model in which every byte matters, and the end of its header.
fn whole() -> (Points<f32>, Vec<u8>) {
    let model = Points::<f32>::new(1);
    let bytes = encode(&model).unwrap();
    (model, bytes)
}

#[test]
fn every_flipped_bit_is_noticed_or_changes_nothing() {
    let (model, bytes) = whole();
    let payload = bytes.len() - 9 * 4;
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            let mut loaded = Points::<f32>::new(2);
            let outcome = decode(&mut loaded, &damaged);
            if place >= payload {
                assert_eq!(
                    outcome,
                    Err(CheckpointProblem::Damaged),
                    "bit {bit} of byte {place}"
                );
            } else if outcome.is_ok() {
                // For example the key of the checksum, or the space at the end.
                assert_eq!(
                    loaded.parameters().to_vec(),
                    model.parameters().to_vec(),
                    "bit {bit} of byte {place}"
                );
            }
        }
    }
}

#[test]
fn damage_of_every_length_is_noticed() {
    let (_, bytes) = whole();
    let payload = bytes.len() - 9 * 4;
    for first in payload..bytes.len() {
        for end in first + 1..=bytes.len() {
            let mut damaged = bytes.clone();
            damaged[first..end].iter_mut().for_each(|byte| *byte = !*byte);
            assert_eq!(refused(&damaged), CheckpointProblem::Damaged, "{first}..{end}");
        }
    }
}

#[test]
fn a_file_without_checksum_and_one_written_anew_are_loaded() {
    let (model, bytes) = whole();
    let about = |about: Option<BTreeMap<String, String>>| {
        let read = SafeTensors::deserialize(&bytes).unwrap();
        let about = about.map(|about| about.into_iter().collect());
        safetensors::serialize(read.tensors(), about).unwrap()
    };
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let kept: BTreeMap<String, String> = header.metadata().clone().unwrap().into_iter().collect();
    assert!(kept.contains_key(format::CHECKSUM));
    for written in [about(None), about(Some(kept.clone()))] {
        let mut loaded = Points::<f32>::new(2);
        decode(&mut loaded, &written).unwrap();
        assert_eq!(loaded.parameters().to_vec(), model.parameters().to_vec());
    }
    let mut lies = kept;
    lies.insert("network".to_owned(), "Points2".to_owned());
    assert_eq!(refused(&about(Some(lies))), CheckpointProblem::Damaged);
}

#[test]
fn nothing_about_a_file_is_accepted() {
    let (weight, bias) = ((WEIGHT, Dtype::F32, &[3, 2][..]), (BIAS, Dtype::F32, &[3][..]));
    let bytes = file(&[weight, bias]);
    let (header, data) = bytes[8..].split_at(bytes.len() - 8 - 36);
    let header = std::str::from_utf8(header).unwrap().trim_end();
    for about in ["null", "{}"] {
        let header = header.replacen('{', &format!("{{\"__metadata__\":{about},"), 1);
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        assert!(SafeTensors::deserialize(&bytes).is_ok(), "{header}");
        decode(&mut Points::<f32>::new(2), &bytes).unwrap();
    }
}
