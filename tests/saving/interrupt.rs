//! A training that Ctrl-C ends within an epoch, and one that is killed between the saves of an epoch, go on with their bits.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use dsl_runtime::random::Stream;
use dsl_runtime::train::Stopped;

use crate::network::{fit, trainer};
use crate::process::{Folder, place, role, succeed};

/// Epochs of three steps.
const EPOCHS: usize = 14;

/// What is printed after a step, before its save.
const STEP: &str = "a step";

/// The steps of a training, to each of which somebody must say a word, until the end of the input.
fn wait_in_steps() -> impl FnMut() {
    move || {
        println!("\n{STEP}");
        let _ = std::io::stdin().read(&mut [0]);
    }
}

#[test]
#[ignore = "a role: trains, and after each step waits for a letter or the end of its input; Ctrl-C stops it"]
fn interrupted() {
    let Some(path) = place() else { return };
    let mut wait = wait_in_steps();
    let ended = fit(&mut trainer(EPOCHS, &path).stop_on_ctrl_c().on_step(|_| wait()));
    let ended = ended.expect("an interrupt is no error");
    assert!(ended.stopped == Stopped::Interrupted || ended.stopped == Stopped::Finished);
}

#[test]
#[ignore = "a role: the same, saved after every step, until it is killed"]
fn killed() {
    let Some(path) = place() else { return };
    let mut wait = wait_in_steps();
    let mut trainer = trainer(EPOCHS, &path).checkpoint_every(1).on_step(|_| wait());
    fit(&mut trainer).expect("a training that goes on");
}

/// A process of a role that waits.
fn begin(role_name: &str, path: &std::path::Path) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut child = role(role_name, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process can be started");
    let input = child.stdin.take().expect("a pipe");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, input, output)
}

/// Waits for a step.
fn see_step(child: &mut Child, output: &mut BufReader<ChildStdout>) {
    if output.lines().any(|line| line.expect("text") == STEP) {
        return;
    }
    let mut said = String::new();
    let errors = child.stderr.as_mut().expect("a pipe");
    errors.read_to_string(&mut said).expect("text");
    panic!("it ended by itself: {said}");
}

fn whole(folder: &Folder) -> Vec<u8> {
    let path = folder.join("whole");
    fit(&mut trainer(EPOCHS, &path)).expect("a training to its end");
    fs::read(path).expect("a saved training")
}

#[test]
fn ctrl_c_finishes_the_step_and_saves_and_the_training_goes_on_with_its_bits() {
    let folder = Folder::new("interrupt");
    let path = folder.join("interrupted");
    // Steps before each interrupt: the last of an epoch, and others.
    for steps in [2, 1, 3, 4] {
        let (mut child, mut input, mut output) = begin("interrupt::interrupted", &path);
        for step in 1..=steps {
            see_step(&mut child, &mut output);
            if step < steps {
                input.write_all(b".").expect("it waits for this");
            }
        }
        let pressed = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(pressed.expect("a command of every Unix").success());
        // The signal is handled by another thread.
        sleep(Duration::from_millis(50));
        input.write_all(b".").expect("it waits for this");
        // It needs no more of its input, so it has stopped by itself.
        let mut said = String::new();
        let errors = child.stderr.take().expect("a pipe");
        let drained = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        BufReader::new(errors).read_to_string(&mut said).expect("text");
        assert!(child.wait().expect("it has ended").success(), "{said}");
        assert!(drained.join().is_ok());
        assert!(
            said.contains("interrupted after") && said.contains("the same program goes on from there"),
            "{said}"
        );
        drop(input);
    }
    let mut last = role("interrupt::interrupted", &path);
    last.stdin(Stdio::null());
    succeed(last);
    assert!(
        fs::read(&path).expect("a saved training") == whole(&folder),
        "bits differ"
    );
}

#[test]
fn a_training_killed_between_any_two_steps_ends_with_the_same_bits() {
    let folder = Folder::new("kill-steps");
    let path = folder.join("killed");
    let mut moments = Stream::new(2, "moments");
    for _ in 0..15 {
        let (mut child, mut input, mut output) = begin("interrupt::killed", &path);
        let steps = (moments.uniform() * 4.0) as usize;
        for _ in 0..steps {
            see_step(&mut child, &mut output);
            input.write_all(b".").expect("it waits for this");
        }
        // It saves the last of these steps meanwhile, or is at work on the next.
        sleep(Duration::from_micros((moments.uniform() * 4000.0) as u64));
        child.kill().expect("it has not ended");
        assert!(!child.wait().expect("it has ended").success(), "it was killed");
    }
    let mut last = role("interrupt::killed", &path);
    last.stdin(Stdio::null());
    succeed(last);
    assert!(
        fs::read(&path).expect("a saved training") == whole(&folder),
        "bits differ"
    );
}
