//! The printer: the tree as its user would write it, on one line, with rustfmt's spacing and only the
//! necessary parentheses.

use std::fmt::{self, Display, Formatter};

use super::ast::{
    Argument, BinaryOperator, Block, Constant, Dimension, Dimensions, Expr, ExprKind, Function, Parameter,
    Pattern, Statement, Type, TypeKind, UnaryOperator,
};

/// Operator precedences of a printed expression, as in Rust; operands of lower precedence are put in
/// parentheses.
const UNARY: u8 = 6;
const POSTFIX: u8 = 7;

impl BinaryOperator {
    /// The precedence of the operator: from 1 for `||` to 5 for `*`.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide | Self::Remainder => 5,
        }
    }

    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

impl Expr {
    fn strength(&self) -> u8 {
        match &self.kind {
            ExprKind::Binary { operator, .. } => operator.strength(),
            ExprKind::Unary { .. } => UNARY,
            // At the start of a statement, an `if` or block would end before the operator that follows.
            ExprKind::If { .. } | ExprKind::Block(_) => 0,
            _ => POSTFIX,
        }
    }

    /// Prints an operand of an operator with precedence `strength`.
    fn operand(&self, strength: u8, f: &mut Formatter) -> fmt::Result {
        if self.strength() < strength {
            write!(f, "({self})")
        } else {
            write!(f, "{self}")
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match &self.kind {
            ExprKind::Name(name) => write!(f, "{name}"),
            ExprKind::SelfValue => write!(f, "self"),
            ExprKind::Integer(value) => write!(f, "{value}"),
            // Small numbers are printed in their usual form, `1e-4`; Debug keeps the point of `1.0`.
            ExprKind::Float(value) if *value > 0.0 && *value < 1e-3 => write!(f, "{value:e}"),
            ExprKind::Float(value) => write!(f, "{value:?}"),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::Text(text) => write!(f, "{text:?}"),
            ExprKind::Unary { operator, value } => {
                f.write_str(match operator {
                    UnaryOperator::Negate => "-",
                    UnaryOperator::Not => "!",
                })?;
                value.operand(POSTFIX, f)
            }
            ExprKind::Binary {
                operator,
                left,
                right,
            } => {
                let strength = operator.strength();
                let compares = strength == BinaryOperator::Less.strength();
                left.operand(if compares { strength + 1 } else { strength }, f)?;
                write!(f, " {} ", operator.symbol())?;
                right.operand(strength + 1, f)
            }
            ExprKind::Call { function, arguments } => {
                function.operand(POSTFIX, f)?;
                write!(f, "({})", List(arguments))
            }
            ExprKind::Method {
                receiver,
                name,
                arguments,
            } => {
                receiver.operand(POSTFIX, f)?;
                write!(f, ".{name}({})", List(arguments))
            }
            ExprKind::Field { base, name } => {
                base.operand(POSTFIX, f)?;
                write!(f, ".{name}")
            }
            ExprKind::Tuple(parts) => tuple(parts, f),
            ExprKind::Array(parts) => write!(f, "[{}]", List(parts)),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                write!(f, "if {condition} {then}")?;
                otherwise
                    .iter()
                    .try_for_each(|otherwise| write!(f, " else {otherwise}"))
            }
            ExprKind::Block(block) => write!(f, "{block}"),
        }
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name} = ")?;
        }
        write!(f, "{}", self.value)
    }
}

impl Display for Block {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        if self.statements.is_empty() && self.result.is_none() {
            return f.write_str("{}");
        }
        f.write_str("{ ")?;
        for statement in &self.statements {
            write!(f, "{statement}")?;
            if matches!(statement, Statement::Expr(value) if value.has_value()) {
                f.write_str(";")?;
            }
            f.write_str(" ")?;
        }
        self.result.iter().try_for_each(|result| write!(f, "{result} "))?;
        f.write_str("}")
    }
}

impl Display for Statement {
    /// Prints a statement with its `;`, except after an expression, where the block decides.
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Let {
                pattern, ty, value, ..
            } => {
                write!(f, "let {pattern}")?;
                ty.iter().try_for_each(|ty| write!(f, ": {ty}"))?;
                write!(f, " = {value};")
            }
            Self::Assign {
                pattern,
                operator,
                value,
                ..
            } => {
                let operator = operator.map(BinaryOperator::symbol).unwrap_or_default();
                write!(f, "{pattern} {operator}= {value};")
            }
            Self::For {
                variable,
                from,
                to,
                reversed,
                body,
                ..
            } => {
                write!(f, "for {variable} in {}", if *reversed { "(" } else { "" })?;
                from.operand(1, f)?;
                f.write_str("..")?;
                to.operand(1, f)?;
                write!(f, "{} {body}", if *reversed { ").rev()" } else { "" })
            }
            Self::AssignRow { name, index, value } => write!(f, "{name}[{index}] = {value};"),
            Self::Expr(value) => write!(f, "{value}"),
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Name { name, mutable } => write!(f, "{}{name}", if *mutable { "mut " } else { "" }),
            Self::Wildcard(_) => f.write_str("_"),
            Self::Tuple(parts, _) => tuple(parts, f),
            Self::Array(parts, _) => write!(f, "[{}]", List(parts)),
        }
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "const {}: {} = {};", self.name, self.ty, self.value)
    }
}

impl Function {
    /// `residual(x: Tensor<_>, width: usize) -> Tensor<_>`
    pub fn signature(&self) -> String {
        let comma = if self.parameters.is_empty() { "" } else { ", " };
        let receiver = match self.takes_self {
            true => format!("&self{comma}"),
            false => String::new(),
        };
        let (name, parameters) = (&self.name, List(&self.parameters));
        format!("{name}({receiver}{parameters}) -> {}", self.result)
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let attribute = if self.recompute { "#[recompute] " } else { "" };
        write!(f, "{attribute}fn {} {}", self.signature(), self.body)
    }
}

impl Display for Parameter {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(
            f,
            "{}{}: {}",
            if self.mutable { "mut " } else { "" },
            self.name,
            self.ty
        )?;
        self.default
            .iter()
            .try_for_each(|default| write!(f, " = {default}"))
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match &self.kind {
            TypeKind::Tensor(Dimensions::Listed(listed)) => write!(f, "Tensor<{}>", List(listed)),
            TypeKind::Tensor(Dimensions::Any) => f.write_str("Tensor<..>"),
            TypeKind::Index { limit, dimensions } if dimensions.is_empty() => write!(f, "Index<{limit}>"),
            TypeKind::Index { limit, dimensions } => write!(f, "Index<{limit}, {}>", List(dimensions)),
            TypeKind::Scalar => f.write_str("Scalar"),
            TypeKind::Shared(dimensions) if dimensions.is_empty() => f.write_str("Shared"),
            TypeKind::Shared(dimensions) => write!(f, "Shared<{}>", List(dimensions)),
            TypeKind::Size => f.write_str("usize"),
            TypeKind::Number => f.write_str("f64"),
            TypeKind::Bool => f.write_str("bool"),
            TypeKind::Layer => f.write_str("Layer"),
            TypeKind::Initializer => f.write_str("Initializer"),
            TypeKind::Sizes => f.write_str("[usize]"),
            TypeKind::Padding => f.write_str("Padding"),
            TypeKind::Tuple(types) => tuple(types, f),
        }
    }
}

impl Display for Dimension {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Inferred(_) => f.write_str("_"),
            Self::Size(size) => match size.kind {
                ExprKind::Integer(_) | ExprKind::Name(_) => write!(f, "{size}"),
                _ => write!(f, "{{ {size} }}"),
            },
        }
    }
}

/// Items with commas between them.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        for (position, item) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{item}")?;
        }
        Ok(())
    }
}

/// `(a, b)`, `(a,)`
fn tuple<T: Display>(parts: &[T], f: &mut Formatter) -> fmt::Result {
    let comma = if parts.len() == 1 { "," } else { "" };
    write!(f, "({}{comma})", List(parts))
}
