//! The names that a loop's body assigns: its candidates for carried values.

use proc_macro2::Ident;

use crate::syntax::ast::{Block, Expr, ExprKind, Pattern, Statement};

/// The names assigned anywhere in `block`, each at its first assignment, in the order of the text. Names that
/// the block itself declares may be among them.
pub fn assigned(block: &Block) -> Vec<&Ident> {
    let mut names = Vec::new();
    in_block(block, &mut names);
    names
}

fn add<'n>(name: &'n Ident, names: &mut Vec<&'n Ident>) {
    if !names.contains(&name) {
        names.push(name);
    }
}

fn in_block<'n>(block: &'n Block, names: &mut Vec<&'n Ident>) {
    for statement in &block.statements {
        match statement {
            Statement::Let { value, .. } => in_expr(value, names),
            Statement::Assign { pattern, value, .. } => {
                in_expr(value, names);
                in_pattern(pattern, names);
            }
            Statement::AssignRow { name, index, value } => {
                in_expr(index, names);
                in_expr(value, names);
                add(name, names);
            }
            Statement::For { from, to, body, .. } => {
                in_expr(from, names);
                in_expr(to, names);
                in_block(body, names);
            }
            Statement::Expr(expr) => in_expr(expr, names),
        }
    }
    block.result.iter().for_each(|result| in_expr(result, names));
}

fn in_pattern<'n>(pattern: &'n Pattern, names: &mut Vec<&'n Ident>) {
    match pattern {
        Pattern::Name { name, .. } => add(name, names),
        Pattern::Wildcard(_) => {}
        Pattern::Tuple(parts, _) | Pattern::Array(parts, _) => {
            parts.iter().for_each(|part| in_pattern(part, names));
        }
    }
}

/// Visits an expression: it assigns nothing itself, but may contain blocks.
fn in_expr<'n>(expr: &'n Expr, names: &mut Vec<&'n Ident>) {
    match &expr.kind {
        ExprKind::Name(_)
        | ExprKind::SelfValue
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::Text(_) => {}
        ExprKind::Unary { value, .. } | ExprKind::Field { base: value, .. } => in_expr(value, names),
        ExprKind::Binary { left, right, .. } => {
            in_expr(left, names);
            in_expr(right, names);
        }
        ExprKind::Call { function, arguments } => {
            in_expr(function, names);
            arguments
                .iter()
                .for_each(|argument| in_expr(&argument.value, names));
        }
        ExprKind::Method {
            receiver, arguments, ..
        } => {
            in_expr(receiver, names);
            arguments
                .iter()
                .for_each(|argument| in_expr(&argument.value, names));
        }
        ExprKind::Tuple(parts) | ExprKind::Array(parts) => {
            parts.iter().for_each(|part| in_expr(part, names));
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            in_expr(condition, names);
            in_block(then, names);
            otherwise.iter().for_each(|otherwise| in_expr(otherwise, names));
        }
        ExprKind::Block(block) => in_block(block, names),
    }
}
