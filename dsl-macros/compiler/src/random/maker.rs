//! The function that is being made: what is in scope, and where statements go.

use std::collections::BTreeSet;

use super::chance::Chance;
use super::declaration::{Argument, Role, Statement, names};
use super::value::{Range, Value};

/// The most elements a value has.
pub const ELEMENTS: usize = 64;

/// The largest magnitude a value keeps.
const LARGEST: f64 = 6.0;

/// Where a statement stands, which decides what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a loop that stays one: nothing is made or updated.
    Rolled,
    /// In a loop each of whose turns makes parameters.
    Unrolled,
    /// In no loop.
    Top,
}

/// A function that can be called.
#[derive(Clone, Debug)]
pub struct Signature {
    pub name: String,
    pub role: Role,
    pub arguments: Vec<Value>,
    pub results: Vec<Value>,
    /// Whether it makes parameters, which keeps a loop from staying one.
    pub makes: bool,
    /// Whether it makes state, which a loop that stays one refuses.
    pub stateful: bool,
}

/// A held layer and what it maps.
#[derive(Clone, Debug)]
pub struct Held {
    pub name: String,
    pub from: Vec<usize>,
    pub to: Vec<usize>,
    /// Whether it has been applied, so that its parameters can be read.
    pub applied: bool,
}

pub struct Maker {
    pub chance: Chance,
    pub role: Role,
    pub values: Vec<Value>,
    pub layers: Vec<Held>,
    pub arguments: Vec<(Argument, Value)>,
    /// Statements of the function, then those of the loops that are open.
    pub open: Vec<Vec<Statement>>,
    pub place: Place,
    /// Functions made before.
    pub functions: Vec<Signature>,
    /// Whether a parameter has been made, here or in a function called.
    pub trained: bool,
    /// Whether state has been made or updated.
    pub stateful: bool,
    /// What no statement reads yet.
    unread: BTreeSet<String>,
    /// What the loss is to depend on smoothly, since a comparison hides it.
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

    /// The number behind the last name given out.
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

    /// `let` in front of every loop.
    pub fn hoist(&mut self, pattern: &str, value: String, shape: Option<Vec<usize>>) {
        let pattern = pattern.to_string();
        self.open[0].push(Statement::Let {
            pattern,
            value,
            shape,
        });
    }

    /// A `let` for an expression that is no tensor.
    pub fn hold(&mut self, of: &str, value: String) -> String {
        let pattern = self.name(of);
        self.push(Statement::Let {
            pattern: pattern.clone(),
            value,
            shape: None,
        });
        pattern
    }

    /// The expression bound by a `let`, made smaller where it is too large; what follows may use it.
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

    /// A variable that has been assigned.
    pub fn assigned(&mut self, value: Value) {
        self.unread.insert(value.text.clone());
        self.values.push(value);
    }

    /// The results of an expression that is a tuple or an array, each by a name.
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

    /// A value of at most this magnitude.
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

    /// A value at least `least`, by what is smooth.
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

    /// The value where a word passes no derivative on: said to be wanted, or owed to the loss.
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

    /// The values of numbers that nothing reads yet.
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
