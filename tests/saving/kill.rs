//! A training that is killed again and again ends with the bits of one that is not.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use dsl_runtime::random::Stream;

use crate::network::{loaded, train};
use crate::process::{Folder, names_beside, place, role, succeed};

const KILLS: usize = 30;

/// More than the killed processes are let do.
const EPOCHS: usize = 3 * KILLS;

/// What a trainer prints after each epoch.
const SAVED: &str = "saved an epoch";

#[test]
#[ignore = "a role: trains, and after each epoch waits for a line or the end of its input"]
fn trainer() {
    let Some(path) = place() else { return };
    train(EPOCHS, &path, |_| {
        println!("\n{SAVED}");
        // At the end of the input it goes on alone.
        let _ = std::io::stdin().read(&mut [0]);
    });
}

#[test]
fn a_training_killed_at_thirty_moments_ends_with_the_same_bits() {
    let folder = Folder::new("kill");
    let (whole, killed) = (folder.join("whole/training"), folder.join("killed/training"));
    for path in [&whole, &killed] {
        fs::create_dir(path.parent().expect("a folder")).expect("a new folder");
    }
    train(EPOCHS, &whole, |_| {});
    let mut moments = Stream::new(1, "moments");
    let mut within_saves = 0;
    for _ in 0..KILLS {
        // It saves so many epochs, is at work on the next, and no further, for so many microseconds.
        let epochs = (moments.uniform() * 3.0) as usize;
        let work = Duration::from_micros((moments.uniform() * 4000.0) as u64);
        let mut child = role("kill::trainer", &killed)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process can be started");
        let mut input = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        for _ in 0..epochs {
            let saved = lines.any(|line| line.expect("text") == SAVED);
            assert!(saved, "it ended by itself");
            input.write_all(b".").expect("it waits for this");
        }
        sleep(work);
        child.kill().expect("it has not ended");
        let status = child.wait().expect("it has ended");
        assert!(!status.success(), "it was killed");
        if killed.exists() {
            loaded(&killed);
        }
        // At most what this save left: what others left has been removed.
        let names = names_beside(&killed);
        assert!(names.len() <= 1 + usize::from(killed.exists()), "{names:?}");
        within_saves += usize::from(names.iter().any(|name| name.ends_with(".partial")));
    }
    eprintln!("{within_saves} of {KILLS} kills fell within a save");
    let mut last = role("kill::trainer", &killed);
    last.stdin(Stdio::null());
    succeed(last);
    let bits = |path| fs::read(path).expect("a saved training");
    assert!(
        bits(&whole) == bits(&killed),
        "parameters, averages or counts differ"
    );
    assert_eq!(names_beside(&killed), ["training"]);
}
