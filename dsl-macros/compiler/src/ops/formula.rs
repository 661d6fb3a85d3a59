//! The formula of an element-wise operator, as data that each back end writes in its own language.

/// The way one element of a result follows from one element of each argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// `a + b`
    Infix(Infix),
    /// `-a`
    Negate,
    /// A function that every machine computes in the same way: `sqrt(a)`.
    Call(&'static str),
    /// A function with a faster form where the machine multiplies and adds in one instruction: `exp(a)`.
    Fused(&'static str),
    /// Such a function, but at least this number.
    AtLeast(f64, &'static str),
    /// 1 where the comparison holds, else 0.
    Compare(Comparison),
    /// `a` where the mask is not 0, else `b`.
    Select,
    /// The number of an integer.
    FromInteger,
    /// `aⁿ`
    IntegerPower(i32),
    /// `aᵖ`
    RealPower(f64),
}

/// Arithmetic between two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infix {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A comparison of two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Greater,
    GreaterEqual,
    Equal,
}

/// Precedence of a written expression, the weakest first. Text and Rust agree on it; Rust alone writes choices, and text alone
/// writes products of matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precedence {
    /// `if a { b } else { c }`
    Choice,
    Comparison,
    Sum,
    /// `a @ b`: in parentheses wherever it is a factor, since `a @ b * c` reads in two ways.
    MatrixProduct,
    Product,
    Sign,
    /// A name, a number, a call.
    Atom,
}

impl Infix {
    /// The sign in text, in Rust and in most other languages.
    pub fn symbol(self) -> char {
        match self {
            Infix::Add => '+',
            Infix::Subtract => '-',
            Infix::Multiply => '*',
            Infix::Divide => '/',
        }
    }

    pub fn precedence(self) -> Precedence {
        match self {
            Infix::Add | Infix::Subtract => Precedence::Sum,
            Infix::Multiply | Infix::Divide => Precedence::Product,
        }
    }
}

impl Comparison {
    /// The sign in printed graphs.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Greater => ">",
            Comparison::GreaterEqual => "≥",
            Comparison::Equal => "=",
        }
    }
}

impl Formula {
    /// True if it takes the machine one or two instructions.
    pub fn is_light(self) -> bool {
        match self {
            Formula::Infix(infix) => infix != Infix::Divide,
            Formula::Call(function) => !matches!(function, "sqrt" | "sin" | "cos"),
            Formula::Negate | Formula::Compare(_) | Formula::Select | Formula::FromInteger => true,
            Formula::Fused(_) | Formula::AtLeast(..) | Formula::IntegerPower(_) | Formula::RealPower(_) => {
                false
            }
        }
    }

    /// True if its two arguments may be exchanged.
    pub fn commutes(self) -> bool {
        match self {
            Formula::Infix(infix) => matches!(infix, Infix::Add | Infix::Multiply),
            Formula::Compare(comparison) => comparison == Comparison::Equal,
            Formula::Call(function) => matches!(function, "max" | "min"),
            _ => false,
        }
    }

    /// True if it is linear in all its arguments together.
    pub fn is_linear(self) -> bool {
        matches!(
            self,
            Formula::Infix(Infix::Add | Infix::Subtract) | Formula::Negate
        )
    }
}
