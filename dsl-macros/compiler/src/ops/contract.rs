//! The generalised matrix product.

use super::{Expr, Linearity, Lowered, Operator, need_real, real};
use crate::arena::{Array, Mismatch, Shape, Type};

/// Einstein's summation of two values: axes of one letter run together, letters absent from the result are summed
/// over. `"ik,kj->ij"` is the matrix product, `"i,oi->o"` a dense layer, and each derivative of a contraction is
/// a contraction with the letters exchanged. Every letter of an argument stands in the other one or in the result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contract {
    pub left: Vec<u8>,
    pub right: Vec<u8>,
    pub result: Vec<u8>,
}

impl Contract {
    /// Renames the letters in the order they first appear, so that equal contractions are equal.
    pub fn new(left: &[u8], right: &[u8], result: &[u8]) -> Contract {
        let mut seen = Vec::new();
        for &letter in left.iter().chain(right) {
            if !seen.contains(&letter) {
                seen.push(letter);
            }
        }
        let rename = |letters: &[u8]| -> Vec<u8> {
            let place = |letter| {
                seen.iter()
                    .position(|other| other == letter)
                    .expect("results use letters of arguments")
            };
            letters.iter().map(|letter| b'a' + place(letter) as u8).collect()
        };
        Contract {
            left: rename(left),
            right: rename(right),
            result: rename(result),
        }
    }

    /// Reads `"ik,kj->ij"`.
    pub fn parse(spec: &str) -> Contract {
        let (args, result) = spec.split_once("->").expect("a contraction names its result");
        let (left, right) = args.split_once(',').expect("a contraction has two arguments");
        Contract::new(left.as_bytes(), right.as_bytes(), result.as_bytes())
    }

    /// The size behind each letter, or the letter with two sizes.
    fn sizes(&self, left: &Shape, right: &Shape) -> Result<Vec<(u8, usize)>, (u8, usize, usize)> {
        let mut sizes: Vec<(u8, usize)> = Vec::new();
        let axes = self
            .left
            .iter()
            .zip(&left.0)
            .chain(self.right.iter().zip(&right.0));
        for (&letter, &size) in axes {
            match sizes.iter().find(|(known, _)| *known == letter) {
                Some(&(_, other)) if other != size => return Err((letter, other, size)),
                Some(_) => {}
                None => sizes.push((letter, size)),
            }
        }
        Ok(sizes)
    }

    fn size_of(sizes: &[(u8, usize)], letter: u8) -> usize {
        sizes
            .iter()
            .find(|(known, _)| *known == letter)
            .expect("every letter has a size")
            .1
    }
}

impl Operator for Contract {
    fn name(&self) -> &'static str {
        "contract"
    }

    fn attributes(&self) -> String {
        let text = |letters: &[u8]| String::from_utf8_lossy(letters).into_owned();
        format!(
            "\"{},{}->{}\"",
            text(&self.left),
            text(&self.right),
            text(&self.result)
        )
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real("matmul", args)?;
        let (left, right) = (&args[0].shape, &args[1].shape);
        if left.rank() != self.left.len() || right.rank() != self.right.len() {
            return Err(Mismatch::new(format!(
                "{} does not fit {left} and {right}",
                self.attributes()
            )));
        }
        let sizes = self.sizes(left, right).map_err(|(_, a, b)| {
            Mismatch::new(format!(
                "`matmul` needs equal inner sizes: {left} times {right} ({a} against {b})"
            ))
        })?;
        real(
            args,
            Shape(
                self.result
                    .iter()
                    .map(|&letter| Self::size_of(&sizes, letter))
                    .collect(),
            ),
        )
    }

    fn linearity(&self) -> Linearity {
        Linearity::Each(&[0, 1])
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        let graph = dy.graph;
        let left = graph.apply(
            Contract::new(&self.result, &self.right, &self.left),
            &[dy.val, x[1].val],
        );
        let right = graph.apply(
            Contract::new(&self.left, &self.result, &self.right),
            &[x[0].val, dy.val],
        );
        vec![Some(graph.expr(left)), Some(graph.expr(right))]
    }

    fn vmap<'g>(&self, _: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        // A letter no contraction uses; `new` renames it.
        let letters = |own: &[u8], over: bool| [if over { &b"*"[..] } else { &[] }, own].concat();
        let vmapped = Contract::new(
            &letters(&self.left, over[0]),
            &letters(&self.right, over[1]),
            &letters(&self.result, true),
        );
        Some(
            args[0]
                .graph
                .expr(args[0].graph.apply(vmapped, &[args[0].val, args[1].val])),
        )
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let sizes = self
            .sizes(&args[0].shape, &args[1].shape)
            .expect("checked by infer");
        let all = Shape(sizes.iter().map(|&(_, size)| size).collect());
        let places = |letters: &[u8]| -> Vec<usize> {
            let place = |letter| {
                sizes
                    .iter()
                    .position(|(known, _)| known == letter)
                    .expect("every letter has a size")
            };
            letters.iter().map(place).collect()
        };
        let (left, right, result) = (places(&self.left), places(&self.right), places(&self.result));
        let mut sum = Array::zeros(&Shape(result.iter().map(|&axis| all.0[axis]).collect()));
        for at in all.positions() {
            let pick = |axes: &[usize]| axes.iter().map(|&axis| at[axis]).collect::<Vec<usize>>();
            let place = sum.place(&pick(&result));
            sum.data[place] += args[0].at(&pick(&left)) * args[1].at(&pick(&right));
        }
        sum
    }

    fn is_heavy(&self) -> bool {
        true
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(Lowered::Contract(self.clone()))
    }
}

#[cfg(test)]
impl super::sample::Sampled for Contract {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, index};
        let contract = |spec: &str, left: &[usize], right: &[usize]| {
            Sample::new(Contract::parse(spec), [any(left), any(right)])
                .refuses([any([7]), any([7, 7, 7])], "[7, 7, 7]")
        };
        vec![
            contract("ik,kj->ij", &[2, 3], &[3, 4])
                .refuses([any([2, 3]), any([4, 5])], "[2, 3] times [4, 5] (3 against 4)")
                .refuses([any([2, 3]), index(4, [3, 4])], "[B, 3, 4] < 4"),
            contract("i,oi->o", &[3], &[2, 3]),
            contract("i,o->oi", &[3], &[2]),
            contract("i,i->", &[4], &[4]),
            contract(",ij->ji", &[], &[2, 3]),
            contract("bhqd,bhkd->bhqk", &[1, 2, 3, 2], &[1, 2, 2, 2]),
            contract("tij,j->ti", &[2, 3, 2], &[2]),
        ]
    }
}
