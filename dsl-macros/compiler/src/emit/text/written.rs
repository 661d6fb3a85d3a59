//! Operations as text: `softmax1 - one_hot1`, with parentheses where precedence asks for them.

use crate::graph::Number;
use crate::math::reciprocal;
use crate::ops::Operator;
use crate::ops::formula::{Formula, Precedence};

/// An expression as text.
#[derive(Clone)]
pub struct Written {
    pub text: String,
    pub(super) precedence: Precedence,
}

impl Written {
    /// A name, a number or a call.
    pub fn atom(text: impl Into<String>) -> Written {
        Written {
            text: text.into(),
            precedence: Precedence::Atom,
        }
    }

    /// A number, which may have a sign; a reciprocal as one writes it, `1 / 64`.
    pub fn number(value: f64) -> Written {
        let sign = if value < 0.0 { "-" } else { "" };
        let (text, precedence) = match reciprocal(value.abs()) {
            Some(inverse) => (format!("{sign}1 / {inverse}"), Precedence::Product),
            None if value < 0.0 => (Number(value).to_string(), Precedence::Sign),
            None => (Number(value).to_string(), Precedence::Atom),
        };
        Written { text, precedence }
    }

    /// The text, in parentheses unless it binds at least this tightly.
    pub fn within(&self, least: Precedence) -> String {
        match self.precedence >= least {
            true => self.text.clone(),
            false => format!("({})", self.text),
        }
    }

    /// The text, in parentheses unless it binds more tightly than this.
    pub fn beyond(&self, limit: Precedence) -> String {
        match self.precedence > limit {
            true => self.text.clone(),
            false => format!("({})", self.text),
        }
    }

    /// An operator on written arguments.
    pub fn operation(rules: &dyn Operator, args: &[Written]) -> Written {
        match (rules.formula(), args) {
            (Some(Formula::Infix(infix)), [a, b]) => {
                let precedence = infix.precedence();
                let (a, b) = (a.within(precedence), b.beyond(precedence));
                Written {
                    text: format!("{a} {} {b}", infix.symbol()),
                    precedence,
                }
            }
            (Some(Formula::Compare(comparison)), [a, b]) => {
                let precedence = Precedence::Comparison;
                let (a, b) = (a.beyond(precedence), b.beyond(precedence));
                Written {
                    text: format!("{a} {} {b}", comparison.symbol()),
                    precedence,
                }
            }
            (Some(Formula::Negate), [a]) => Written {
                text: format!("-{}", a.beyond(Precedence::Sign)),
                precedence: Precedence::Sign,
            },
            _ => {
                let attributes = Some(rules.attributes()).filter(|attributes| !attributes.is_empty());
                let args = args.iter().map(|arg| arg.text.clone()).chain(attributes);
                let args: Vec<String> = args.collect();
                Written::atom(format!("{}({})", rules.name(), args.join(", ")))
            }
        }
    }
}

/// `1,199,882`
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
