//! What files from anywhere must not do: each function hands its bytes to a reader, which must return a value or an error,
//! and holds what it returns to what is true of every file.
//!
//! The fuzz targets call these functions, and so does an ordinary test of the repository, with recorded files and mutations.

use std::fs;
use std::path::PathBuf;

use dsl_runtime::checkpoint::Import;
use dsl_runtime::data::{Cifar10, Table, TableEncoder, TableEncoding, idx, npy};
use dsl_runtime::prelude::*;

network! {
    /// A little of everything a checkpoint may hold.
    pub struct Target;

    pub fn loss(&self, x: Tensor<2>, y: Tensor<1>) -> Scalar {
        let far = parameters("*.weight").from_start().l2();
        x.dense(2).batch_norm().dense(1).squared_error(y) + 0.01 * far
    }
}

/// A model that has taken a step, with the optimizer and the workspace of that.
pub fn trained() -> (Target, Adam<f32>, Workspace<Target>) {
    let (mut model, mut optimizer) = (Target::new(1), Adam::new(0.1));
    let mut work = Target::workspace().batch(2).threads(1).seed(5).build();
    model
        .train_step(&mut work, (&[0.5, 1.0, -1.0, 2.0], &[1.0, 0.0]), &mut optimizer)
        .expect("a finite loss");
    (model, optimizer, work)
}

/// A checkpoint: what is loaded is finite and saved as it was loaded; what is refused changes nothing.
pub fn checkpoint(bytes: &[u8]) {
    let mut model = Target::new(2);
    let before = values(&model);
    match checkpoint::decode(&mut model, bytes) {
        Ok(()) => {
            let saved = checkpoint::encode(&model).expect("only finite numbers are loaded");
            let mut again = Target::new(3);
            checkpoint::decode(&mut again, &saved).expect("what was saved is whole");
            assert_eq!(values(&again), values(&model));
        }
        Err(problem) => {
            assert!(!problem.to_string().is_empty());
            assert_eq!(values(&model), before);
        }
    }
}

/// A checkpoint through rules of every kind, whatever then fits: what is loaded is finite, what is refused changes nothing.
pub fn import(bytes: &[u8]) {
    let imports = [
        Import::new().transpose("*.weight").transpose("*.weight"),
        Import::new()
            .split("loss.{layer}.weight", 0, &["{layer}.a", "{layer}.b"])
            .concat(&["{layer}.a", "{layer}.b"], 0, "loss.{layer}.weight"),
        Import::new()
            .concat(
                &["loss.{layer}.bias", "loss.{layer}.running_mean"],
                0,
                "{layer}.both",
            )
            .ignore("*.both"),
        Import::new()
            .strip_prefix("loss.")
            .rename("*", "loss.*")
            .allow_missing("*weight*"),
    ];
    for import in imports {
        for import in [import.clone(), import.strict(false)] {
            let mut model = Target::new(2);
            let before = values(&model);
            match import.decode(&mut model, bytes) {
                Ok(report) => {
                    assert!(!report.loaded.is_empty());
                    checkpoint::encode(&model).expect("only finite numbers are loaded");
                }
                Err(problem) => {
                    assert!(!problem.to_string().is_empty());
                    assert_eq!(values(&model), before);
                }
            }
        }
    }
}

/// A training: one that is taken up goes on for a step, one that is refused changes nothing.
pub fn training(bytes: &[u8]) {
    let path = file("training", "file", bytes);
    let (mut model, mut optimizer) = (Target::new(2), Adam::new(0.1));
    let mut work = Target::workspace().batch(2).threads(1).build();
    let before = values(&model);
    match checkpoint::resume_training(&mut model, &mut optimizer, &mut work, &path) {
        Ok(_) => {
            // Numbers that are too large to learn from may end in an error, and in no other way.
            let batch = (&[0.5, 1.0, -1.0, 2.0][..], &[1.0, 0.0][..]);
            let _ = model.train_step(&mut work, batch, &mut optimizer);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!((values(&model), optimizer.steps(), work.step()), (before, 0, 0));
        }
    }
}

/// An IDX file: there are as many values as its dimensions say.
pub fn idx(bytes: &[u8]) {
    let path = file("idx", "file", bytes);
    for dimensions in [0, 1, 3] {
        if let Ok(tensor) = idx::read(&path, dimensions) {
            let sizes = tensor.dimensions.iter().map(|&size| size as usize);
            assert_eq!(tensor.dimensions.len(), dimensions as usize);
            assert_eq!(tensor.values.len(), sizes.product::<usize>());
        }
    }
}

/// The test half of CIFAR-10, beside files of one record: every label is one of the classes.
pub fn cifar(bytes: &[u8]) {
    const RECORD: [u8; 3073] = [0; 3073];
    for number in 1..=5 {
        file("cifar", &format!("data_batch_{number}.bin"), &RECORD);
    }
    file("cifar", "test_batch.bin", bytes);
    if let Ok(data) = Cifar10::<f32>::load(folder("cifar")) {
        assert_eq!(data.test.inputs().len(), 3072 * data.test.len());
        assert!(data.test.labels().iter().all(|&label| label < 10));
    }
}

/// A table: its rows are encoded as they were learnt, finite numbers and known classes, and the encoding comes back from its
/// text; without learning, bytes that are read as an encoding are one.
pub fn csv(bytes: &[u8]) {
    if let Ok(table) = Table::parse(bytes, "table.csv") {
        let last = table.columns().last().cloned().unwrap_or_default();
        let encoder = TableEncoder::new().class(last);
        if let Ok(encoding) = encoder.fit(&table) {
            let width = encoding.width();
            if let Ok(data) = encoding.classification::<f32>(&table) {
                assert_eq!(data.inputs().len(), width * table.len());
                assert!(data.inputs().iter().all(|value| value.is_finite()));
            }
            let again: TableEncoding = encoding.to_string().parse().expect("it was written by `Display`");
            assert_eq!(again, encoding);
        }
    }
    if let Ok(encoding) = String::from_utf8_lossy(bytes).parse::<TableEncoding>() {
        assert_eq!(encoding.to_string().parse(), Ok(encoding));
    }
}

/// A NumPy array, and an archive of such: as many elements as the shape says.
pub fn npy(bytes: &[u8]) {
    let path = file("npy", "file", bytes);
    let arrays = npy::read_npz(&path).unwrap_or_default().into_values();
    for array in arrays.chain(npy::read(&path)) {
        assert_eq!(array.shape().iter().product::<usize>(), array.len());
        if let Ok(values) = array.reals::<f32>() {
            assert!(values.iter().all(|value| value.is_finite()));
        }
    }
}

/// All parameters and buffers, as bits.
fn values(model: &Target) -> Vec<u32> {
    let all = model.parameters().iter().chain(model.buffers().iter());
    all.map(|value| value.to_bits()).collect()
}

/// Where a target of this process writes its files.
pub fn folder(target: &str) -> PathBuf {
    std::env::temp_dir().join(format!("dsl-fuzz-{}-{target}", std::process::id()))
}

fn file(target: &str, name: &str, bytes: &[u8]) -> PathBuf {
    let folder = folder(target);
    fs::create_dir_all(&folder).expect("a folder for temporary files");
    let path = folder.join(name);
    fs::write(&path, bytes).expect("it can be written");
    path
}
