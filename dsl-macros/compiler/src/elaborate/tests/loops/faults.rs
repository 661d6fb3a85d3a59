//! Mistakes in loops: one message each, at the token, rolled or not.

use super::compile_with;

/// Bodies of `pub fn f(&self, x: Tensor<5000, 2>, y: Tensor<4, 2>) -> Tensor<2>` with `s: Tensor<2>`,
/// `ys: Tensor<4, 2>`, `long: Tensor<5000, 2>` and the size `n` to assign.
const BODIES: &[&str] = &[
    // Mistakes that have nothing to do with rolling.
    "for t in 0..5000 { s = s + z; }",
    "for t in 0..5000 { s = s + x.at(t).dense(3, bias = 1); }",
    "for t in 0..5000 { s = s.matmul(y); }",
    "for t in 0..5000 { s }",
    "for t in x { s = s + t; }",
    "for t in 0..4 { s = s + y.at(t + 1); }",
    "for t in 0..4 { s = s + y.at(t - 1); }",
    "for t in 0..4 { q = s + y.at(t); }",
    "let mut u = z; for t in 0..4 { let v = 0.5 * u; u = y.at(t); s = s + v; }",
    "let mut u = z; for t in 0..5000 { let v = 0.5 * u; u = x.at(t); s = s + v; }",
    // Loops that cannot be rolled, with too many iterations to unroll.
    "for t in 0..5000 { s = s.dense(2); }",
    "let f = dense(2); for t in 0..5000 { let g = dense(2); s = g(f(s)); }",
    "for t in 0..5000 { s = s + x.at(t).batch_sum(); }",
    "for t in 0..5000 { s = s + buffer([2], zeros()); }",
    "let b = buffer([2], zeros()); for t in 0..5000 { s = s + b; b.update(b + 1.0); }",
    "for t in 0..5000 { s = concat([s, x.at(t)], axis = 0); }",
    "for t in 0..5000 { n = n + 1; }",
    "for t in 0..5000 { n += x.at(t).sum(); }",
    "let mut total = 0.0; for t in 0..5000 { total += x.at(t); }",
    "for t in 0..5000 { if t == 0 { s = s + x.at(t); } }",
    "for t in 0..5000 { s = s + x.at(4999 - t); }",
    "for t in 0..5000 { s = s + x.at(t + 1); }",
    "for t in 0..5000 { s = s + x.slice(0, t, t + 1).at(0); }",
    "for t in 0..5000 { for u in t..5000 { s = s + x.at(u); } }",
    "for t in 0..5000 { long[t] = s; s = long.at(t); }",
    "for t in 1..5000 { long[t] = long.at(t - 1) + s; }",
    "for t in 0..2500 { long[2 * t] = s; }",
    "for t in 0..5001 { long[t] = s; }",
    "for t in 0..5000 { long[t] = s; long[0] = s; }",
    // Rows.
    "ys[0] = x;",
    "ys[0] = 1.0;",
    "ys[4] = s;",
    "ys[-5] = s;",
    "ys[s] = s;",
    "zs[0] = s;",
    "x[0] = s;",
    "n[0] = s;",
    "let mut a = s.sum(); a[0] = s;",
    "for t in 0..4 { ys[t] = y; }",
    "for t in 0..5 { ys[t] = s; }",
];

#[test]
fn each_mistake_is_told_once() {
    let mut text = String::new();
    for body in BODIES {
        let declaration = format!(
            "pub struct N; pub fn f(&self, x: Tensor<5000, 2>, y: Tensor<4, 2>) -> Tensor<2> {{\n\
             let (mut s, mut n, mut ys, mut long) = (zeros([2]), 1, y, x);\n{body}\ns }}"
        );
        let errors = match compile_with(&declaration, true) {
            Ok(_) => panic!("accepted: {body}"),
            Err(errors) => errors,
        };
        let heads = errors.lines().filter(|line| !line.starts_with("  ")).count();
        assert_eq!(heads, 1, "{body}: {errors}");
        text += &format!("{body}\n    {}\n\n", errors.replace('\n', "\n    "));
    }
    insta::assert_snapshot!(text);
}

/// No silent cut in the body of a loop either: through the carried state, through live-in values, from nested
/// loops.
#[test]
fn cuts_in_bodies_are_told_at_their_words() {
    for (body, expected) in [
        ("for t in 0..9 { h = h.greater(0.0) * x.at(t); }", Some("4:39")),
        (
            "for t in 0..9 { g = h * x.at(t); h = (w * g).sign(); }",
            Some("4:62"),
        ),
        (
            "for t in 0..9 { for u in 0..2 { h = (h * w).sign(); } }",
            Some("4:61"),
        ),
        (
            "for t in 0..9 { h = (w * h).sign().stop_gradient() + w * x.at(t); }",
            None,
        ),
        ("for t in 0..9 { h = h.greater(0.0) * w + x.at(t); }", None),
        // A value that the loop overwrites does not reach the code after it.
        (
            "for t in 0..9 { h = x.at(t); } h = h.greater(0.0) * x.at(0);",
            None,
        ),
    ] {
        let declaration = format!(
            "pub struct N; pub fn loss(&self, x: Tensor<9, 2>) -> Scalar {{
                let w = param([2], normal(1.0));
                let (mut h, mut g) = (w, w);
                {body}
                h.sum()
            }}"
        );
        match (compile_with(&declaration, true), expected) {
            (Ok(_), None) => {}
            (Err(errors), Some(place)) => {
                assert_eq!(
                    errors.lines().filter(|line| !line.starts_with("  ")).count(),
                    1,
                    "{errors}"
                );
                let text = format!("{place} no gradient gets to `loss.w`");
                assert!(errors.starts_with(&text), "{body}: {errors}");
            }
            (Ok(_), Some(_)) => panic!("accepted: {body}"),
            (Err(errors), None) => panic!("{body}: {errors}"),
        }
    }
}
