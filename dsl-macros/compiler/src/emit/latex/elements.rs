//! Values by their elements: sums, contractions and whatever else has no notation for whole values.

use super::Writer;
use super::formulas;
use super::math::{Math, size};
use crate::emit::text::product::index;
use crate::emit::text::says_nothing;
use crate::graph::Val;
use crate::ops::Op;
use crate::ops::formula::Precedence;

impl Writer<'_> {
    /// An element of a value as it is read; letters for further indices are free from the `next` one on.
    pub(super) fn read_element(&self, val: Val, at: &[String], next: usize) -> Math {
        match self.names.get(&val) {
            Some(name) => name.at(at),
            None => self.element(val, at, next),
        }
    }

    /// An element of a value by its operator.
    pub(super) fn element(&self, val: Val, at: &[String], next: usize) -> Math {
        let node = self.graph.node(val);
        let read = |place: usize, at: &[String]| self.read_element(node.args[place], at, next);
        match &node.op {
            Op::Iota(_) => {
                let precedence = if at[0].contains('+') {
                    Precedence::Sum
                } else {
                    Precedence::Atom
                };
                Math::new(at[0].as_str(), precedence, 1)
            }
            Op::Broadcast(broadcast) => {
                let own: Vec<String> = broadcast.axes.iter().map(|&axis| at[axis].clone()).collect();
                read(0, &own)
            }
            Op::Reshape(_) if says_nothing(self.graph, val) => {
                let sizes = self.shape(val).0;
                let mut long = at.iter().zip(&sizes).filter(|(_, size)| **size != 1);
                let own = self.shape(node.args[0]).0.into_iter().map(|size| match size {
                    1 => "0".to_string(),
                    _ => long
                        .next()
                        .map_or_else(|| "0".to_string(), |(index, _)| index.clone()),
                });
                let own: Vec<String> = own.collect();
                read(0, &own)
            }
            Op::Transpose(transpose) => {
                let mut own = at.to_vec();
                for (to, &from) in transpose.order.iter().enumerate() {
                    own[from] = at[to].clone();
                }
                read(0, &own)
            }
            Op::Slice(slice) => {
                let own = at.iter().zip(&slice.starts).map(|(index, &start)| match start {
                    0 => index.clone(),
                    start => format!("{index} + {start}"),
                });
                read(0, &own.collect::<Vec<String>>())
            }
            Op::Sum(sum) => {
                let (own, letters) = self.inner_indices(node.args[0], &sum.axes, at, next);
                let term = self.read_element(node.args[0], &own, next + letters.len());
                summed(&letters, &term)
            }
            Op::Max(max) => {
                let (own, letters) = self.inner_indices(node.args[0], &max.axes, at, next);
                let term = self.read_element(node.args[0], &own, next + letters.len());
                let ranges = letters
                    .iter()
                    .map(|(letter, size)| format!(r"0 \le {letter} < {size}"));
                let ranges = ranges.collect::<Vec<String>>().join(", ");
                let text = format!(r"\max_{{{ranges}}} {}", term.within(Precedence::Product));
                Math::new(text, Precedence::MatrixProduct, term.size)
            }
            Op::Cumsum(cumsum) => {
                let letter = index(next);
                let mut own = at.to_vec();
                let here = std::mem::replace(&mut own[cumsum.axis], letter.clone());
                let last = self.shape(val).0[cumsum.axis].saturating_sub(1).to_string();
                let (from, to) = match cumsum.reverse {
                    false => ("0".to_string(), here),
                    true => (here, last),
                };
                let term = self.read_element(node.args[0], &own, next + 1);
                sum_between(&letter, &from, &to, &term)
            }
            Op::BatchSum(_) => batch_sum(&read(0, at)),
            Op::Contract(contract) => {
                let mut known: Vec<(u8, String)> =
                    contract.result.iter().copied().zip(at.iter().cloned()).collect();
                let mut letters = Vec::new();
                for (place, own) in [&contract.left, &contract.right].into_iter().enumerate() {
                    let sizes = self.shape(node.args[place]).0;
                    for (&letter, size) in own.iter().zip(sizes) {
                        if !known.iter().any(|(other, _)| *other == letter) {
                            let name = index(next + letters.len());
                            letters.push((name.clone(), size));
                            known.push((letter, name));
                        }
                    }
                }
                let factor = |place: usize, own: &[u8]| {
                    let named = |letter: &u8| known.iter().find(|(other, _)| other == letter).cloned();
                    let own: Vec<String> = own.iter().filter_map(named).map(|(_, name)| name).collect();
                    self.read_element(node.args[place], &own, next + letters.len())
                };
                let (a, b) = (factor(0, &contract.left), factor(1, &contract.right));
                summed(&letters, &times(&a, &b))
            }
            Op::OneHot(_) => {
                let (class, own) = at.split_last().expect("the axis of classes is there");
                is_equal(&read(0, own), class)
            }
            Op::Gather(_) => {
                let rank = self.shape(node.args[1]).rank();
                let row = read(1, &at[..rank]).text;
                read(0, &[&[row], &at[rank..]].concat())
            }
            Op::ScatterAdd(_) => {
                let places = self.shape(node.args[0]).0;
                let letters = places.into_iter().enumerate();
                let letters: Vec<(String, usize)> =
                    letters.map(|(place, size)| (index(next + place), size)).collect();
                let next = next + letters.len();
                let own: Vec<String> = letters.iter().map(|(letter, _)| letter.clone()).collect();
                let chosen = is_equal(&self.read_element(node.args[0], &own, next), &at[0]);
                let row = self.read_element(node.args[1], &[&own, &at[1..]].concat(), next);
                summed(&letters, &times(&chosen, &row))
            }
            Op::Mark(_) | Op::Opaque(_) | Op::Again(_) | Op::StopGradient(_) | Op::CustomGradient(_) => {
                read(0, at)
            }
            op => match op.rules().formula() {
                Some(formula) => {
                    let args: Vec<Math> = (0..node.args.len()).map(|place| read(place, at)).collect();
                    let (math, legend) = formulas::write(formula, &args, true);
                    legend.into_iter().for_each(|legend| self.explain(legend));
                    math
                }
                None => self.whole(val).at(at),
            },
        }
    }

    /// The indices of an argument that is folded over `axes`, and the letters of these with their sizes.
    fn inner_indices(
        &self,
        arg: Val,
        axes: &[usize],
        at: &[String],
        next: usize,
    ) -> (Vec<String>, Vec<(String, usize)>) {
        let (mut outer, mut letters) = (at.iter(), Vec::new());
        let own = self
            .shape(arg)
            .0
            .into_iter()
            .enumerate()
            .map(|(axis, size)| match axes.contains(&axis) {
                true => {
                    let letter = index(next + letters.len());
                    letters.push((letter.clone(), size));
                    letter
                }
                false => outer.next().cloned().unwrap_or_default(),
            });
        let own: Vec<String> = own.collect();
        (own, letters)
    }
}

/// 1 where an index is this one, else 0.
fn is_equal(index: &Math, class: &str) -> Math {
    Math::indicator(format!("{} = {class}", index.text), index.size)
}

/// The product of two numbers.
fn times(a: &Math, b: &Math) -> Math {
    let least = Precedence::Product;
    let text = format!(r"{} \, {}", a.within(least), b.beyond(least));
    Math::new(text, least, size(&[a.clone(), b.clone()]))
}

/// The sum of a term over all of these indices.
pub(super) fn summed(letters: &[(String, usize)], term: &Math) -> Math {
    letters.iter().rev().fold(term.clone(), |term, (letter, size)| {
        let last = size
            .checked_sub(1)
            .map_or_else(|| "-1".to_string(), |last| last.to_string());
        sum_between(letter, "0", &last, &term)
    })
}

/// The sum of a term over the examples.
pub(super) fn batch_sum(term: &Math) -> Math {
    let text = format!(r"\sum_{{b=1}}^{{B}} {}", term.within(Precedence::MatrixProduct));
    Math::new(text, Precedence::MatrixProduct, term.size)
}

fn sum_between(letter: &str, from: &str, to: &str, term: &Math) -> Math {
    let text = format!(
        r"\sum_{{{letter}={from}}}^{{{to}}} {}",
        term.within(Precedence::MatrixProduct)
    );
    Math::new(text, Precedence::MatrixProduct, term.size)
}
