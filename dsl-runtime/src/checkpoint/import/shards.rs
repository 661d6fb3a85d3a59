//! Checkpoints in several files, as Hugging Face's libraries save large ones: an index
//! `model.safetensors.index.json` says which tensor is in which of the files beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use nojson::{JsonParseError, RawJson};

use crate::Error;
use crate::checkpoint::format::File;
use crate::checkpoint::read_whole;
use crate::error::CheckpointProblem;

/// The bytes of the longest index that is read; the limit of the header of a file.
const LONGEST: usize = 100_000_000;

/// The file of each tensor, by its name.
pub(super) struct Index(BTreeMap<String, String>);

/// True if the file of this name is an index.
pub(super) fn is_index(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

impl Index {
    pub(super) fn read(bytes: &[u8]) -> Result<Index, CheckpointProblem> {
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

    /// The names of the files.
    fn names(&self) -> BTreeSet<&str> {
        self.0.values().map(String::as_str).collect()
    }

    /// The files beside the index at `path`, with their bytes.
    pub(super) fn shards(&self, path: &Path) -> Result<Vec<(String, PathBuf, Vec<u8>)>, Error> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let shard = |name: &str| {
            let path = folder.join(name);
            let bytes = read_whole(&path)?;
            Ok((name.to_owned(), path, bytes))
        };
        self.names().into_iter().map(shard).collect()
    }

    /// Checks that a file holds the tensors that the index says, and no others.
    pub(super) fn check(&self, shard: &str, file: &File<'_>) -> Result<(), CheckpointProblem> {
        let listed = self.0.iter().filter(|(_, name)| *name == shard);
        let listed: BTreeSet<&String> = listed.map(|(tensor, _)| tensor).collect();
        let held: BTreeSet<&String> = file.tensors.keys().collect();
        let Some(&tensor) = listed.symmetric_difference(&held).next() else {
            return Ok(());
        };
        Err(CheckpointProblem::ShardContents {
            shard: shard.to_owned(),
            tensor: tensor.clone(),
            listed: listed.contains(tensor),
        })
    }
}

/// True if this is the plain name of a file, on every system.
fn lies_beside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
        && !name.contains(['\\', ':', '\0'])
}
