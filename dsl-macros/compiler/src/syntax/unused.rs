//! Names that a declaration binds but never reads: variables, arguments, helpers and constants.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::ast::{Constant, Expr, Function, TypeKind};
use super::mentions::Mentions;
use super::visit::Visit;

/// Unused names in source order. Names that begin with an underscore are exempt.
#[derive(Default)]
pub struct Unused {
    /// Variables that `let`, `for` and arguments bind.
    pub variables: Vec<Ident>,
    /// Helpers and blocks that no public function calls, directly or indirectly.
    pub functions: Vec<Ident>,
    /// Constants that no public function uses, directly or indirectly.
    pub constants: Vec<Ident>,
}

impl Unused {
    /// Finds the unused names among the functions and constants of one declaration; `pub` items are used from
    /// outside, initial values by the declaration itself.
    pub fn of(functions: &[Function], constants: &[Constant], initializers: &[(Expr, Expr)]) -> Unused {
        let mut unused = Unused::default();
        let reached = reached(functions, constants, initializers);
        let is_unused = |name: &&Ident| !reached.contains(&name.to_string()) && !is_silent(name);
        let names = functions.iter().map(|function| &function.name);
        unused.functions.extend(names.filter(is_unused).cloned());
        let names = constants.iter().map(|constant| &constant.name);
        unused.constants.extend(names.filter(is_unused).cloned());
        for function in functions {
            let mut reader = Reader::default();
            reader.function(function);
            // The sizes in a call of a function of the network distinguish its sets of parameters.
            let tells_apart = |name: &Ident| {
                let mut parameters = function.parameters.iter();
                function.takes_self
                    && parameters.any(|parameter| {
                        std::ptr::eq(&parameter.name, name) && matches!(parameter.ty.kind, TypeKind::Size)
                    })
            };
            reader.unused.retain(|name| !tells_apart(name));
            unused.variables.extend(reader.unused.into_iter().cloned());
        }
        unused
    }
}

fn is_silent(name: &Ident) -> bool {
    name.to_string().starts_with('_')
}

/// The names that public functions mention, transitively.
fn reached(
    functions: &[Function],
    constants: &[Constant],
    initializers: &[(Expr, Expr)],
) -> BTreeSet<String> {
    let public = functions
        .iter()
        .filter(|function| !function.visibility.is_empty());
    let mut open: Vec<String> = public.map(|function| function.name.to_string()).collect();
    let used = initializers
        .iter()
        .map(|(_, value)| Mentions::of_expression(value));
    open.extend(used.flat_map(|mentions| mentions.used).map(Ident::to_string));
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        let functions = functions.iter().filter(|function| function.name == name);
        let constants = constants.iter().filter(|constant| constant.name == name);
        let mentions = functions
            .map(Mentions::of_function)
            .chain(constants.map(Mentions::of_constant));
        open.extend(mentions.flat_map(|mentions| mentions.used).map(Ident::to_string));
    }
    reached
}

/// A visible variable.
struct Variable<'a> {
    name: &'a Ident,
    read: bool,
}

/// Traverses a function in source order, with the visible variables.
#[derive(Default)]
struct Reader<'a> {
    scopes: Vec<Vec<Variable<'a>>>,
    unused: Vec<&'a Ident>,
}

impl<'a> Visit<'a> for Reader<'a> {
    fn read(&mut self, name: &'a Ident) {
        let scopes = self.scopes.iter_mut().rev();
        let mut variables = scopes.flat_map(|scope| scope.iter_mut().rev());
        if let Some(variable) = variables.find(|variable| variable.name == name) {
            variable.read = true;
        }
    }

    fn read_in_text(&mut self, name: &'a str) {
        let scopes = self.scopes.iter_mut().rev();
        let mut variables = scopes.flat_map(|scope| scope.iter_mut().rev());
        if let Some(variable) = variables.find(|variable| variable.name == name) {
            variable.read = true;
        }
    }

    fn bind(&mut self, name: &'a Ident) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(Variable { name, read: false });
        }
    }

    fn open(&mut self) {
        self.scopes.push(Vec::new());
    }

    fn close(&mut self) {
        let variables = self.scopes.pop().into_iter().flatten();
        let unused = variables.filter(|variable| !variable.read && !is_silent(variable.name));
        self.unused.extend(unused.map(|variable| variable.name));
    }
}

#[cfg(test)]
mod tests {
    use super::Unused;
    use crate::diagnostics::Diagnostics;
    use crate::syntax::parse;

    fn unused(items: &str) -> [Vec<String>; 3] {
        let mut diagnostics = Diagnostics::new();
        let text = format!("pub struct Net; {items}");
        let network = parse(text.parse().expect("tokens"), &mut diagnostics).expect("a declaration");
        assert!(diagnostics.is_empty(), "{}", diagnostics.render());
        let unused = Unused::of(&network.functions, &network.constants, &network.initializers);
        [unused.variables, unused.functions, unused.constants]
            .map(|names| names.iter().map(ToString::to_string).collect())
    }

    fn variables(body: &str) -> Vec<String> {
        let [variables, ..] = unused(&format!(
            "pub fn f(&self, x: Tensor<4>) -> Tensor<4> {{ {body} }}"
        ));
        variables
    }

    #[test]
    fn what_is_read_is_used() {
        assert_eq!(variables("let y = x.relu(); y"), [""; 0]);
        assert_eq!(variables("let layer = dense(4); x.layer()"), [""; 0]);
        assert_eq!(variables("let layer = dense(4); layer(x)"), [""; 0]);
        assert_eq!(variables("let w = dense(4); w(x) + w.bias"), [""; 0]);
        assert_eq!(
            variables("let mut y = x; for _ in 0..3 { y = y.relu(); } y"),
            [""; 0]
        );
        assert_eq!(variables("if x.size(0) > 3 { x } else { -x }"), [""; 0]);
    }

    #[test]
    fn what_is_only_bound_or_assigned_is_not() {
        assert_eq!(variables("let y = x.relu(); x"), ["y"]);
        assert_eq!(variables("let y = x; let y = x.relu(); y"), ["y"]);
        assert_eq!(variables("let mut y = x; y = x.relu(); x"), ["y"]);
        assert_eq!(variables("let (a, b) = (x, x); a"), ["b"]);
        assert_eq!(
            variables("let mut y = x; for i in 0..3 { y = y.relu(); } y"),
            ["i"]
        );
        assert_eq!(variables("zeros([4])"), ["x"]);
    }

    #[test]
    fn an_underscore_says_that_it_is_meant() {
        assert_eq!(variables("let _y = x.relu(); x"), [""; 0]);
        assert_eq!(
            unused(
                "pub fn f(&self, _x: Tensor<4>) -> Tensor<4> { zeros([4]) } fn _g(x: Tensor<4>) -> Tensor<4> { x }"
            ),
            [const { Vec::<String>::new() }; 3]
        );
    }

    #[test]
    fn a_size_that_tells_sets_of_parameters_apart_is_used() {
        let shared = "fn block(&self, i: usize, x: Tensor<4>) -> Tensor<4> { x.dense(4) }";
        let entry = "pub fn f(&self, x: Tensor<4>) -> Tensor<4> { self.block(0, x) + self.block(1, x) }";
        let [variables, ..] = unused(&format!("{shared} {entry}"));
        assert_eq!(variables, [""; 0]);
    }

    #[test]
    fn a_size_that_a_name_mentions_is_used() {
        assert_eq!(
            variables("let mut y = x; for i in 0..3 { y = y.dense(4, name = \"layers.{i}\"); } y"),
            [""; 0]
        );
    }

    #[test]
    fn helpers_and_constants_are_used_by_what_is_used() {
        let items = "const A: usize = 4; const B: usize = A; const C: usize = B; const D: usize = 1;
            fn used(x: Tensor<_>) -> Tensor<_> { x.dense(A) }
            fn only_here(x: Tensor<_>, n: usize) -> Tensor<_> { x.never() }
            fn never(x: Tensor<_>) -> Tensor<_> { x.only_here(C) }
            fn shared(&self, x: Tensor<4>) -> Tensor<4> { x.used() }
            pub fn f(&self, x: Tensor<4>) -> Tensor<4> { self.shared(x) }";
        let [variables, functions, constants] = unused(items);
        assert_eq!(variables, ["n"]);
        assert_eq!(functions, ["only_here", "never"]);
        assert_eq!(constants, ["B", "C", "D"]);
    }
}
