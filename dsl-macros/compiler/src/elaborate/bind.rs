//! Binding: assigns the arguments of a call to the formal arguments.

use proc_macro2::Ident;

use super::arguments::Given;
use super::call::Call;
use super::elaborator::Elaborator;
use super::fault::{Fault, Outcome};
use super::signature::Formal;
use super::value::Value;
use super::wording::{list, near};

impl<'a> Elaborator<'a> {
    /// Assigns each argument to its formal argument.
    pub fn slots(
        &mut self,
        formals: &[Formal],
        given: Vec<Given<'a>>,
        held: bool,
        call: &Call<'a>,
    ) -> Outcome<Vec<Option<Given<'a>>>> {
        let word = call.word;
        let signature = signature(&word.to_string(), formals);
        let open: Vec<usize> = (0..formals.len())
            .filter(|&place| !(held && formals[place].tensor))
            .collect();
        let mut slots: Vec<Option<Given<'a>>> = formals.iter().map(|_| None).collect();
        // An optional tensor is skipped by an argument that is no tensor: `x.multi_head_attention(8)`.
        let mut passed = 0;
        let optional = |formal: &Formal| formal.tensor && formal.default.is_some();
        for (position, argument) in given.into_iter().enumerate() {
            let place = match argument.name {
                Some(name) => formals.iter().position(|formal| *name == formal.name),
                None => {
                    let rest = open.iter().skip(position + passed);
                    let over =
                        rest.take_while(|&&place| optional(&formals[place]) && !argument.value.is_tensor());
                    passed += over.count();
                    open.get(position + passed).copied()
                }
            };
            let Some(place) = place else {
                let fault = match argument.name {
                    None => {
                        let text = format!(
                            "`{word}` takes {}, one more is given: `{}`",
                            count(open.len(), held),
                            { self.shown(argument.expr, &argument.value) }
                        );
                        Fault::new(text).help(format!("write `{signature}`"))
                    }
                    Some(name) => {
                        let text = format!("`{word}` has no argument `{name}`");
                        let names: Vec<String> = formals.iter().map(|formal| formal.name.clone()).collect();
                        Fault::new(text).help(match near(&name.to_string(), &names) {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => format!("write `{signature}`"),
                        })
                    }
                };
                let at = argument.name.map_or(argument.span, Ident::span);
                return Err(self.report(at, fault));
            };
            if slots[place].is_some() {
                let text = format!("`{}` of `{word}` is given twice", formals[place].name);
                let at = argument.name.map_or(argument.span, Ident::span);
                return Err(self.report(at, Fault::new(text).help("remove one of the two")));
            }
            slots[place] = Some(argument);
        }
        let absent = |place: &usize| slots[*place].is_none() && formals[*place].default.is_none();
        let missing: Vec<String> = open
            .iter()
            .filter(|place| absent(place))
            .map(|&place| formals[place].name.clone())
            .collect();
        if missing.is_empty() {
            return Ok(slots);
        }
        let tensors = open.iter().filter(|&&place| formals[place].tensor).count();
        let absent_tensors = open
            .iter()
            .filter(|&&place| formals[place].tensor && absent(&place))
            .count();
        let text = if absent_tensors > 0 && absent_tensors < tensors {
            format!("`{word}` takes {tensors} tensors, {} is missing", list(&missing))
        } else {
            format!("`{word}` needs {}", list(&missing))
        };
        Err(self.report(word.span(), Fault::new(text).help(format!("write `{signature}`"))))
    }
}

/// True if a call with these arguments leaves out the tensors and so makes a layer.
pub fn is_layer(formals: &[Formal], given: &[Given<'_>]) -> bool {
    if !formals.iter().any(|formal| formal.tensor) {
        return false;
    }
    let named_tensor = given.iter().any(|given| {
        given
            .name
            .is_some_and(|name| formals.iter().any(|formal| formal.tensor && *name == formal.name))
    });
    let first = given.iter().find(|given| given.name.is_none());
    match first {
        _ if named_tensor => false,
        None => true,
        Some(first) if first.value.is_tensor() => false,
        // A number may stand for a scalar if the other arguments leave no other position for it.
        Some(first) if is_number(&first.value) => {
            given.len() <= formals.iter().filter(|formal| !formal.tensor).count()
        }
        Some(_) => true,
    }
}

pub fn is_number(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::Integer(_) | Value::Induction(_))
}

/// The signature of a call: `x.conv(channels, kernel, stride = 1)`.
pub fn signature(word: &str, formals: &[Formal]) -> String {
    let text = |formal: &Formal| match &formal.default {
        None => formal.name.clone(),
        Some(default) if default.is_empty() => format!("{} = …", formal.name),
        Some(default) => format!("{} = {default}", formal.name),
    };
    match formals.split_first() {
        Some((first, rest)) if first.tensor => {
            let rest: Vec<String> = rest.iter().map(text).collect();
            format!("{}.{word}({})", first.name, rest.join(", "))
        }
        _ => format!(
            "{word}({})",
            formals.iter().map(text).collect::<Vec<_>>().join(", ")
        ),
    }
}

fn count(formals: usize, held: bool) -> String {
    let what = if held { "besides its tensors " } else { "" };
    match formals {
        0 => format!("{what}no arguments"),
        1 => format!("{what}1 argument"),
        _ => format!("{what}{formals} arguments"),
    }
}
