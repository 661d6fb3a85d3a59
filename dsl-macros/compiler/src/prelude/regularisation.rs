// What keeps a network from learning its examples by heart.

/// Dropout (Srivastava et al., 2014): in training each element is 0 with probability `rate`, else `x / (1 − rate)`, drawn
/// anew for every example and step; in evaluation `x`.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.dropout(0.5) }
/// [1.0, 2.0, 3.0]
/// ```
fn dropout(x: Tensor<..>, rate: f64) -> Tensor<..> {
    drop_rate(rate);
    // Where nothing is dropped the modes are one.
    if rate > 0.0 && training() {
        let kept = noise(x.sizes(), uniform(0.0, 1.0)).less(1.0 - rate);
        kept.select(x / (1.0 - rate), 0.0)
    } else {
        x
    }
}
