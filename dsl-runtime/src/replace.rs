//! Atomic and durable replacement of a file: the whole contents are written under another name, synced to the
//! disk, then renamed.
//!
//! The other name belongs to this save alone, even if others save to the same path, and if a process in
//! another container has the same id. The file is locked as long as the save lasts; a partial file that is
//! not locked was left behind by a process that died, and the next save to the same path removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::xxh64::xxh64;

/// The suffix of the names of files that are being written.
const PARTIAL: &str = ".partial";

/// The number of hexadecimal digits that tell one save from another.
const DIGITS: usize = 16;

/// The longest name, in bytes, that is part of the partial file's; a number replaces a longer one. File
/// systems allow 255 bytes, some 143.
const LONGEST: usize = 100;

/// The number of symbolic links that are followed, as on Linux.
const LINKS: usize = 40;

/// The number of attempts of a save whose file another machine removes because it does not see the lock.
const ATTEMPTS: usize = 3;

/// Makes `bytes` the contents of `path`, all or nothing. A symbolic link is followed to the file it leads to.
/// An existing file keeps its permissions.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = followed(path)?;
    let Some(name) = path.file_name() else {
        return Err(refusal("the path names no file"));
    };
    let permissions = replaceable(&path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let prefix = prefix(name);
    remove_abandoned(folder, &prefix);
    for attempt in 1.. {
        let partial = Partial::create(folder, &prefix, permissions.as_ref())?;
        match partial.publish(bytes, permissions.as_ref(), &path) {
            Err(error) if error.kind() == ErrorKind::NotFound && attempt < ATTEMPTS => {}
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    sync(folder)
}

fn refusal(text: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, text)
}

/// The path after following symbolic links; a file need not exist there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        // A path that is no link, or does not exist, cannot be read as one.
        let Ok(next) = fs::read_link(&path) else {
            return Ok(path);
        };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(refusal("the path is a chain of too many symbolic links"))
}

/// The permissions of the existing file, if there is one; an error if it may not be replaced.
fn replaceable(path: &Path) -> io::Result<Option<Permissions>> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Err(refusal("what stands there is no file, but a folder or a device"));
    }
    let permissions = found.permissions();
    if permissions.readonly() {
        let text = "the file that stands there is write-protected";
        return Err(io::Error::new(ErrorKind::PermissionDenied, text));
    }
    Ok(Some(permissions))
}

/// The prefix of the names that saves to a file of this name use.
fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    if name.len() <= LONGEST {
        prefix.push(name);
    } else {
        prefix.push(format!("{:016x}", xxh64(name.as_encoded_bytes(), 0)));
    }
    prefix.push(".");
    prefix
}

/// True if a save to the file of this prefix made this name.
fn is_partial(name: &OsStr, prefix: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let digits = name
        .strip_prefix(prefix.as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(PARTIAL.as_bytes()));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Removes the leftovers of saves to the same file whose processes have died. A file that is locked, or
/// cannot be, stays.
fn remove_abandoned(folder: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        // Saves make only plain files: a link may lead anywhere, and opening a pipe may block for ever.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !is_partial(&entry.file_name(), prefix) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = OpenOptions::new().write(true).open(&path)
            && file.try_lock().is_ok()
        {
            // Another process may have removed it, or its save may just have ended: the name then no longer
            // exists.
            let _ = fs::remove_file(&path);
        }
    }
}

/// A file that is being written, locked, under a name of its own.
struct Partial {
    file: File,
    path: PathBuf,
}

impl Partial {
    fn create(folder: &Path, prefix: &OsStr, permissions: Option<&Permissions>) -> io::Result<Partial> {
        loop {
            let mut name = prefix.to_owned();
            // Any number that other saves are unlikely to have will do: `create_new` ensures the rest.
            let number = RandomState::new().hash_one(std::process::id());
            name.push(format!("{number:016x}{PARTIAL}"));
            let path = folder.join(name);
            let file = match options(permissions).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                other => other?,
            };
            match file.try_lock() {
                Ok(()) if path.exists() => return Ok(Partial { file, path }),
                // Another save took it for abandoned before it could be locked.
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                // On a file system without locks, nothing is taken for abandoned.
                Err(TryLockError::Error(_)) => return Ok(Partial { file, path }),
            }
        }
    }

    /// Writes the file, syncs it to the disk and moves it to `place`; removes it on an error.
    fn publish(mut self, bytes: &[u8], permissions: Option<&Permissions>, place: &Path) -> io::Result<()> {
        let published = self
            .fill(bytes, permissions)
            .and_then(|()| fs::rename(&self.path, place));
        if published.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&self.path);
        }
        published
    }

    fn fill(&mut self, bytes: &[u8], permissions: Option<&Permissions>) -> io::Result<()> {
        if let Some(permissions) = permissions {
            self.file.set_permissions(permissions.clone())?;
        }
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }
}

/// The options for opening a partial file: nobody who may not read the file it replaces may read it, not even
/// for a moment.
fn options(permissions: Option<&Permissions>) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(permissions) = permissions {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

        options.mode(permissions.mode() & 0o777);
    }
    #[cfg(not(unix))]
    let _ = permissions;
    options
}

/// Syncs a folder's names to the disk, if the system can.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems sync no folders, and some folders may be written but not read.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
