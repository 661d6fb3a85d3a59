//! Programs with tokens deleted, repeated, swapped, replaced and wrapped: no panic, no hang, and an accepted
//! program means what it prints.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;

use super::programs::{PROGRAMS, print};
use super::*;

const SPARE: &str = "
    fn let mut for in if else struct const pub self match while loop return use where as impl type unsafe _ x Tensor
    usize f64 + - * / % = == != < > <= >= && || & | ^ ! ? . .. ..= , ; : :: -> => # @ $ ~ += 'a' 'life 1 2.5 1e999
    99999999999999999999 1u8 2.0f16 \"text\" b\"bytes\" b'b' c\"c\" r\"raw\" () [] {} (x) [1] { x } (,) {;} #[doc] r#fn
";

#[derive(Clone, Debug)]
enum Change {
    Delete,
    Repeat,
    Swap,
    Replace(usize),
    Insert(usize),
    Wrap(Delimiter),
    Unwrap,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Delete),
        Just(Change::Repeat),
        Just(Change::Swap),
        any::<usize>().prop_map(Change::Replace),
        any::<usize>().prop_map(Change::Insert),
        prop::sample::select(vec![
            Delimiter::None,
            Delimiter::Brace,
            Delimiter::Parenthesis,
            Delimiter::Bracket
        ])
        .prop_map(Change::Wrap),
        Just(Change::Unwrap),
    ]
}

/// Applies a change at the `place`-th token, groups and their contents counted.
fn mutate(stream: TokenStream, place: &mut usize, change: &Change, spare: &[TokenTree]) -> TokenStream {
    let mut mutated: Vec<TokenTree> = Vec::new();
    let mut trees = stream.into_iter();
    while let Some(tree) = trees.next() {
        let here = *place == 0;
        *place = place.wrapping_sub(1);
        if here {
            match change {
                Change::Delete => {}
                Change::Repeat => mutated.extend([tree.clone(), tree]),
                Change::Swap => {
                    mutated.extend(trees.next());
                    mutated.push(tree);
                }
                Change::Replace(which) => mutated.push(spare[which % spare.len()].clone()),
                Change::Insert(which) => mutated.extend([spare[which % spare.len()].clone(), tree]),
                Change::Wrap(delimiter) => {
                    mutated.push(TokenTree::Group(Group::new(*delimiter, tree.into())));
                }
                Change::Unwrap => match tree {
                    TokenTree::Group(group) => mutated.extend(group.stream()),
                    tree => mutated.push(tree),
                },
            }
            continue;
        }
        mutated.push(match tree {
            TokenTree::Group(group) => {
                let inside = mutate(group.stream(), place, change, spare);
                let mut copy = Group::new(group.delimiter(), inside);
                copy.set_span(group.span());
                TokenTree::Group(copy)
            }
            tree => tree,
        });
    }
    mutated.into_iter().collect()
}

fn size(stream: TokenStream) -> usize {
    let inside = |tree| {
        if let TokenTree::Group(group) = tree {
            size(group.stream())
        } else {
            0
        }
    };
    stream.into_iter().map(|tree| 1 + inside(tree)).sum()
}

fn check(input: TokenStream) {
    let mut diagnostics = Diagnostics::new();
    let network = parse(input.clone(), &mut diagnostics);
    if diagnostics.is_empty() {
        let printed = print(&network.expect("no error, so a network"));
        assert_eq!(print(&accept(&printed)), printed);
    }
    assert_eq!(diagnostics.render().is_empty(), diagnostics_free(input));
}

/// Parsing twice finds the same.
fn diagnostics_free(input: TokenStream) -> bool {
    let mut diagnostics = Diagnostics::new();
    let _ = parse(input, &mut diagnostics);
    diagnostics.into_tokens().is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_programs_never_break_the_parser(
        program in 0..PROGRAMS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..5),
    ) {
        let spare: Vec<_> = tokens(SPARE).into_iter().collect();
        let mut stream = tokens(PROGRAMS[program]);
        for (place, change) in changes {
            let mut place = place.index(size(stream.clone()).max(1));
            stream = mutate(stream, &mut place, &change, &spare);
        }
        check(stream);
    }

    #[test]
    fn token_soup_never_breaks_the_parser(picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40)) {
        let spare: Vec<_> = tokens(SPARE).into_iter().collect();
        let soup: TokenStream = picks.iter().map(|pick| pick.get(&spare).clone()).collect();
        check(soup.clone());
        let body = Group::new(Delimiter::Brace, soup);
        check(quote::quote! { struct N; fn f(x: Tensor<3>) -> Tensor<3> #body });
    }
}
