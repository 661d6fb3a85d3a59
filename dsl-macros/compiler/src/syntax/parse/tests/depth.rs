//! Depth and length beyond any program: an error, never a full stack (test threads have 2 MiB of it).

use super::*;

fn repeated(before: &str, middle: &str, after: &str, times: usize) -> String {
    format!("{}{middle}{}", before.repeat(times), after.repeat(times))
}

/// Ways to nest: the tokens that open and close one level.
const NESTINGS: [(&str, &str); 11] = [
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("f(", ")"),
    ("x.f(n, ", ")"),
    ("-", ""),
    ("1 + (", ")"),
    ("if n == 1 { x } else ", ""),
    ("if n == 1 { ", " } else { x }"),
    ("for i in 0..n { ", " } x"),
    ("f(y = -(1 * if n == 1 { x + [(", ",)] } else { x }))"),
];

#[test]
fn any_depth_is_an_error_or_fine() {
    for (open, close) in NESTINGS {
        for times in [12, 20, 40, 60, 100, 126, 200, 20_000] {
            let innermost = if open.starts_with("if n == 1 { x") {
                "{ x }"
            } else {
                "x"
            };
            let errors = errors(&around(&repeated(open, innermost, close, times)));
            if times == 12 {
                assert_eq!(errors, "", "{open} {close}");
            }
            if times >= 200 {
                assert!(
                    errors.contains("nested too deeply") || errors.contains("build on each other"),
                    "{open}"
                );
                assert_eq!(errors.matches("\n  help:").count(), 1, "{open}: {errors}");
            }
        }
    }
}

#[test]
fn any_length_is_an_error_or_fine() {
    for link in [" + x", ".relu()", "(n)", " && x", " - x * 2", ".f"] {
        assert_eq!(errors(&around(&repeated("", "x", link, 50))), "", "{link}");
        let errors = errors(&around(&repeated("", "x", link, 10_000)));
        assert!(errors.contains("build on each other"), "{link}");
        assert_eq!(errors.matches("\n  help:").count(), 1, "{link}");
    }
    // Short chains within each other grow as tall.
    let errors = errors(&around(&repeated("(", "x", ".f().f().f().f())", 60)));
    assert!(errors.contains("build on each other"));
}

#[test]
fn types_and_patterns_are_bounded() {
    for times in [50, 126, 200, 20_000] {
        let ty = repeated("(", "Scalar", ", Scalar)", times);
        let found = errors(&format!("struct N; fn f(x: {ty}) -> {ty} {{ x }}"));
        assert_eq!(found.is_empty(), times < 127, "{found}");
        let pattern = repeated("(", "a", ", _)", times);
        let found = errors(&around(&format!("let {pattern} = x; {pattern} = x; x")));
        assert_eq!(found.is_empty(), times < 127, "{found}");
    }
}

#[test]
fn length_alone_is_no_fault() {
    accept(&around(&format!("{} x", "let y = x.relu();".repeat(2_000))));
    accept(&around(&format!("f([{}])", "1, ".repeat(2_000))));
}
