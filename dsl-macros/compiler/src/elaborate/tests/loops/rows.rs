//! Rows that iterations collect, upwards and downwards, and rows assigned one by one.

use super::agrees;

#[test]
fn rows_may_be_assigned_in_part_twice_and_outside_of_loops() {
    for (rows, count) in [
        ("for t in 1..4 { h = h.tanh() + x.at(t); ys[t] = h; }", 1),
        (
            "ys[0] = h; for t in 0..3 { h = h.tanh() + x.at(t); ys[t + 1] = h; } ys[-1] = ys.at(0);",
            1,
        ),
        (
            "for t in 0..4 { ys[t] = h; h = h.tanh() + x.at(t); ys[t] = h; }",
            1,
        ),
        (
            "for t in 0..4 { ys[t] = h; } for t in 1..3 { ys[t] = x.at(t); }",
            2,
        ),
        (
            "for t in 0..4 { ys[t] = x.at(t); } ys[2] = h; ys[2] = h * 2.0;",
            1,
        ),
        ("ys[1] = h; ys[3] = x.at(0);", 0),
        // Read while it is written, or not one row per iteration: unrolled.
        ("for t in 1..4 { ys[t] = ys.at(t - 1).tanh() + x.at(t); }", 0),
        ("for t in 0..4 { ys[t] = h; h = h + ys.sum(axis = 0); }", 0),
        ("for t in 0..2 { ys[2 * t] = x.at(t); }", 0),
        ("for t in 0..3 { ys[t] = x.at(t); ys[t + 1] = h; }", 0),
        ("for t in 0..4 { ys[t] = x.at(t); ys[0] = h; }", 0),
        // Joined in a loop that turns out to be unrolled.
        ("ys[1] = h; for t in 0..4 { h = h.tanh() + ys.at(t % 2); }", 0),
        // Rows of the value that the iteration starts with are carried.
        ("for t in 0..3 { ys[1] = h * t; h = h.tanh() + x.at(t); }", 1),
        // The index is the outer loop's variable: the inner loop is unrolled.
        (
            "for t in 0..4 { for s in 0..2 { h = h.tanh() + x.at(s); ys[t] = h; } }",
            1,
        ),
        (
            "for s in 0..3 { for t in 0..4 { h = h.tanh() + x.at(t); ys[t] = h; } }",
            2,
        ),
    ] {
        agrees(
            &format!(
                "pub fn loss(&self, x: Tensor<4, 2>) -> (Tensor<4, 2>, Tensor<2>) {{
                    let w = param([2], normal(1.0));
                    let mut h = w;
                    let mut ys = x * w;
                    {rows}
                    (ys, h)
                }}"
            ),
            count,
        );
    }
    agrees(
        "pub fn loss(&self, x: Tensor<4, 2>) -> Tensor<4> {
            let mut sums = zeros([4]);
            for t in 0..4 { sums[t] = x.at(t).sum(); }
            sums[0] = 2.5;
            sums
        }",
        1,
    );
}

#[test]
fn what_is_collected_is_no_carry() {
    let text = agrees(
        "pub fn loss(&self, x: Tensor<5, 3>) -> (Scalar, Tensor<5, 4>) {
            let step = dense(4);
            let mut h = zeros([4]);
            let mut states = zeros([5, 4]);
            for t in 0..5 {
                h = step(concat([x.at(t), h], axis = 0)).tanh();
                states[t] = h;
            }
            (states.square().sum() + h.sum(), states)
        }",
        1,
    );
    insta::assert_snapshot!(text);
}

#[test]
fn reversed_loops_run_from_the_last_row() {
    let bidirectional = "pub fn loss(&self, x: Tensor<4, 2>) -> Tensor<4, 6> {
        let (forwards, backwards) = (dense(3), dense(3));
        let (mut h, mut b) = (zeros([3]), zeros([3]));
        let (mut hs, mut bs) = (zeros([4, 3]), zeros([4, 3]));
        for t in 0..4 {
            h = forwards(concat([x.at(t), h], axis = 0)).tanh();
            hs[t] = h;
        }
        for t in (0..4).rev() {
            b = backwards(concat([x.at(t), b], axis = 0)).tanh();
            bs[t] = b;
        }
        concat([hs, bs], axis = 1)
    }";
    insta::assert_snapshot!(agrees(bidirectional, 2));
}
