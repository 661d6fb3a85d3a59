// Normalisation of one example. That over a batch has a state and stands apart.

/// Mean 0 and variance 1 along the last axis, `(x − mean) / √(variance + epsilon)`.
///
/// ```text
/// (x: Tensor<4>) -> Tensor<4> { x.standardise() }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
fn standardise(x: Tensor<..>, epsilon: f64 = 1e-5) -> Tensor<..> {
    require(x.rank() > 0, "an axis to work along", x);
    let centred = x - x.mean(axis = -1, keep = true);
    let variance = centred.square().mean(axis = -1, keep = true);
    centred / (variance + epsilon).sqrt()
}

/// `standardise` along the last axes, `axes` of them as one, each position on its own (Ba et al., 2016); then, if
/// `affine`, times `weight` plus `bias`, both of the shape of these axes.
///
/// ```text
/// (x: Tensor<4>) -> Tensor<4> { x.layer_norm() }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
fn layer_norm(x: Tensor<..>, axes: usize = 1, affine: bool = true, epsilon: f64 = 1e-5) -> Tensor<..> {
    require(axes > 0 && axes <= x.rank(), "one of its axes or several", x, axes);
    let y = x.flatten(from = -axes).standardise(epsilon).reshape(x.sizes());
    if affine {
        let weight = param(x.sizes(-axes), constant(1.0));
        let bias = param(x.sizes(-axes), zeros());
        y * weight + bias
    } else {
        y
    }
}

/// `x / √(mean x² + epsilon)` along the last axes, `axes` of them (Zhang and Sennrich, 2019); then, if `affine`, times
/// `weight` of the shape of these axes.
///
/// ```text
/// (x: Tensor<4>) -> Tensor<4> { x.rms_norm() }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
fn rms_norm(x: Tensor<..>, axes: usize = 1, affine: bool = true, epsilon: f64 = 1e-6) -> Tensor<..> {
    require(axes > 0 && axes <= x.rank(), "one of its axes or several", x, axes);
    let rows = x.flatten(from = -axes);
    let y = (rows / (rows.square().mean(axis = -1, keep = true) + epsilon).sqrt()).reshape(x.sizes());
    if affine {
        let weight = param(x.sizes(-axes), constant(1.0));
        y * weight
    } else {
        y
    }
}

/// `standardise` over each of `groups` equal groups of channels, the first axis, with all that is behind it (Wu and He,
/// 2018); then, if `affine`, times `weight` plus `bias`, both [channels].
///
/// ```text
/// (x: Tensor<4>) -> Tensor<4> { x.group_norm(2) }
/// [1.0, 2.0, 3.0, 5.0]
/// ```
fn group_norm(x: Tensor<..>, groups: usize, affine: bool = true, epsilon: f64 = 1e-5) -> Tensor<..> {
    require(x.rank() > 0, "channels", x);
    require(groups > 0 && x.size(0) % groups == 0, "channels that divide into the groups", x, groups);
    let channels = x.size(0);
    let y = x.reshape([groups, -1]).standardise(epsilon);
    if affine {
        let weight = param([channels], constant(1.0));
        let bias = param([channels], zeros());
        let rows = y.reshape([channels, -1]) * weight.reshape([channels, 1]) + bias.reshape([channels, 1]);
        rows.reshape(x.sizes())
    } else {
        y.reshape(x.sizes())
    }
}

/// `standardise` over each channel, an entry of the first axis, with all that is behind it (Ulyanov et al., 2016); then,
/// if `affine`, times `weight` plus `bias`, both [channels].
///
/// ```text
/// (x: Tensor<2, 2>) -> Tensor<2, 2> { x.instance_norm() }
/// [1.0, 2.0, 3.0, 5.0]
/// ```
fn instance_norm(x: Tensor<..>, affine: bool = false, epsilon: f64 = 1e-5) -> Tensor<..> {
    require(x.rank() > 1, "channels and something behind them", x);
    let channels = x.size(0);
    let y = x.reshape([channels, -1]).standardise(epsilon);
    if affine {
        let weight = param([channels], constant(1.0));
        let bias = param([channels], zeros());
        (y * weight.reshape([channels, 1]) + bias.reshape([channels, 1])).reshape(x.sizes())
    } else {
        y.reshape(x.sizes())
    }
}
