//! A contraction as a product of vectors and matrices, where it is one, else as a sum over indices.

use super::Written;
use crate::graph::{Shape, Val};
use crate::ops::contract::Contract;
use crate::ops::formula::Precedence;

/// An argument of a contraction, as it stands in a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its place among the arguments of the contraction.
    pub place: usize,
    pub transposed: bool,
}

/// The forms that a contraction is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// Of two vectors: a number.
    Dot,
    /// Of two vectors: the matrix of all products, its rows those of the argument at this place.
    Outer { rows: usize },
    /// Of matrices, or of a matrix and a vector, which stands behind it.
    Matrices([Factor; 2]),
    /// Any other.
    Indexed(Indexed),
}

/// A contraction by its elements: the indices of the result, those that are summed over, and those of each argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed {
    pub result: Vec<String>,
    /// Each with the size of its axes.
    pub summed: Vec<(String, usize)>,
    pub args: [Vec<String>; 2],
}

/// The name of the index of some axis: `i`, `j`, `k` …; a loop is counted by `t`, and `n` is the number of examples.
pub fn index(place: usize) -> String {
    const LETTERS: &[u8] = b"ijklmpqrsxyz";
    let letter = char::from(LETTERS[place % LETTERS.len()]);
    match place / LETTERS.len() {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

impl Product {
    /// The form of a contraction of arguments of these shapes. The letters of axes of one element are left out where an
    /// argument is `bare`, read without such axes.
    pub fn of(contract: &Contract, shapes: [&Shape; 2], bare: bool) -> Product {
        let lettered = || {
            let left = contract.left.iter().zip(&shapes[0].0);
            left.chain(contract.right.iter().zip(&shapes[1].0))
        };
        let size = |letter: u8| {
            let found = lettered().find(|(other, _)| **other == letter);
            *found.expect("every letter is one of an argument").1
        };
        let kept = |letters: &[u8]| -> Vec<u8> {
            let letters = letters.iter().copied();
            letters.filter(|&letter| !bare || size(letter) != 1).collect()
        };
        let (left, right) = (kept(&contract.left), kept(&contract.right));
        let result = kept(&contract.result);
        let matrix = |args: [&[u8]; 2]| match (args, result.as_slice()) {
            ([[a], [b]], []) if a == b => Some(Product::Dot),
            ([[a], [b]], [row, column]) if a != b && row != column => {
                let rows = usize::from(a != row);
                Some(Product::Outer { rows })
            }
            ([a, b], [row, ..]) => {
                // The rows of the result are those of the first factor.
                let (first, second) = match (a.contains(row) && a.len() == 2, b.contains(row) && b.len() == 2)
                {
                    (true, false) => (0, 1),
                    (false, true) => (1, 0),
                    _ => return None,
                };
                let (one, other) = (args[first], args[second]);
                let &[above, beside] = one else { return None };
                let transposed = above != *row;
                let inner = if transposed { above } else { beside };
                let factor = |place, transposed| Factor { place, transposed };
                match (other, &result[1..]) {
                    _ if above == beside || result.contains(&inner) => None,
                    (&[along], []) if along == inner => {
                        Some([factor(first, transposed), factor(second, false)])
                    }
                    (&[top, side], &[column]) if top == inner && side == column && column != *row => {
                        Some([factor(first, transposed), factor(second, false)])
                    }
                    (&[top, side], &[column]) if side == inner && top == column && column != *row => {
                        Some([factor(first, transposed), factor(second, true)])
                    }
                    _ => None,
                }
                .map(Product::Matrices)
            }
            _ => None,
        };
        matrix([&left, &right]).unwrap_or_else(|| {
            let mut known = result.clone();
            for &letter in left.iter().chain(&right) {
                if !known.contains(&letter) {
                    known.push(letter);
                }
            }
            let name = |letter: &u8| {
                let place = known.iter().position(|other| other == letter);
                index(place.expect("every letter is known"))
            };
            let names = |letters: &[u8]| letters.iter().map(name).collect::<Vec<String>>();
            let summed = known.iter().filter(|letter| !result.contains(letter));
            Product::Indexed(Indexed {
                result: names(&result),
                summed: summed.map(|letter| (name(letter), size(*letter))).collect(),
                args: [names(&left), names(&right)],
            })
        })
    }

    /// The argument with the rows of each term, if it is a sum over the first axes of two matrices: of the products of their rows.
    pub fn sum_of_outer(&self) -> Option<usize> {
        match self {
            Product::Matrices([first, second]) if first.transposed && !second.transposed => Some(first.place),
            _ => None,
        }
    }

    /// The product of written arguments.
    pub fn write(&self, args: &[Written]) -> Written {
        match self {
            Product::Dot => Written::atom(format!("dot({}, {})", args[0].text, args[1].text)),
            Product::Outer { rows } => {
                Written::atom(format!("outer({}, {})", args[*rows].text, args[1 - rows].text))
            }
            Product::Matrices(factors) => {
                let factors = factors.map(|factor| match factor.transposed {
                    true => format!("transpose({})", args[factor.place].text),
                    false => args[factor.place].within(Precedence::Atom),
                });
                Written {
                    text: factors.join(" @ "),
                    precedence: Precedence::MatrixProduct,
                }
            }
            Product::Indexed(indexed) => indexed.write(args),
        }
    }
}

impl Indexed {
    /// `[i, j] ↦ sum[k] a[i, k] * b[k, j]`
    fn write(&self, args: &[Written]) -> Written {
        let factor = |place: usize| match self.args[place].as_slice() {
            [] => args[place].within(Precedence::Product),
            indices => format!("{}[{}]", args[place].within(Precedence::Atom), indices.join(", ")),
        };
        let summed: Vec<&str> = self.summed.iter().map(|(index, _)| index.as_str()).collect();
        let element = match self.result.as_slice() {
            [] => String::new(),
            indices => format!("[{}] ↦ ", indices.join(", ")),
        };
        let sum = match summed.as_slice() {
            [] => String::new(),
            indices => format!("sum[{}] ", indices.join(", ")),
        };
        Written {
            text: format!("{element}{sum}{} * {}", factor(0), factor(1)),
            precedence: Precedence::Choice,
        }
    }
}

impl super::Printer<'_> {
    /// The form in which a contraction is written.
    pub(super) fn product(&self, val: Val, contract: &Contract) -> Product {
        let node = self.graph.node(val);
        let shapes = [0, 1].map(|place| self.graph.ty(node.args[place]).shape);
        let bare = node.args.iter().any(|arg| self.silent.contains(arg));
        Product::of(contract, [&shapes[0], &shapes[1]], bare)
    }
}
