// Convolutional layers, and what images are taken apart and put together with.

/// Two-dimensional convolution of an image [channels, height, width] (LeCun et al., 1989): `weight`
/// [channels, in / groups, height, width], `bias` [channels]. Sizes are one for both directions, or
/// `[vertical, horizontal]`; `pad` is also `[[top, bottom], [left, right]]`, or `"same"` for a result of
/// `⌈size / stride⌉`. The result is `⌊(size + pads − (kernel − 1)·dilation − 1) / stride⌋ + 1` long.
///
/// ```text
/// (image: Tensor<1, 4, 4>) -> Tensor<2, 4, 4> { image.conv(2, 3, pad = 1) }
/// [0.5; 16]
/// ```
#[doc(alias = "Conv2d")]
fn conv(
    x: Tensor<_, _, _>,
    channels: usize,
    kernel: [usize],
    stride: [usize] = 1,
    pad: Padding = 0,
    dilation: [usize] = 1,
    groups: usize = 1,
    bias: bool = true,
    init: Initializer = he_normal(),
) -> Tensor<_, _, _> {
    let [height, width] = pair(kernel);
    let inner = per_group(x.size(0), groups);
    let weight = param([channels, inner, height, width], init);
    let y = x.convolve(weight, stride = stride, pad = pad, dilation = dilation, groups = groups);
    if bias {
        let bias = param([channels], zeros());
        y + bias.reshape([channels, 1, 1])
    } else {
        y
    }
}

/// A convolution in which each channel of the image has `multiplier` kernels of its own (Sifre, 2014): `weight`
/// [in · multiplier, 1, height, width], `bias` [in · multiplier]. With `conv(channels, 1)` behind it, a separable
/// convolution (Howard et al., 2017).
///
/// ```text
/// (image: Tensor<2, 4, 4>) -> Tensor<2, 2, 2> { image.depthwise_conv(3) }
/// [0.5; 32]
/// ```
#[doc(alias = "DepthwiseConv2D")]
fn depthwise_conv(
    x: Tensor<_, _, _>,
    kernel: [usize],
    stride: [usize] = 1,
    pad: Padding = 0,
    dilation: [usize] = 1,
    multiplier: usize = 1,
    bias: bool = true,
    init: Initializer = he_normal(),
) -> Tensor<_, _, _> {
    let [height, width] = pair(kernel);
    let channels = x.size(0) * multiplier;
    let weight = param([channels, 1, height, width], init);
    let y = x.convolve(weight, stride = stride, pad = pad, dilation = dilation, groups = x.size(0));
    if bias {
        let bias = param([channels], zeros());
        y + bias.reshape([channels, 1, 1])
    } else {
        y
    }
}

/// Convolution of a sequence [channels, time] (Waibel et al., 1989): `weight` [channels, in / groups, kernel], `bias`
/// [channels]. `pad` is a number for both ends, `[before, after]` or `"same"`; `[(kernel − 1)·dilation, 0]` makes it
/// causal.
///
/// ```text
/// (x: Tensor<2, 6>) -> Tensor<4, 4> { x.conv1d(4, 3) }
/// [0.5; 12]
/// ```
fn conv1d(
    x: Tensor<_, _>,
    channels: usize,
    kernel: usize,
    stride: usize = 1,
    pad: Padding = 0,
    dilation: usize = 1,
    groups: usize = 1,
    bias: bool = true,
    init: Initializer = he_normal(),
) -> Tensor<_, _> {
    let inner = per_group(x.size(0), groups);
    let weight = param([channels, inner, kernel], init);
    let y = x.convolve(weight, stride = stride, pad = pad, dilation = dilation, groups = groups);
    if bias {
        let bias = param([channels], zeros());
        y + bias.reshape([channels, 1])
    } else {
        y
    }
}

/// Transposed convolution of an image [channels, height, width] (Zeiler et al., 2010): `weight`
/// [in, channels / groups, height, width], `bias` [channels]. Each element of the image adds its multiple of the kernel
/// to the result, which is `(size − 1)·stride + (kernel − 1)·dilation + 1 − pads + output_pad` long. `output_pad`, less
/// than the stride or the dilation, is zero rows below and columns to the right before padding is cut off.
///
/// ```text
/// (image: Tensor<2, 3, 3>) -> Tensor<1, 6, 6> { image.conv_transpose(1, 2, stride = 2) }
/// [0.5; 18]
/// ```
#[doc(alias = "ConvTranspose2d")]
#[doc(alias = "deconvolution")]
fn conv_transpose(
    x: Tensor<_, _, _>,
    channels: usize,
    kernel: [usize],
    stride: [usize] = 1,
    pad: Padding = 0,
    output_pad: [usize] = 0,
    dilation: [usize] = 1,
    groups: usize = 1,
    bias: bool = true,
    init: Initializer = he_normal(),
) -> Tensor<_, _, _> {
    let [height, width] = pair(kernel);
    let outer = per_group(channels, groups);
    let weight = param([x.size(0), outer, height, width], init);
    let y = x.convolve_transpose(
        weight,
        stride = stride,
        pad = pad,
        output_pad = output_pad,
        dilation = dilation,
        groups = groups,
    );
    if bias {
        let bias = param([channels], zeros());
        y + bias.reshape([channels, 1, 1])
    } else {
        y
    }
}

/// The mean of each channel of an image, [channels] (Lin et al., 2013).
///
/// ```text
/// (image: Tensor<2, 1, 2>) -> Tensor<2> { image.global_mean_pool() }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
#[doc(alias = "GlobalAveragePooling2D")]
fn global_mean_pool(x: Tensor<_, _, _>) -> Tensor<_> {
    x.mean(axis = [1, 2])
}

/// The largest element of each channel of an image, [channels]; equal ones share the derivative.
///
/// ```text
/// (image: Tensor<2, 1, 2>) -> Tensor<2> { image.global_max_pool() }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
#[doc(alias = "GlobalMaxPooling2D")]
fn global_max_pool(x: Tensor<_, _, _>) -> Tensor<_> {
    x.max_over(axis = [1, 2])
}

/// [channels · f², height, width] as [channels, height · f, width · f]: the f² channels of a pixel become its f × f
/// square (Shi et al., 2016).
///
/// ```text
/// (image: Tensor<4, 1, 1>) -> Tensor<1, 2, 2> { image.pixel_shuffle(2) }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
#[doc(alias = "depth_to_space")]
fn pixel_shuffle(x: Tensor<_, _, _>, factor: usize) -> Tensor<_, _, _> {
    let channels = per_group(x.size(0), factor * factor);
    let (height, width) = (x.size(1), x.size(2));
    let squares = x.reshape([channels, factor, factor, height, width]);
    let rows = squares.transpose(1, 3).transpose(2, 3).transpose(3, 4);
    rows.reshape([channels, height * factor, width * factor])
}

/// [channels, height, width] as [channels · f², height / f, width / f]: the inverse of `pixel_shuffle`.
///
/// ```text
/// (image: Tensor<1, 2, 2>) -> Tensor<4, 1, 1> { image.pixel_unshuffle(2) }
/// [1.0, 2.0, 3.0, 4.0]
/// ```
#[doc(alias = "space_to_depth")]
fn pixel_unshuffle(x: Tensor<_, _, _>, factor: usize) -> Tensor<_, _, _> {
    let (channels, height, width) = (x.size(0), x.size(1) / factor, x.size(2) / factor);
    let rows = x.reshape([channels, height, factor, width, factor]);
    let squares = rows.transpose(3, 4).transpose(2, 3).transpose(1, 3);
    squares.reshape([channels * factor * factor, height, width])
}
