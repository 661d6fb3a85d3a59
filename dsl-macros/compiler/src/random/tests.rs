//! Tests over random networks: a fixed number in every run, as many as asked for on demand.

use std::collections::BTreeSet;

use super::check::{BATCHES, Care, End, Failure, check, sound};
use super::declaration::{Declaration, names};
use super::functions::declaration;
use super::shrink::shrunk;
use crate::diagnostics::Diagnostics;
use crate::elaborate::words;
use crate::prelude;

/// The seeds of every run.
const SEEDS: std::ops::Range<u64> = 0..300;

/// The fault of a seed's network, in as few lines as show it.
fn fault(seed: u64, end: End) -> Option<String> {
    let whole = declaration(seed);
    // The four batches in turn.
    let turn = (seed % 4) as usize;
    let all = Care {
        seed,
        batches: &BATCHES[turn..=turn],
        end,
        differences: seed.is_multiple_of(5),
    };
    let failure = check(&whole.print(), all).err()?;
    // The least work that shows the fault.
    let simplest = (0..=BATCHES.len()).map(|end| Care {
        batches: &BATCHES[end.saturating_sub(1)..end],
        ..all
    });
    let fails = |declaration: &Declaration, care: Care| {
        let found = check(&declaration.print(), care).err();
        found.filter(|found| found.stage == failure.stage)
    };
    let care = simplest
        .into_iter()
        .find(|&care| fails(&whole, care).is_some())
        .unwrap_or(all);
    // A declaration that does not elaborate is a fault of the generator, and anything smaller would be
    // refused for another reason.
    let smallest = match failure.stage.as_str() {
        "elaboration" => whole,
        _ => shrunk(whole, |smaller| fails(smaller, care).is_some()),
    };
    let Failure { stage, text } = fails(&smallest, care).unwrap_or(failure);
    Some(format!("seed {seed}, {stage}: {text}\n{}", smallest.print()))
}

fn sound_after_every_pass(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        if let Some(fault) = fault(seed, End::Plans) {
            panic!("{fault}");
        }
    }
}

#[test]
fn random_networks_mean_the_same_after_every_pass() {
    sound_after_every_pass(SEEDS.step_by(2));
}

/// The other half of the seeds, in parallel with the first.
#[test]
fn more_random_networks_mean_the_same_after_every_pass() {
    sound_after_every_pass(SEEDS.skip(1).step_by(2));
}

#[test]
fn few_random_networks_are_refused() {
    let is_refused = |&seed: &u64| sound(&declaration(seed).print()).is_none();
    let refused = SEEDS.filter(is_refused).count();
    assert!(
        20 * refused <= SEEDS.count(),
        "{refused} of the networks are refused"
    );
}

/// Prints the network of a seed.
#[test]
#[ignore = "prints the network of SEED"]
fn shown() {
    println!("{}", declaration(asked("SEED", 1)).print());
}

/// A number given by a variable of the environment.
pub fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().expect("a number"))
}

/// Checks as many networks as asked for, from a seed on, down to plans and emission; faults are reported
/// after all have been tried.
#[test]
#[ignore = "as many as asked for: NETWORKS=10000 SEED=1"]
fn many() {
    let (count, first) = (asked("NETWORKS", 1000), asked("SEED", 1));
    let ends = [End::Plans, End::Emission];
    let told = |seed: u64| fault(seed, ends[seed as usize % 2]).inspect(|fault| println!("{fault}\n"));
    let faults: Vec<String> = (first..first + count).filter_map(told).collect();
    println!(
        "{count} networks from seed {first} on, {} with faults",
        faults.len()
    );
    assert!(faults.is_empty());
}

/// A word that no seed uses is not tested by them.
#[test]
fn every_word_is_said_by_some_network() {
    let mut said: BTreeSet<String> = BTreeSet::new();
    for seed in SEEDS {
        said.extend(names(&declaration(seed).print()).map(str::to_string));
    }
    let blocks = prelude::parse(&mut Diagnostics::new()).expect("the prelude is sound");
    let blocks = blocks.functions.iter().map(|block| block.name.to_string());
    let all: BTreeSet<String> = words::names().map(str::to_string).chain(blocks).collect();
    let missing: Vec<&String> = all.difference(&said).collect();
    assert!(missing.is_empty(), "never said: {missing:?}");
}

#[test]
fn a_seed_always_makes_the_same_declaration() {
    for seed in 0..20 {
        assert_eq!(declaration(seed).print(), declaration(seed).print());
    }
}

/// A network of many lines shrinks to the one line that matters.
#[test]
fn what_fails_is_made_small() {
    let sample = SEEDS
        .map(declaration)
        .filter(|sample| sample.print().contains("cos("))
        .min_by_key(|sample| sample.print().len());
    let small = shrunk(sample.expect("some network says it"), |smaller| {
        let text = smaller.print();
        sound(&text).is_some() && text.contains("cos")
    });
    let text = small.print();
    assert!(text.lines().count() <= 8, "{text}");
}

/// Reports the fault of the declaration in the file NETWORK.
#[test]
#[ignore = "checks the declaration in the file NETWORK"]
fn written() {
    let path = std::env::var("NETWORK").expect("NETWORK names a file");
    let text = std::fs::read_to_string(path).expect("it can be read");
    for end in [End::Plans, End::Emission] {
        let care = Care {
            seed: 1,
            batches: BATCHES,
            end,
            differences: true,
        };
        check(&text, care).unwrap_or_else(|Failure { stage, text }| panic!("{stage}: {text}"));
    }
}

/// No emitted statement assigns an element to itself, of which clippy would warn a user.
#[test]
fn nothing_is_assigned_to_itself() {
    for seed in SEEDS.take(60) {
        let tokens = declaration(seed).print().parse().expect("tokens");
        let code = crate::expand::testing::unguarded(tokens).to_string();
        for statement in code.split([';', '{', '}']) {
            if let Some((to, from)) = statement.split_once(" = ") {
                let is_element = to.contains('[') && !to.contains("let ");
                assert!(
                    !is_element || to.trim() != from.trim(),
                    "seed {seed}: {statement}"
                );
            }
        }
    }
}
