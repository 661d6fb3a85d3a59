//! Held layers: a block without its tensors that is kept, named and applied later.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::arguments::Given;
use super::bind::is_number;
use super::call::Call;
use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome};
use super::library::Callee;
use super::scope::Site;
use super::signature::Formal;
use super::value::{Home, Layer, Maker, Value};
use crate::collections::IntoCollection;
use crate::syntax::ast::Pattern;

impl<'a> Elaborator<'a> {
    /// Makes a layer from a call without its tensors.
    pub fn hold(
        &mut self,
        callee: Callee,
        formals: &[Formal],
        slots: Vec<Option<Given<'a>>>,
        call: &Call<'a>,
        site: &Site,
    ) -> Outcome<Value> {
        let home = match (&callee, call.naming) {
            (Callee::Functions(_), _) if call.name.is_some() => Some(self.home_of(call)?),
            // A word makes no parameters; a layer passed for a formal argument is named once that argument is
            // known.
            (Callee::Word(_), _) | (_, Naming::Formal) => None,
            (_, Naming::Let(Pattern::Name { name, .. })) => {
                let home = self.frame().named(&name.to_string(), call.expr);
                Some(home.map_err(|fault| self.report(name.span(), fault))?)
            }
            _ => Some(self.home_of(call)?),
        };
        if let Some(home) = &home {
            self.name_layers(formals, &slots, home);
        }
        let bound = slots
            .into_iter()
            .map(|slot| slot.map(|given| given.value))
            .collect();
        let maker = Maker::new(call.expr, &self.frame().turns);
        let (span, text) = (site.span, site.text.clone());
        let formals = formals.to_vec();
        Ok(Value::Layer(Rc::new(Layer {
            callee,
            formals,
            bound,
            home: RefCell::new(home),
            maker,
            span,
            text,
        })))
    }

    /// Names layers that are passed as arguments after the formal arguments.
    pub fn name_layers(&mut self, formals: &[Formal], slots: &[Option<Given<'a>>], home: &Home) {
        for (place, (formal, slot)) in formals.iter().zip(slots).enumerate() {
            if let (true, Some(Value::Layer(layer))) = (formal.layer, slot.as_ref().map(|given| &given.value))
            {
                layer.settle(home.of_formal(&formal.name, place));
            }
        }
    }

    /// Applies a held layer to its tensors.
    pub fn apply(&mut self, layer: &Rc<Layer>, given: Vec<Given<'a>>, call: &Call<'a>) -> Outcome<Value> {
        let callee = self.overload(layer.callee.clone(), &given);
        let formals = self.library.formals(&callee);
        let tensors: Vec<Formal> = formals.iter().filter(|formal| formal.tensor).cloned().collect();
        if let Some(extra) = given
            .iter()
            .find(|given| !given.value.is_tensor() && !is_number(&given.value))
        {
            let text = format!(
                "the layer `{}` takes tensors only, this is {}",
                call.word,
                extra.value.describe(&self.graph)
            );
            let fault = Fault::new(text).help(format!("its other arguments were given by `{}`", layer.text));
            return Err(self.report(extra.span, fault));
        }
        let mut inputs = self.slots(&tensors, given, false, call)?.into_iter();
        // Arguments are matched by name: among functions of one name, the one held may take other arguments
        // than the one applied.
        let bound: BTreeMap<&str, &Value> = layer
            .formals
            .iter()
            .zip(&layer.bound)
            .filter_map(|(formal, bound)| Some((formal.name.as_str(), bound.as_ref()?)))
            .into_map();
        let takes = |name: &&str| {
            formals
                .iter()
                .any(|formal| formal.name == *name && !formal.tensor)
        };
        if let Some(name) = bound.keys().find(|name| !takes(name)) {
            let text = format!(
                "`{}` on these tensors has no argument `{name}`, but was given one by `{}`",
                call.word, layer.text
            );
            return Err(self.report(call.word.span(), Fault::new(text)));
        }
        let slot = |formal: &Formal| match formal.tensor {
            true => inputs.next().flatten(),
            false => bound.get(formal.name.as_str()).map(|&value| Given {
                name: None,
                value: value.clone(),
                expr: None,
                span: layer.span,
            }),
        };
        let slots: Vec<Option<Given<'a>>> = formals.iter().map(slot).collect();
        let made = Site {
            span: layer.span,
            text: layer.text.clone(),
        };
        match callee {
            Callee::Word(word) => self.word(word, slots, call),
            Callee::Functions(ids) => {
                let known = layer.home.borrow().clone();
                let home = match known {
                    Some(home) => home,
                    None => {
                        let home = self.frame().numbered(&call.word.to_string(), call.expr);
                        let home = home.map_err(|fault| self.report(call.word.span(), fault))?;
                        layer.settle(home)
                    }
                };
                let site = self.site(call.word.span(), call.expr);
                self.instantiate(ids[0], slots, home, Some(made), &site)
            }
        }
    }
}

impl Layer {
    /// Gives a layer without a name its home, and the layers inside it theirs; returns its current home.
    fn settle(&self, mut home: Home) -> Home {
        if let Some(known) = self.home.borrow().clone() {
            return known;
        }
        if matches!(self.callee, Callee::Word(_)) {
            return home;
        }
        // A function of the network has one set of parameters for all callers: its arguments do not
        // distinguish them.
        if !home.makers.is_empty() {
            home.makers.push(self.maker.clone());
        }
        for (place, (formal, bound)) in self.formals.iter().zip(&self.bound).enumerate() {
            if let Some(Value::Layer(inner)) = bound {
                inner.settle(home.of_formal(&formal.name, place));
            }
        }
        *self.home.borrow_mut() = Some(home.clone());
        home
    }
}
