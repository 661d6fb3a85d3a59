//! One call of a function: its variables, and the names it gives to parameters and layers.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::Span;

use super::fault::Fault;
use super::library::Side;
use super::value::{GivenName, Home, Maker, Value};
use crate::syntax::ast::Expr;

/// A location in the user's source.
#[derive(Clone, Debug)]
pub struct Site {
    pub span: Span,
    pub text: Rc<str>,
}

/// A variable. `value` is `None` if its expression was refused: reading it reports nothing.
#[derive(Clone, Debug)]
pub struct Binding {
    pub value: Option<Value>,
    pub mutable: bool,
}

/// One call of a function.
#[derive(Debug)]
pub struct Frame {
    /// The function's name.
    pub function: String,
    pub side: Side,
    pub home: Home,
    /// The names of its variables that it differentiates by.
    pub differentiation_variables: Rc<BTreeSet<String>>,
    /// The user's call, for a function of the prelude: errors, origins and parameters belong to it.
    pub site: Option<Site>,
    /// The expression that made the parameters, for a function of the prelude, if that is not the call (a
    /// held layer).
    pub maker: Option<Site>,
    /// The call of the function, for notes and, in an imported block, as the user's location of errors.
    /// `None` for an entry point.
    pub call: Option<Site>,
    /// The outermost open call of a function under `#[recompute]`, by its identity.
    pub recomputed: Option<u32>,
    /// The number of open loops: names given inside get ordinals.
    pub loops: usize,
    /// The open loops that are being rolled.
    pub rolled: Vec<u32>,
    /// The iteration numbers of the open loops that are being unrolled.
    pub turns: Vec<i64>,
    scopes: Vec<BTreeMap<String, Binding>>,
    given: Given,
}

/// The names a call has given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    ordinals: BTreeMap<String, usize>,
    taken: BTreeSet<String>,
    makers: u64,
}

impl Frame {
    pub fn new(function: String, side: Side, home: Home) -> Frame {
        Frame {
            function,
            side,
            home,
            differentiation_variables: Rc::default(),
            site: None,
            maker: None,
            call: None,
            recomputed: None,
            loops: 0,
            rolled: Vec::new(),
            turns: Vec::new(),
            scopes: vec![BTreeMap::new()],
            given: Given::default(),
        }
    }

    /// Reserves the name of the formal argument at `place` for the layer passed for it.
    pub fn reserve(&mut self, name: &str, place: usize) {
        self.given.taken.insert(name.to_string());
        self.given.makers = self.given.makers.max(place as u64 + 1);
    }

    /// The names given so far, to be restored by `take_back`.
    pub fn given(&self) -> Given {
        self.given.clone()
    }

    pub fn take_back(&mut self, given: Given) {
        self.given = given;
    }

    pub fn open(&mut self) {
        self.scopes.push(BTreeMap::new());
    }

    pub fn close(&mut self) {
        self.scopes.pop();
    }

    pub fn bind(&mut self, name: String, value: Option<Value>, mutable: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, Binding { value, mutable });
        }
    }

    pub fn find(&self, name: &str) -> Option<&Binding> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub fn find_mut(&mut self, name: &str) -> Option<&mut Binding> {
        self.scopes.iter_mut().rev().find_map(|scope| scope.get_mut(name))
    }

    /// The names of all visible variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .flat_map(|scope| scope.keys().map(String::as_str))
    }

    /// The home of the next block called by its word, `conv2`, by the expression `maker`.
    pub fn numbered(&mut self, word: &str, maker: &Expr) -> Result<Home, Fault> {
        let count = self.given.ordinals.entry(word.to_string()).or_insert(0);
        *count += 1;
        // `conv2` with an ordinal would read as another number.
        let separator = if word.ends_with(|last: char| last.is_ascii_digit()) {
            "_"
        } else {
            ""
        };
        let name = format!("{word}{separator}{count}");
        self.take(name, maker)
    }

    /// The home of the layer that the user called `name` and `maker` makes; in a loop it gets an ordinal.
    pub fn named(&mut self, name: &str, maker: &Expr) -> Result<Home, Fault> {
        if self.loops > 0 {
            self.numbered(name, maker)
        } else {
            self.take(name.to_string(), maker)
        }
    }

    /// The home of what `maker` makes and its call names.
    pub fn called(&mut self, name: &GivenName, maker: &Expr) -> Result<Home, Fault> {
        if self.given.taken.contains(&name.path) {
            let text = format!(
                "two layers or parameters of `{}` would be called `{}`",
                self.function, name.path
            );
            let help = "parameters are found by their names in saved files; in a loop, a name that counts its turns is \
                        `name = \"layers.{i}\"`";
            return Err(Fault::new(text).help(help));
        }
        let mut home = self.take(name.path.clone(), maker)?;
        home.loops.extend(&name.loops);
        Ok(home)
    }

    fn take(&mut self, name: String, maker: &Expr) -> Result<Home, Fault> {
        if !self.given.taken.insert(name.clone()) {
            let text = format!(
                "two layers or parameters of `{}` would be called `{name}`",
                self.function
            );
            let help =
                "parameters are found by their names in saved files: choose another name for this `let`";
            return Err(Fault::new(text).help(help));
        }
        let mut order = self.home.order.clone();
        order.push(self.given.makers);
        self.given.makers += 1;
        Ok(Home {
            path: self.home.join(&name),
            order,
            loops: [self.home.loops.as_slice(), &self.rolled].concat(),
            makers: [self.home.makers.as_slice(), &[Maker::new(maker, &self.turns)]].concat(),
        })
    }
}

/// The state of evaluation of a constant.
pub enum ConstantState {
    /// Being evaluated.
    Open,
    Refused,
    Known(Value),
}
