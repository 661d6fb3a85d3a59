//! Saved networks: safetensors files with one tensor per parameter, under its name and canonical shape.
//!
//! Names and shapes are PyTorch's, and the order in memory, which is the compiler's choice, is undone when saving
//! and made again when loading: a checkpoint outlives upgrades of the compiler and can be read by other
//! frameworks. Format: <https://huggingface.co/docs/safetensors>.
//!
//! ```no_run
//! # fn example<N: dsl_runtime::Network>(mut model: N) -> Result<(), dsl_runtime::Error> {
//! use dsl_runtime::checkpoint;
//!
//! checkpoint::save(&model, "digits.safetensors")?;
//! checkpoint::load(&mut model, "digits.safetensors")?;
//! # Ok(())
//! # }
//! ```

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::CheckpointProblem;
use crate::{Error, Network, Parameter, Parameters, Real};

/// Saves all parameters of `model`, in its element type.
///
/// The file is written beside its place under another name and moved there when whole: a reader, or a crash, never
/// meets half a checkpoint.
///
/// # Errors
///
/// [`Error::File`] if the file cannot be written; what stood there before stands there still.
pub fn save<N: Network>(model: &N, path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    replace(path, &encode(model)).map_err(|source| Error::File {
        action: "write",
        path: path.to_owned(),
        source,
    })
}

/// Loads all parameters of `model` from a file made by [`save`] or by another framework.
///
/// The file must hold exactly the network's parameters, in `f32` or `f64`: either is converted to the network's
/// element type (`f64` to `f32` rounds to nearest).
///
/// # Errors
///
/// [`Error::File`] if the file cannot be read, [`Error::Checkpoint`] if it does not fit; the model is unchanged
/// then.
pub fn load<N: Network>(model: &mut N, path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    decode(model, &bytes).map_err(|problem| Error::Checkpoint {
        path: path.to_owned(),
        problem,
    })
}

/// The bytes that [`save`] writes. Equal models give equal bytes.
pub fn encode<N: Network>(model: &N) -> Vec<u8> {
    let parameters = model.parameters();
    let dtype = if size_of::<N::Element>() == 4 {
        Dtype::F32
    } else {
        Dtype::F64
    };
    let tensors: Vec<(&Parameter, Vec<u8>)> = N::LAYOUT
        .parameters
        .iter()
        .map(|parameter| (parameter, canonical_bytes(parameter, parameters)))
        .collect();
    let views = tensors.iter().map(|(parameter, bytes)| {
        let view = TensorView::new(dtype, parameter.shape.to_vec(), bytes);
        (parameter.name, view.expect("a parameter is as long as its shape"))
    });
    // `collect`, as the map's type depends on the features that other crates choose for safetensors.
    let about = [("network".to_owned(), N::NAME.to_owned())].into_iter().collect();
    safetensors::serialize(views, Some(about)).expect("names and shapes fit a safetensors header")
}

/// Loads from bytes what [`load`] loads from a file, such as weights embedded by `include_bytes!`.
///
/// # Errors
///
/// The bytes do not fit the network; the model is unchanged then.
pub fn decode<N: Network>(model: &mut N, bytes: &[u8]) -> Result<(), CheckpointProblem> {
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| CheckpointProblem::Format(error.to_string()))?;
    let mut loaded = Parameters::zeros(N::LAYOUT);
    for parameter in N::LAYOUT.parameters {
        let name = parameter.name;
        let missing = |_| CheckpointProblem::Missing {
            name,
            network: N::NAME,
        };
        let tensor = file.tensor(name).map_err(missing)?;
        if tensor.shape() != parameter.shape {
            let found = tensor.shape().to_vec();
            return Err(CheckpointProblem::Shape {
                name,
                found,
                expected: parameter.shape,
            });
        }
        let memory = &mut loaded[parameter.range.clone()];
        match tensor.dtype() {
            Dtype::F32 => {
                let values = tensor.data().as_chunks::<4>().0.iter();
                place(
                    parameter,
                    values.map(|bytes| f32::from_le_bytes(*bytes) as f64),
                    memory,
                )?;
            }
            Dtype::F64 => {
                let values = tensor.data().as_chunks::<8>().0.iter();
                place(parameter, values.map(|bytes| f64::from_le_bytes(*bytes)), memory)?;
            }
            other => {
                return Err(CheckpointProblem::ElementType {
                    name,
                    found: format!("{other:?}"),
                });
            }
        }
    }
    let unexpected = file
        .names()
        .into_iter()
        .filter(|name| N::LAYOUT.find(name).is_none())
        .min();
    if let Some(name) = unexpected {
        return Err(CheckpointProblem::Unexpected {
            name: name.to_owned(),
            network: N::NAME,
        });
    }
    model.parameters_mut().copy_from_slice(&loaded);
    Ok(())
}

/// The parameter's values in canonical order, little-endian.
fn canonical_bytes<T: Real>(parameter: &Parameter, parameters: &Parameters<T>) -> Vec<u8> {
    let memory = &parameters[parameter.range.clone()];
    let mut bytes = Vec::with_capacity(size_of_val(memory));
    for place in parameter.places() {
        let value = memory[place].to_f64();
        if size_of::<T>() == 4 {
            bytes.extend((value as f32).to_le_bytes());
        } else {
            bytes.extend(value.to_le_bytes());
        }
    }
    bytes
}

/// Puts canonical values where they belong in memory.
fn place<T: Real>(
    parameter: &Parameter,
    values: impl Iterator<Item = f64>,
    memory: &mut [T],
) -> Result<(), CheckpointProblem> {
    for (position, (place, value)) in parameter.places().zip(values).enumerate() {
        let converted = T::literal(value);
        if value.is_finite() && !converted.to_f64().is_finite() {
            return Err(CheckpointProblem::Overflow {
                name: parameter.name,
                position,
                value,
            });
        }
        memory[place] = converted;
    }
    Ok(())
}

/// Makes `bytes` the contents of `path`, all or nothing.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        ));
    };
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(partial);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    })();
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&partial);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(encode(&model), fs::read(&path).unwrap());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no partial file is left"
        );
    }

    #[test]
    fn tensors_are_saved_in_canonical_order() {
        let model = Points::<f64>::new(1);
        let bytes = encode(&model);
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
        decode(&mut single, &encode(&double)).unwrap();
        assert_eq!(
            single.parameters().to_vec(),
            Points::<f32>::new(1).parameters().to_vec()
        );
        let mut back = double.clone();
        decode(&mut back, &encode(&single)).unwrap();
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
        let problem = refused(&encode(&double));
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
        let bytes = encode(&Points::<f32>::new(1));
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
        fs::write(&path, &encode(&model)[..40]).unwrap();
        assert!(
            load(&mut model, &path)
                .unwrap_err()
                .to_string()
                .contains("cut.safetensors")
        );
    }
}
