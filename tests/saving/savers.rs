//! Several processes and threads that save to one path.

use std::process::Stdio;
use std::thread;

use dsl_runtime::prelude::*;

use crate::network::{Small, loaded};
use crate::process::{Folder, names_beside, place, role};

const SAVERS: u64 = 3;
const SAVES: usize = 15;

/// The variable that tells a saver its number.
const NUMBER: &str = "DSL_SAVING_NUMBER";

#[test]
#[ignore = "a role: saves the model of its number, from two threads, many times"]
fn saver() {
    let Some(path) = place() else { return };
    let number = std::env::var(NUMBER)
        .expect("a number")
        .parse()
        .expect("a number");
    let model = Small::new(number);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..SAVES {
                    checkpoint::save(&model, &path).expect("others do not disturb a save");
                }
            });
        }
    });
}

#[test]
fn processes_that_save_to_one_path_leave_one_whole_file() {
    let folder = Folder::new("savers");
    let path = folder.join("model.safetensors");
    let models: Vec<Small> = (0..SAVERS).map(Small::new).collect();
    checkpoint::save(&models[0], &path).expect("a folder to write in");
    let mut savers: Vec<_> = (0..SAVERS)
        .map(|number| {
            role("savers::saver", &path)
                .env(NUMBER, number.to_string())
                .stdout(Stdio::null())
                .spawn()
                .expect("a process can be started")
        })
        .collect();
    let running = |savers: &mut Vec<std::process::Child>| {
        savers
            .iter_mut()
            .any(|saver| saver.try_wait().expect("its status").is_none())
    };
    while running(&mut savers) {
        let found = loaded(&path);
        let one_of_them = models
            .iter()
            .any(|model| model.parameters()[..] == found.parameters()[..]);
        assert!(one_of_them, "parts of two files");
    }
    for mut saver in savers {
        assert!(saver.wait().expect("it has ended").success());
    }
    assert_eq!(names_beside(&path), ["model.safetensors"]);
}
