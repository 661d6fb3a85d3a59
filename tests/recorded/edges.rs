//! Reads what `record_edges.py` wrote.

use std::collections::BTreeMap;

const RECORDED: &str = include_str!("edges.txt");

/// A word of the network: the arguments it has of its own, and its results by entry and case.
pub struct Word {
    pub entry: &'static str,
    pub place: usize,
    pub names: &'static str,
    pub own: Vec<usize>,
}

/// What is recorded, by entry and case.
pub struct Case {
    pub inputs: Vec<(&'static str, Vec<f64>)>,
    /// By the place of the word and what it is: its value, or its slope by an argument.
    pub right: BTreeMap<(usize, &'static str), Vec<f64>>,
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect()
}

pub fn recorded() -> (Vec<Word>, BTreeMap<(&'static str, usize), Case>) {
    let (mut words, mut cases) = (Vec::new(), BTreeMap::new());
    let own = |text: &str| {
        let places = text.split_whitespace();
        places.map(|place| place.parse().expect("a place")).collect()
    };
    for line in RECORDED.lines() {
        let fields: Vec<&'static str> = line.split('|').collect();
        let case = |case: &str| (fields[0], case.parse::<usize>().expect("a case"));
        let new = || Case {
            inputs: Vec::new(),
            right: BTreeMap::new(),
        };
        match fields[..] {
            [entry, "own", place, names, text] => words.push(Word {
                entry,
                place: place.parse().expect("a place"),
                names,
                own: own(text),
            }),
            [_, number, "input", name, text] => {
                let case: &mut Case = cases.entry(case(number)).or_insert_with(new);
                case.inputs.push((name, numbers(text)));
            }
            [_, number, place, _, what, text] if !what.contains("torch") && !what.contains("jax") => {
                let place = place.parse().expect("a place");
                let case: &mut Case = cases.get_mut(&case(number)).expect("inputs come first");
                case.right.insert((place, what), numbers(text));
            }
            _ => {}
        }
    }
    (words, cases)
}
