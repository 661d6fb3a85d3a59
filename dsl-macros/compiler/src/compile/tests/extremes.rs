//! Declarations at and beyond every limit: code, or an error that says which limit it is.

use std::fmt::Write;

use super::{compile, tokens};

/// A network of one entry point with a gradient.
fn around(items: &str, body: &str) -> String {
    format!("pub struct Net; {items} pub fn loss(&self, x: Tensor<8>) -> Scalar {{ {body} }}")
}

/// `part` for each number below `count`.
fn repeated(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = write!(text, "{}", part(number));
        text
    })
}

fn accepted(source: &str) {
    let outcome = compile(tokens(source));
    assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
}

/// One error, which holds `message`.
fn refused(source: &str, message: &str) {
    let outcome = compile(tokens(source));
    let [error] = outcome.errors.as_slice() else {
        panic!("one error is due: {:?}", outcome.errors);
    };
    assert!(error.contains(message), "{error}");
}

#[test]
fn many_statements() {
    let lines = repeated(2000, |_| "let x = x.tanh() + 1.0;".to_owned());
    accepted(&around("", &format!("{lines} x.sum()")));
}

#[test]
fn many_layers() {
    accepted(&around(
        "",
        "let mut x = x; for _ in 0..200 { x = x.dense(8).relu(); } x.sum()",
    ));
}

#[test]
fn blocks_within_blocks() {
    let blocks = |count: usize| {
        let last = format!("fn f{count}(x: Tensor<_>) -> Tensor<_> {{ x.tanh() }}");
        repeated(count, |n| {
            format!("fn f{n}(x: Tensor<_>) -> Tensor<_> {{ x.f{}() }}", n + 1)
        }) + &last
    };
    accepted(&around(&blocks(40), "x.f0().sum()"));
    refused(&around(&blocks(60), "x.f0().sum()"), "48 functions deep");
}

#[test]
fn blocks_that_double() {
    let last = "fn f40(x: Tensor<_>) -> Tensor<_> { x.dense(8) }";
    let blocks = repeated(40, |n| {
        format!(
            "fn f{n}(x: Tensor<_>) -> Tensor<_> {{ x.f{0}() + x.f{0}() }}",
            n + 1
        )
    });
    refused(&around(&(blocks + last), "x.f0().sum()"), "more than");
}

/// A value joined with itself has as many parts as it is written with, not as many as it repeats.
#[test]
fn joins_that_double() {
    let doubled = |turns: usize| {
        let joins = "let y = concat([y, y], axis = 0);".repeat(turns);
        let stacks = "let z = stack([z.flatten(), z.flatten()]);".repeat(turns);
        format!("let y = x.dense(8); {joins} let z = x.dense(8); {stacks} y.sum() + z.tanh().sum()")
    };
    accepted(&around("", &doubled(20)));
    let beyond = "let x = concat([x, x], axis = 0);".repeat(40);
    refused(&around("", &format!("{beyond} x.sum()")), "elements");
}

/// More operations than can be counted.
#[test]
fn loops_of_many_turns_within_loops() {
    let (open, close) = ("for _ in 0..65536 { ".repeat(4), " }".repeat(4));
    let body = format!("let mut x = x; {open} x = (x * 0.5).tanh(); {close} x.sum()");
    accepted(&around("", &body));
}

#[test]
fn loops_within_loops() {
    let body =
        "let mut x = x; for _ in 0..1000 { for _ in 0..1000 { for _ in 0..1000 { x = x.tanh(); } } } x.sum()";
    accepted(&around("", body));
    let body =
        "let mut x = x; for _ in 0..100 { for _ in 0..100 { for _ in 0..100 { x = x.dense(4); } } } x.sum()";
    refused(&around("", body), "more than");
    let body = "let mut n = 0; for _ in 0..1000 { for _ in 0..1000 { n = n + 1; } } x.dense(n).sum()";
    refused(&around("", body), "more than");
}

#[test]
fn many_parameters_and_entry_points() {
    let parameters = repeated(300, |n| format!(", a{n}: Tensor<8>"));
    let sum = repeated(300, |n| format!("let x = x + a{n}.dense(8);"));
    accepted(&format!(
        "pub struct Net; pub fn loss(&self, x: Tensor<8>{parameters}) -> Scalar {{ {sum} x.sum() }}"
    ));
    let entries = repeated(50, |n| {
        format!("pub fn f{n}(&self, x: Tensor<8>) -> Scalar {{ x.dense(8).sum() }}")
    });
    accepted(&format!("pub struct Net; {entries}"));
}

#[test]
fn chains_of_constants() {
    let constants = |count: usize| {
        repeated(count, |n| format!("const A{n}: usize = A{} + 1;", n + 1))
            + &format!("const A{count}: usize = 1;")
    };
    accepted(&around(&constants(40), "x.dense(A0).sum()"));
    let outcome = compile(tokens(&around(&constants(3000), "x.dense(A0).sum()")));
    assert!(outcome.errors.len() <= 1, "{} errors", outcome.errors.len());
}

#[test]
fn empty_and_huge_tensors() {
    for (ty, message) in [
        ("Tensor<0>", "at least 1"),
        ("Tensor<3, 0, 2>", "at least 1"),
        ("Tensor<2147483649>", "at most 2147483648"),
        ("Tensor<65536, 65536>", "more than 2147483648 elements"),
        ("Tensor<18446744073709551615>", "too large"),
        ("Tensor<1, 1, 1, 1, 1, 1, 1, 1, 1>", "axes"),
        ("Index<0>", "at least 1"),
        ("Index<3, 0>", "at least 1"),
    ] {
        refused(
            &format!("pub struct Net; pub fn f(&self, x: {ty}) -> Scalar {{ 1.0 + 0.0 * x.sum() }}"),
            message,
        );
    }
    accepted("pub struct Net; pub fn f(&self, x: Tensor<2147483648>) -> Scalar { x.tanh().sum() }");
    accepted("pub struct Net; pub fn f(&self, x: Tensor<46340, 46340>) -> Scalar { x.matmul(x).sum() }");
    accepted(
        "pub struct Net; pub fn f(&self, x: Tensor<1, 46340, 46340>) -> Scalar { x.conv(1, 46340).sum() }",
    );
    let layers = "let x = x.dense(46340); let x = x.dense(46340);";
    let declared =
        format!("pub struct Net; pub fn f(&self, x: Tensor<46340>) -> Scalar {{ {layers} x.sum() }}");
    refused(&declared, "more than 2147483648 parameters");
    refused(
        "pub struct Net; pub fn f(&self, x: Tensor<65536>) -> Scalar { x.dense(65536).sum() }",
        "elements",
    );
}

#[test]
fn numbers_without_end() {
    accepted(&around("", "(x * 1e300 * 1e300 / 1e-300).sum()"));
    accepted(&around("", "(x / 0.0).sum()"));
    accepted(&around("", "(x * 0.0 - 0.0).sqrt().log().exp().sum()"));
    accepted(&around("", "x.pow(-1000.5).sum()"));
}

#[test]
fn wide_lists() {
    let parts = repeated(500, |_| "x, ".to_owned());
    accepted(&around(
        "",
        &format!("concat([{parts}], axis = 0).dense(3).sum()"),
    ));
    // All parts are one trained value, so its gradient has as many windows.
    let parts = repeated(1000, |_| "y, ".to_owned());
    accepted(&around(
        "",
        &format!("let y = x.dense(8); concat([{parts}], axis = 0).l2()"),
    ));
    accepted("pub struct Net; pub fn f(&self, x: Index<1024>) -> Scalar { x.number() }");
    refused(&around("", "let [a, b] = x.split(3); a.sum()"), "equal parts");
}
