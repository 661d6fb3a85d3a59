//! Random networks as cases for tests that compile them with rustc: the few that are recorded in
//! `tests/random`, and as many as asked for (`tests/random.sh`).

use std::fs;
use std::path::Path;

use super::check::{numbers, random, sound};
use super::functions::declaration;
use super::tests::asked;
use crate::compile::differentiate;
use crate::elaborate::{Entry, EntryInput, Model};
use crate::graph::interpret::interpret;
use crate::graph::{Batching, Element, Function};
use crate::ops::Op;
use crate::reference::{Data, Numbers};

/// The networks recorded in the repository.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/random/networks.rs");

/// The number of recorded networks.
const COUNT: usize = 24;

/// A network under the name of its seed, with the calls of its entry points; `None` if it is refused for its
/// meaning, or has no results.
fn case(seed: u64) -> Option<String> {
    let text = declaration(seed).print();
    let model = sound(&text)?;
    if !model.entries.iter().all(knows_its_batch) {
        return None;
    }
    let batches = match [1, 2, 3, 17].map(|examples| is_finite(&model, examples)) {
        [true, _, true, true] => "every batch",
        [false, true, true, true] => "batches above one",
        _ => return None,
    };
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_string(),
        line => format!("    {line}\n"),
    });
    Some(format!(
        "network_case! {{\n    {batches}; seed_{seed}: Random {{\n{}    }}\n{}}}\n",
        calls(&model),
        lines.collect::<String>()
    ))
}

/// True if the arguments determine the batch size; a call without such arguments is for one example, which shows
/// where random numbers are drawn or examples are counted.
fn knows_its_batch(entry: &Entry) -> bool {
    let of_examples = |input: &EntryInput| input.ty.batching == Batching::PerExample;
    let depends = |function: &Function| random(function) || counts_examples(function);
    entry.inputs.iter().any(of_examples) || !entry.functions().any(depends)
}

/// True if the size of the batch is a value of the function.
fn counts_examples(function: &Function) -> bool {
    let graph = &function.graph;
    graph.vals().any(|val| match &graph.node(val).op {
        Op::BatchSize(_) => true,
        Op::Scan(scan) => counts_examples(&scan.body),
        _ => false,
    })
}

/// True if all results and gradients of `reference!` are finite.
fn is_finite(model: &Model, examples: usize) -> bool {
    let mut data = Data::new(model, Numbers::default());
    model.entries.iter().all(|entry| {
        let environment = data.environment(entry, examples);
        entry.functions().all(|function| {
            let function = match entry.result.first_scalar_output() {
                Some(loss) => differentiate(function, loss).function,
                None => function.copy(),
            };
            let values = interpret(&function.graph, &function.outputs, &environment);
            values.iter().flat_map(numbers).all(f64::is_finite)
        })
    })
}

/// The calls of the entry points in the syntax of `network_case!`.
fn calls(model: &Model) -> String {
    let call = |entry: &Entry| {
        let name = &entry.name;
        let arguments: Vec<&str> = entry.inputs.iter().map(kind).collect();
        let mut call = format!("{name}({})", arguments.join(" "));
        let has_modes = entry.training.is_some();
        if has_modes {
            call += &format!(" / {name}_in_training");
        }
        if entry.result.first_scalar().is_some() {
            call += &match has_modes {
                true => format!(" + {name}_and_grad_in_evaluation / {name}_and_grad_in_training"),
                false => format!(" + {name}_and_grad"),
            };
        }
        format!("        {call}\n")
    };
    model.entries.iter().map(call).collect()
}

/// The value that a call passes for an argument.
fn kind(input: &EntryInput) -> &'static str {
    match (&input.ty.element, input.ty.batching) {
        (Element::Index { .. }, _) => "indices",
        (_, Batching::Shared) if input.ty.shape.rank() == 0 => "number",
        _ => "reals",
    }
}

/// A file of the first `count` sound networks from a seed on, and the next seed.
fn file(count: usize, first: u64) -> (String, u64) {
    let mut text = "//! Random networks, as the generator of the compiler's own tests makes them.\n\n\
                    use crate::agrees::network_case;\n"
        .to_string();
    let mut seed = first;
    for _ in 0..count {
        let case = (seed..).find_map(|seed| Some((seed, case(seed)?)));
        let (own, case) = case.expect("most are sound");
        text += &format!("\n{case}");
        seed = own + 1;
    }
    (text, seed)
}

#[test]
fn recorded_networks_are_those_of_the_generator() {
    let recorded = fs::read_to_string(RECORDED).expect("it is in the repository");
    assert!(
        recorded == file(COUNT, 0).0,
        "the generator makes others by now: cargo test -p dsl-compiler --lib -- --ignored random::compiled::record"
    );
}

#[test]
#[ignore = "writes `tests/random/networks.rs` anew"]
fn record() {
    fs::write(RECORDED, file(COUNT, 0).0).expect("it can be written");
}

/// A folder `part_0`, `part_1`, … for every thirty networks, each a file of them.
#[test]
#[ignore = "writes files of networks: INTO=folder NETWORKS=300 SEED=1"]
fn write() {
    let into = std::env::var("INTO").expect("INTO names a folder");
    let (count, mut seed) = (asked("NETWORKS", 300) as usize, asked("SEED", 1));
    for part in 0..count.div_ceil(30) {
        let (text, next) = file(30.min(count - 30 * part), seed);
        let folder = Path::new(&into).join(format!("part_{part}"));
        fs::create_dir_all(&folder).expect("it can be made");
        fs::write(folder.join("networks.rs"), text).expect("it can be written");
        seed = next;
    }
    println!("the seeds before {seed}");
}
