//! Saved networks: safetensors files with one tensor per parameter and buffer, under its name and canonical
//! shape.
//!
//! Names and shapes are PyTorch's. The memory layout, which is the compiler's choice, is undone when saving
//! and applied again when loading: a checkpoint outlives upgrades of the compiler and can be read by other
//! frameworks. Format: <https://huggingface.co/docs/safetensors>.
//!
//! Files of other people's networks, whose tensors have other names or layouts, are loaded by an `Import` (feature `import`).
//!
//! # Guarantees about files
//!
//! * **All or nothing.** Whatever ends a save, be it an error, a signal or a power failure, the path has the
//!   old contents or the new ones, whole. When the save returns they are on the disk, and so is the file's
//!   name (on Unix, and if the file system supports it).
//! * **Any number of savers** to one path, in threads, processes, containers: each save is whole, the last
//!   one stays.
//! * **No leftovers** except from a process that dies while it saves: a file `.<name>.<16 digits>.partial` in
//!   the same folder, which the next save to the same path removes. It is recognised by its lock, not its
//!   age: on file systems without locks it stays. (For a name longer than 100 bytes a number takes its
//!   place.)
//! * **Links and permissions.** If the path is a symbolic link, the file it leads to is replaced; a file that
//!   is replaced keeps its permissions; one that is write-protected, a folder or a device is an error. Owner
//!   and further hard links are not kept.
//! * **Damage is found.** A checksum of the whole file is among its metadata: an accidental change, of a
//!   single bit or of many, is an error (it goes unnoticed once in 2⁶⁴). It does not protect against malice,
//!   and a file without it, from another program, is loaded as it is. A program that changes tensors must
//!   drop the entry `contents_xxh64`.
//! * **A file from a stranger** is loaded or is an error, and can do nothing else.
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

mod elements;
mod fit;
pub(crate) mod format;
#[cfg(feature = "import")]
mod import;
mod passing;
mod shards;
mod training;

use std::fs;
use std::path::Path;

pub use fit::Imported;
#[cfg(feature = "import")]
pub use import::Import;
pub(crate) use training::{Added, Further, resume_with, save_with};
pub use training::{resume_training, save_training};

use fit::{Leave, fit};
use format::{File, Tensor, Tensors, Texts};

use crate::error::CheckpointProblem;
use crate::finite::first_of;
use crate::replace::replace;
use crate::span::span;
use crate::{Error, Layout, Network, Parameter, Parameters, Real};

/// Saves all parameters and buffers of `model`, in its element type.
///
/// The save is atomic and durable: see the [module](self).
///
/// # Errors
///
/// [`Error::File`] if the file cannot be written, [`Error::Checkpoint`] if a value is infinite or NaN; the
/// path then keeps its old contents.
pub fn save<N: Network>(model: &N, path: impl AsRef<Path>) -> Result<(), Error> {
    write(path.as_ref(), encode(model))
}

/// Writes the encoded bytes, or reports why there are none.
fn write(path: &Path, bytes: Result<Vec<u8>, CheckpointProblem>) -> Result<(), Error> {
    span!(INFO, "saving", path = %path.display());
    let bytes = bytes.map_err(|problem| Error::Checkpoint {
        path: path.to_owned(),
        problem,
    })?;
    replace(path, &bytes).map_err(|source| Error::File {
        action: "write",
        path: path.to_owned(),
        source,
    })
}

fn read_whole(path: &Path) -> Result<Vec<u8>, Error> {
    span!(INFO, "loading", path = %path.display());
    fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

/// Loads all parameters and buffers of `model` from a file made by [`save`] or by another framework; or, where its name ends in
/// `.json`, from the files beside it of which it is the index, as `model.safetensors.index.json` is one.
///
/// The file must hold exactly the network's parameters and buffers; an `Import` loads what differs. Elements may be
/// BOOL, integers, F16, BF16, F32 or F64; each is converted to the network's element type, rounded to nearest. The
/// file may be of a network of another name whose parameters have the same names and shapes. The
/// `num_batches_tracked` that PyTorch saves beside the running statistics of a batch norm, and the optimizer state
/// from [`save_training`], are ignored. The start values of parameters, which the word `from_start` keeps, may be
/// missing: the loaded parameters then become the start.
///
/// # Errors
///
/// [`Error::File`] if the file cannot be read, [`Error::Checkpoint`] if it does not fit:
/// [`CheckpointProblem::Mismatch`] lists all that is missing, unexpected or of another shape. The model is then
/// unchanged.
pub fn load<N: Network>(model: &mut N, path: impl AsRef<Path>) -> Result<(), Error> {
    shards::with_files(path.as_ref(), &mut |files| take(model, files))
}

/// The bytes that [`save`] writes. Equal models give equal bytes.
///
/// # Errors
///
/// [`CheckpointProblem::NonFinite`] names the first value that is infinite or NaN.
pub fn encode<N: Network>(model: &N) -> Result<Vec<u8>, CheckpointProblem> {
    let mut about = Texts::new();
    about.insert("network".to_owned(), N::NAME.to_owned());
    Ok(format::write(&about, &tensors(model)?))
}

/// The tensors of all parameters and buffers.
fn tensors<N: Network>(model: &N) -> Result<Tensors<'static>, CheckpointProblem> {
    let halves: [(Layout, &[N::Element]); 2] =
        [(N::LAYOUT, model.parameters()), (N::BUFFERS, model.buffers())];
    let mut tensors = Tensors::new();
    for (layout, values) in halves {
        for parameter in layout.parameters {
            let tensor = saved(parameter.name, parameter, values)?;
            tensors.insert(parameter.name.to_owned(), tensor);
        }
    }
    Ok(tensors)
}

/// Loads from bytes as [`load`] does from a file, for example weights embedded by `include_bytes!`.
///
/// # Errors
///
/// The bytes do not fit the network; the model is then unchanged.
pub fn decode<N: Network>(model: &mut N, bytes: &[u8]) -> Result<(), CheckpointProblem> {
    take(model, &[File::read(bytes)?])
}

/// The contents of a checkpoint of a network.
struct Read<T: Real> {
    parameters: Parameters<T>,
    buffers: Parameters<T>,
}

impl<T: Real> Read<T> {
    /// What a network holds.
    fn held_by<N: Network<Element = T>>(model: &N) -> Read<T> {
        let mut buffers = Parameters::zeros(N::BUFFERS);
        buffers.copy_from_slice(model.buffers());
        Read {
            parameters: model.parameters().clone(),
            buffers,
        }
    }

    /// Puts it into a network.
    fn store<N: Network<Element = T>>(&self, model: &mut N) {
        model.parameters_mut().copy_from_slice(&self.parameters);
        model.buffers_mut().copy_from_slice(&self.buffers);
    }
}

/// Loads from some files, which must hold exactly the network.
fn take<N: Network>(model: &mut N, files: &[File<'_>]) -> Result<(), CheckpointProblem> {
    let read = whole::<N>(files, Read::held_by(model))?;
    read.store(model);
    Ok(())
}

/// What a network holds that held `before` and takes some files, which must hold exactly that.
fn whole<N: Network>(
    files: &[File<'_>],
    before: Read<N::Element>,
) -> Result<Read<N::Element>, CheckpointProblem> {
    let mut report = Imported::default();
    let tensors = passing::tensors(files, &mut report);
    let (read, _) = fit::<N>(&tensors, Leave::NONE, before, report)?;
    Ok(read)
}

/// The network in a file, which must hold exactly that.
fn read_from<N: Network>(file: &File<'_>) -> Result<Read<N::Element>, CheckpointProblem> {
    let zeros = Read {
        parameters: Parameters::zeros(N::LAYOUT),
        buffers: Parameters::zeros(N::BUFFERS),
    };
    whole::<N>(std::slice::from_ref(file), zeros)
}

/// The name of an optimizer's average of a parameter.
fn named(optimizer: &str, moment: &str, parameter: &str) -> String {
    format!("{optimizer}.{moment}{}{parameter}", training::SEPARATOR)
}

/// The values of all tensors in `layout`, found in the file by the name that `saved_as` derives from theirs.
fn values_named<T: Real>(
    layout: Layout,
    file: &File<'_>,
    network: &'static str,
    saved_as: impl Fn(&str) -> String,
) -> Result<Parameters<T>, CheckpointProblem> {
    let mut loaded = Parameters::zeros(layout);
    for parameter in layout.parameters {
        let name = parameter.name;
        let saved_name = saved_as(name);
        let tensor = file.tensors.get(&saved_name);
        let tensor = tensor.ok_or(CheckpointProblem::Missing { name, network })?;
        if tensor.shape != parameter.shape {
            let found = tensor.shape.clone();
            return Err(CheckpointProblem::Shape {
                name,
                found,
                expected: parameter.shape,
            });
        }
        let numbers = elements::numbers(tensor).ok_or_else(|| CheckpointProblem::ElementType {
            name: saved_name.clone(),
            found: tensor.element.clone(),
        })?;
        place(
            &saved_name,
            parameter,
            numbers,
            &mut loaded[parameter.range.clone()],
        )?;
    }
    Ok(loaded)
}

/// The bytes of a parameter's values, saved under a name; all must be finite.
fn saved<T: Real>(
    name: &str,
    parameter: &Parameter,
    values: &[T],
) -> Result<Tensor<'static>, CheckpointProblem> {
    match first_of(parameter, &values[parameter.range.clone()]) {
        Some((position, value)) => Err(CheckpointProblem::NonFinite {
            name: name.to_owned(),
            position,
            value,
        }),
        None => Ok(canonical(parameter, values)),
    }
}

/// The parameter's values in canonical order.
fn canonical<T: Real>(parameter: &Parameter, values: &[T]) -> Tensor<'static> {
    let memory = &values[parameter.range.clone()];
    let single = size_of::<T>() == 4;
    let mut bytes = Vec::with_capacity(size_of_val(memory));
    for place in parameter.places() {
        let value = memory[place].to_f64();
        if single {
            bytes.extend((value as f32).to_le_bytes());
        } else {
            bytes.extend(value.to_le_bytes());
        }
    }
    Tensor {
        element: if single { "F32" } else { "F64" }.to_owned(),
        shape: parameter.shape.to_vec(),
        bytes: bytes.into(),
    }
}

/// Writes canonical values, which the file has under `name`, into a parameter's memory.
fn place<T: Real>(
    name: &str,
    parameter: &Parameter,
    values: impl Iterator<Item = f64>,
    memory: &mut [T],
) -> Result<(), CheckpointProblem> {
    for (position, (place, value)) in parameter.places().zip(values).enumerate() {
        if !value.is_finite() {
            return Err(CheckpointProblem::NonFinite {
                name: name.to_owned(),
                position,
                value,
            });
        }
        let converted = T::literal(value);
        if !converted.is_finite() {
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

#[cfg(test)]
mod tests;
