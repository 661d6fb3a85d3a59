//! The fixtures with tokens deleted, repeated, swapped, replaced and spliced, through the whole compiler.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{compile, fixtures, tokens};

/// The replacements for a number.
const NUMBERS: &str =
    "0 1 2 3 5 7 16 1024 46341 2147483648 4294967296 9223372036854775807 18446744073709551615 0.5 1e30
    1e-30 (-1) (-9223372036854775807)";

/// The replacements for a name: types, words, and names the fixtures use.
const WORDS: &str = "Tensor Index Scalar Shared Layer Initializer usize f64 bool x input image label target self loss
    logits dense conv max_pool mean_pool flatten relu tanh sigmoid softmax log_softmax exp log sqrt abs sum mean
    max_over reshape transpose t matmul concat split slice at pad one_hot gather number embedding param zeros normal
    constant parameters l2 norm cross_entropy softmax_cross_entropy binary_cross_entropy squared_error hinge
    batch_sum batch_mean size sizes rank limit stack HIDDEN WIDTH DEPTH residual stage encode encoder";

/// The replacements for any token.
const SPARE: &str =
    "fn let mut for in if else struct const pub true false _ + - * / % = == != < > <= >= && ! .. ..= , ;
    : -> & # . 1 2.5 \"*.weight\" () [] {} (x) [1] [2, 2] { x } & axis = 1 = pad stride bias";

/// A tree that can be changed in place.
#[derive(Clone, Debug)]
enum Token {
    Leaf(TokenTree),
    Group(Delimiter, Vec<Token>),
}

fn read(stream: TokenStream) -> Vec<Token> {
    let token = |tree| match tree {
        TokenTree::Group(group) => Token::Group(group.delimiter(), read(group.stream())),
        leaf => Token::Leaf(leaf),
    };
    stream.into_iter().map(token).collect()
}

fn write(tokens: Vec<Token>) -> TokenStream {
    let tree = |token| match token {
        Token::Leaf(tree) => tree,
        Token::Group(delimiter, inside) => TokenTree::Group(Group::new(delimiter, write(inside))),
    };
    tokens.into_iter().map(tree).collect()
}

#[derive(Clone, Copy, Debug)]
enum Batching {
    Any,
    Name,
    Number,
}

impl Batching {
    fn holds(self, token: &Token) -> bool {
        match (self, token) {
            (Batching::Any, _) => true,
            (Batching::Name, Token::Leaf(TokenTree::Ident(_))) => true,
            (Batching::Number, Token::Leaf(TokenTree::Literal(literal))) => literal
                .to_string()
                .starts_with(|first: char| first.is_ascii_digit()),
            _ => false,
        }
    }
}

fn count(tokens: &[Token], batching: Batching) -> usize {
    let one = |token: &Token| {
        let inside = match token {
            Token::Group(_, inside) => count(inside, batching),
            Token::Leaf(_) => 0,
        };
        usize::from(batching.holds(token)) + inside
    };
    tokens.iter().map(one).sum()
}

/// Changes the siblings of the `place`-th token of a kind; groups come before their contents.
fn visit(
    tokens: &mut Vec<Token>,
    batching: Batching,
    place: &mut usize,
    change: &mut dyn FnMut(&mut Vec<Token>, usize),
) -> bool {
    for at in 0..tokens.len() {
        if batching.holds(&tokens[at]) {
            if *place == 0 {
                change(tokens, at);
                return true;
            }
            *place -= 1;
        }
        if let Token::Group(_, inside) = &mut tokens[at]
            && visit(inside, batching, place, change)
        {
            return true;
        }
    }
    false
}

#[derive(Clone, Debug)]
enum Change {
    Delete,
    Repeat,
    Swap,
    Replace(Index),
    Insert(Index),
    /// Another number.
    Number(Index),
    /// Another name.
    Word(Index),
    /// Some tokens of another fixture.
    Splice(Index, Index, usize),
    Wrap(Delimiter),
    Unwrap,
}

impl Change {
    fn batching(&self) -> Batching {
        match self {
            Change::Number(_) => Batching::Number,
            Change::Word(_) => Batching::Name,
            _ => Batching::Any,
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let delimiters = [Delimiter::Brace, Delimiter::Parenthesis, Delimiter::Bracket];
    prop_oneof![
        2 => Just(Change::Delete),
        2 => Just(Change::Repeat),
        2 => Just(Change::Swap),
        3 => any::<Index>().prop_map(Change::Replace),
        2 => any::<Index>().prop_map(Change::Insert),
        10 => any::<Index>().prop_map(Change::Number),
        10 => any::<Index>().prop_map(Change::Word),
        4 => (any::<Index>(), any::<Index>(), 1..6usize).prop_map(|(from, at, len)| Change::Splice(from, at, len)),
        1 => prop::sample::select(delimiters.to_vec()).prop_map(Change::Wrap),
        1 => Just(Change::Unwrap),
    ]
}

fn apply(program: &mut Vec<Token>, place: Index, change: &Change) {
    let kind = change.batching();
    let all = count(program, kind);
    if all == 0 {
        return;
    }
    let from = |source: &str, which: Index| {
        let spare = read(tokens(source));
        spare[which.index(spare.len())].clone()
    };
    visit(
        program,
        kind,
        &mut place.index(all),
        &mut |siblings, at| match change {
            Change::Delete => drop(siblings.remove(at)),
            Change::Repeat => siblings.insert(at, siblings[at].clone()),
            Change::Swap => {
                let other = (at + 1) % siblings.len();
                siblings.swap(at, other);
            }
            Change::Replace(which) => siblings[at] = from(SPARE, *which),
            Change::Insert(which) => siblings.insert(at, from(SPARE, *which)),
            Change::Number(which) => siblings[at] = from(NUMBERS, *which),
            Change::Word(which) => siblings[at] = from(WORDS, *which),
            Change::Splice(fixture, start, len) => {
                let mut other = read(tokens(&fixture.get(fixtures()).1));
                let all = count(&other, Batching::Any);
                let mut taken = Vec::new();
                visit(
                    &mut other,
                    Batching::Any,
                    &mut start.index(all),
                    &mut |theirs, start| {
                        taken = theirs[start..theirs.len().min(start + len)].to_vec();
                    },
                );
                siblings.splice(at..at, taken);
            }
            Change::Wrap(delimiter) => siblings[at] = Token::Group(*delimiter, vec![siblings[at].clone()]),
            Change::Unwrap => {
                if let Token::Group(_, inside) = &siblings[at] {
                    let inside = inside.clone();
                    siblings.splice(at..=at, inside);
                }
            }
        },
    );
}

fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(default),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn mutated_fixtures_never_break_the_compiler(
        fixture in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let mut program = read(tokens(&fixture.get(fixtures()).1));
        for (place, change) in &changes {
            apply(&mut program, *place, change);
        }
        compile(write(program));
    }
}

#[test]
fn every_number_of_every_fixture_may_be_anything() {
    // One fixture of each kind; the random test visits the others.
    for (name, fixture) in fixtures() {
        if !["conv_strided", "residual", "regression"].contains(&name.as_str()) {
            continue;
        }
        let program = read(tokens(fixture));
        for place in 0..count(&program, Batching::Number) {
            for number in ["0", "2", "7", "2147483648", "9223372036854775807", "(-1)"] {
                let mut changed = program.clone();
                let replacement = read(tokens(number)).remove(0);
                visit(
                    &mut changed,
                    Batching::Number,
                    &mut { place },
                    &mut |siblings, at| {
                        siblings[at] = replacement.clone();
                    },
                );
                compile(write(changed));
            }
        }
    }
}
