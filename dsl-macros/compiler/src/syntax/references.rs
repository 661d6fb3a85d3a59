//! The words that a declaration uses, and its calls of its own functions: each place by the user's token there.

use proc_macro2::Ident;

use super::ast::{Constant, Expr, ExprKind, Function, Type, TypeKind};
use super::visit::Visit;

/// Names in source order, once for each place.
#[derive(Default)]
pub struct References<'a> {
    /// Names that no variable has: words, blocks, constants.
    pub names: Vec<&'a Ident>,
    /// Functions called as `self.f(…)`.
    pub own: Vec<&'a Ident>,
    /// The types of the language that have a word of their own.
    pub types: Vec<Ident>,
    /// The names that are bound here.
    scopes: Vec<Vec<&'a Ident>>,
}

impl<'a> References<'a> {
    /// What functions, constants and initial values refer to.
    pub fn of(
        functions: &'a [Function],
        constants: &'a [Constant],
        initializers: &'a [(Expr, Expr)],
    ) -> References<'a> {
        let mut references = References::default();
        for constant in constants {
            references.expr(&constant.value);
        }
        for (_, value) in initializers {
            references.expr(value);
        }
        for function in functions {
            references.function(function);
        }
        references
    }

    fn is_bound(&self, name: &Ident) -> bool {
        self.scopes.iter().flatten().any(|bound| *bound == name)
    }
}

impl<'a> Visit<'a> for References<'a> {
    fn read(&mut self, name: &'a Ident) {
        let is_own = self.own.last().is_some_and(|own| std::ptr::eq(*own, name));
        if !is_own && !self.is_bound(name) {
            self.names.push(name);
        }
    }

    fn bind(&mut self, name: &'a Ident) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
        }
    }

    fn call(&mut self, expr: &'a Expr) {
        if let ExprKind::Method { receiver, name, .. } = &expr.kind
            && matches!(receiver.kind, ExprKind::SelfValue)
        {
            self.own.push(name);
        }
    }

    fn named_type(&mut self, ty: &'a Type) {
        self.types
            .extend(word_of(&ty.kind).map(|word| Ident::new(word, ty.span)));
    }

    fn open(&mut self) {
        self.scopes.push(Vec::new());
    }

    fn close(&mut self) {
        self.scopes.pop();
    }
}

/// The word of a type that is not Rust's.
fn word_of(kind: &TypeKind) -> Option<&'static str> {
    match kind {
        TypeKind::Tensor(_) => Some("Tensor"),
        TypeKind::Index { .. } => Some("Index"),
        TypeKind::Scalar => Some("Scalar"),
        TypeKind::Shared(_) => Some("Shared"),
        TypeKind::Layer => Some("Layer"),
        TypeKind::Initializer => Some("Initializer"),
        TypeKind::Size
        | TypeKind::Number
        | TypeKind::Bool
        | TypeKind::Sizes
        | TypeKind::Padding
        | TypeKind::Tuple(_) => None,
    }
}
