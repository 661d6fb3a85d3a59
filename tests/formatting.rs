//! The language is Rust to the eye: what stands within `network! { … }` is as rustfmt would lay it out.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// Formats the items of a module as this repository does; nothing where rustfmt is not installed.
fn formatted(module: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=110"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    rustfmt
        .stdin
        .take()
        .expect("it was asked for")
        .write_all(module.as_bytes())
        .expect("rustfmt reads");
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    // A proxy of rustup stands there even where the component does not.
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).expect("rustfmt writes text"))
}

#[test]
fn declarations_are_laid_out_as_rustfmt_does() {
    if formatted("mod x {}").is_none() {
        println!("skipped: rustfmt is not installed");
        return;
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks");
    for file in fs::read_dir(folder).expect("the fixtures are there") {
        let path = file.expect("the folder can be read").path();
        let source = fs::read_to_string(&path).expect("a fixture is text");
        let module = source.replacen("network! {", "mod x {", 1);
        assert_ne!(source, module, "{}: no `network! {{ … }}`", path.display());
        let formatted =
            formatted(&module).unwrap_or_else(|| panic!("{}: rustfmt refuses it", path.display()));
        assert!(
            formatted == module,
            "{}: rustfmt would write\n{formatted}",
            path.display()
        );
    }
}
