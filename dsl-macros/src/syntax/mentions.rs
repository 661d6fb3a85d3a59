//! The names a function or constant speaks of: what a published block needs from those around it.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::ast::{
    Block, Constant, Dimension, Dimensions, Expr, ExprKind, Function, Pattern, Statement, Type, TypeKind,
};

/// Names in the order they stand.
#[derive(Default)]
pub struct Mentions<'a> {
    /// Variables, constants, and the words of calls.
    pub used: Vec<&'a Ident>,
    /// Arguments, and what `let` and `for` bind, wherever in the function.
    pub bound: BTreeSet<String>,
}

impl<'a> Mentions<'a> {
    pub fn of_function(function: &'a Function) -> Mentions<'a> {
        let mut mentions = Mentions::default();
        for parameter in &function.parameters {
            mentions.bound.insert(parameter.name.to_string());
            mentions.ty(&parameter.ty);
            mentions.exprs(parameter.default.as_ref());
        }
        mentions.ty(&function.result);
        mentions.block(&function.body);
        mentions
    }

    pub fn of_constant(constant: &'a Constant) -> Mentions<'a> {
        let mut mentions = Mentions::default();
        mentions.expr(&constant.value);
        mentions
    }

    fn block(&mut self, block: &'a Block) {
        for statement in &block.statements {
            match statement {
                Statement::Let {
                    pattern, ty, value, ..
                } => {
                    self.pattern(pattern);
                    ty.iter().for_each(|ty| self.ty(ty));
                    self.expr(value);
                }
                Statement::Assign { value, .. } => self.expr(value),
                Statement::AssignRow { index, value, .. } => self.exprs([index, value]),
                Statement::For {
                    variable,
                    from,
                    to,
                    body,
                    ..
                } => {
                    self.pattern(variable);
                    self.exprs([from, to]);
                    self.block(body);
                }
                Statement::Expr(value) => self.expr(value),
            }
        }
        self.exprs(block.result.as_deref());
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.used.push(name),
            ExprKind::SelfValue
            | ExprKind::Integer(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Text(_) => {}
            ExprKind::Unary { value, .. } => self.expr(value),
            ExprKind::Binary { left, right, .. } => self.exprs([&**left, right]),
            ExprKind::Call { function, arguments } => {
                self.expr(function);
                self.exprs(arguments.iter().map(|argument| &argument.value));
            }
            ExprKind::Method {
                receiver,
                name,
                arguments,
            } => {
                self.expr(receiver);
                self.used.push(name);
                self.exprs(arguments.iter().map(|argument| &argument.value));
            }
            ExprKind::Field { base, .. } => self.expr(base),
            ExprKind::Tuple(parts) | ExprKind::Array(parts) => self.exprs(parts),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.expr(condition);
                self.block(then);
                self.exprs(otherwise.as_deref());
            }
            ExprKind::Block(block) => self.block(block),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Name { name, .. } => drop(self.bound.insert(name.to_string())),
            Pattern::Wildcard(_) => {}
            Pattern::Tuple(parts, _) | Pattern::Array(parts, _) => {
                parts.iter().for_each(|part| self.pattern(part));
            }
        }
    }

    fn ty(&mut self, ty: &'a Type) {
        match &ty.kind {
            TypeKind::Tensor(Dimensions::Listed(sizes)) | TypeKind::Shared(sizes) => self.sizes(sizes),
            TypeKind::Index { limit, dimensions } => {
                self.sizes([limit]);
                self.sizes(dimensions);
            }
            TypeKind::Tuple(parts) => parts.iter().for_each(|part| self.ty(part)),
            _ => {}
        }
    }

    fn sizes(&mut self, sizes: impl IntoIterator<Item = &'a Dimension>) {
        for size in sizes {
            if let Dimension::Size(expr) = size {
                self.expr(expr);
            }
        }
    }
}
