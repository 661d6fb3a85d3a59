//! What `network!` says about mistakes, each with all of rustc's output: one file of `tests/ui` a fault.
//!
//! After a change of wording, read the difference and record it: `TRYBUILD=overwrite cargo test --test ui`.

use std::process::Command;

/// The compiler the messages were recorded with. Others lay the same errors out in other words.
const RECORDED: &str = "rustc 1.95";

#[test]
fn faults_are_told_once_and_at_their_token() {
    if cfg!(feature = "pictures") {
        println!(
            "skipped: the messages were recorded without the feature `pictures`, whose absence is one of the faults"
        );
        return;
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout);
    if !version.starts_with(RECORDED) {
        println!("skipped: the messages were recorded with {RECORDED}, this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
