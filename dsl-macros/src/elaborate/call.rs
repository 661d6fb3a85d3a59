//! Calls: `f(x, n)`, `x.f(n)` and `f(n)(x)` are one.

use std::cell::RefCell;
use std::rc::Rc;

use proc_macro2::Ident;

use super::arguments::{Arguments, Given};
use super::elaborator::{Elaborator, Naming};
use super::evaluate::{list, near};
use super::fault::{Fault, Outcome, Reported};
use super::library::{Callee, Formal, Side};
use super::scope::Site;
use super::value::{Layer, Value};
use crate::syntax::ast::{Argument, Expr, ExprKind, Pattern};

/// What a name in front of `(` stands for.
enum Target {
    Callee(Callee),
    Layer(Rc<Layer>),
}

/// A call as it is written: the name it calls by, the arguments given so far, the whole expression.
struct Call<'a> {
    word: &'a Ident,
    expr: &'a Expr,
    naming: Naming<'a>,
}

impl<'a> Elaborator<'a> {
    /// `f(x, n)`, `f(n)(x)`
    pub fn call_expression(&mut self, expr: &'a Expr, naming: Naming<'a>) -> Outcome<Value> {
        let ExprKind::Call { function, arguments } = &expr.kind else {
            return self.evaluate(expr, naming);
        };
        match &function.kind {
            ExprKind::Name(word) => {
                let target = self.target(word);
                let given = self.given(arguments);
                self.call(target?, given?, Call { word, expr, naming })
            }
            _ => {
                let layer = self.evaluate(function, Naming::Word);
                let given = self.given(arguments);
                let (layer, given) = (layer?, given?);
                let (Value::Layer(_) | Value::Block(_), Some(word)) = (&layer, first_word(function)) else {
                    let text = format!(
                        "`{function}` is {}, it cannot be applied",
                        layer.describe(&self.graph)
                    );
                    return Err(self.report(
                        expr.span,
                        Fault::new(text).help("call a layer or a block by its name"),
                    ));
                };
                let target = match layer {
                    Value::Layer(layer) => Target::Layer(layer),
                    Value::Block(callee) => Target::Callee(callee),
                    _ => return Err(Reported),
                };
                self.call(target, given, Call { word, expr, naming })
            }
        }
    }

    /// `x.f(n)` with `x` evaluated.
    pub fn method(&mut self, expr: &'a Expr, receiver: Value, naming: Naming<'a>) -> Outcome<Value> {
        let ExprKind::Method {
            receiver: source,
            name: word,
            arguments,
        } = &expr.kind
        else {
            return self.evaluate(expr, naming);
        };
        let target = self.target(word);
        let given = self.given(arguments);
        let first = Given {
            name: None,
            value: receiver,
            expr: Some(source),
            span: word.span(),
        };
        let given = std::iter::once(first).chain(given?).collect();
        self.call(target?, given, Call { word, expr, naming })
    }

    fn given(&mut self, arguments: &'a [Argument]) -> Outcome<Vec<Given<'a>>> {
        let given: Vec<Outcome<Given<'a>>> = arguments
            .iter()
            .map(|argument| {
                let value = self.evaluate(&argument.value, Naming::Formal)?;
                let span = argument.value.span;
                Ok(Given {
                    name: argument.name.as_ref(),
                    value,
                    expr: Some(&argument.value),
                    span,
                })
            })
            .collect();
        given.into_iter().collect()
    }

    fn target(&mut self, word: &'a Ident) -> Outcome<Target> {
        let name = word.to_string();
        let side = self.side();
        let variable = self.frame().find(&name).cloned();
        let callee = self.library.callee(side, &name);
        match (variable.as_ref().map(|variable| &variable.value), callee) {
            (Some(Some(Value::Layer(layer))), _) => Ok(Target::Layer(layer.clone())),
            (Some(Some(Value::Block(callee))), _) => Ok(Target::Callee(callee.clone())),
            (_, Some(callee)) => Ok(Target::Callee(callee)),
            (Some(None), None) => Err(Reported),
            (Some(Some(value)), None) => {
                let text = format!("`{name}` is {}, it cannot be called", value.describe(&self.graph));
                let help = "a layer is held by `let f = dense(10);`";
                Err(self.report(word.span(), Fault::new(text).help(help)))
            }
            (None, None) => {
                let fault = Fault::new(format!("no layer, block or word is called `{name}`"));
                let fault = if side == Side::User && self.library.own_named(&name).is_some() {
                    fault.help(format!("a function of the network is called as `self.{name}(…)`"))
                } else {
                    self.suggest(
                        fault,
                        &name,
                        "a block of your own is `fn name(x: Tensor<_>) -> Tensor<_> { … }`",
                    )
                };
                Err(self.report(word.span(), fault))
            }
        }
    }

    fn call(&mut self, target: Target, given: Vec<Given<'a>>, call: Call<'a>) -> Outcome<Value> {
        let span = call.word.span();
        self.work(span)?;
        let before = self.graph.len();
        let site = self.site(span, call.expr);
        let user = self.side() == Side::User;
        let value = if user {
            self.at_site(&site, |this| this.call_at(target, given, &call, &site))?
        } else {
            self.call_at(target, given, &call, &site)?
        };
        self.check_new(before, span)?;
        if let (true, Value::Tensor(val)) = (user, &value)
            && val.index() >= before
        {
            self.hint(*val, &call.word.to_string());
        }
        Ok(value)
    }

    fn call_at(
        &mut self,
        target: Target,
        given: Vec<Given<'a>>,
        call: &Call<'a>,
        site: &Site,
    ) -> Outcome<Value> {
        match target {
            Target::Layer(layer) => self.apply(&layer, given, call),
            Target::Callee(callee) => {
                let held = is_layer(&self.library.formals(&callee), &given);
                let callee = if held {
                    callee
                } else {
                    self.overload(callee, &given)
                };
                let formals = self.library.formals(&callee);
                let slots = self.slots(&formals, given, held, call)?;
                if held {
                    return self.hold(callee, &formals, slots, call, site);
                }
                match callee {
                    Callee::Word(word) => self.word(word, slots, call),
                    Callee::Functions(ids) => {
                        let frame = self.frame();
                        let home = frame.numbered(&call.word.to_string());
                        let home = home.map_err(|fault| self.report(call.word.span(), fault))?;
                        self.name_layers(&formals, &slots, &home.path, &home.order);
                        self.instantiate(ids[0], slots, home, None, site)
                    }
                }
            }
        }
    }

    /// Of several functions of one name, the one whose tensor arguments are indices or numbers as given.
    fn overload(&self, callee: Callee, given: &[Given<'a>]) -> Callee {
        let Callee::Functions(ids) = &callee else {
            return callee;
        };
        let fits = |id| {
            let parameters = self.library.function(id).parameters.iter();
            let tensors = parameters.filter(|parameter| super::library::is_tensor(&parameter.ty.kind));
            tensors.zip(given).all(|(parameter, given)| {
                let wants_index = matches!(parameter.ty.kind, crate::syntax::ast::TypeKind::Index { .. });
                wants_index == self.is_index(&given.value)
            })
        };
        match ids.iter().copied().find(|&id| fits(id)) {
            Some(id) => Callee::Functions([id].into()),
            None => callee,
        }
    }

    /// A call without its tensors: a layer.
    fn hold(
        &mut self,
        callee: Callee,
        formals: &[Formal],
        slots: Vec<Option<Given<'a>>>,
        call: &Call<'a>,
        site: &Site,
    ) -> Outcome<Value> {
        let home = match (&callee, call.naming) {
            // A word makes no parameters; what is given for a formal argument is named when that is known.
            (Callee::Word(_), _) | (_, Naming::Formal) => None,
            (_, Naming::Let(Pattern::Name { name, .. })) => {
                let home = self.frame().named(&name.to_string());
                Some(home.map_err(|fault| self.report(name.span(), fault))?)
            }
            _ => {
                let home = self.frame().numbered(&call.word.to_string());
                Some(home.map_err(|fault| self.report(call.word.span(), fault))?)
            }
        };
        if let Some(home) = &home {
            self.name_layers(formals, &slots, &home.path, &home.order);
        }
        let bound = slots
            .into_iter()
            .map(|slot| slot.map(|given| given.value))
            .collect();
        let (span, text) = (site.span, site.text.clone());
        let formals = formals.to_vec();
        Ok(Value::Layer(Rc::new(Layer {
            callee,
            formals,
            bound,
            home: RefCell::new(home),
            span,
            text,
        })))
    }

    /// Layers given as arguments take the names of the formal arguments.
    fn name_layers(&mut self, formals: &[Formal], slots: &[Option<Given<'a>>], path: &str, order: &[u64]) {
        for (place, (formal, slot)) in formals.iter().zip(slots).enumerate() {
            if let (true, Some(Value::Layer(layer))) = (formal.layer, slot.as_ref().map(|given| &given.value))
            {
                let mut order = order.to_vec();
                order.push(place as u64);
                layer.settle(format!("{path}.{}", formal.name), order);
            }
        }
    }

    /// A held layer on its tensors.
    fn apply(&mut self, layer: &Rc<Layer>, given: Vec<Given<'a>>, call: &Call<'a>) -> Outcome<Value> {
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
        let bound = formals
            .iter()
            .zip(&layer.bound)
            .map(|(formal, bound)| match formal.tensor {
                true => inputs.next().flatten(),
                false => bound.clone().map(|value| Given {
                    name: None,
                    value,
                    expr: None,
                    span: layer.span,
                }),
            });
        let slots: Vec<Option<Given<'a>>> = bound.collect();
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
                        let home = self.frame().numbered(&call.word.to_string());
                        let home = home.map_err(|fault| self.report(call.word.span(), fault))?;
                        layer.settle(home.path.clone(), home.order.clone());
                        home
                    }
                };
                let site = self.site(call.word.span(), call.expr);
                self.instantiate(ids[0], slots, home, Some(made), &site)
            }
        }
    }

    fn word(
        &mut self,
        word: &'static super::words::Word,
        slots: Vec<Option<Given<'a>>>,
        call: &Call<'a>,
    ) -> Outcome<Value> {
        let span = call.word.span();
        let arguments = Arguments {
            word: word.name,
            slots,
            naming: call.naming,
            expr: call.expr,
            span,
        };
        word.apply(self, &arguments).map_err(|fault| {
            let argument = fault
                .argument
                .and_then(|place| arguments.slots.get(place)?.as_ref());
            let at = argument.map_or(span, |given| given.span);
            self.report(at, fault)
        })
    }

    /// Which argument goes where.
    fn slots(
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
        for (position, argument) in given.into_iter().enumerate() {
            let place = match argument.name {
                Some(name) => formals.iter().position(|formal| *name == formal.name),
                None => open.get(position).copied(),
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

    /// `self.f(x)`
    pub fn own_call(&mut self, expr: &'a Expr) -> Outcome<Value> {
        let ExprKind::Method {
            name: word,
            arguments,
            ..
        } = &expr.kind
        else {
            return Err(Reported);
        };
        let name = word.to_string();
        let given = self.given(arguments);
        let Some(id) = self.library.own_named(&name) else {
            let fault = Fault::new(format!("the network has no function `{name}` that takes `&self`"));
            let own: Vec<String> = self
                .library
                .own()
                .map(|(_, function)| function.name.to_string())
                .collect();
            let fault = match (self.library.callee(Side::User, &name), near(&name, &own)) {
                (Some(_), _) => fault.help(format!("it is a block: write `{name}(x)` or `x.{name}()`")),
                (None, Some(near)) => fault.help(format!("did you mean `self.{near}`?")),
                (None, None) => fault.help(format!("it has {}", list(&own))),
            };
            return Err(self.report(word.span(), fault));
        };
        let given = given?;
        self.work(word.span())?;
        let before = self.graph.len();
        let callee = Callee::Functions([id].into());
        let formals = self.library.formals(&callee);
        let call = Call {
            word,
            expr,
            naming: Naming::Word,
        };
        let slots = self.slots(&formals, given, false, &call)?;
        let home = self.own_home(id, &slots);
        self.name_layers(&formals, &slots, &home.path, &home.order);
        let site = self.site(word.span(), expr);
        let value = self.at_site(&site, |this| this.instantiate(id, slots, home, None, &site))?;
        self.check_new(before, word.span())?;
        if let Value::Tensor(val) = &value
            && val.index() >= before
        {
            self.hint(*val, &name);
        }
        Ok(value)
    }
}

impl Layer {
    /// Gives a layer without a name its place, and the layers inside it theirs.
    fn settle(&self, path: String, order: Vec<u64>) {
        if self.home.borrow().is_some() || matches!(self.callee, Callee::Word(_)) {
            return;
        }
        for (place, (formal, bound)) in self.formals.iter().zip(&self.bound).enumerate() {
            if let Some(Value::Layer(inner)) = bound {
                let mut order = order.clone();
                order.push(place as u64);
                inner.settle(format!("{path}.{}", formal.name), order);
            }
        }
        *self.home.borrow_mut() = Some(super::value::Home { path, order });
    }
}

/// Whether a call that gives these arguments leaves out the tensors and so makes a layer.
fn is_layer(formals: &[Formal], given: &[Given<'_>]) -> bool {
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
        // A number may stand for a scalar, if the others leave no other place for it.
        Some(first) if is_number(&first.value) => {
            given.len() <= formals.iter().filter(|formal| !formal.tensor).count()
        }
        Some(_) => true,
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::Integer(_))
}

/// The name a chain of calls begins with: `f` of `f(n)(x)`.
fn first_word(expr: &Expr) -> Option<&Ident> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Call { function, .. } => first_word(function),
        ExprKind::Method { name, .. } => Some(name),
        _ => None,
    }
}

/// How a call is written: `x.conv(channels, kernel, stride = 1)`.
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
