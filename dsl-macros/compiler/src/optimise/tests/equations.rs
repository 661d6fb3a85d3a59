//! Both sides of every equation, as numbers.

use std::collections::BTreeMap;

use crate::optimise::ALL;
use crate::optimise::equation::Term;

/// The numbers that names stand for, and those of names of masks.
const NUMBERS: [f64; 6] = [0.0, 1.0, -1.0, 0.5, 2.0, -3.0];
const MASKS: [f64; 6] = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0];

fn names(term: &Term, found: &mut Vec<&'static str>) {
    match *term {
        Term::Number(_) => {}
        Term::Value(name) if found.contains(&name) => {}
        Term::Value(name) => found.push(name),
        Term::Of(_, terms) => terms.iter().for_each(|term| names(term, found)),
    }
}

fn value(term: &Term, values: &BTreeMap<&str, f64>) -> f64 {
    match *term {
        Term::Number(number) => number,
        Term::Value(name) => values[name],
        Term::Of(op, terms) => op.value(&terms.iter().map(|term| value(term, values)).collect::<Vec<_>>()),
    }
}

#[test]
fn both_sides_of_every_equation_are_equal() {
    let mut compared = 0;
    for rule in ALL.iter().copied().flatten() {
        for equation in rule.equations() {
            assert!(
                equation.head().is_some(),
                "`{}` begins with an operator",
                rule.name
            );
            let (mut left, mut right) = (Vec::new(), Vec::new());
            names(&equation.left, &mut left);
            names(&equation.right, &mut right);
            assert!(right.iter().all(|name| left.contains(name)), "{}", rule.name);
            for choice in 0..NUMBERS.len().pow(left.len() as u32) {
                let number = |(place, &name): (usize, &&'static str)| {
                    let digit = choice / NUMBERS.len().pow(place as u32) % NUMBERS.len();
                    (
                        name,
                        if name == "mask" {
                            MASKS[digit]
                        } else {
                            NUMBERS[digit]
                        },
                    )
                };
                let values = left.iter().enumerate().map(number).collect();
                let (a, b) = (value(&equation.left, &values), value(&equation.right, &values));
                if a.is_finite() {
                    compared += 1;
                    assert!(
                        (a - b).abs() < 1e-12,
                        "`{}`: {a} became {b} at {values:?}",
                        rule.name
                    );
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}
