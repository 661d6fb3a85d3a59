//! What someone who comes from Keras or PyTorch writes here for what they are used to, in no more lines than there.
//!
//! Each part stands behind what it takes there, a comment that begins with the framework's name, and ends with `// End.`. One test
//! counts the lines of both. The pages of the guide, `docs/guide`, show these programs.

mod fine_tuning;
mod images;
mod mistakes;
mod own_loop;
mod shipping;
mod table;

use dsl_runtime::prelude::*;

/// So many of the digits of the repository: to learn from, and to be held out.
fn digits(train: usize, test: usize) -> Result<Mnist<f32>, Error> {
    let all = Mnist::load(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"))?;
    Ok(Mnist {
        train: all.train.first(train),
        test: all.test.first(test),
    })
}

/// A file of this name in the folder of the tests.
fn scratch(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The name of a part, its lines there and its lines here.
fn parts(source: &str) -> Vec<(String, usize, usize)> {
    let mut parts = Vec::new();
    let mut lines = source.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let frameworks = ["Keras", "PyTorch", "torch-lr-finder"];
        let name = frameworks
            .iter()
            .find_map(|framework| line.strip_prefix(&format!("// {framework}, ")));
        let Some(name) = name else { continue };
        let (mut there, mut here) = (0, 0);
        for line in lines.by_ref().take_while(|line| *line != "// End.") {
            match line.strip_prefix("//") {
                Some(line) if line.starts_with("  ") => there += 1,
                None if !line.is_empty() => here += 1,
                _ => {}
            }
        }
        parts.push((name.trim_end_matches(':').to_owned(), there, here));
    }
    parts
}

#[test]
fn lines_are_no_more() {
    let sources = [
        include_str!("fine_tuning.rs"),
        include_str!("images.rs"),
        include_str!("own_loop.rs"),
        include_str!("table.rs"),
    ];
    let parts: Vec<_> = sources.iter().flat_map(|source| parts(source)).collect();
    for (name, there, here) in &parts {
        println!("{name}: {here} lines here, {there} there");
        assert!(
            0 < *here && here <= there,
            "{name}: {here} lines here, {there} there"
        );
    }
    let mut names: Vec<&str> = parts.iter().map(|(name, ..)| &**name).collect();
    names.sort_unstable();
    let expected = [
        "accumulation",
        "averages of the weights",
        "class weights",
        "clipping",
        "confusion matrix and top-3",
        "freezing",
        "learning-rate finder",
        "rates of groups",
        "regression with early stopping, the best network kept",
        "weights of another network",
    ];
    assert_eq!(names, expected);
}
