//! Processes that play a role, and folders for their files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that tells a role where its file is.
const PLACE: &str = "DSL_SAVING_PLACE";

/// A process of this program that plays the role of this name with the file at `place`.
pub fn role(name: &str, place: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(arguments(name)).env(PLACE, place);
    command
}

/// The same, started by the last command of a shell's `script`, which knows the folder of the file as `$FOLDER`.
#[cfg(unix)]
pub fn role_within(launcher: &[&str], script: &str, name: &str, place: &Path) -> Command {
    let (program_of_launcher, options) = launcher.split_first().expect("a launcher");
    let mut command = Command::new(program_of_launcher);
    command
        .args(options)
        .arg(format!("{script} && exec \"$0\" \"$@\""))
        .arg(program())
        .args(arguments(name))
        .env(PLACE, place)
        .env("FOLDER", place.parent().expect("a folder"));
    command
}

fn program() -> PathBuf {
    std::env::current_exe().expect("the test's own program")
}

fn arguments(role: &str) -> [&str; 5] {
    [role, "--exact", "--ignored", "--nocapture", "--test-threads=1"]
}

/// The file of the role that this process plays; nothing where a person has asked for ignored tests.
pub fn place() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

/// Runs a role to its end, which must be a good one.
pub fn succeed(mut command: Command) {
    let output = command.output().expect("a process can be started");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A folder for one test's files, removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dsl-saving-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for temporary files");
        Folder(path)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind fails no test.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The names in the folder of `path`, in order.
pub fn names_beside(path: &Path) -> Vec<String> {
    let folder = fs::read_dir(path.parent().expect("a folder")).expect("it can be read");
    let mut names: Vec<String> = folder
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}
