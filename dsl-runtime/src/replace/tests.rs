use std::collections::BTreeSet;
use std::thread;

use super::*;
use crate::testing::Folder;

/// The names in a folder.
fn names(folder: &Folder) -> Vec<OsString> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<OsString> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

fn refused(path: &Path) -> String {
    replace(path, b"new").unwrap_err().to_string()
}

#[test]
fn contents_are_new_and_nothing_is_left_behind() {
    let folder = Folder::new("replace");
    let path = folder.join("file");
    for contents in [&b"first"[..], b"", b"another"] {
        replace(&path, contents).unwrap();
        assert_eq!(fs::read(&path).unwrap(), contents);
        assert_eq!(names(&folder), ["file"]);
    }
}

#[test]
fn names_may_be_as_long_as_the_file_system_allows() {
    let folder = Folder::new("replace-long");
    for len in [99, 100, 101, 252, 255] {
        let path = folder.join(&"n".repeat(len));
        replace(&path, b"old").unwrap();
        // Two names that differ only at their end belong to two files.
        let other = folder.join(&format!("{}m", "n".repeat(len - 1)));
        replace(&other, b"other").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new", "{len} bytes");
        assert_eq!(fs::read(&other).unwrap(), b"other", "{len} bytes");
    }
    assert_eq!(names(&folder).len(), 10);
}

#[test]
fn what_a_dead_process_left_behind_is_removed_and_nothing_else() {
    let folder = Folder::new("replace-left");
    let path = folder.join("file");
    let abandoned = [".file.0123456789abcdef.partial", ".file.ffffffffffffffff.partial"];
    let others = [
        // Names of other files, and of no save.
        ".file.x.0123456789abcdef.partial",
        ".other.0123456789abcdef.partial",
        ".file.0123456789abcdeg.partial",
        ".file.0123456789abcde.partial",
        ".file.partial",
        "file.partial",
        "file.0123456789abcdef.partial",
    ];
    let living = ".file.00000000000000aa.partial";
    for name in abandoned.iter().chain(&others).chain([&living]) {
        fs::write(folder.join(name), b"half").unwrap();
    }
    let held = File::open(folder.join(living)).unwrap();
    held.lock().unwrap();
    replace(&path, b"whole").unwrap();
    let mut expected: Vec<&str> = others.iter().copied().chain([living, "file"]).collect();
    expected.sort_unstable();
    assert_eq!(names(&folder), expected);
    drop(held);
    replace(&path, b"whole").unwrap();
    assert!(!folder.join(living).exists(), "its process has died since");
}

#[test]
fn a_long_name_finds_what_was_left_behind_too() {
    let folder = Folder::new("replace-long-left");
    let path = folder.join(&"n".repeat(252));
    let prefix = prefix(path.file_name().unwrap());
    let dead = Partial::create(folder.path(), &prefix, None).unwrap();
    assert_eq!(names(&folder).len(), 1);
    drop(dead);
    replace(&path, b"whole").unwrap();
    assert_eq!(names(&folder), [&*"n".repeat(252)]);
}

#[test]
fn a_file_removed_by_a_machine_that_sees_no_locks_is_written_anew() {
    let folder = Folder::new("replace-removed");
    let prefix = prefix(OsStr::new("file"));
    let partial = Partial::create(folder.path(), &prefix, None).unwrap();
    fs::remove_file(&partial.path).unwrap();
    let error = partial.publish(b"whole", None, &folder.join("file")).unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::NotFound,
        "what `replace` takes for a reason to begin anew"
    );
    assert!(names(&folder).is_empty());
}

#[test]
fn savers_at_once_leave_one_whole_file() {
    let folder = Folder::new("replace-threads");
    let path = folder.join("file");
    let contents = |saver: u8| vec![saver; 100_000 + saver as usize];
    replace(&path, &contents(0)).unwrap();
    let seen = thread::scope(|scope| {
        let savers: Vec<_> = (0..4u8)
            .map(|saver| {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..15 {
                        replace(path, &contents(saver)).unwrap();
                    }
                })
            })
            .collect();
        let mut seen = BTreeSet::new();
        while !savers.iter().all(|saver| saver.is_finished()) {
            let found = fs::read(&path).unwrap();
            let saver = found[0];
            assert!(found == contents(saver), "half a file of saver {saver}");
            seen.insert(saver);
        }
        seen
    });
    assert!(!seen.is_empty());
    assert_eq!(names(&folder), ["file"]);
}

#[test]
fn what_is_no_file_is_refused_and_stays() {
    let folder = Folder::new("replace-refused");
    fs::create_dir(folder.join("folder")).unwrap();
    assert!(refused(&folder.join("folder")).contains("a folder or a device"));
    assert!(refused(Path::new("/")).contains("names no file"));
    assert!(refused(&folder.join("..")).contains("names no file"));
    assert!(
        refused(&folder.join("none/file")).contains("o such file"),
        "no such folder"
    );
    assert_eq!(names(&folder), ["folder"]);
}

#[test]
fn a_write_protected_file_stays() {
    let folder = Folder::new("replace-protected");
    let path = folder.join("file");
    fs::write(&path, b"precious").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert!(refused(&path).contains("write-protected"));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(names(&folder), ["file"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn permissions_are_kept() {
        let folder = Folder::new("replace-mode");
        let path = folder.join("file");
        replace(&path, b"old").unwrap();
        fs::write(folder.join("ordinary"), b"").unwrap();
        assert_eq!(
            mode(&path),
            mode(&folder.join("ordinary")),
            "those of any new file"
        );
        for kept in [0o600, 0o640, 0o666, 0o755, 0o200] {
            fs::set_permissions(&path, Permissions::from_mode(kept)).unwrap();
            replace(&path, b"new").unwrap();
            assert_eq!(mode(&path), kept, "{kept:o}");
        }
    }

    #[test]
    fn a_partial_file_is_as_private_as_what_it_replaces() {
        let folder = Folder::new("replace-private");
        let prefix = prefix(OsStr::new("file"));
        let permissions = Permissions::from_mode(0o600);
        let partial = Partial::create(folder.path(), &prefix, Some(&permissions)).unwrap();
        assert_eq!(mode(&partial.path), 0o600);
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let folder = Folder::new("replace-link");
        fs::create_dir(folder.join("store")).unwrap();
        symlink("store/file", folder.join("relative")).unwrap();
        symlink("relative", folder.join("of-a-link")).unwrap();
        symlink(folder.join("store/file"), folder.join("absolute")).unwrap();
        // The first leads nowhere yet.
        for (link, contents) in [("relative", "a"), ("of-a-link", "b"), ("absolute", "c")] {
            replace(&folder.join(link), contents.as_bytes()).unwrap();
            assert_eq!(fs::read(folder.join("store/file")).unwrap(), contents.as_bytes());
        }
        assert_eq!(
            names(&folder),
            ["absolute", "of-a-link", "relative", "store"],
            "beside the file, not beside the link, is where the new one is written"
        );
        assert_eq!(fs::read_dir(folder.join("store")).unwrap().count(), 1);
        assert!(
            fs::symlink_metadata(folder.join("relative"))
                .unwrap()
                .is_symlink()
        );
    }

    #[test]
    fn pipes_and_links_under_the_names_of_partial_files_stay() {
        let folder = Folder::new("replace-pipe");
        fs::write(folder.join("other"), b"other").unwrap();
        symlink("other", folder.join(".file.00000000000000aa.partial")).unwrap();
        let pipe = folder.join(".file.00000000000000bb.partial");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()));
        replace(&folder.join("file"), b"new").unwrap();
        assert_eq!(names(&folder).len(), 4);
    }

    #[test]
    fn links_in_a_circle_are_refused() {
        let folder = Folder::new("replace-circle");
        symlink("b", folder.join("a")).unwrap();
        symlink("a", folder.join("b")).unwrap();
        assert!(refused(&folder.join("a")).contains("symbolic links"));
    }

    #[test]
    fn devices_are_refused() {
        assert!(refused(Path::new("/dev/null")).contains("a folder or a device"));
    }

    #[test]
    fn names_need_not_be_text() {
        let folder = Folder::new("replace-bytes");
        let path = folder.path().join(OsStr::from_bytes(b"weights-\xff\xfe"));
        replace(&path, b"old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(&folder).len(), 1);
    }
}
