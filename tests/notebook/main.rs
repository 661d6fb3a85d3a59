//! The cells of docs/notebook.ipynb as one program, for where Rust's kernel for Jupyter is not installed: `tests/notebook.sh` runs
//! the cells in it.

use std::fs;
use std::path::PathBuf;

use nojson::{RawJson, RawJsonValue};

include!("cells.rs");

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text of a cell or of an output, which lines of strings hold.
fn text(lines: RawJsonValue<'_, '_>) -> String {
    let lines = lines.to_array().expect("a text is a list of lines");
    lines
        .map(|line| {
            line.to_unquoted_string_str()
                .expect("a line is a string")
                .into_owned()
        })
        .collect()
}

fn member<'t, 'r>(value: RawJsonValue<'t, 'r>, name: &str) -> Option<RawJsonValue<'t, 'r>> {
    value.to_member(name).expect("it is an object").optional()
}

/// The cells of code, without commands of the kernel. The result of a cell is computed, and must be one that the kernel can show.
fn program(notebook: &RawJson<'_>) -> String {
    let mut program = String::from(
        "// Made of docs/notebook.ipynb by the test beside it: `INSTA_UPDATE=always` makes it anew.\n\n\
         fn cells() -> Result<(), dsl_runtime::Error> {\n",
    );
    let cells = member(notebook.value(), "cells").expect("there are cells");
    for cell in cells.to_array().expect("cells are a list") {
        let kind = member(cell, "cell_type").expect("a cell is of a kind");
        if kind.to_unquoted_string_str().expect("it is a name") != "code" {
            continue;
        }
        let source = text(member(cell, "source").expect("a cell has a text"));
        let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with(':'));
        let last = lines.last_mut().expect("a cell has a line");
        if !last.ends_with([';', '}']) {
            *last = format!("let shown = &({last});\nlet _ = || shown.evcxr_display();");
        }
        program += &lines.join("\n");
        program += "\n\n";
    }
    program + "Ok(())\n}\n"
}

#[test]
fn cells_are_a_program_that_runs() {
    let text = fs::read_to_string(path("docs/notebook.ipynb")).expect("the notebook is there");
    let notebook = RawJson::parse(&text).expect("a notebook is JSON");
    let made = program(&notebook);
    let file = path("tests/notebook/cells.rs");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&file, &made).expect("the file can be written");
    }
    let held = fs::read_to_string(&file).expect("the file is there");
    assert_eq!(made, held, "INSTA_UPDATE=always makes it anew");
    // The kernel runs in the folder of the notebook.
    std::env::set_current_dir(path("docs")).expect("the folder is there");
    cells().expect("every cell succeeds");
}

#[test]
fn what_is_shown_names_no_path_of_a_machine() {
    let notebook = fs::read_to_string(path("docs/notebook.ipynb")).expect("the notebook is there");
    for part in ["/home/", "/root/", "/Users/", "/tmp/", "C:\\\\"] {
        assert!(!notebook.contains(part), "the notebook names {part}");
    }
}
