//! Pieces of formulas: names with their sub- and superscripts, numbers, and expressions with parentheses where they need some.

use crate::graph::Number;
use crate::math::reciprocal;
use crate::ops::formula::Precedence;

/// A name as it stands in formulas.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The name itself: `\mathrm{relu1}`.
    pub base: String,
    /// True if the base takes scripts in parentheses only.
    pub compound: bool,
    /// True of a value that each example has.
    pub example: bool,
    /// The turns of loops that it belongs to.
    pub turns: Vec<String>,
}

impl Symbol {
    /// The symbol with these subscripts behind its turns, and perhaps transposed.
    fn with(&self, subscripts: &[String], transposed: bool) -> String {
        let subscripts: Vec<&str> = self.turns.iter().chain(subscripts).map(String::as_str).collect();
        let above = match (self.example, transposed) {
            (true, true) => r"^{(b)\top}",
            (true, false) => "^{(b)}",
            (false, true) => r"^{\top}",
            (false, false) => "",
        };
        let below = match subscripts.as_slice() {
            [] => String::new(),
            subscripts => format!("_{{{}}}", subscripts.join(", ")),
        };
        match self.compound && !(above.is_empty() && below.is_empty()) {
            true => format!(r"\left({}\right){above}{below}", self.base),
            false => format!("{}{above}{below}", self.base),
        }
    }
}

/// A formula.
#[derive(Clone, Debug)]
pub struct Math {
    pub text: String,
    pub precedence: Precedence,
    /// The symbol that it is, if it is one.
    symbol: Option<Symbol>,
    /// What a mask of 0 and 1 asks, where it is a comparison.
    condition: Option<String>,
    /// The number of names and numbers in it.
    pub size: usize,
}

impl Math {
    pub fn new(text: impl Into<String>, precedence: Precedence, size: usize) -> Math {
        Math {
            text: text.into(),
            precedence,
            symbol: None,
            condition: None,
            size,
        }
    }

    pub fn symbol(symbol: Symbol) -> Math {
        Math {
            symbol: Some(symbol.clone()),
            ..Math::new(symbol.with(&[], false), Precedence::Atom, 1)
        }
    }

    /// 1 where a condition holds, else 0.
    pub fn indicator(condition: String, size: usize) -> Math {
        let text = format!(r"\mathbb{{1}}\left[{condition}\right]");
        Math {
            condition: Some(condition),
            ..Math::new(text, Precedence::Atom, size)
        }
    }

    /// What a mask asks.
    pub fn condition(&self) -> String {
        let given = self.condition.clone();
        given.unwrap_or_else(|| format!(r"{} \neq 0", self.beyond(Precedence::Comparison)))
    }

    /// A number: a reciprocal as a fraction, one with an exponent as a product.
    pub fn number(value: f64) -> Math {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        let text = match (value.abs(), reciprocal(value.abs())) {
            (f64::INFINITY, _) => r"\infty".to_string(),
            (size, _) if size.is_nan() => r"\mathrm{NaN}".to_string(),
            (_, Some(inverse)) => format!(r"\frac{{1}}{{{inverse}}}"),
            (size, None) => {
                let text = Number(size).to_string();
                match text.split_once('e') {
                    Some(("1", exponent)) => format!("10^{{{exponent}}}"),
                    Some((digits, exponent)) => format!(r"{digits} \cdot 10^{{{exponent}}}"),
                    None => text,
                }
            }
        };
        let precedence = match (sign, text.contains(['\\', '^'])) {
            ("", false) => Precedence::Atom,
            _ => Precedence::Sign,
        };
        Math::new(format!("{sign}{text}"), precedence, 1)
    }

    /// The formula, in parentheses unless it binds at least this tightly.
    pub fn within(&self, least: Precedence) -> String {
        match self.precedence >= least {
            true => self.text.clone(),
            false => format!(r"\left({}\right)", self.text),
        }
    }

    /// The formula, in parentheses unless it binds more tightly than this.
    pub fn beyond(&self, limit: Precedence) -> String {
        match self.precedence > limit {
            true => self.text.clone(),
            false => format!(r"\left({}\right)", self.text),
        }
    }

    /// The element, or part, that these subscripts name.
    pub fn at(&self, subscripts: &[String]) -> Math {
        if subscripts.is_empty() {
            return self.clone();
        }
        let text = match &self.symbol {
            Some(symbol) => symbol.with(subscripts, false),
            None => format!(r"\left({}\right)_{{{}}}", self.text, subscripts.join(", ")),
        };
        let symbol = self.symbol.clone().map(|symbol| Symbol {
            turns: symbol.turns.iter().chain(subscripts).cloned().collect(),
            ..symbol
        });
        Math {
            symbol,
            ..Math::new(text, Precedence::Atom, self.size)
        }
    }

    pub fn transposed(&self) -> Math {
        let text = match &self.symbol {
            Some(symbol) => symbol.with(&[], true),
            None => format!(r"\left({}\right)^{{\top}}", self.text),
        };
        Math::new(text, Precedence::Atom, self.size)
    }

    /// A power.
    pub fn power(&self, exponent: &str) -> Math {
        let base = match &self.symbol {
            Some(symbol) if !symbol.example && !symbol.compound => self.text.clone(),
            _ => format!(r"\left({}\right)", self.text),
        };
        Math::new(format!("{base}^{{{exponent}}}"), Precedence::Atom, self.size)
    }
}

/// A function of some arguments.
pub fn call(function: &str, args: &[Math]) -> Math {
    let texts: Vec<&str> = args.iter().map(|arg| arg.text.as_str()).collect();
    let text = format!(r"{function}\left({}\right)", texts.join(", "));
    Math::new(text, Precedence::Atom, size(args))
}

/// The names and numbers in some formulas.
pub fn size(args: &[Math]) -> usize {
    args.iter().map(|arg| arg.size).sum()
}

/// A name of the source in upright letters, what LaTeX would read as its own escaped.
pub fn name(word: &str) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        match letter {
            '_' | '#' | '$' | '%' | '&' | '{' | '}' => text.extend(['\\', letter]),
            '\\' => text += r"\textbackslash{}",
            '^' | '~' => text.extend([r"\", &letter.to_string(), "{}"]),
            ' ' => text += "~",
            _ => text.push(letter),
        }
    }
    match word.is_ascii() {
        true => format!(r"\mathrm{{{text}}}"),
        // Letters beyond ASCII belong to text.
        false => format!(r"\text{{{text}}}"),
    }
}
