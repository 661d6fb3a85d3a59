//! The choice of operands: values in scope, brought to the shape that a word needs.

use super::maker::Maker;
use super::value::{Range, Value, list};

impl Maker {
    /// Any numeric value: an unread one, a late one, any one, or a leaf.
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

    /// A value with at least this many axes.
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

    /// A value with exactly this many axes.
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

    /// A value of this shape: an existing one, another brought to it, or a leaf.
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

    /// A shared value of this shape.
    pub fn shared(&mut self, shape: &[usize]) -> Value {
        let fitting = self.values.iter().filter(|value| value.is_real() && value.shared);
        let fitting: Vec<Value> = fitting.cloned().collect();
        let value = match fitting.is_empty() || self.chance.one_in(3) {
            true => self.shared_leaf(shape),
            false => self.chance.of(&fitting),
        };
        self.fit(value, shape)
    }

    /// A shape that broadcasts to `shape`.
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

    /// The value's elements in this shape: reshaped, repeated, or some of them.
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
}
