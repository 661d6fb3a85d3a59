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
    let mut poisoned = encode(&good).unwrap();
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
    assert_eq!(
        refused(&file(&[weight])),
        CheckpointProblem::Missing {
            name: BIAS,
            network: "Points"
        }
    );
    assert_eq!(
        refused(&file(&[
            weight,
            bias,
            ("z", Dtype::F32, &[1]),
            ("a", Dtype::F32, &[1])
        ])),
        CheckpointProblem::Unexpected {
            name: "a".to_owned(),
            network: "Points"
        }
    );
    assert_eq!(
        refused(&file(&[(WEIGHT, Dtype::F32, &[2, 3]), bias])),
        CheckpointProblem::Shape {
            name: WEIGHT,
            found: vec![2, 3],
            expected: &[3, 2]
        }
    );
    assert_eq!(
        refused(&file(&[weight, (BIAS, Dtype::I64, &[3])])),
        CheckpointProblem::ElementType {
            name: BIAS,
            found: "I64".to_owned()
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
