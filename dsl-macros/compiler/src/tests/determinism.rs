//! The same declaration gives the same tokens: in the same process, after other networks, and in a fresh process.

use std::process::Command;

use super::{FIXTURES, fixture};

#[test]
fn a_second_expansion_equals_the_first() {
    // Hash maps are seeded anew for each map, so an order that leaked would differ within a process too; and what other
    // networks leave behind (interned names, warm tables) must not show.
    let first: Vec<String> = FIXTURES.iter().map(|fixture| fixture.expansion()).collect();
    for (fixture, first) in FIXTURES.iter().zip(&first).rev() {
        assert!(
            fixture.expansion() == *first,
            "{} expands in two ways",
            fixture.name
        );
    }
}

/// The variable in which the second process finds where to write its expansion.
const FILE: &str = "EXPANSION_OF_ANOTHER_PROCESS";

#[test]
fn another_process_expands_alike() {
    let expansion = fixture("residual").expansion();
    if let Some(file) = std::env::var_os(FILE) {
        std::fs::write(file, expansion).expect("the parent made the folder");
        return;
    }
    let file = std::env::temp_dir().join(format!("expansion-{}.rs", std::process::id()));
    let status = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", "tests::determinism::another_process_expands_alike"])
        .env(FILE, &file)
        .output()
        .expect("the tests run once, so they run twice");
    assert!(status.status.success());
    let other = std::fs::read_to_string(&file).expect("the other process wrote it");
    std::fs::remove_file(&file).expect("it is ours");
    assert!(other == expansion, "another process expands differently");
}
