//! Deep networks: what their blocks have in common is written once.

use proc_macro2::{TokenStream, TokenTree};

use super::fixture;
use crate::expand::testing::unguarded;

/// The fixture `decoder` with that many blocks.
fn decoder(blocks: usize) -> String {
    let declared = fixture("decoder").tokens().to_string();
    let text = declared.replace("BLOCKS : usize = 2", &format!("BLOCKS : usize = {blocks}"));
    assert_eq!(text == declared, blocks == 2);
    expanded(&text)
}

fn expanded(text: &str) -> String {
    unguarded(text.parse().expect("tokens")).to_string()
}

/// The number of times that a word occurs in code, comments left out.
fn count(code: &str, word: &str) -> usize {
    fn within(tokens: TokenStream, word: &str) -> usize {
        let count = |token| match token {
            TokenTree::Ident(ident) => usize::from(ident == word),
            TokenTree::Group(group) => within(group.stream(), word),
            _ => 0,
        };
        tokens.into_iter().map(count).sum()
    }
    within(code.parse().expect("tokens"), word)
}

#[test]
fn more_blocks_are_more_calls() {
    let (few, many) = (decoder(4), decoder(8));
    for word in ["for", "struct", "impl", "gemm", "softmax", "Routine"] {
        assert_eq!(count(&few, word), count(&many, word), "`{word}`");
    }
    assert!(count(&few, "call") < count(&many, "call"));
}

#[test]
fn routines_are_named_after_the_first_of_equal_blocks() {
    let code = decoder(5);
    for pass in ["", "Backward", "Sums"] {
        // The first block may differ: it is where the tokens come in.
        let calls = ["Block1", "Block2"].map(|block| count(&code, &format!("{block}{pass}")));
        assert!(calls.iter().any(|&calls| calls > 3), "{pass}: {calls:?}");
    }
    assert!(code.contains("`logits.block2`, `logits.block3`, `logits.block4`"));
}

#[test]
fn blocks_of_other_sizes_are_other_code() {
    let network = |sizes: &str| {
        expanded(&format!(
            "pub struct Net;
             fn block(x: Tensor<_>, width: usize) -> Tensor<_> {{ x.dense(width).tanh() * x.mean() }}
             pub fn scores(&self, x: Tensor<4>) -> Tensor<_> {{
                 let mut x = x;
                 for i in 0..4 {{ x = x.block({sizes}); }}
                 x
             }}"
        ))
    };
    assert_eq!(count(&network("5 + i"), "Routine"), 0);
    assert!(count(&network("4"), "Routine") > 0);
}

#[test]
fn what_occurs_once_stays_where_it_is() {
    for name in ["mlp", "regression", "xor"] {
        let code = unguarded(fixture(name).tokens()).to_string();
        assert_eq!(count(&code, "Routine"), 0, "{name}");
    }
}
