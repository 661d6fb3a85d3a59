//! What the networks for both sizes of image are made of.

use dsl_runtime::blocks;

blocks! {
    fn conv_bn(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, stride = stride, pad = 1, bias = false).batch_norm()
    }

    fn residual(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let body = x.conv_bn(channels, stride).relu().conv_bn(channels, 1);
        let skip = if stride == 1 { x } else { x.conv(channels, 1, stride = stride, bias = false).batch_norm() };
        (body + skip).relu()
    }

    fn stage(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let mut x = x.residual(channels, stride);
        for _ in 1..3 {
            x = x.residual(channels, 1);
        }
        x
    }

    /// The twenty layers of He et al. (2015), section 4.2, without the last: three stages of three residual blocks, each
    /// at half the resolution of the one before and with twice its channels; then the mean of each channel.
    pub fn resnet20(image: Tensor<_, _, _>, channels: usize) -> Tensor<_> {
        let stem = image.conv_bn(channels, 1).relu();
        stem.stage(channels, 1).stage(2 * channels, 2).stage(4 * channels, 2).global_mean_pool()
    }
}
