//! The names that a function or constant mentions: the items a published block needs from its surroundings.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::ast::{Constant, Expr, Function};
use super::visit::Visit;

/// Names in source order.
#[derive(Default)]
pub struct Mentions<'a> {
    /// Variables, constants, and the words of calls.
    pub used: Vec<&'a Ident>,
    /// Arguments, and the names that `let` and `for` bind, anywhere in the function.
    pub bound: BTreeSet<String>,
}

impl<'a> Mentions<'a> {
    pub fn of_function(function: &'a Function) -> Mentions<'a> {
        let mut mentions = Mentions::default();
        mentions.function(function);
        mentions
    }

    pub fn of_expression(expr: &'a Expr) -> Mentions<'a> {
        let mut mentions = Mentions::default();
        mentions.expr(expr);
        mentions
    }

    pub fn of_constant(constant: &'a Constant) -> Mentions<'a> {
        let mut mentions = Mentions::default();
        mentions.expr(&constant.value);
        mentions
    }
}

impl<'a> Visit<'a> for Mentions<'a> {
    fn read(&mut self, name: &'a Ident) {
        self.used.push(name);
    }

    fn bind(&mut self, name: &'a Ident) {
        self.bound.insert(name.to_string());
    }
}
