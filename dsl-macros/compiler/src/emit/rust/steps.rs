//! The numbered steps of a phase or routine, each value of a shared slot named where it begins.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;

use super::access::Access;
use super::outlining::Outlined;
use super::scope::{Scope, part_of_slot};
use super::trace::{self, Passing};
use super::{calls, doc, docs, literal, loops};
use crate::plan::routines::Item;
use crate::plan::{Partition, Source, Step, StepKind};

/// Steps that are emitted one after the other, and the names they use.
pub struct Block<'b, 'a> {
    pub partition: Partition,
    pub steps: &'b [Step],
    pub items: &'b [Item],
    pub access: &'b Access,
    pub scope: &'b Scope<'a>,
    pub outlined: &'b Outlined,
    /// What it shows before it is overwritten, each with its number in the phase.
    pub passing: &'b [(usize, Passing)],
    /// The module it is in.
    pub module: &'b Ident,
}

/// The code of a block, whose steps are numbered from `first` on.
pub fn emit(block: &Block<'_, '_>, first: usize) -> TokenStream {
    let mut body = Body {
        block,
        named: BTreeSet::new(),
    };
    let items = block.items.iter().map(|item| match item {
        Item::Step(place) => {
            let shown = body.shown(*place);
            let step = body.step(&block.steps[*place], 0, &(first + place).to_string());
            quote!(#shown #step)
        }
        Item::Call { routine, steps } => {
            let shown = body.shown(steps.start);
            let call = body.call(*routine, &block.steps[steps.clone()], first + steps.start);
            quote!(#shown #call)
        }
    });
    items.collect()
}

struct Body<'b, 'a> {
    block: &'b Block<'b, 'a>,
    /// Values of shared slots that have their name by now.
    named: BTreeSet<usize>,
}

impl Body<'_, '_> {
    /// Shows what the item that begins with this step overwrites.
    fn shown(&self, step: usize) -> TokenStream {
        let Block {
            passing,
            access,
            scope,
            ..
        } = self.block;
        let here = passing.iter().filter(|(_, passing)| passing.before == step);
        here.map(|(number, passing)| trace::show(*number, passing.value, access, scope))
            .collect()
    }

    /// A step that stands within `depth` loops over time, after the names of the values that begin with it.
    fn step(&mut self, step: &Step, depth: usize, number: &str) -> TokenStream {
        let plan = self.block.scope.plan;
        let touched = touched(std::slice::from_ref(step)).filter(|value| plan.values[*value].depth <= depth);
        // A loop reads a value that it overwrites in place through the name of the new value.
        let overwritten = |value: usize| {
            step.kind.writes().iter().any(|write| match write.source {
                Source::Value(other) => {
                    let same_slot = plan.values[other].slot == plan.values[value].slot;
                    other != value && same_slot && plan.values[other].depth <= depth
                }
                _ => false,
            })
        };
        let begun: Vec<(usize, bool)> = touched.map(|value| (value, overwritten(value))).collect();
        let mut tokens = self.names(&begun);
        tokens.extend(self.numbered(step, depth, number));
        tokens
    }

    /// The call of a routine for steps of this block, the first of which has that number.
    fn call(&mut self, routine: usize, steps: &[Step], first: usize) -> TokenStream {
        let Block { scope, outlined, .. } = self.block;
        let call = outlined.call(routine, self.block, steps);
        // The routine itself names values that follow each other in one slot.
        let lent = |value: usize| call.slots.contains(&scope.plan.values[value].slot);
        let begun: Vec<(usize, bool)> = touched(steps).map(|value| (value, lent(value))).collect();
        let names = self.names(&begun);
        self.named.retain(|&value| !lent(value));
        let line = doc(&match steps {
            [step] => docs::step_line(&first.to_string(), step, scope),
            steps => docs::routine_line(first, steps),
        });
        let code = call.tokens;
        quote!(#names #line #code)
    }

    /// Names for values of shared slots that have none yet, but for those that go without (`true`).
    fn names(&mut self, values: &[(usize, bool)]) -> TokenStream {
        let Block { scope, access, .. } = self.block;
        let mut tokens = TokenStream::new();
        for &(value, nameless) in values {
            let slot = scope.plan.values[value].slot;
            let Some(written) = access.slot(slot) else {
                continue;
            };
            if written.is_one_value(scope) || !self.named.insert(value) || nameless {
                continue;
            }
            let (name, memory) = (scope.value(value), scope.slot(slot));
            let borrow = match scope.plan.values[value].extent {
                extent if extent == written.extent => quote!(&mut *#memory),
                extent => part_of_slot(memory, extent),
            };
            tokens.extend(quote!(let #name = #borrow;));
        }
        tokens
    }

    /// A step with its comment; the steps that a loop over time repeats are numbered `3.1`, `3.2` …
    fn numbered(&mut self, step: &Step, depth: usize, number: &str) -> TokenStream {
        let scope = self.block.scope;
        let line = doc(&docs::step_line(number, step, scope));
        let code = match &step.kind {
            StepKind::Gemm(gemm) => calls::emit_gemm(gemm, scope),
            StepKind::Kernel(call) => calls::emit_kernel(call, scope),
            StepKind::Loop(nest) => loops::emit_loop(nest, scope),
            StepKind::Fold(fold) => loops::emit_fold(fold, scope),
            StepKind::Clear(result) => calls::emit_clear(result, scope),
            StepKind::Draw(draw) => calls::emit_draw(draw, scope),
            StepKind::SumExamples { x, result } => calls::emit_sum_examples(x, result, scope),
            StepKind::SumBlocks { partials, result } => calls::emit_sum_blocks(partials, result, scope),
            StepKind::For(for_loop) => {
                let (variable, length) = (scope.turn(for_loop.variable), literal(for_loop.length));
                let steps = for_loop.steps.iter().enumerate();
                let steps = steps
                    .map(|(place, step)| self.step(step, depth + 1, &format!("{number}.{}", place + 1)))
                    .collect::<TokenStream>();
                match for_loop.reversed {
                    false => quote!(for #variable in 0..#length { #steps }),
                    true => quote!(for #variable in (0..#length).rev() { #steps }),
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
}

/// The values that steps read or write, as often as they do.
fn touched(steps: &[Step]) -> impl Iterator<Item = usize> {
    let operands = steps
        .iter()
        .flat_map(|step| step.kind.reads().into_iter().chain(step.kind.writes()));
    operands.filter_map(|operand| match operand.source {
        Source::Value(value) => Some(value),
        _ => None,
    })
}

/// True if the tokens are a call or a single loop.
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
