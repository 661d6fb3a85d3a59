//! plan → tokens: the table of contents of the output.

pub mod access;
mod batch;
pub mod calls;
mod costs;
pub mod docs;
pub mod entry;
pub mod expression;
pub mod family;
pub mod fields;
pub mod formula;
pub mod geometries;
pub mod identifiers;
pub mod layout;
pub mod long;
pub mod loops;
mod method;
pub mod model;
pub mod modes;
mod module;
pub mod outline;
pub mod outlining;
pub mod phase;
mod phase_names;
mod pictures;
mod quoted;
pub mod references;
pub mod scope;
pub mod start;
pub mod steps;
mod trace;
mod train;
pub mod unpack;
pub mod warnings;
pub mod words;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::f64::consts;

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::math::reciprocal;
use crate::plan::routines::{Routines, common_path};
use access::Access;
pub use model::emit;

/// The context in which the phases of a network are emitted: the names and the module of every entry point.
pub struct Network<'n, 'a> {
    /// The name of the runtime crate.
    pub runtime: &'n TokenStream,
    /// The module around those of the entry points.
    pub helper: &'n Ident,
    pub modules: Vec<Ident>,
    pub scopes: Vec<scope::Scope<'a>>,
    /// The names of its phases and the number of the first step of each.
    pub phases: Vec<Vec<(Ident, usize)>>,
    pub routines: &'n Routines,
    pub outlined: outlining::Outlined,
    /// The code of the phases, by plan and place, that show what they overwrite.
    pub shown: BTreeSet<(usize, usize)>,
}

impl<'a> Network<'_, 'a> {
    /// The names in the code of a phase, and its accesses. Code that other phases run too has names of its own.
    pub fn code_of(&self, plan: usize, place: usize) -> (Cow<'_, scope::Scope<'a>>, Access) {
        let scope = &self.scopes[plan];
        let phase = &scope.plan.phases[place];
        let access = Access::of_phase(phase, scope);
        let scope = match self.routines.phases[plan][place].shared {
            true => Cow::Owned(scope.in_routine(&common_path(&phase.steps), &access, &phase.steps)),
            false => Cow::Borrowed(scope),
        };
        (scope, access)
    }
}

/// A size as one writes it: `784`, not `784usize`.
pub fn literal(size: usize) -> Literal {
    Literal::usize_unsuffixed(size)
}

/// Numbers that have a name in `std`, which clippy wants to see.
const NAMED: &[(f64, &str)] = &[
    (consts::E, "E"),
    (consts::FRAC_1_PI, "FRAC_1_PI"),
    (consts::FRAC_1_SQRT_2, "FRAC_1_SQRT_2"),
    (consts::FRAC_2_PI, "FRAC_2_PI"),
    (consts::FRAC_2_SQRT_PI, "FRAC_2_SQRT_PI"),
    (consts::FRAC_PI_2, "FRAC_PI_2"),
    (consts::LN_2, "LN_2"),
    (consts::LN_10, "LN_10"),
    (consts::LOG2_E, "LOG2_E"),
    (consts::PI, "PI"),
    (consts::SQRT_2, "SQRT_2"),
    (consts::TAU, "TAU"),
];

/// A number as one writes it: `1.0 / 64.0`, `1e-5`; infinities, NaN and the constants of mathematics by their names.
pub fn number(value: f64) -> TokenStream {
    if value.is_nan() {
        return quote!(f64::NAN);
    }
    let magnitude = if value.is_infinite() {
        quote!(f64::INFINITY)
    } else if let Some((_, name)) = NAMED.iter().find(|(named, _)| *named == value.abs()) {
        let name = identifiers::identifier(name);
        quote!(::core::f64::consts::#name)
    } else if let Some(inverse) = reciprocal(value.abs()) {
        let inverse = Literal::f64_unsuffixed(inverse.into());
        quote!(1.0 / #inverse)
    } else {
        let text = format!("{:?}", value.abs());
        let literal = text
            .parse()
            .unwrap_or_else(|_| Literal::f64_unsuffixed(value.abs()));
        quote!(#literal)
    };
    if value.is_sign_negative() {
        quote!(-#magnitude)
    } else {
        magnitude
    }
}

/// Braces that stand where the user wrote some: an item that begins and ends with tokens of the user's is for rustc, and for the
/// links to source code that rustdoc makes, all that stands between them.
pub fn braces(contents: TokenStream, span: Span) -> Group {
    let mut braces = Group::new(Delimiter::Brace, contents);
    braces.set_span(span);
    braces
}

/// A doc comment of one or more lines.
pub fn doc(text: &str) -> TokenStream {
    doc_at(text, Span::call_site())
}

/// A doc comment that stands where the user wrote something, as Clippy expects of what it finds in items that do.
pub fn doc_at(text: &str, span: Span) -> TokenStream {
    let lines = text.trim_end().lines().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    lines.map(|line| quote_spanned!(span=> #[doc = #line])).collect()
}

/// A string literal whose lines are lines in the expansion.
pub fn text(text: &str) -> Literal {
    let mut fence = "#".to_string();
    // A quote and as many hashes side by side would end it early.
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    let raw = format!("r{fence}\"{text}\"{fence}");
    raw.parse().unwrap_or_else(|_| Literal::string(text))
}
