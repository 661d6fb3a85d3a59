//! Leaves: arguments, parameters, buffers, constants, noise, and numbers made of indices.

use super::declaration::{Argument, Role};
use super::maker::{Maker, joined};
use super::value::{Range, Value, list};

impl Maker {
    /// A leaf of this shape.
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

    pub fn shared_leaf(&mut self, shape: &[usize]) -> Value {
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

    /// A number that equals no other by accident.
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
            initializers.extend(["orthogonal(0.5)", "sparse(2, 0.5)", "truncated_normal(0.5)"]);
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

    /// A per-example argument; an existing one if there are many already.
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
        // An argument of a block may be anything.
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

    /// A mask of zeros and ones: compared values, indices, or numbers that are seldom 0.
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

fn shared_type(shape: &[usize]) -> String {
    match shape {
        [] => "Shared".to_string(),
        shape => format!("Shared<{}>", joined(shape)),
    }
}
