// Where a token stands, as numbers a network can add to it.

/// The table [time, width] of `sin(t / 10000^(2i / width))` in its even and `cos` of the same in its odd columns `2i`,
/// `2i + 1` (Vaswani et al., 2017). It is computed where it is used and takes no parameters.
///
/// ```text
/// (x: Tensor<2, 4>) -> Tensor<2, 4> { x + sinusoidal_positions(2, 4) }
/// [0.0; 8]
/// ```
#[doc(alias = "positional_encoding")]
fn sinusoidal_positions(time: usize, width: usize) -> Tensor<_, _> {
    require(width % 2 == 0, "an even width", width);
    // 10000^(−2i / width)
    let rate = exp(arange(width / 2) * (-2.0 * log(10000.0) / width));
    let angle = arange(time).reshape([time, 1]) * rate;
    let each = [time, width / 2, 1];
    concat([angle.sin().reshape(each), angle.cos().reshape(each)], axis = 2).reshape([time, width])
}

/// A trained table [time, width] (Gehring et al., 2017; Radford et al., 2018): `weight`.
///
/// ```text
/// (x: Tensor<2, 4>) -> Tensor<2, 4> { x + learned_positions(2, 4) }
/// [0.0; 8]
/// ```
#[doc(alias = "positional_embedding")]
fn learned_positions(time: usize, width: usize, init: Initializer = normal(0.02)) -> Tensor<_, _> {
    let weight = param([time, width], init);
    weight
}
