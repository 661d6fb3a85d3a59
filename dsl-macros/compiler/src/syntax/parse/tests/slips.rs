//! Whole programs with one slip of the hand each: one message, never a second that misleads.

use proc_macro2::{Group, TokenStream, TokenTree};

use super::programs::PROGRAMS;
use super::*;

/// Every stream that differs from `stream` in one position, including positions within groups, by `change`,
/// which maps the tokens of one level and a position to the changed tokens.
fn vary(stream: TokenStream, change: &dyn Fn(&[TokenTree], usize) -> Vec<TokenTree>) -> Vec<TokenStream> {
    let level: Vec<TokenTree> = stream.into_iter().collect();
    let mut varied = Vec::new();
    for (position, token) in level.iter().enumerate() {
        varied.push(change(&level, position).into_iter().collect());
        let TokenTree::Group(group) = token else { continue };
        for inside in vary(group.stream(), change) {
            let mut level = level.clone();
            let mut copy = Group::new(group.delimiter(), inside);
            copy.set_span(group.span());
            level[position] = TokenTree::Group(copy);
            varied.push(level.into_iter().collect());
        }
    }
    varied
}

/// Programs with one change in a single position that lead to more than one message.
fn misleading(change: &dyn Fn(&[TokenTree], usize) -> Vec<TokenTree>) -> String {
    let mut text = String::new();
    for program in PROGRAMS {
        for varied in vary(tokens(program), change) {
            let mut diagnostics = Diagnostics::new();
            parse(varied.clone(), &mut diagnostics);
            let count = diagnostics.count();
            let errors = diagnostics.render();
            if count > 1 {
                text += &format!("{errors}\n    in {varied}\n");
            }
        }
    }
    text
}

#[test]
fn a_missing_token_is_one_mistake() {
    let text = misleading(&|level, position| {
        let mut level = level.to_vec();
        level.remove(position);
        level
    });
    assert_eq!(text, "");
}

#[test]
fn a_token_too_many_is_one_mistake() {
    for extra in tokens(", = ! x \"text\" if mut return") {
        let text = misleading(&|level, position| {
            let mut level = level.to_vec();
            level.insert(position, extra.clone());
            level
        });
        assert_eq!(text, "", "after adding {extra}");
    }
}
