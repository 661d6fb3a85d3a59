//! The function that is being made: what is in scope, where statements go, and how operands are found.

use std::collections::BTreeSet;

use super::chance::Chance;
use super::declaration::{Argument, Role, Statement, names};
use super::value::{Range, Value, list};

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
    fn hoist(&mut self, pattern: &str, value: String, shape: Option<Vec<usize>>) {
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

    /// Any value of numbers: one that nothing reads, a late one, any one, or a leaf.
    pub fn any(&mut self) -> Value {
        let real: Vec<Value> = self
            .values
            .iter()
            .filter(|value| value.is_real())
            .cloned()
            .collect();
        let unread = self.unread();
        match self.chance.below(8) {
            0..=3 if !unread.is_empty() => self.chance.of(&unread),
            4 if !real.is_empty() => self.chance.of(&real[real.len() - real.len().min(4)..]),
            5 | 6 if !real.is_empty() => self.chance.of(&real),
            _ => {
                let shape = self.chance.shape();
                self.leaf(&shape)
            }
        }
    }

    /// A value of at least so many axes.
    pub fn with_axes(&mut self, rank: usize) -> Value {
        let value = self.any();
        if value.rank() >= rank {
            return value;
        }
        let fitting: Vec<Value> = self
            .values
            .iter()
            .filter(|v| v.is_real() && v.rank() >= rank)
            .cloned()
            .collect();
        if !fitting.is_empty() && self.chance.one_in(2) {
            return self.chance.of(&fitting);
        }
        let mut shape = vec![1; rank - value.rank()];
        match self.chance.one_in(2) {
            true => shape.extend(&value.shape),
            false => shape.splice(0..0, value.shape.iter().copied()).for_each(drop),
        }
        self.fit(value, &shape)
    }

    /// A value of exactly so many axes.
    pub fn of_rank(&mut self, rank: usize) -> Value {
        let value = self.with_axes(rank);
        if value.rank() == rank {
            return value;
        }
        let mut shape = value.shape.clone();
        while shape.len() > rank {
            let last = shape.pop().expect("it has axes");
            match shape.last_mut() {
                Some(size) if rank > 0 => *size *= last,
                _ => {}
            }
        }
        self.fit(value, &shape)
    }

    /// A value of this shape: one that has it, another brought to it, or a leaf.
    pub fn shaped(&mut self, shape: &[usize]) -> Value {
        let fitting: Vec<Value> = self
            .values
            .iter()
            .filter(|value| value.is_real() && value.shape == shape)
            .cloned()
            .collect();
        match self.chance.below(6) {
            0..=2 if !fitting.is_empty() => self.chance.of(&fitting),
            3 | 4 => {
                let value = self.any();
                self.fit(value, shape)
            }
            _ => self.leaf(shape),
        }
    }

    /// A value of this shape that is one for the whole batch.
    pub fn shared(&mut self, shape: &[usize]) -> Value {
        let fitting = self.values.iter().filter(|value| value.is_real() && value.shared);
        let fitting: Vec<Value> = fitting.cloned().collect();
        let value = match fitting.is_empty() || self.chance.one_in(3) {
            true => self.shared_leaf(shape),
            false => self.chance.of(&fitting),
        };
        self.fit(value, shape)
    }

    /// A shape that repeats to `shape`.
    pub fn repeating(&mut self, shape: &[usize]) -> Vec<usize> {
        let skipped = match self.chance.below(3) {
            0 => self.chance.between(0, shape.len()),
            _ => 0,
        };
        let mut own = shape[skipped..].to_vec();
        for size in &mut own {
            if self.chance.one_in(4) {
                *size = 1;
            }
        }
        own
    }

    /// The value's elements in this shape: as they are, repeated, or some of them.
    pub fn fit(&mut self, value: Value, shape: &[usize]) -> Value {
        if value.shape == shape {
            return value;
        }
        let text = &value.text;
        let count: usize = shape.iter().product();
        let repeats = value.rank() <= shape.len()
            && value
                .shape
                .iter()
                .rev()
                .zip(shape.iter().rev())
                .all(|(own, size)| *own == 1 || own == size);
        let text = if value.count() == count {
            format!("{text}.reshape({})", list(shape))
        } else if repeats {
            format!("({text} + zeros({}))", list(shape))
        } else if value.count() > count {
            let from = match self.chance.one_in(3) {
                true => self.chance.between(0, value.count() - count),
                false => 0,
            };
            format!(
                "{text}.flatten().slice(0, {from}, {}).reshape({})",
                from + count,
                list(shape)
            )
        } else {
            let missing = count - value.count();
            let before = self.chance.between(0, missing);
            let padded = format!("{text}.flatten().pad(0, {before}, {})", missing - before);
            let range = value.range.with(Range::new(0.0, 0.0));
            let fitted = Value {
                range,
                ..value.clone()
            };
            return fitted.as_text(format!("{padded}.reshape({})", list(shape)), shape.to_vec());
        };
        value.as_text(text, shape.to_vec())
    }

    /// A value that no other is needed for.
    pub fn leaf(&mut self, shape: &[usize]) -> Value {
        match self.chance.below(20) {
            0..=7 => self.input(shape),
            8..=15 => self.shared_leaf(shape),
            16 | 17 => self.index_leaf(shape),
            18 => {
                let drawn = self
                    .chance
                    .of(&[("normal(0.5)", 2.5), ("uniform(-1.0, 1.0)", 1.0)]);
                let text = format!("noise({}, {})", list(shape), drawn.0);
                let noise = Value::of(text, shape.to_vec(), Range::around(drawn.1), &[]);
                self.keep(Value {
                    shared: false,
                    ..noise
                })
            }
            _ => self.constant(shape),
        }
    }

    fn shared_leaf(&mut self, shape: &[usize]) -> Value {
        match self.chance.below(8) {
            0..=3 => self.parameter(shape),
            4 => self.buffer(shape),
            5 if self.role == Role::Entry => self.argument("s", shared_type(shape), shape, true),
            _ => self.constant(shape),
        }
    }

    pub fn constant(&mut self, shape: &[usize]) -> Value {
        let sizes = list(shape);
        let (text, range) = match (self.chance.below(6), shape) {
            (0, _) => (format!("zeros({sizes})"), Range::new(0.0, 0.0)),
            (1, _) => (format!("ones({sizes})"), Range::new(1.0, 1.0)),
            (2 | 3, &[size]) => (format!("arange({size})"), Range::new(0.0, size as f64 - 1.0)),
            (4, []) => ("(batch_size() * 0.0625)".to_string(), Range::new(0.06, 1.1)),
            _ => {
                let number = self.number();
                (format!("full({sizes}, {number:?})"), Range::new(number, number))
            }
        };
        Value::of(text, shape.to_vec(), range, &[])
    }

    /// A number that equals no other by chance.
    pub fn number(&mut self) -> f64 {
        let tenths = self.chance.between(1, 17) as f64;
        let sign = if self.chance.one_in(3) { -1.0 } else { 1.0 };
        sign * (tenths / 10.0 + 0.0123)
    }

    pub fn parameter(&mut self, shape: &[usize]) -> Value {
        let name = self.name("w");
        let mut initializers = vec!["zeros()", "constant(0.5)", "uniform(-0.5, 0.5)", "normal(0.5)"];
        if shape.len() > 1 {
            initializers.extend([
                "xavier_uniform()",
                "xavier_normal()",
                "he_uniform()",
                "he_normal()",
            ]);
            initializers.extend(["lecun_uniform()", "lecun_normal()"]);
        }
        let initializer = self.chance.of(&initializers);
        self.hoist(
            &name,
            format!("param({}, {initializer})", list(shape)),
            Some(shape.to_vec()),
        );
        self.trained = true;
        self.made(name, shape, true, Range::around(0.5))
    }

    pub fn buffer(&mut self, shape: &[usize]) -> Value {
        let name = self.name("b");
        let initializer = self.chance.of(&["zeros()", "constant(1.0)", "normal(0.5)"]);
        self.hoist(&name, format!("buffer({}, {initializer})", list(shape)), None);
        self.stateful = true;
        self.made(name, shape, false, Range::new(0.25, 1.25))
    }

    fn made(&mut self, text: String, shape: &[usize], trained: bool, range: Range) -> Value {
        let value = Value {
            trained,
            ..Value::of(text, shape.to_vec(), range, &[])
        };
        self.values.push(value.clone());
        value
    }

    /// An argument per example; one that is there where there are many already.
    pub fn input(&mut self, shape: &[usize]) -> Value {
        let ty = match shape {
            [] => "Scalar".to_string(),
            shape => format!("Tensor<{}>", joined(shape)),
        };
        self.argument("x", ty, shape, false)
    }

    fn argument(&mut self, of: &str, ty: String, shape: &[usize], shared: bool) -> Value {
        let there: Vec<Value> = self
            .arguments
            .iter()
            .filter(|(argument, _)| argument.ty == ty)
            .map(|(_, value)| value.clone())
            .collect();
        if !there.is_empty() && (self.chance.one_in(2) || self.arguments.len() > 5) {
            return self.chance.of(&there);
        }
        let name = self.name(of);
        let range = match self.role {
            Role::Entry => Range::around(1.0),
            _ => Range::around(2.0),
        };
        // What is given to a block may be anything.
        let trained = self.role != Role::Entry;
        let value = Value {
            shared,
            trained,
            ..Value::of(name.clone(), shape.to_vec(), range, &[])
        };
        self.arguments.push((Argument { name, ty }, value.clone()));
        self.values.push(value.clone());
        value
    }

    /// Indices below `limit`.
    pub fn index(&mut self, limit: usize, shape: &[usize]) -> Value {
        let sizes = [&[limit], shape].concat();
        let ty = format!("Index<{}>", joined(&sizes));
        let range = Range::new(0.0, limit as f64 - 1.0);
        let index = self.argument("i", ty, shape, false);
        let place = self.values.iter().position(|value| value.text == index.text);
        let index = Value {
            limit: Some(limit),
            range,
            trained: false,
            ..index
        };
        if let Some(place) = place {
            self.values[place] = index.clone();
        }
        for (argument, value) in &mut self.arguments {
            if argument.name == index.text {
                *value = index.clone();
            }
        }
        index
    }

    /// Numbers made of indices.
    fn index_leaf(&mut self, shape: &[usize]) -> Value {
        match shape.split_last() {
            Some((&classes, rows)) if self.chance.one_in(2) => {
                let index = self.index(classes, rows);
                let text = format!("{}.one_hot()", index.text);
                Value::of(text, shape.to_vec(), Range::new(0.0, 1.0), &[&index])
            }
            _ => {
                let limit = self.chance.of(&[2, 2, 3]);
                let index = self.index(limit, shape);
                Value::of(
                    format!("{}.number()", index.text),
                    shape.to_vec(),
                    index.range,
                    &[&index],
                )
            }
        }
    }

    /// Zeros and ones: compared values, indices, or numbers that are seldom 0.
    pub fn mask(&mut self, shape: &[usize]) -> Value {
        let own = self.repeating(shape);
        match self.chance.below(5) {
            0 => {
                let index = self.index(2, &own);
                Value::of(format!("{}.number()", index.text), own, index.range, &[&index])
            }
            1 => {
                let value = self.leaf(&own);
                self.cut(&value)
            }
            _ => {
                let value = self.shaped(&own);
                let value = self.cut(&value);
                let number = self.number() / 4.0;
                let word = self
                    .chance
                    .of(&["greater", "greater_equal", "less", "less_equal"]);
                let text = format!("{}.{word}({number:?})", value.text);
                Value::of(text, own, Range::new(0.0, 1.0), &[&value])
            }
        }
    }
}

/// `2, 3`
pub fn joined(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    sizes.join(", ")
}

fn shared_type(shape: &[usize]) -> String {
    match shape {
        [] => "Shared".to_string(),
        shape => format!("Shared<{}>", joined(shape)),
    }
}
