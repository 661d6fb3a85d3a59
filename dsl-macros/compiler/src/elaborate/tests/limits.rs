//! The caps: whatever a declaration asks for, elaboration ends, quickly, with one message that names the cap.

use super::compile;

/// The one error of a declaration; its first line.
#[track_caller]
fn refused(body: &str) -> String {
    let text = format!("pub struct N; {body}");
    // A small stack shows that none of it grows with the input.
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let run = thread.spawn(move || match compile(&text) {
        Ok(_) => panic!("accepted"),
        Err(errors) => errors,
    });
    let errors = run.expect("a thread starts").join().expect("no panic");
    let heads: Vec<&str> = errors.lines().filter(|line| !line.starts_with("  ")).collect();
    assert_eq!(heads.len(), 1, "{errors}");
    heads[0]
        .split_once(' ')
        .expect("a place and a message")
        .1
        .to_string()
}

#[test]
fn recursion_ends() {
    let entry = "pub fn g(&self, x: Tensor<2>) -> Tensor<2> { x.f() }";
    let text = "`f` calls itself, 48 functions deep";
    assert_eq!(
        refused(&format!("fn f(x: Tensor<_>) -> Tensor<_> {{ x.f() }} {entry}")),
        text
    );
    let doubling = "fn f(x: Tensor<_>) -> Tensor<_> { let a = x.f(); let b = x.f(); a + b }";
    assert_eq!(refused(&format!("{doubling} {entry}")), text);
    let mutual = "fn f(x: Tensor<_>) -> Tensor<_> { x.h() } fn h(x: Tensor<_>) -> Tensor<_> { x.f() }";
    assert_eq!(
        refused(&format!("{mutual} {entry}")),
        "`f` calls itself, 48 functions deep"
    );
    assert_eq!(
        refused("pub fn g(&self, x: Tensor<2>) -> Tensor<2> { self.g(x) }"),
        "`g` calls itself, 48 functions deep"
    );
    let arguments =
        "fn f(x: Tensor<_>) -> Tensor<_> { relu(relu(relu(relu(relu(relu(relu(relu(x.f())))))))) }";
    assert_eq!(
        refused(&format!("{arguments} {entry}")),
        "functions and expressions nest more than 256 deep here"
    );
}

/// Loops, blocks and choices inside each other and inside functions that call themselves.
#[test]
fn nesting_ends() {
    let entry = "pub fn g(&self, x: Tensor<2>) -> Tensor<2> { x.f() }";
    let text = "functions and expressions nest more than 256 deep here";
    for (open, close) in [("for i in 0..1 {", "}"), ("if true {", "}"), ("{", "}")] {
        let (open, close) = (open.repeat(60), close.repeat(60));
        let function =
            format!("fn f(x: Tensor<_>) -> Tensor<_> {{ let mut y = x; {open} y = x.f(); {close} y }}");
        assert_eq!(refused(&format!("{function} {entry}")), text);
    }
}

#[test]
fn work_ends_even_where_equal_values_merge() {
    let mut text = "fn f0(x: Tensor<_>) -> Tensor<_> { x } ".to_string();
    for level in 1..40 {
        text += &format!(
            "fn f{level}(x: Tensor<_>) -> Tensor<_> {{ x.f{0}() + x.f{0}() }} ",
            level - 1
        );
    }
    text += "pub fn g(&self, x: Tensor<2>) -> Tensor<2> { x.f39() }";
    assert_eq!(
        refused(&text),
        "this network takes more than 100000 calls and turns of loops to unfold"
    );
    let loops = "pub fn g(&self, x: Tensor<2>) -> Tensor<2> {
        let mut n = 0;
        for i in 0..1000 { for j in 0..1000 { for k in 0..1000 { n = n + 1; } } }
        x
    }";
    assert_eq!(
        refused(loops),
        "this network takes more than 100000 calls and turns of loops to unfold"
    );
}

#[test]
fn loops_end() {
    let text = "pub fn g(&self, x: Tensor<2>) -> Tensor<2> { let mut y = x; for i in 0..5000 { y = y.dense(2); } y }";
    assert_eq!(
        refused(text),
        "each turn makes parameters of its own here, so the loop would be unrolled: it runs 5000 turns, at most 1024 \
         are supported"
    );
}

#[test]
fn graphs_end() {
    let text = "pub fn g(&self, x: Tensor<1024>) -> Tensor<1024> {
        let mut y = x;
        for i in 0..1000 { let parts = y.split(1024, axis = 0); let w = param([1024], zeros()); y = concat(parts, axis = 0) + w; }
        y
    }";
    assert_eq!(refused(text), "this entry point has more than 50000 values");
}

#[test]
fn sizes_end() {
    for (body, expected) in [
        (
            "x.matmul(zeros([2, 4000000000]))",
            "[2, 4000000000] has more than 2147483648 elements",
        ),
        (
            "x.dense(4000000000)",
            "[4000000000, 2] has more than 2147483648 elements",
        ),
        (
            "x + zeros([70000, 70000, 2])",
            "[70000, 70000, 2] has more than 2147483648 elements",
        ),
        (
            "x.at(0) * 18446744073709551615",
            "18446744073709551615 is too large for a size",
        ),
        (
            "x.at(9223372036854775807 + 1)",
            "9223372036854775807 + 1 is too large for a size",
        ),
        (
            "x.at(-9223372036854775807 - 2)",
            "-9223372036854775807 - 2 is too large for a size",
        ),
        (
            "x.reshape([1, 1, 1, 1, 1, 1, 1, 1, 2])",
            "[1, 1, 1, 1, 1, 1, 1, 1, 2] has 9 axes, at most 8 are supported",
        ),
        (
            "x.dense(2000000000)",
            "[2000000000, 2] has more than 2147483648 elements",
        ),
        (
            "x.reshape([2, 1]).matmul(ones([1, 2000000000]))",
            "[2, 2000000000] has more than 2147483648 elements",
        ),
        (
            "x.pad(0, 2147483648, 2147483648)",
            "[4294967298] has more than 2147483648 elements",
        ),
    ] {
        let text = format!("pub fn g(&self, x: Tensor<2>) -> Tensor<_> {{ {body} }}");
        assert_eq!(refused(&text), expected, "{body}");
    }
}
