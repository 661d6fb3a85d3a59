//! A loop over time as one node, whatever the operators of its body are.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::{Function, Operation};

/// A loop of `length` steps. Arguments: constants, initial carry, then values stacked along their first axis of
/// which each step sees one slice. Parts: the final carry, then the stacked results of the steps.
#[derive(Clone)]
pub struct Scan<O: Operation> {
    /// Two loops are equal only if they are one; bodies are not compared.
    pub identity: u32,
    pub length: usize,
    pub constants: usize,
    pub carried: usize,
    /// True if the first step sees the last slice.
    pub reversed: bool,
    /// Reads the formal arguments in order, yields the next carry and what each step collects.
    pub body: Rc<Function<O>>,
}

impl<O: Operation> Scan<O> {
    /// The attributes as printed after the arguments.
    pub fn attributes(&self) -> String {
        let direction = if self.reversed { ", reversed" } else { "" };
        format!("{} steps{direction}", self.length)
    }

    /// True if the argument at `place` is what the first step begins with.
    pub fn carries(&self, place: usize) -> bool {
        (self.constants..self.constants + self.carried).contains(&place)
    }

    /// The same loop with another body, perhaps of other operators.
    pub fn with_body<P: Operation>(&self, body: Function<P>) -> Scan<P> {
        Scan {
            identity: self.identity,
            length: self.length,
            constants: self.constants,
            carried: self.carried,
            reversed: self.reversed,
            body: Rc::new(body),
        }
    }
}

impl<O: Operation> PartialEq for Scan<O> {
    fn eq(&self, other: &Scan<O>) -> bool {
        self.identity == other.identity
    }
}

impl<O: Operation> Eq for Scan<O> {}

impl<O: Operation> Hash for Scan<O> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

impl<O: Operation> fmt::Debug for Scan<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Scan {{ identity: {}, length: {} }}",
            self.identity, self.length
        )
    }
}
