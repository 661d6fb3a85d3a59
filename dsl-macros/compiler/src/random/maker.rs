//! The function being generated: the values in scope, and the places for statements.

use std::collections::BTreeSet;

use super::chance::Chance;
use super::declaration::{Argument, Role, Statement, names};
use super::value::{Range, Value};

/// Maximum number of elements of a value.
pub const ELEMENTS: usize = 64;

/// Maximum magnitude of a value.
const LARGEST: f64 = 6.0;

/// The place of a statement, which decides what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a rolled loop: nothing is made or updated.
    Rolled,
    /// In an unrolled loop: each iteration makes parameters.
    Unrolled,
    /// Outside of loops.
    Top,
}

/// A function that can be called.
#[derive(Clone, Debug)]
pub struct Signature {
    pub name: String,
    pub role: Role,
    pub arguments: Vec<Value>,
    pub results: Vec<Value>,
    /// True if it makes parameters, which prevents rolling a loop.
    pub makes: bool,
    /// True if it makes state, which a rolled loop refuses.
    pub stateful: bool,
}

/// A held layer and the shapes it maps.
#[derive(Clone, Debug)]
pub struct Held {
    pub name: String,
    pub from: Vec<usize>,
    pub to: Vec<usize>,
    /// True once it has been applied, so that its parameters can be read.
    pub applied: bool,
}

pub struct Maker {
    pub chance: Chance,
    pub role: Role,
    pub values: Vec<Value>,
    pub layers: Vec<Held>,
    pub arguments: Vec<(Argument, Value)>,
    /// The statements of the function, followed by those of each open loop.
    pub open: Vec<Vec<Statement>>,
    pub place: Place,
    /// Functions made before.
    pub functions: Vec<Signature>,
    /// True if a parameter has been made, here or in a called function.
    pub trained: bool,
    /// True if state has been made or updated.
    pub stateful: bool,
    /// The names that no statement reads yet.
    unread: BTreeSet<String>,
    /// The values that the loss must depend on smoothly, since a comparison hides them.
    pub owed: Vec<String>,
    next: usize,
}

impl Maker {
    pub fn new(chance: Chance, role: Role, functions: Vec<Signature>, next: usize) -> Maker {
        Maker {
            chance,
            role,
            values: Vec::new(),
            layers: Vec::new(),
            arguments: Vec::new(),
            open: vec![Vec::new()],
            place: Place::Top,
            functions,
            trained: false,
            stateful: false,
            unread: BTreeSet::new(),
            owed: Vec::new(),
            next,
        }
    }

    /// The number of the last name given.
    pub fn next(&self) -> usize {
        self.next
    }

    pub fn name(&mut self, of: &str) -> String {
        self.next += 1;
        format!("{of}{}", self.next)
    }

    pub fn push(&mut self, statement: Statement) {
        for name in statement.read() {
            self.unread.remove(name);
        }
        if let Statement::Let { pattern, .. } = &statement {
            self.unread.extend(names(pattern).map(str::to_string));
        }
        self.open
            .last_mut()
            .expect("the function is open")
            .push(statement);
    }

    pub fn line(&mut self, line: impl Into<String>) {
        self.push(Statement::Line(line.into()));
    }

    /// Adds a `let` before every open loop.
    pub fn hoist(&mut self, pattern: &str, value: String, shape: Option<Vec<usize>>) {
        let pattern = pattern.to_string();
        self.open[0].push(Statement::Let {
            pattern,
            value,
            shape,
        });
    }

    /// Adds a `let` for an expression that is no tensor.
    pub fn hold(&mut self, of: &str, value: String) -> String {
        let pattern = self.name(of);
        self.push(Statement::Let {
            pattern: pattern.clone(),
            value,
            shape: None,
        });
        pattern
    }

    /// Binds the expression by a `let`, scaled down if it is too large; later statements may use it.
    pub fn keep(&mut self, value: Value) -> Value {
        let bounded = self.bounded(value, LARGEST);
        let name = self.name("v");
        self.push(Statement::Let {
            pattern: name.clone(),
            value: bounded.text.clone(),
            shape: bounded.is_real().then(|| bounded.shape.clone()),
        });
        let kept = Value {
            text: name,
            ..bounded
        };
        self.values.push(kept.clone());
        kept
    }

    /// Records a variable that has been assigned.
    pub fn assigned(&mut self, value: Value) {
        self.unread.insert(value.text.clone());
        self.values.push(value);
    }

    /// Binds the results of a tuple or array expression, each to a name.
    pub fn keep_parts(&mut self, brackets: [&str; 2], text: String, parts: Vec<Value>) -> Vec<Value> {
        let names: Vec<String> = parts.iter().map(|_| self.name("v")).collect();
        let pattern = format!("{}{}{}", brackets[0], names.join(", "), brackets[1]);
        self.push(Statement::Let {
            pattern,
            value: text,
            shape: None,
        });
        let parts = parts.into_iter().zip(names);
        let parts: Vec<Value> = parts.map(|(part, text)| Value { text, ..part }).collect();
        self.values.extend(parts.iter().cloned());
        parts
    }

    /// The value, scaled to at most this magnitude.
    pub fn bounded(&mut self, value: Value, most: f64) -> Value {
        if !value.is_real() || value.range.size() <= most {
            return value;
        }
        match self.chance.below(3) {
            0 if most >= 1.0 => {
                let range = Range::new(value.range.low.tanh(), value.range.high.tanh());
                Value {
                    text: format!("({}).tanh()", value.text),
                    range,
                    ..value
                }
            }
            _ => {
                // A power of two keeps linear values linear and exact.
                let scale = 2f64.powf((most / value.range.size()).log2().floor());
                let range = value.range.times(Range::new(scale, scale));
                Value {
                    text: format!("({} * {scale:?})", value.text),
                    range,
                    ..value
                }
            }
        }
    }

    /// The value, made at least `least` by a smooth function.
    pub fn positive(&mut self, value: Value, least: f64) -> Value {
        if value.range.low >= least {
            return value;
        }
        let most = value.range.size();
        let (text, high) = match self.chance.below(2) {
            0 => (format!("({}.square() + {least:?})", value.text), most * most),
            _ => (format!("({}.softplus() + {least:?})", value.text), most + 0.7),
        };
        Value {
            text,
            range: Range::new(least, high + least),
            ..value
        }
    }

    /// Prepares a value for a word that passes no derivative: marks the cut as intended, or owes the value to
    /// the loss.
    pub fn cut(&mut self, value: &Value) -> Value {
        if !value.trained {
            return value.clone();
        }
        let named = value.text.chars().all(|c| c.is_ascii_alphanumeric());
        if self.place == Place::Top && self.role == Role::Entry && named && self.chance.one_in(2) {
            self.owed.push(value.text.clone());
            return Value {
                trained: false,
                ..value.clone()
            };
        }
        Value {
            text: format!("{}.stop_gradient()", value.text),
            trained: false,
            ..value.clone()
        }
    }

    /// The numeric values that nothing reads yet.
    pub fn unread(&self) -> Vec<Value> {
        let unread = self.values.iter().filter(|value| value.is_real());
        unread
            .filter(|value| self.unread.contains(&value.text))
            .cloned()
            .collect()
    }

    pub fn is_unread(&self, name: &str) -> bool {
        self.unread.contains(name)
    }
}

/// `2, 3`
pub fn joined(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    sizes.join(", ")
}
