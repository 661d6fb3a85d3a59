//! Calls: `f(x, n)`, `x.f(n)` and `f(n)(x)` are the same call.

use std::rc::Rc;

use proc_macro2::Ident;

use super::arguments::{Arguments, Given};
use super::bind::is_layer;
use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome, Reported};
use super::library::{Callee, Side};
use super::scope::Site;
use super::signature::Signature;
use super::value::{GivenName, Home, Layer, Value};
use super::wording::{list, near};
use super::words;
use crate::syntax::ast::{Argument, Expr, ExprKind};

/// The target of a call: the meaning of the name in front of `(`.
enum Target {
    Callee(Callee),
    Layer(Rc<Layer>),
}

/// A call as written: the name called, the arguments given so far, the whole expression.
pub struct Call<'a> {
    pub word: &'a Ident,
    pub expr: &'a Expr,
    pub naming: Naming<'a>,
    /// The name that it gives to what it makes: `name = "fc1"`.
    pub name: Option<GivenName>,
}

impl<'a> Call<'a> {
    fn new(word: &'a Ident, expr: &'a Expr, naming: Naming<'a>) -> Call<'a> {
        Call {
            word,
            expr,
            naming,
            name: None,
        }
    }
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
                self.call(target?, given?, Call::new(word, expr, naming))
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
                self.call(target, given, Call::new(word, expr, naming))
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
        self.call(target?, given, Call::new(word, expr, naming))
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

    fn call(&mut self, target: Target, given: Vec<Given<'a>>, mut call: Call<'a>) -> Outcome<Value> {
        let span = call.word.span();
        self.work(span)?;
        let before = self.graph.len();
        let site = self.site(span, call.expr);
        let shown = self.side() != Side::Prelude;
        let (value, home) = self.at_site(&site, |this| this.call_at(target, given, &mut call, &site))?;
        self.check_new(before, span)?;
        if let Value::Tensor(val) = &value
            && val.index() >= before
        {
            // The result of a layer is called as the layer is, as in `logits.dense1.weight`.
            match home.filter(|home| self.parameters.owns(home)) {
                Some(layer) => self.hint_as(*val, &layer),
                None if shown => self.hint(*val, &call.word.to_string()),
                None => {}
            }
        }
        Ok(value)
    }

    /// The value of a call, and the path of the function or layer that it calls.
    fn call_at(
        &mut self,
        target: Target,
        mut given: Vec<Given<'a>>,
        call: &mut Call<'a>,
        site: &Site,
    ) -> Outcome<(Value, Option<String>)> {
        match target {
            Target::Layer(layer) => {
                self.no_name(
                    &given,
                    "name it where it is made: `let f = dense(10, name = \"fc1\");`",
                )?;
                let value = self.apply(&layer, given, call)?;
                let home = layer.home.borrow().as_ref().map(|home| home.path.clone());
                Ok((value, home))
            }
            Target::Callee(callee) => {
                let formals = self.library.formals(&callee);
                call.name = self.given_name(&callee, &formals, &mut given)?;
                let held = is_layer(&formals, &given);
                let callee = if held {
                    callee
                } else {
                    self.overload(callee, &given)
                };
                let formals = self.library.formals(&callee);
                let slots = self.slots(&formals, given, held, call)?;
                if held {
                    return Ok((self.hold(callee, &formals, slots, call, site)?, None));
                }
                match callee {
                    Callee::Word(word) => Ok((self.word(word, slots, call)?, None)),
                    Callee::Functions(ids) => {
                        let home = self.home_of(call)?;
                        self.name_layers(&formals, &slots, &home);
                        let path = home.path.clone();
                        Ok((self.instantiate(ids[0], slots, home, None, site)?, Some(path)))
                    }
                }
            }
        }
    }

    /// The home of what a call makes: by the name that it gives, or else after its word.
    pub fn home_of(&mut self, call: &Call<'a>) -> Outcome<Home> {
        match &call.name {
            Some(name) => {
                let home = self.frame().called(name, call.expr);
                home.map_err(|fault| self.report(name.span, fault))
            }
            None => {
                let home = self.frame().numbered(&call.word.to_string(), call.expr);
                home.map_err(|fault| self.report(call.word.span(), fault))
            }
        }
    }

    /// Resolves an overload: among functions of one name, the one whose tensor arguments are indices or
    /// numbers as given.
    pub fn overload(&self, callee: Callee, given: &[Given<'a>]) -> Callee {
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

    pub fn word(
        &mut self,
        word: &'static Signature,
        slots: Vec<Option<Given<'a>>>,
        call: &Call<'a>,
    ) -> Outcome<Value> {
        let span = call.word.span();
        let arguments = Arguments {
            word: word.name,
            slots,
            naming: call.naming,
            name: call.name.clone(),
            expr: call.expr,
            span,
        };
        let word = words::find(word.name).expect("the library lists the words");
        word.apply(self, &arguments).map_err(|fault| {
            let argument = fault
                .argument
                .and_then(|place| arguments.slots.get(place)?.as_ref());
            let at = argument.map_or(span, |given| given.span);
            self.report(at, fault)
        })
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
        let call = Call::new(word, expr, Naming::Word);
        let help = format!("its parameters are called after it, or by `#[name = \"…\"]` before `fn {name}`");
        self.no_name(&given, &help)?;
        let slots = self.slots(&formals, given, false, &call)?;
        let home = self.own_home(id, &slots);
        self.name_layers(&formals, &slots, &home);
        let site = self.site(word.span(), expr);
        let value = self.at_site(&site, |this| this.instantiate(id, slots, home, None, &site))?;
        self.check_new(before, word.span())?;
        if let Value::Tensor(val) = &value
            && val.index() >= before
        {
            self.hint(*val, &name);
        }
        self.notice(&name, &value);
        Ok(value)
    }
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
