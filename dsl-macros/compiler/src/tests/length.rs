//! The number of turns of a loop over time changes numbers in the generated code, and nothing else.

use proc_macro2::{TokenStream, TokenTree};

use crate::expand::testing::unguarded;

/// A classifier of sequences: an LSTM over `time` steps, its last state scored.
fn expansion(time: usize) -> TokenStream {
    let text = format!(
        "pub struct Lstm;
        const TIME: usize = {time};
        pub fn loss(&self, words: Index<50, TIME>, class: Index<3>) -> Scalar {{
            let cell = lstm_cell(16);
            let x = words.embedding(8);
            let (mut h, mut c) = (zeros([16]), zeros([16]));
            for t in 0..TIME {{ (h, c) = cell(x.at(t), h, c); }}
            h.dense(3).softmax_cross_entropy(class)
        }}"
    );
    unguarded(text.parse().expect("a declaration is tokens"))
}

/// The number of tokens, with a pair of brackets counted as two.
fn count(tokens: TokenStream) -> usize {
    let each = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => 2 + count(group.stream()),
        _ => 1,
    });
    each.sum()
}

#[test]
fn a_thousand_steps_are_as_short_as_ten() {
    // From a certain number of terms on sums over the steps are formed in blocks.
    for [few, many] in [[10, 100], [200, 1000]] {
        let (short, long) = (expansion(few), expansion(many));
        assert!(!long.to_string().contains("compile_error"));
        assert_eq!(count(short), count(long));
    }
    let (blocks, chains) = (count(expansion(1000)), count(expansion(10)));
    assert!(blocks <= chains + chains / 50, "{blocks} tokens for {chains}");
}
