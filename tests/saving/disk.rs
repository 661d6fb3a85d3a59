//! Disks that are full and folders that cannot be written: an error, and what was saved before stays.

#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dsl_runtime::prelude::*;

use crate::network::{Small, fit, loaded, trainer};
use crate::process::{Folder, names_beside, place, role, role_within, succeed};

/// A shell in a name space of its own, where everybody may mount what only it sees.
const ALONE: &[&str] = &["unshare", "--map-root-user", "--mount", "sh", "-c"];

/// Why a save failed.
fn refused(path: &Path) -> ErrorKind {
    match checkpoint::save(&Small::new(2), path) {
        Err(Error::File {
            action: "write",
            path: named,
            source,
        }) if named == path => source.kind(),
        other => panic!("{other:?}"),
    }
}

/// Whether the model saved first is still what is there, and all that is.
fn stands(path: &Path, beside: &[&str]) {
    assert!(loaded(path).parameters()[..] == Small::new(1).parameters()[..]);
    assert_eq!(names_beside(path), beside);
}

#[test]
#[ignore = "a role: saves on a disk that it fills itself"]
fn saver_on_a_small_disk() {
    let Some(path) = place() else { return };
    checkpoint::save(&Small::new(1), &path).expect("so much fits");
    let filler = path.with_file_name("filler");
    let mut file = fs::File::create(&filler).expect("a name fits");
    while file.write_all(&[1; 512]).is_ok() {}
    assert_eq!(refused(&path), ErrorKind::StorageFull);
    stands(&path, &["filler", "model"]);
    // Its room is free once nobody has it open.
    drop(file);
    fs::remove_file(&filler).expect("it was just made");
    checkpoint::save(&Small::new(2), &path).expect("there is room again");
    assert_eq!(names_beside(&path), ["model"]);
}

#[test]
fn on_a_full_disk_the_old_file_stays() {
    if !can_mount() {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let folder = Folder::new("full");
    let script = "mount -t tmpfs -o size=96k tmpfs \"$FOLDER\"";
    let small = "disk::saver_on_a_small_disk";
    succeed(role_within(ALONE, script, small, &folder.join("model")));
}

#[test]
#[ignore = "a role: saves where files may not be as large"]
fn saver_of_too_large_a_file() {
    let Some(path) = place() else { return };
    assert_eq!(refused(&path), ErrorKind::FileTooLarge);
    stands(&path, &["model"]);
}

#[test]
fn a_file_that_cannot_be_written_to_its_end_is_removed() {
    let folder = Folder::new("limit");
    let path = folder.join("model");
    checkpoint::save(&Small::new(1), &path).expect("a folder to write in");
    // At most 8 blocks of 512 or 1024 bytes, and no signal where a file would have more.
    let limited = "trap '' XFSZ; ulimit -f 8";
    succeed(role_within(
        &["sh", "-c"],
        limited,
        "disk::saver_of_too_large_a_file",
        &path,
    ));
    checkpoint::save(&Small::new(2), &path).expect("without the limit");
}

#[test]
#[ignore = "a role: saves where nothing can be written"]
fn saver_without_permission() {
    let Some(path) = place() else { return };
    let kind = refused(&path);
    let expected = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
    assert!(expected.contains(&kind), "{kind}");
    stands(&path, &["model"]);
}

#[test]
fn in_a_folder_that_cannot_be_written_the_old_file_stays() {
    let folder = Folder::new("protected");
    let path = folder.join("model");
    checkpoint::save(&Small::new(1), &path).expect("a folder to write in");
    let permit = |mode| {
        let folder = path.parent().expect("a folder");
        fs::set_permissions(folder, Permissions::from_mode(mode)).expect("its owner may");
    };
    permit(0o555);
    let mut command = role("disk::saver_without_permission", &path);
    // Nothing is forbidden to root: then it is somebody else who tries.
    let is_root = fs::File::create(folder.join("probe")).is_ok();
    if is_root {
        fs::remove_file(folder.join("probe")).expect("it was just made");
        command.uid(65534).gid(65534);
    }
    let spawned = command.stdout(Stdio::null()).status();
    permit(0o755);
    match spawned {
        Ok(status) => assert!(status.success()),
        Err(error) if is_root => eprintln!("skipped: nobody else may run this program: {error}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn on_a_disk_that_cannot_be_written_the_old_file_stays() {
    if !can_mount() {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let folder = Folder::new("read-only");
    let path = folder.join("model");
    checkpoint::save(&Small::new(1), &path).expect("a folder to write in");
    let script = "mount --bind \"$FOLDER\" \"$FOLDER\" && mount -o remount,bind,ro \"$FOLDER\"";
    let role = "disk::saver_without_permission";
    succeed(role_within(ALONE, script, role, &path));
}

/// Whether a folder can be mounted where only the one sees it who did.
fn can_mount() -> bool {
    let folder = Folder::new("mount");
    let mount = "mount -t tmpfs -o size=16k tmpfs \"$0\"";
    let status = Command::new(ALONE[0])
        .args(&ALONE[1..])
        .arg(mount)
        .arg(folder.join("."))
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[test]
#[ignore = "a role: trains where files may not be as large as the training"]
fn trainer_of_too_large_a_file() {
    let Some(path) = place() else { return };
    let mut trainer = trainer(3, &path).checkpoint_every(2);
    match fit(&mut trainer) {
        Err(Error::File {
            action: "write",
            path: named,
            source,
        }) if named == path => assert_eq!(source.kind(), ErrorKind::FileTooLarge),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        trainer.history().len(),
        0,
        "it failed within the epoch that it resumed"
    );
    assert_eq!(names_beside(&path), ["training"]);
}

#[test]
fn a_training_that_cannot_be_saved_fails_and_its_last_good_file_goes_on() {
    let folder = Folder::new("training-limit");
    let (path, whole) = (folder.join("limited/training"), folder.join("whole"));
    fs::create_dir(folder.join("limited")).expect("a folder to write in");
    fit(&mut trainer(3, &whole)).expect("a training to its end");
    fit(&mut trainer(1, &path)).expect("a training to its first epoch");
    let good = fs::read(&path).expect("a saved training");
    let limited = "trap '' XFSZ; ulimit -f 8";
    succeed(role_within(
        &["sh", "-c"],
        limited,
        "disk::trainer_of_too_large_a_file",
        &path,
    ));
    assert!(fs::read(&path).expect("the last good file") == good);
    fit(&mut trainer(3, &path)).expect("a training that goes on");
    let bits = |path| fs::read(path).expect("a saved training");
    assert!(bits(&path) == bits(&whole), "bits differ");
}
