//! Deep networks: what is emitted grows as the network does, in functions that do not, and no stack overflows.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, File, ImplItem, Item, Stmt};

use crate::expand::testing::unguarded;

/// A classifier of so many residual blocks, expanded on a stack of 2 MiB, as a test or a small thread has.
fn expansion(blocks: usize) -> String {
    let text = format!(
        "pub struct Deep;
        fn block(x: Tensor<16>) -> Tensor<16> {{ x + x.layer_norm().dense(32).gelu().dense(16) }}
        pub fn loss(&self, x: Tensor<16>, class: Index<16>) -> Scalar {{
            let mut y = x;
            for _ in 0..{blocks} {{ y = y.block(); }}
            y.softmax_cross_entropy(class)
        }}"
    );
    let expand = move || {
        let tokens = unguarded(text.parse().expect("a declaration is tokens"));
        tokens.to_string()
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let text = thread
        .spawn(expand)
        .expect("a thread starts")
        .join()
        .expect("no panic");
    assert!(
        !text.contains("compile_error"),
        "{}",
        &text[..text.len().min(1000)]
    );
    text
}

/// The number of tokens, with a pair of brackets counted as two.
fn count(tokens: TokenStream) -> usize {
    let each = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => 2 + count(group.stream()),
        _ => 1,
    });
    each.sum()
}

/// The statements of the longest `run`: of a phase, of a part of one, of a routine.
fn longest(items: &[Item]) -> usize {
    let each = items.iter().map(|item| match item {
        Item::Mod(module) => module.content.as_ref().map_or(0, |(_, items)| longest(items)),
        Item::Impl(of) => of.items.iter().map(statements).max().unwrap_or(0),
        _ => 0,
    });
    each.max().unwrap_or(0)
}

fn statements(item: &ImplItem) -> usize {
    match item {
        ImplItem::Fn(function) if function.sig.ident == "run" => {
            // A long phase itself only calls its parts.
            let is_call = |statement: &&Stmt| matches!(statement, Stmt::Expr(Expr::MethodCall(_), _));
            function
                .block
                .stmts
                .iter()
                .filter(|statement| !is_call(statement))
                .count()
        }
        _ => 0,
    }
}

#[test]
fn four_hundred_blocks_expand_on_a_small_stack() {
    let count = |text: &str| count(text.parse().expect("it is tokens"));
    let [one, two, four] = [100, 200, 400].map(expansion);
    let per_block =
        |more: &str, less: &str, blocks: usize| (count(more) - count(less)) as f64 / blocks as f64;
    let (first, last) = (per_block(&two, &one, 100), per_block(&four, &two, 200));
    assert!(last <= 1.05 * first, "{first} tokens a block, then {last}");
    // A phase is one function up to a number of steps, and beyond it in parts of fewer, each with names for its values.
    for (text, most) in [(two, 300), (four, 150)] {
        let file = syn::parse_str::<File>(&text).expect("it is Rust");
        let longest = longest(&file.items);
        assert!(longest > 10 && longest <= most, "{longest} statements");
    }
}
