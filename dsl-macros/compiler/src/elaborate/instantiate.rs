//! Instantiation: elaborates the body of a function once for each call.

use proc_macro2::Ident;

use super::arguments::Given;
use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome, Reported};
use super::library::{FunctionId, Side, is_tensor};
use super::limits;
use super::scope::{ConstantState, Frame, Site};
use super::types::Subject;
use super::value::{Home, Value};
use crate::syntax::ast::{Function, Parameter, TypeKind};

impl<'a> Elaborator<'a> {
    /// Evaluates a call. `maker` is the expression that made the parameters if that is not the call; `site`
    /// is the call.
    pub fn instantiate(
        &mut self,
        id: FunctionId,
        slots: Vec<Option<Given<'a>>>,
        home: Home,
        maker: Option<Site>,
        site: &Site,
    ) -> Outcome<Value> {
        let function = self.library.function(id);
        if self.frames.len() >= limits::DEPTH {
            return Err(self.too_deep(function, site));
        }
        let mut frame = Frame::new(function.name.to_string(), self.library.side(id), home);
        frame.call = Some(site.clone());
        frame.recomputed = self.frames.last().and_then(|frame| frame.recomputed);
        if function.recompute && frame.recomputed.is_none() {
            // A place in the graph, so that noise draws what it would draw otherwise.
            frame.recomputed = Some(self.graph.len() as u32);
        }
        frame.differentiation_variables = self.library.differentiation_variables(id);
        if frame.side == Side::Prelude {
            frame.site = Some(site.clone());
            let outer = self.frames.last().and_then(|frame| frame.maker.clone());
            frame.maker = outer.or(maker).or_else(|| Some(site.clone()));
        }
        // Arguments are shown from the caller's point of view.
        let shown = slots.into_iter().map(|slot| {
            slot.map(|given| {
                let shown = self.shown(given.expr, &given.value);
                (given, shown)
            })
        });
        let given = shown.collect();
        self.frames.push(frame);
        let value = self.run(function, given);
        self.frames.pop();
        value
    }

    /// Reports a call nested too deeply; a function that is open twice is reported as calling itself.
    fn too_deep(&mut self, function: &'a Function, site: &Site) -> Reported {
        let again = self.frames.iter().enumerate().rev().find_map(|(place, frame)| {
            let open = |other: &Frame| other.function == frame.function && other.side == frame.side;
            let call = frame.call.clone().filter(|_| frame.side != Side::Prelude)?;
            self.frames[..place]
                .iter()
                .any(open)
                .then(|| (frame.function.clone(), call))
        });
        let Some((name, call)) = again else {
            let text = format!("`{}` is called {} functions deep", function.name, limits::DEPTH);
            let fault = Fault::new(text).help("write some of the blocks out where they are called");
            return self.exhaust(site.span, fault);
        };
        let text = format!("`{name}` calls itself, {} functions deep", limits::DEPTH);
        let help = "repeat a block with `for _ in 0..4 { x = x.block(); }`, or end with `if` over a size";
        // The note would only say that the function was called by itself.
        let frames = std::mem::take(&mut self.frames);
        let reported = self.exhaust(call.span, Fault::new(text).help(help));
        self.frames = frames;
        reported
    }

    fn run(&mut self, function: &'a Function, given: Vec<Option<(Given<'a>, String)>>) -> Outcome<Value> {
        // Sizes are bound first: the types of tensors may refer to them.
        let mut sound = Ok(());
        let pairs: Vec<(&'a Parameter, Option<(Given<'a>, String)>)> =
            function.parameters.iter().zip(given).collect();
        for (place, (parameter, _)) in pairs.iter().enumerate() {
            if matches!(parameter.ty.kind, TypeKind::Layer) {
                self.frame().reserve(&parameter.name.to_string(), place);
            }
        }
        for tensors in [false, true] {
            for (parameter, slot) in &pairs {
                if is_tensor(&parameter.ty.kind) == tensors
                    && self.bind_argument(function, parameter, slot).is_err()
                {
                    sound = Err(Reported);
                }
            }
        }
        sound?;
        self.result(function)
    }

    fn bind_argument(
        &mut self,
        function: &'a Function,
        parameter: &'a Parameter,
        slot: &Option<(Given<'a>, String)>,
    ) -> Outcome<()> {
        let name = parameter.name.to_string();
        let (value, shown, span) = match (slot, &parameter.default) {
            (Some((given, shown)), _) => (given.value.clone(), shown.clone(), given.span),
            (None, Some(default)) => (
                self.evaluate(default, Naming::Word)?,
                default.to_string(),
                default.span,
            ),
            (None, None) => return Err(Reported),
        };
        let subject = Subject::Argument {
            function: function.name.to_string(),
            name: name.clone(),
            shown,
        };
        match self.conform(&parameter.ty, value, &subject) {
            Ok(value) => {
                let value = self.marked_argument(&name, value);
                self.frame().bind(name, Some(value), parameter.mutable);
                Ok(())
            }
            Err(fault) => Err(self.report_to_caller(span, fault)),
        }
    }

    /// Reports a mistake in an argument at the call, not in the function called.
    fn report_to_caller(&mut self, span: proc_macro2::Span, fault: Fault) -> Reported {
        let callee = self.frames.pop();
        let reported = self.report(span, fault);
        self.frames.extend(callee);
        reported
    }

    /// Evaluates the body of a function whose arguments are bound, as its declared result.
    pub fn result(&mut self, function: &'a Function) -> Outcome<Value> {
        let value = self.block(&function.body, Naming::Word)?;
        let (subject, span) = match &function.body.result {
            Some(result) => (
                Subject::Plain(format!("the result of `{}`", function.name)),
                result.span,
            ),
            None => {
                let subject = format!("`{}` ends without a value: its result", function.name);
                (Subject::Plain(subject), function.name.span())
            }
        };
        self.conform(&function.result, value, &subject)
            .map_err(|fault| self.report(span, fault))
    }

    /// The home of the parameters of a `&self` function: one for each choice of its sizes.
    pub fn own_home(&self, id: FunctionId, slots: &[Option<Given<'a>>]) -> Home {
        let function = self.library.function(id);
        let place = self.library.own().position(|(own, _)| own == id).unwrap_or(0);
        let mut home = Home {
            path: function.path.clone().unwrap_or_else(|| function.name.to_string()),
            order: vec![place as u64],
            loops: Vec::new(),
            makers: Vec::new(),
        };
        for given in slots.iter().flatten() {
            let (text, order) = match given.value {
                Value::Integer(size) => (size.to_string(), size.unsigned_abs()),
                Value::Bool(value) => (value.to_string(), u64::from(value)),
                Value::Induction(turn) => {
                    home.loops.push(turn.owner);
                    continue;
                }
                _ => continue,
            };
            home.path = home.join(&text);
            home.order.push(order);
        }
        home
    }

    /// A constant of the declaration, evaluated when first used.
    pub fn constant(&mut self, name: &'a Ident) -> Outcome<Value> {
        let side = self.side();
        let key = (side, name.to_string());
        let Some(constant) = self.library.constant(side, &key.1) else {
            return Err(Reported);
        };
        match self.constants.get(&key) {
            Some(ConstantState::Known(value)) => return Ok(value.clone()),
            Some(ConstantState::Refused) => return Err(Reported),
            Some(ConstantState::Open) => {
                let fault = Fault::new(format!("the value of `{name}` depends on itself"))
                    .help("give one of the constants on the way a number");
                return Err(self.report(name.span(), fault));
            }
            None => {}
        }
        self.constants.insert(key.clone(), ConstantState::Open);
        // A constant sees other constants, not the variables of its first user.
        self.frames.push(Frame::new(key.1.clone(), side, Home::none()));
        let value = self.evaluate(&constant.value, Naming::Word);
        let subject = Subject::Plain(format!("`{name}`"));
        let value = value.and_then(|value| {
            let value = self.conform(&constant.ty, value, &subject);
            value.map_err(|fault| self.report(constant.value.span, fault))
        });
        self.frames.pop();
        let state = match &value {
            Ok(value) => ConstantState::Known(value.clone()),
            Err(Reported) => ConstantState::Refused,
        };
        self.constants.insert(key, state);
        value
    }

    /// Refuses blocks whose tensor arguments do not come first: a call without them would be ambiguous.
    pub fn check_blocks(&mut self) -> Outcome<()> {
        let mut sound = Ok(());
        let blocks: Vec<&'a Function> = self.library.blocks().collect();
        for block in blocks {
            let is_tensor = |parameter: &&Parameter| is_tensor(&parameter.ty.kind);
            let late = block.parameters.iter().skip_while(is_tensor).find(is_tensor);
            if let Some(parameter) = late {
                let text = format!(
                    "`{}` of `{}` stands behind other arguments",
                    parameter.name, block.name
                );
                let help = "tensor arguments come first, so that `x.f(n)` and the layer `f(n)` are one call";
                sound = Err(self.report(parameter.name.span(), Fault::new(text).help(help)));
            }
        }
        sound
    }

    /// Evaluates every constant of the declaration, used or not.
    pub fn check_constants(&mut self) {
        for constant in self.library.constants(Side::User) {
            // Mistakes are reported where they are.
            let _ = self.constant(&constant.name);
        }
    }
}
