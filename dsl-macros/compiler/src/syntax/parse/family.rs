//! Families of networks: `#[instantiate(WIDTH = [4, 8])] pub struct Mlp<const WIDTH: usize>;` declares one
//! network for each listed value.

use proc_macro2::{Delimiter, Ident, Span};

use super::parser::{Parsed, Parser};
use crate::diagnostics::nearest;
use crate::syntax::ast::{Expr, ExprKind, Family, Member, Type, TypeKind};

/// Maximum number of networks in one family: each is compiled by itself.
const MAX_MEMBERS: usize = 64;

/// Maximum value of a parameter; an axis can hold no more.
const MAX_VALUE: u64 = 1 << 31;

/// One `#[instantiate(…)]`: values for each parameter it names, combined in every way.
pub(in super::super) struct Listed {
    pub span: Span,
    /// `None` if mistakes were found.
    values: Option<Vec<(Ident, Vec<Expr>)>>,
}

impl Parser<'_, '_> {
    /// Parses `[instantiate(WIDTH = [4, 8], DEPTH = 2)]`, after the `#` at `span`.
    pub(super) fn listed_members(&mut self, span: Span) -> Listed {
        let attribute = |parser: &mut Self, _: Span| {
            parser.skip();
            let lists = |parser: &mut Self, _: Span| Ok(parser.list(Self::value_list)?.0);
            match parser.group(Delimiter::Parenthesis, lists) {
                Some(lists) => lists,
                None => {
                    let help = "write `#[instantiate(WIDTH = [4, 8, 16])]`";
                    Err(parser.reject(span, "`instantiate` lists no values", help))
                }
            }
        };
        let values = self.group(Delimiter::Bracket, attribute);
        Listed {
            span,
            values: values.and_then(Result::ok),
        }
    }

    /// `WIDTH = [4, 8]`, `DEPTH = 2`
    fn value_list(&mut self) -> Parsed<(Ident, Vec<Expr>)> {
        let name = self.name("a parameter of the family")?;
        if self.eat("=").is_none() {
            return Err(self.unexpected("`=`"));
        }
        let values = |parser: &mut Self, _: Span| Ok(parser.list(Self::listed_value)?.0);
        let values = match self.group(Delimiter::Bracket, values) {
            Some(values) => values?,
            None => vec![self.listed_value()?],
        };
        if values.is_empty() {
            let help = format!("write `{name} = [4, 8, 16]`");
            return Err(self.reject(name.span(), format!("`{name}` has no values"), help));
        }
        Ok((name, values))
    }

    fn listed_value(&mut self) -> Parsed<Expr> {
        self.has_self = false;
        let span = self.cursor.span();
        let value = self.expression()?;
        match value.kind {
            ExprKind::Integer(size) if size > MAX_VALUE => {
                let message = format!("a size is at most {MAX_VALUE}, this is {size}");
                self.reject(value.span, message, "choose a smaller one");
            }
            ExprKind::Integer(_) | ExprKind::Bool(_) => {}
            _ => {
                let help = "write the number; what follows from it is a `const` of the declaration";
                let message = format!("a member is named by sizes as written, not by `{value}`");
                return Err(self.reject(span, message, help));
            }
        }
        Ok(value)
    }

    /// Parses `<const WIDTH: usize, const BIAS: bool>`, or nothing.
    pub(super) fn family_parameters(&mut self) -> Parsed<Vec<(Ident, Type)>> {
        let mut parameters = Vec::new();
        if self.eat("<").is_none() {
            return Ok(parameters);
        }
        while self.eat(">").is_none() {
            let span = self.cursor.span();
            if self.eat_word("const").is_none() {
                let help = "write `<const WIDTH: usize>`; the element type is added by network!, behind them";
                let message = format!("expected `const`, found {}", self.describe());
                return Err(self.reject(span, message, help));
            }
            let name = self.name("a parameter of the family")?;
            if name == "T" {
                let help = "choose another name";
                self.reject(
                    name.span(),
                    "`T` is the type of the numbers a network computes in",
                    help,
                );
            }
            if self.eat(":").is_none() {
                return Err(self.unexpected("`:`"));
            }
            let ty = self.ty()?;
            if !matches!(ty.kind, TypeKind::Size | TypeKind::Bool) {
                let help = "other values are a `const` that chooses between numbers by an `if`";
                self.reject(ty.span, "a family is over `usize` and `bool`", help);
            }
            parameters.push((name, ty));
            if self.eat(",").is_none() && !self.is_symbol(">") {
                return Err(self.unexpected("`,` or `>`"));
            }
        }
        Ok(parameters)
    }

    /// Collects the listed members, of which there is at least one.
    pub(super) fn family(
        &mut self,
        name: &Ident,
        parameters: Vec<(Ident, Type)>,
        listed: Vec<Listed>,
    ) -> Option<Family> {
        let Some((first, _)) = parameters.first() else {
            if let Some(first) = listed.first() {
                let help = format!("write `struct {name}<const WIDTH: usize>;`");
                self.reject(first.span, format!("`{name}` has no parameters to choose"), help);
            }
            return None;
        };
        if listed.is_empty() {
            let message = format!("no values of `{first}` are listed");
            let help = format!("write `#[instantiate({first} = [4, 8])]` before the type");
            self.reject(first.span(), message, help);
        }
        let mut members: Vec<Member> = Vec::new();
        for Listed { span, values } in &listed {
            if let Some(values) = values
                && let Ok(more) = self.members(&parameters, *span, values, &members)
            {
                members.extend(more);
            }
        }
        Some(Family { parameters, members })
    }

    /// The members that one attribute adds to those that are `known`.
    fn members(
        &mut self,
        parameters: &[(Ident, Type)],
        span: Span,
        lists: &[(Ident, Vec<Expr>)],
        known: &[Member],
    ) -> Parsed<Vec<Member>> {
        self.check_lists(parameters, span, lists)?;
        let count = lists
            .iter()
            .fold(1usize, |count, (_, values)| count.saturating_mul(values.len()));
        if known.len().saturating_add(count) > MAX_MEMBERS {
            let message = format!("a family has at most {MAX_MEMBERS} members, {count} are listed here");
            let help = "each is compiled by itself: list those that are studied";
            return Err(self.reject(span, message, help));
        }
        let mut members = vec![Member { values: Vec::new() }];
        for (name, _) in parameters {
            let values = lists.iter().find(|(other, _)| other == name);
            let values = values.map_or(&[] as &[Expr], |(_, values)| values);
            members = members
                .iter()
                .flat_map(|member| {
                    values.iter().map(|value| {
                        let mut values = member.values.clone();
                        values.push(value.clone());
                        Member { values }
                    })
                })
                .collect();
        }
        let repeated = members
            .iter()
            .find(|member| known.iter().any(|earlier| earlier.same(member)));
        if let Some(repeated) = repeated {
            let message = format!("the member {} is listed twice", repeated.describe(parameters));
            return Err(self.reject(span, message, "list it once"));
        }
        Ok(members)
    }

    /// Checks that each parameter has values, once and of its type, and that nothing else has.
    fn check_lists(
        &mut self,
        parameters: &[(Ident, Type)],
        span: Span,
        lists: &[(Ident, Vec<Expr>)],
    ) -> Parsed<()> {
        let mut sound = Ok(());
        for (place, (name, values)) in lists.iter().enumerate() {
            let Some((_, ty)) = parameters.iter().find(|(parameter, _)| parameter == name) else {
                let names: Vec<String> = parameters.iter().map(|(name, _)| name.to_string()).collect();
                let help = match nearest(&name.to_string(), names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its parameters are `{}`", names.join("`, `")),
                };
                let message = format!("the family has no parameter `{name}`");
                sound = Err(self.reject(name.span(), message, help));
                continue;
            };
            if lists[..place].iter().any(|(earlier, _)| earlier == name) {
                let help = "write one list for it; a second `#[instantiate(…)]` adds members";
                sound = Err(self.reject(name.span(), format!("`{name}` has two lists"), help));
            }
            for (place, value) in values.iter().enumerate() {
                let fits = match ty.kind {
                    TypeKind::Size => matches!(value.kind, ExprKind::Integer(_)),
                    TypeKind::Bool => matches!(value.kind, ExprKind::Bool(_)),
                    // Any other type has been refused at its declaration.
                    _ => true,
                };
                if !fits {
                    let message = format!("`{name}` is a `{ty}`, not `{value}`");
                    sound = Err(self.reject(value.span, message, "change one of the two"));
                } else if values[..place].iter().any(|earlier| same(earlier, value)) {
                    let message = format!("`{name} = {value}` is listed twice");
                    sound = Err(self.reject(value.span, message, "remove one of the two"));
                }
            }
        }
        // A misspelt name is not reported as missing too.
        let missing = if sound.is_ok() { parameters } else { &[] };
        for (name, _) in missing {
            if !lists.iter().any(|(listed, _)| listed == name) {
                let help = format!("add `{name} = [4, 8]`; all combinations of the lists are made");
                let message = format!("no values of `{name}` are listed here");
                sound = Err(self.reject(span, message, help));
            }
        }
        sound
    }
}

/// True if two literals have the same value.
fn same(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Integer(a), ExprKind::Integer(b)) => a == b,
        (ExprKind::Bool(a), ExprKind::Bool(b)) => a == b,
        _ => false,
    }
}

impl Member {
    fn same(&self, other: &Member) -> bool {
        self.values.iter().zip(&other.values).all(|(a, b)| same(a, b))
    }

    /// `` `WIDTH = 8` ``
    pub fn describe(&self, parameters: &[(Ident, Type)]) -> String {
        let values = parameters.iter().zip(&self.values);
        let values = values.map(|((name, _), value)| format!("{name} = {value}"));
        format!("`{}`", values.collect::<Vec<_>>().join(", "))
    }
}
