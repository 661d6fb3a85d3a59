//! The variables that a function differentiates by, found before it is elaborated: their values are marked.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::library::{Callee, FunctionId, Library};
use crate::collections::IntoCollection;
use crate::syntax::ast::{Argument, Expr, ExprKind, Function};
use crate::syntax::visit::Visit;

/// The names by which each function differentiates, itself or in a function it hands them to.
pub type DifferentiationVariables = BTreeMap<FunctionId, Rc<BTreeSet<String>>>;

/// Finds these names. A name is found wherever a function uses it for a variable, so a mark may be superfluous; it
/// does no harm.
pub fn differentiation_variables(library: &Library<'_>) -> DifferentiationVariables {
    let calls: Vec<(FunctionId, Calls<'_>)> = library.all().map(|(id, of)| (id, Calls::of(of))).collect();
    let mut found: BTreeMap<FunctionId, BTreeSet<String>> = BTreeMap::new();
    // Most functions differentiate by nothing, and calls of them need no further look.
    let mut differentiate = library.words_by_variables();
    loop {
        let mut new = Vec::new();
        for (id, calls) in &calls {
            for call in calls
                .found
                .iter()
                .filter(|call| differentiate.contains(&call.word))
            {
                for name in call.variables(library, *id, &found) {
                    if !found.get(id).is_some_and(|names| names.contains(&name)) {
                        new.push((*id, name));
                    }
                }
            }
        }
        if new.is_empty() {
            break;
        }
        for (id, name) in new {
            differentiate.extend(library.names_of(id));
            found.entry(id).or_default().insert(name);
        }
    }
    found
        .into_iter()
        .map(|(id, names)| (id, Rc::new(names)))
        .into_map()
}

/// A call of a word or function by its name.
struct Named<'a> {
    word: String,
    /// True for `self.word(…)`.
    own: bool,
    /// The value before the dot, if it is an argument.
    receiver: Option<&'a Expr>,
    arguments: &'a [Argument],
}

impl Named<'_> {
    /// The variables of the function `id` that the callee differentiates by.
    fn variables(
        &self,
        library: &Library<'_>,
        id: FunctionId,
        found: &BTreeMap<FunctionId, BTreeSet<String>>,
    ) -> Vec<String> {
        let callee = match self.own {
            true => library
                .own_named(&self.word)
                .map(|id| Callee::Functions([id].into())),
            false => library.callee(library.side(id), &self.word),
        };
        let is_variable = |place: usize, name: &str| match &callee {
            Some(Callee::Word(word)) => word.formals[place].variable,
            Some(Callee::Functions(ids)) => {
                let mut names = ids.iter().filter_map(|id| found.get(id));
                names.any(|names| names.contains(name))
            }
            None => false,
        };
        let Some(callee) = &callee else {
            return Vec::new();
        };
        let formals = library.formals(callee);
        let mut names = Vec::new();
        let given = self.arguments.iter();
        let given = given.map(|argument| (argument.name.as_ref(), &argument.value));
        let receiver = self.receiver.iter().map(|&receiver| (None, receiver));
        for (position, (name, value)) in receiver.chain(given).enumerate() {
            let place = match name {
                Some(name) => formals.iter().position(|formal| *name == formal.name),
                None => (position < formals.len()).then_some(position),
            };
            if place.is_some_and(|place| is_variable(place, &formals[place].name)) {
                named(value, &mut names);
            }
        }
        names
    }
}

/// The names of which a variable or a tuple of variables is made.
fn named(expr: &Expr, names: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Name(name) => names.push(name.to_string()),
        ExprKind::Tuple(parts) | ExprKind::Array(parts) => parts.iter().for_each(|part| named(part, names)),
        _ => {}
    }
}

/// The calls of a function.
#[derive(Default)]
struct Calls<'a> {
    found: Vec<Named<'a>>,
}

impl<'a> Calls<'a> {
    fn of(function: &'a Function) -> Calls<'a> {
        let mut calls = Calls::default();
        calls.function(function);
        calls
    }
}

impl<'a> Visit<'a> for Calls<'a> {
    fn read(&mut self, _: &'a proc_macro2::Ident) {}

    fn bind(&mut self, _: &'a proc_macro2::Ident) {}

    fn call(&mut self, expr: &'a Expr) {
        let (word, receiver, arguments) = match &expr.kind {
            ExprKind::Call { function, arguments } => match &function.kind {
                ExprKind::Name(word) => (word, None, arguments),
                _ => return,
            },
            ExprKind::Method {
                receiver,
                name,
                arguments,
            } => (name, Some(&**receiver), arguments),
            _ => return,
        };
        let own = receiver.is_some_and(|receiver| matches!(receiver.kind, ExprKind::SelfValue));
        self.found.push(Named {
            word: word.to_string(),
            own,
            receiver: receiver.filter(|_| !own),
            arguments,
        });
    }
}
