//! Files of a run: those that grow by whole records, and those that are replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::replace::replace;

/// A file that grows by whole records: one that does not fit is taken back.
#[derive(Debug)]
pub(super) struct Growing {
    file: File,
    path: PathBuf,
    len: u64,
}

impl Growing {
    /// A new file, where there is none of its name.
    pub fn create(path: PathBuf) -> io::Result<Growing> {
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Growing { file, path, len: 0 })
    }

    /// A file that is there, to go on at its end.
    pub fn open(path: PathBuf) -> io::Result<Growing> {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        let len = file.seek(SeekFrom::End(0))?;
        Ok(Growing { file, path, len })
    }

    /// Adds a record. It is the system's when this returns, so that it outlives the process.
    pub fn append(&mut self, record: &[u8]) -> Result<(), Error> {
        match self.file.write_all(record) {
            Ok(()) => {
                self.len += record.len() as u64;
                Ok(())
            }
            Err(source) => {
                // A part of it may have been written. If that cannot be removed, readers see a record that is cut off.
                let _ = self.file.set_len(self.len);
                let _ = self.file.seek(SeekFrom::Start(self.len));
                Err(failed("write", &self.path, source))
            }
        }
    }
}

/// Makes `bytes` the contents of a file, all or nothing.
pub(super) fn publish(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, bytes).map_err(|source| failed("write", path, source))
}

/// The text of a file; `None` if there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed("read", path, source)),
    }
}

/// An error of the system about a file.
pub(super) fn failed(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn records_follow_each_other_and_a_file_is_replaced_whole() {
        let folder = Folder::new("growing");
        let path = folder.join("log");
        Growing::create(path.clone()).unwrap().append(b"one ").unwrap();
        assert_eq!(
            Growing::create(path.clone()).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        let mut file = Growing::open(path.clone()).unwrap();
        file.append(b"two ").unwrap();
        file.append(b"three").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one two three");
        publish(&path, b"four").unwrap();
        assert_eq!(read_if_there(&path).unwrap().as_deref(), Some("four"));
        assert_eq!(read_if_there(&folder.join("none")).unwrap(), None);
        // What cannot be written leaves what was there, and nothing beside it.
        fs::create_dir(folder.join("taken")).unwrap();
        let error = publish(&folder.join("taken"), b"five").unwrap_err();
        assert!(matches!(error, Error::File { action: "write", .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    /// On Linux this device is a disk without room.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let mut file = Growing::open("/dev/full".into()).unwrap();
        let error = file.append(b"record").unwrap_err();
        assert!(
            matches!(&error, Error::File { action: "write", path, source }
                if path == Path::new("/dev/full") && source.kind() == io::ErrorKind::StorageFull),
            "{error}"
        );
    }
}
