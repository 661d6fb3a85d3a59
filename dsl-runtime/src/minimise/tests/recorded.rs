//! The results of SciPy's minimisers, which `record.py` has written to `recorded.txt`.

const TEXT: &str = include_str!("recorded.txt");

/// A minimum, and what it took to find it.
#[derive(Debug)]
pub struct Minimum {
    pub value: f64,
    pub values: u64,
    pub gradients: u64,
    pub products: u64,
    pub at: Vec<f64>,
}

/// The numbers of the line that begins with these words.
fn line(words: &[&str]) -> Vec<f64> {
    let rest = |line: &'static str| {
        let mut found = line.split(' ');
        words
            .iter()
            .all(|&word| found.next() == Some(word))
            .then_some(found)
    };
    let numbers = TEXT
        .lines()
        .find_map(rest)
        .unwrap_or_else(|| panic!("no line {words:?}"));
    numbers.map(|number| number.parse().unwrap()).collect()
}

/// Numbers that a problem is made of.
pub fn data(name: &str) -> Vec<f64> {
    line(&["data", name])
}

/// The minimum of a problem that SciPy's counterpart of a method has found.
pub fn minimum(method: &str, problem: &str) -> Minimum {
    let numbers = line(&["minimum", method, problem]);
    let count = |place: usize| numbers[place] as u64;
    Minimum {
        value: numbers[0],
        values: count(1),
        gradients: count(2),
        products: count(3),
        at: numbers[4..].to_vec(),
    }
}
