//! Checkpoints in several files, as Hugging Face's libraries save large ones: an index
//! `model.safetensors.index.json` says which tensor is in which of the files beside it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use nojson::{JsonParseError, RawJson};

use super::format::File;
use super::read_whole;
use crate::Error;
use crate::error::CheckpointProblem;

/// The bytes of the longest index that is read; the limit of the header of a file.
const LONGEST: usize = 100_000_000;

/// The file of each tensor, by its name.
struct Index(BTreeMap<String, String>);

/// Calls `then` with the contents of the file at `path`; or, if it is an index, of the files beside it.
pub(super) fn with_files(
    path: &Path,
    then: &mut dyn FnMut(&[File<'_>]) -> Result<(), CheckpointProblem>,
) -> Result<(), Error> {
    let of = |path: &Path| {
        let path = path.to_owned();
        move |problem| Error::Checkpoint { path, problem }
    };
    let bytes = read_whole(path)?;
    if !is_index(path) {
        let file = File::read(&bytes).map_err(of(path))?;
        return then(&[file]).map_err(of(path));
    }
    let index = Index::read(&bytes).map_err(of(path))?;
    let shards = index.shards(path)?;
    let mut files = Vec::new();
    for (name, shard, bytes) in &shards {
        let file = File::read(bytes).map_err(of(shard))?;
        index.check(name, &file).map_err(of(path))?;
        files.push(file);
    }
    then(&files).map_err(of(path))
}

/// True if the file of this name is an index.
fn is_index(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

impl Index {
    fn read(bytes: &[u8]) -> Result<Index, CheckpointProblem> {
        if bytes.len() > LONGEST {
            return Err(CheckpointProblem::Index(format!(
                "it is {} bytes long",
                bytes.len()
            )));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| CheckpointProblem::Index(error.to_string()))?;
        let index = Index::parse(text).map_err(|error| CheckpointProblem::Index(error.to_string()))?;
        match index.0.values().find(|name| !lies_beside(name)) {
            Some(name) => Err(CheckpointProblem::ShardName { name: name.clone() }),
            None => Ok(index),
        }
    }

    fn parse(text: &str) -> Result<Index, JsonParseError> {
        let json = RawJson::parse(text)?;
        let map = json.value().to_member("weight_map")?.required()?;
        let mut files = BTreeMap::new();
        for (name, file) in map.to_object()? {
            if files.insert(String::try_from(name)?, file.try_into()?).is_some() {
                return Err(name.invalid("a second tensor of this name"));
            }
        }
        Ok(Index(files))
    }

    /// The names of the files, each once.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.0.values() {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The files beside the index at `path`, with their bytes.
    fn shards(&self, path: &Path) -> Result<Vec<(String, PathBuf, Vec<u8>)>, Error> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let shard = |name: &str| {
            let path = folder.join(name);
            let bytes = read_whole(&path)?;
            Ok((name.to_owned(), path, bytes))
        };
        self.names().into_iter().map(shard).collect()
    }

    /// Checks that a file holds the tensors that the index says, and no others.
    fn check(&self, shard: &str, file: &File<'_>) -> Result<(), CheckpointProblem> {
        let is_listed = |tensor: &String| self.0.get(tensor).is_some_and(|name| name == shard);
        let lacking = self
            .0
            .keys()
            .find(|tensor| is_listed(tensor) && !file.tensors.contains_key(*tensor));
        let beyond = file.tensors.keys().find(|tensor| !is_listed(tensor));
        let Some(tensor) = lacking.into_iter().chain(beyond).min() else {
            return Ok(());
        };
        Err(CheckpointProblem::ShardContents {
            shard: shard.to_owned(),
            tensor: tensor.clone(),
            listed: is_listed(tensor),
        })
    }
}

/// True if this is the plain name of a file, on every system.
fn lies_beside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
        && !name.contains(['\\', ':', '\0'])
}
