//! Opens files that may be compressed by gzip: their first bytes tell, not their names.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::error::DataProblem;
use crate::{Error, foreign};

/// An open file.
pub(super) struct Opened {
    /// Its bytes, decompressed.
    pub reader: Box<dyn Read + Send>,
    /// What it is, if it is a file that is often mistaken for data.
    pub kind: Option<&'static str>,
}

/// Opens a file.
///
/// # Errors
///
/// It cannot be opened or read ([`Error::File`]), or is compressed and the feature `gzip` is off ([`Error::Data`]).
pub(super) fn open(path: &Path) -> Result<Opened, Error> {
    let failed = |action| {
        move |source| Error::File {
            action,
            path: path.to_owned(),
            source,
        }
    };
    let mut reader = BufReader::new(File::open(path).map_err(failed("open"))?);
    let first = reader.fill_buf().map_err(failed("read"))?;
    if !first.starts_with(&[0x1f, 0x8b]) {
        return Ok(Opened {
            kind: foreign::kind(first),
            reader: Box::new(reader),
        });
    }
    let reader = decompressed(reader).map_err(|problem| Error::Data {
        path: path.to_owned(),
        problem,
    })?;
    Ok(Opened { reader, kind: None })
}

#[cfg(feature = "gzip")]
fn decompressed(reader: BufReader<File>) -> Result<Box<dyn Read + Send>, DataProblem> {
    Ok(Box::new(BufReader::new(super::gzip::Members::new(reader))))
}

#[cfg(not(feature = "gzip"))]
fn decompressed(_: BufReader<File>) -> Result<Box<dyn Read + Send>, DataProblem> {
    Err(DataProblem::Compressed)
}
