//! A visitor over a function in source order: the names it reads, and the names it binds and their scopes.

use proc_macro2::Ident;

use super::ast::{
    Block, Dimension, Dimensions, Expr, ExprKind, Function, Pattern, Statement, Type, TypeKind,
};
use super::naming::{Piece, pieces};

/// The callbacks of the traversal.
pub trait Visit<'a> {
    /// A name that is read: a variable, a constant, or the word of a call.
    fn read(&mut self, name: &'a Ident);

    /// A name that an argument, `let` or `for` binds, from here to the end of its scope.
    fn bind(&mut self, name: &'a Ident);

    /// A size that is read within a text, `name = "layers.{i}"`.
    fn read_in_text(&mut self, _name: &'a str) {}

    /// A call: `f(x)` or `x.f()`.
    fn call(&mut self, _expr: &'a Expr) {}

    /// A type, before the names in its sizes.
    fn named_type(&mut self, _ty: &'a Type) {}

    /// A scope begins.
    fn open(&mut self) {}

    /// The innermost scope ends.
    fn close(&mut self) {}

    fn function(&mut self, function: &'a Function) {
        self.open();
        for parameter in &function.parameters {
            self.bind(&parameter.name);
        }
        for parameter in &function.parameters {
            self.ty(&parameter.ty);
            self.exprs(parameter.default.as_ref());
        }
        self.ty(&function.result);
        self.block(&function.body);
        self.close();
    }

    fn block(&mut self, block: &'a Block) {
        self.open();
        for statement in &block.statements {
            self.statement(statement);
        }
        self.exprs(block.result.as_deref());
        self.close();
    }

    fn statement(&mut self, statement: &'a Statement) {
        match statement {
            Statement::Let {
                pattern, ty, value, ..
            } => {
                ty.iter().for_each(|ty| self.ty(ty));
                self.expr(value);
                self.pattern(pattern);
            }
            // An assignment does not read its target.
            Statement::Assign { value, .. } => self.expr(value),
            Statement::AssignRow { index, value, .. } => self.exprs([index, value]),
            Statement::For {
                variable,
                from,
                to,
                body,
                ..
            } => {
                self.exprs([from, to]);
                self.open();
                self.pattern(variable);
                self.block(body);
                self.close();
            }
            Statement::Expr(value) => self.expr(value),
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.read(name),
            ExprKind::SelfValue | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Bool(_) => {}
            ExprKind::Text(text) => {
                for piece in pieces(text).unwrap_or_default() {
                    if let Piece::Size(name) = piece {
                        self.read_in_text(name);
                    }
                }
            }
            ExprKind::Unary { value, .. } => self.expr(value),
            ExprKind::Binary { left, right, .. } => self.exprs([&**left, right]),
            ExprKind::Call { function, arguments } => {
                self.call(expr);
                self.expr(function);
                self.exprs(arguments.iter().map(|argument| &argument.value));
            }
            ExprKind::Method {
                receiver,
                name,
                arguments,
            } => {
                self.call(expr);
                self.expr(receiver);
                // A word, a block, or a held layer that shadows the block of its name.
                self.read(name);
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

    fn pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::Name { name, .. } => self.bind(name),
            Pattern::Wildcard(_) => {}
            Pattern::Tuple(parts, _) | Pattern::Array(parts, _) => {
                parts.iter().for_each(|part| self.pattern(part));
            }
        }
    }

    fn ty(&mut self, ty: &'a Type) {
        self.named_type(ty);
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
