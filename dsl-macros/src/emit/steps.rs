//! The numbered steps of a phase or routine, each value of a shared slot named where it begins.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;

use super::access::Access;
use super::routines::Outlined;
use super::scope::Scope;
use super::{calls, doc, docs, literal, loops};
use crate::schedule::plan::{By, Extent, Operand, Source, Step, StepKind};
use crate::schedule::routines::Item;

/// What is written one after the other, and under which names.
pub struct Block<'b, 'a> {
    pub by: By,
    pub steps: &'b [Step],
    pub items: &'b [Item],
    pub access: &'b Access,
    pub scope: &'b Scope<'a>,
    pub outlined: &'b Outlined,
    /// The module it is in.
    pub module: &'b Ident,
}

/// The code of a block, whose steps are numbered from `first` on.
pub fn emit(block: &Block<'_, '_>, first: usize) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for item in block.items {
        match item {
            Item::Step(place) => {
                let step = &block.steps[*place];
                let touched = step.kind.reads().into_iter().chain(step.kind.writes());
                let touched: Vec<&Operand> = touched.collect();
                // What a loop overwrites in place it reads through the new value.
                let overwritten = |value: usize, slot: usize| {
                    step.kind.writes().iter().any(|write| match write.source {
                        Source::Value(other) => other != value && block.scope.plan.values[other].slot == slot,
                        _ => false,
                    })
                };
                tokens.extend(name(block, &touched, &mut named, &overwritten));
                tokens.extend(numbered(step, &(first + place).to_string(), block.scope));
            }
            Item::Call { routine, steps } => {
                let range = steps.clone();
                let steps = &block.steps[range.clone()];
                let call = block.outlined.call(*routine, block, steps);
                let touched: Vec<&Operand> = steps
                    .iter()
                    .flat_map(|step| step.kind.reads().into_iter().chain(step.kind.writes()))
                    .collect();
                // Where several values follow each other in a slot, the routine names them itself.
                let lent = |_: usize, slot: usize| call.slots.contains(&slot);
                tokens.extend(name(block, &touched, &mut named, &lent));
                named.retain(|&value| !call.slots.contains(&block.scope.plan.values[value].slot));
                let line = match steps {
                    [step] => docs::step_line(&(first + range.start).to_string(), step, block.scope),
                    steps => docs::routine_line(first + range.start, steps),
                };
                let (line, code) = (doc(&line), call.tokens);
                tokens.extend(quote!(#line #code));
            }
        }
    }
    tokens
}

/// Names the values that are touched for the first time, but for those that are `skipped`.
fn name(
    block: &Block<'_, '_>,
    touched: &[&Operand],
    named: &mut BTreeSet<usize>,
    skipped: &dyn Fn(usize, usize) -> bool,
) -> TokenStream {
    let (scope, access) = (block.scope, block.access);
    let mut tokens = TokenStream::new();
    for operand in touched {
        let Source::Value(value) = operand.source else {
            continue;
        };
        let slot = scope.plan.values[value].slot;
        let Some(written) = access.slots.iter().find(|written| written.slot == slot) else {
            continue;
        };
        if written.is_one_value(scope) || !named.insert(value) || skipped(value, slot) {
            continue;
        }
        let (name, memory) = (scope.value(value), scope.slot(slot));
        let borrow = match scope.plan.values[value].extent {
            extent if extent == written.extent => quote!(&mut *#memory),
            Extent::Examples(1) => quote!(&mut #memory[..examples]),
            Extent::Examples(width) => {
                let width = literal(width);
                quote!(&mut #memory[..examples * #width])
            }
            Extent::Shared(_) | Extent::Blocks(_) => unreachable!("only per-example values share slots"),
        };
        tokens.extend(quote!(let #name = #borrow;));
    }
    tokens
}

/// A step with its comment; the steps that a loop over time repeats are numbered `3.1`, `3.2` …
fn numbered(step: &Step, number: &str, scope: &Scope<'_>) -> TokenStream {
    let line = doc(&docs::step_line(number, step, scope));
    let code = match &step.kind {
        StepKind::Gemm(gemm) => calls::emit_gemm(gemm, scope),
        StepKind::Kernel(call) => calls::emit_kernel(call, scope),
        StepKind::Loop(nest) => loops::emit_loop(nest, scope),
        StepKind::Fold(fold) => loops::emit_fold(fold, scope),
        StepKind::Clear(result) => calls::emit_clear(result, scope),
        StepKind::SumExamples { x, result } => calls::emit_sum_examples(x, result, scope),
        StepKind::SumBlocks { partials, result } => calls::emit_sum_blocks(partials, result, scope),
        StepKind::Repeat(repeat) => {
            let (variable, length) = (scope.turn(repeat.variable), literal(repeat.length));
            let steps = repeat.steps.iter().enumerate();
            let steps = steps.map(|(place, step)| numbered(step, &format!("{number}.{}", place + 1), scope));
            match repeat.reversed {
                false => quote!(for #variable in 0..#length { #(#steps)* }),
                true => quote!(for #variable in (0..#length).rev() { #(#steps)* }),
            }
        }
    };
    // A comment stands before one statement.
    let code = if is_one_statement(&code) {
        code
    } else {
        quote!({ #code })
    };
    quote!(#line #code)
}

/// Whether the tokens are a call or a single loop.
fn is_one_statement(code: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = code.clone().into_iter().collect();
    let braces = tokens
        .iter()
        .filter(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace))
        .count();
    let semicolons = tokens
        .iter()
        .filter(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'))
        .count();
    let last_is_brace =
        matches!(tokens.last(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
    match tokens.first() {
        Some(TokenTree::Ident(word)) if word == "for" || word == "if" => {
            braces == 1 && semicolons == 0 && last_is_brace
        }
        Some(TokenTree::Ident(word)) if word != "let" => {
            braces == 0
                && semicolons == 1
                && !tokens
                    .iter()
                    .any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '='))
        }
        _ => false,
    }
}
