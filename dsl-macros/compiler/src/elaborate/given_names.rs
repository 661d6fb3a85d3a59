//! Names that a call gives to what it makes: `x.dense(10, name = "fc{i}")`.

use proc_macro2::Span;

use super::arguments::Given;
use super::elaborator::Elaborator;
use super::fault::{Fault, Outcome, Reported};
use super::library::Callee;
use super::signature::Formal;
use super::value::{GivenName, Value};
use crate::syntax::naming::{ALLOWED, Piece, is_path, pieces};

impl<'a> Elaborator<'a> {
    /// Takes the argument `name` out of those of a call, unless what is called has an argument of its own of this name.
    pub fn given_name(
        &mut self,
        callee: &Callee,
        formals: &[Formal],
        given: &mut Vec<Given<'a>>,
    ) -> Outcome<Option<GivenName>> {
        let is_name = |given: &Given<'a>| given.name.is_some_and(|name| name == "name");
        if formals.iter().any(|formal| formal.name == "name") {
            return Ok(None);
        }
        let Some(place) = given.iter().position(is_name) else {
            return Ok(None);
        };
        let argument = given.remove(place);
        let span = argument.span;
        if let Callee::Word(word) = callee
            && !matches!(word.name, "param" | "buffer")
        {
            let fault = Fault::new(format!(
                "`{}` makes no parameters that could have a name",
                word.name
            ));
            return Err(self.report(span, fault.help("a value is named by a `let`")));
        }
        let Value::Text(text) = &argument.value else {
            let text = format!(
                "`name` is a text, this is {}",
                argument.value.describe(&self.graph)
            );
            return Err(self.report(span, Fault::new(text).help("write `name = \"fc1\"`")));
        };
        self.interpolated(text, span).map(Some)
    }

    /// Refuses `name` where something is applied that has a name already.
    pub fn no_name(&mut self, given: &[Given<'a>], help: &str) -> Outcome<()> {
        let named = given
            .iter()
            .find_map(|given| given.name.filter(|name| *name == "name"));
        match named {
            None => Ok(()),
            Some(name) => {
                let fault = Fault::new("what is called here has a name already").help(help);
                Err(self.report(name.span(), fault))
            }
        }
    }

    fn interpolated(&mut self, text: &str, span: Span) -> Outcome<GivenName> {
        let mut name = GivenName {
            path: String::new(),
            loops: Vec::new(),
            span,
        };
        let pieces = pieces(text).map_err(|fault| self.report(span, Fault::new(fault).help(ALLOWED)))?;
        for piece in pieces {
            let size = match piece {
                Piece::Text(text) => {
                    name.path.push_str(text);
                    continue;
                }
                Piece::Size(size) => size,
            };
            match self.frame().find(size).map(|variable| variable.value.clone()) {
                Some(Some(Value::Integer(value))) if value >= 0 => name.path.push_str(&value.to_string()),
                // The loop is unrolled if parameters are made in it.
                Some(Some(Value::Induction(turn))) => {
                    name.loops.push(turn.owner);
                    name.path.push_str(size);
                }
                Some(None) => return Err(Reported),
                Some(Some(value)) => {
                    let described = value.describe(&self.graph);
                    let fault = Fault::new(format!("`{size}` in a name is {described}, not a size"));
                    return Err(
                        self.report(span, fault.help("a size is an argument `usize` or counts a loop"))
                    );
                }
                None => {
                    let fault = Fault::new(format!("no variable is called `{size}`"));
                    return Err(
                        self.report(span, fault.help("a size is an argument `usize` or counts a loop"))
                    );
                }
            }
        }
        match is_path(&name.path) {
            true => Ok(name),
            false => {
                let fault = Fault::new(format!("{:?} cannot be the name of a parameter", name.path));
                Err(self.report(span, fault.help(ALLOWED)))
            }
        }
    }
}
