//! What the README shows of other files is what they hold. (Its programs are doctests of dsl-runtime.)

use std::fs;
use std::path::Path;

#[test]
fn excerpts_of_the_readme_stand_in_their_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let mut excerpts = 0;
    for part in readme.split("<!-- excerpt: ").skip(1) {
        let (path, rest) = part.split_once(" -->\n```text\n").expect("a path, then a block");
        let (block, _) = rest.split_once("\n```\n").expect("the block ends");
        let file = fs::read_to_string(root.join(path)).expect("the file of the excerpt");
        assert!(
            unindented(&file).contains(&unindented(block)),
            "{path} holds no such lines:\n{block}"
        );
        excerpts += 1;
    }
    assert_eq!(excerpts, 3);
}

#[test]
fn files_that_the_pages_link_to_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["README.md", "PROMISES.md"] {
        let text = fs::read_to_string(root.join(page)).expect("there is the page");
        for part in text.split("](").skip(1) {
            let (target, _) = part.split_once(')').expect("a link ends");
            assert!(root.join(target).exists(), "{page}: there is no {target}");
        }
    }
}

/// The lines without the blanks around them.
fn unindented(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim())).collect()
}
