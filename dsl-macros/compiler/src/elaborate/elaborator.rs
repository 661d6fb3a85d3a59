//! The state of an elaboration, shared by all its parts: reports, source locations, names.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::Span;

use super::derive_also::Linearised;
use super::fault::{Fault, Outcome, Reported};
use super::library::{Library, Side};
use super::limits;
use super::loops::open::Loops;
use super::parameters::Parameters;
use super::scope::{ConstantState, Frame, Site};
use super::value::{Home, Value};
use crate::diagnostics::Diagnostics;
use crate::graph::{Expr as Handle, Graph, Origin, Val};
use crate::ops::leaf;
use crate::syntax::ast::{Expr, ExprKind, Pattern};

/// Walks the functions of a declaration and builds the graph of one entry point at a time.
pub struct Elaborator<'a> {
    pub library: &'a Library<'a>,
    pub diagnostics: &'a mut Diagnostics,
    pub graph: Rc<Graph>,
    pub parameters: Parameters,
    /// The buffers, in a table of their own.
    pub buffers: Parameters,
    pub mode: Mode,
    /// The new values of buffers the entry point updates in training mode.
    pub updates: BTreeMap<usize, Val>,
    pub frames: Vec<Frame>,
    pub constants: BTreeMap<(Side, String), ConstantState>,
    /// Names from `let`, then names from words, in the order in which they were given.
    pub(super) names: Vec<(Val, String)>,
    pub(super) hints: Vec<(Val, String)>,
    pub(super) hinted: BTreeSet<Val>,
    pub(super) ordinals: BTreeMap<String, usize>,
    pub nesting: usize,
    /// The number of graph nodes that have been checked against the caps.
    pub(super) checked: usize,
    work: usize,
    /// True once a cap was reached and reported: every later error is silent.
    pub exhausted: bool,
    pub loops: Loops,
    /// The value that a Gauss–Newton product linearises, as far as it has been found.
    pub(super) linearised: Linearised,
}

/// The mode in which an entry point is being elaborated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    pub training: bool,
    /// True if something depends on the mode, so that the entry point must be elaborated in both.
    pub asked: bool,
}

/// The source of the name of a layer or parameter that an expression makes.
#[derive(Clone, Copy)]
pub enum Naming<'a> {
    /// Its word, with an ordinal.
    Word,
    /// The `let` that contains it.
    Let(&'a Pattern),
    /// The formal argument it is passed for, once that is known.
    Formal,
}

impl<'a> Elaborator<'a> {
    pub fn new(
        library: &'a Library<'a>,
        diagnostics: &'a mut Diagnostics,
        parameters: Parameters,
        buffers: Parameters,
        loops: Loops,
    ) -> Elaborator<'a> {
        Elaborator {
            library,
            diagnostics,
            graph: Rc::new(Graph::new()),
            parameters,
            buffers,
            mode: Mode::default(),
            updates: BTreeMap::new(),
            frames: Vec::new(),
            constants: BTreeMap::new(),
            names: Vec::new(),
            hints: Vec::new(),
            hinted: BTreeSet::new(),
            ordinals: BTreeMap::new(),
            nesting: 0,
            checked: 0,
            work: 0,
            exhausted: false,
            loops,
            linearised: Linearised::default(),
        }
    }

    /// The call that is being elaborated.
    pub fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames
                .push(Frame::new(String::new(), Side::User, Home::none()));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub fn side(&self) -> Side {
        self.frames.last().map_or(Side::User, |frame| frame.side)
    }

    /// The location at which an error about `span` is shown: for the prelude and imported blocks, the user's
    /// call.
    pub fn place(&self, span: Span) -> Span {
        let call = self.frames.last().and_then(|frame| match frame.side {
            Side::User => None,
            Side::Library(_) => frame.call.as_ref(),
            Side::Prelude => frame.site.as_ref(),
        });
        call.map_or(span, |site| site.span)
    }

    /// The block of the prelude that the user called, if one is open: its internals are its own business.
    pub fn asked(&self) -> Option<&str> {
        let open = self.frames.iter().rev();
        let inner = open.take_while(|frame| frame.side == Side::Prelude);
        inner.last().map(|frame| frame.function.as_str())
    }

    /// Reports `fault` at the user's token for `span`.
    pub fn report(&mut self, span: Span, fault: Fault) -> Reported {
        if fault.is_reported() {
            return Reported;
        }
        let (place, notes) = (self.place(span), self.notes(&fault));
        let diagnostic = self.diagnostics.error(place, fault.text);
        for note in notes {
            diagnostic.note(note);
        }
        if let Some(help) = fault.help {
            diagnostic.help(help);
        }
        Reported
    }

    /// Reports `fault` at a location that is already the user's.
    pub fn report_at(&mut self, span: Span, fault: Fault) -> Reported {
        let diagnostic = self.diagnostics.error(span, fault.text);
        if let Some(help) = fault.help {
            diagnostic.help(help);
        }
        Reported
    }

    /// The functions that contain a fault, and the calls that led there.
    fn notes(&self, fault: &Fault) -> Vec<String> {
        let Some(frame) = self.frames.last() else {
            return Vec::new();
        };
        // The imported blocks between the user's call and the fault, innermost first.
        let foreign = self
            .frames
            .iter()
            .rev()
            .take_while(|frame| frame.side != Side::User);
        let imported: Vec<&Frame> = foreign
            .filter(|frame| matches!(frame.side, Side::Library(_)))
            .collect();
        let mut notes = Vec::new();
        match (frame.side, &frame.site, &frame.call) {
            (Side::Prelude, Some(site), _) => {
                let asked = self.asked().unwrap_or(&frame.function);
                if !fault.text.contains(&format!("`{asked}`")) {
                    let here = if imported.is_empty() {
                        "called here"
                    } else {
                        "called"
                    };
                    notes.push(format!("in `{asked}`, {here} by `{}`", site.text));
                }
            }
            (Side::User, _, Some(call)) => {
                notes.push(format!("in `{}`, called by `{}`", frame.function, call.text));
            }
            _ => {}
        }
        let of = |frame: &Frame| {
            let package = self.library.package(frame.side).unwrap_or_default();
            format!("`{}` of `{package}`", frame.function)
        };
        if let (Some(&innermost), Some(&outermost)) = (imported.first(), imported.last()) {
            let call = |frame: &Frame| {
                frame
                    .call
                    .as_ref()
                    .map(|call| call.text.to_string())
                    .unwrap_or_default()
            };
            if imported.len() > 1 {
                notes.push(format!("in {}, called by `{}`", of(innermost), call(innermost)));
            }
            notes.push(format!(
                "in {}, called here by `{}`",
                of(outermost),
                call(outermost)
            ));
        }
        notes
    }

    /// Reports that a cap is reached and silences every later error.
    pub fn exhaust(&mut self, span: Span, fault: Fault) -> Reported {
        if !self.exhausted {
            self.exhausted = true;
            self.report(span, fault);
        }
        Reported
    }

    /// Counts a call or loop iteration.
    pub fn work(&mut self, span: Span) -> Outcome<()> {
        self.work += 1;
        if self.work > limits::WORK {
            let text = format!(
                "this network takes more than {} calls and turns of loops to unfold",
                limits::WORK
            );
            let fault = Fault::new(text).help("does a block call itself, directly or through others?");
            return Err(self.exhaust(span, fault));
        }
        Ok(())
    }

    /// Checks the nodes that a call has added to the graph.
    pub fn check_new(&mut self, before: usize, span: Span) -> Outcome<()> {
        let graph = self.graph.clone();
        if graph.len() > limits::NODES {
            let text = format!("this entry point has more than {} values", limits::NODES);
            let help = "use fewer turns of loops or fewer blocks";
            return Err(self.exhaust(span, Fault::new(text).help(help)));
        }
        // Inner calls have checked the nodes they added.
        let unchecked = before.max(self.checked);
        self.checked = graph.len();
        for val in graph.vals_from(unchecked) {
            for ty in &graph.node(val).types {
                if limits::count(&ty.shape).is_none() {
                    return Err(self.report(span, limits::too_large(&ty.shape)));
                }
                if ty.shape.rank() > limits::RANK {
                    let text = format!("{} has more than {} axes", ty.shape, limits::RANK);
                    return Err(self.report(span, Fault::new(text).help("merge axes with `.reshape([…])`")));
                }
            }
        }
        Ok(())
    }

    /// The source text for origins and parameters; in the prelude, that of the user's call.
    pub fn site(&self, span: Span, expr: &Expr) -> Site {
        match self.frames.last().and_then(|frame| frame.site.clone()) {
            Some(site) => site,
            None => Site {
                span: self.place(span),
                text: expr.to_string().into(),
            },
        }
    }

    /// Sets `site` as the origin of the nodes that `work` builds.
    pub fn at_site<T>(&mut self, site: &Site, work: impl FnOnce(&mut Self) -> T) -> T {
        let path = self.frames.last().map_or("", |frame| &frame.home.path);
        let mut origin = Origin::new(site.span, &site.text, path);
        if let Some(recomputed) = self.frames.last().and_then(|frame| frame.recomputed) {
            origin = Rc::new(Origin {
                recomputed: Some(recomputed),
                ..(*origin).clone()
            });
        }
        let outer = self.graph.set_origin(Some(origin));
        let result = work(self);
        self.graph.set_origin(outer);
        result
    }

    /// Names a value after the user's `let`.
    pub fn name(&mut self, val: Val, name: &str) {
        if self.side() != Side::Prelude {
            self.names.push((val, name.to_string()));
        }
    }

    /// The name of a value so far: the user's name for it, or the name of the argument it is.
    pub fn name_of(&self, val: Val) -> Option<String> {
        if let Some(input) = self.graph.node(val).op.get::<leaf::Input>() {
            return Some(input.name.clone());
        }
        let named = self.names.iter().find(|(named, _)| *named == val);
        named.map(|(_, name)| name.clone())
    }

    /// Every name and ordinal given to a value, the one that counts first.
    pub fn all_names(&self) -> BTreeMap<Val, &str> {
        let mut all = BTreeMap::new();
        for (val, name) in self.names.iter().chain(&self.hints) {
            all.entry(*val).or_insert(name.as_str());
        }
        all
    }

    /// Names a value after the word that made it, with an ordinal within the entry point; the first name
    /// stays.
    pub fn hint(&mut self, val: Val, word: &str) {
        if !self.hinted.insert(val) {
            return;
        }
        let count = self.ordinals.entry(word.to_string()).or_insert(0);
        *count += 1;
        let separator = if word.ends_with(|last: char| last.is_ascii_digit()) {
            "_"
        } else {
            ""
        };
        self.hints.push((val, format!("{word}{separator}{count}")));
    }

    /// Names a value that the user has not named; the first name stays.
    pub fn hint_as(&mut self, val: Val, name: &str) {
        if self.hinted.insert(val) {
            self.hints.push((val, name.to_string()));
        }
    }

    /// Ends the entry point: returns its graph, with all names set.
    pub fn take_graph(&mut self) -> Rc<Graph> {
        for (val, name) in self.names.drain(..).chain(self.hints.drain(..)) {
            self.graph.set_name(val, &name);
        }
        self.ordinals.clear();
        self.hinted.clear();
        self.checked = 0;
        std::mem::replace(&mut self.graph, Rc::new(Graph::new()))
    }

    /// A handle for arithmetic on a value.
    pub fn handle(&self, val: Val) -> Handle<'_> {
        self.graph.expr(val)
    }

    /// The origin of a value in the user's words: `image.flatten()`, `logits.dense1.weight`.
    pub fn origin_text(&self, val: Val) -> String {
        let node = self.graph.node(val);
        match (node.op.rules().declared_name(), node.op.get::<leaf::Constant>()) {
            (Some(name), _) => name.to_string(),
            (_, Some(constant)) => constant.0.to_string(),
            _ if node.origin.text.is_empty() => "a value".to_string(),
            _ => node.origin.text.to_string(),
        }
    }

    /// The form of an argument in messages: the user's text, or in the prelude its origin.
    pub fn shown(&self, expr: Option<&Expr>, value: &Value) -> String {
        match (self.side(), value, expr) {
            (Side::Prelude, Value::Tensor(val), _) => self.origin_text(*val),
            (_, _, Some(expr)) => expr.to_string(),
            (_, Value::Tensor(val), None) => self.origin_text(*val),
            (_, value, None) => value.describe(&self.graph),
        }
    }

    /// `` `image.flatten()` is [784] ``
    pub fn shown_with_shape(&self, expr: Option<&Expr>, value: &Value) -> String {
        let shown = self.shown(expr, value);
        // A literal already shows its size.
        let literal = expr.is_some_and(|expr| {
            matches!(
                expr.kind,
                ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Unary { .. }
            )
        });
        match value {
            Value::Integer(_) | Value::Number(_) | Value::Bool(_) if literal => {
                format!("`{shown}` is {}", value.category())
            }
            _ => format!("`{shown}` is {}", value.describe(&self.graph)),
        }
    }
}
