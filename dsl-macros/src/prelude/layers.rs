// Layers with parameters.

/// Fully connected layer on the last axis: `y = W x + b`, `weight` [width, in], `bias` [width].
fn dense(x: Tensor<..>, width: usize, bias: bool = true, init: Initializer = xavier_uniform()) -> Tensor<..> {
    let weight = param([width, x.size(-1)], init);
    let y = x.matmul(weight.t());
    if bias {
        let bias = param([width], zeros());
        y + bias
    } else {
        y
    }
}

/// Two-dimensional convolution of an image [channels, height, width] with square kernels (LeCun et al., 1989):
/// `weight` [channels, in / groups, kernel, kernel], `bias` [channels]. `pad` zeros are added on every side.
fn conv(
    x: Tensor<_, _, _>,
    channels: usize,
    kernel: usize,
    stride: usize = 1,
    pad: usize = 0,
    dilation: usize = 1,
    groups: usize = 1,
    bias: bool = true,
    init: Initializer = he_normal(),
) -> Tensor<_, _, _> {
    let weight = param([channels, x.size(0) / groups, kernel, kernel], init);
    let y = x.convolve(weight, stride = stride, pad = pad, dilation = dilation, groups = groups);
    if bias {
        let bias = param([channels], zeros());
        y + bias.reshape([channels, 1, 1])
    } else {
        y
    }
}

/// A row of a trained table for each index (Bengio et al., 2003): `weight` [limit of the index, width].
fn embedding(x: Index<_>, width: usize, init: Initializer = normal(1.0)) -> Tensor<..> {
    let weight = param([x.limit(), width], init);
    weight.gather(x)
}
