// Normalisation by the statistics of the batch.

/// Batch normalisation (Ioffe and Szegedy, 2015) of [channels] and up to three more axes, such as height and width:
/// `weight · (x − mean) / √(variance + epsilon) + bias`, each [channels].
///
/// In training, mean and variance are those of the channel over the whole batch and all places, and the buffers
/// `running_mean` and `running_var` (unbiased) move towards them by `momentum`; in evaluation the buffers are used. A batch
/// with a single value per channel has no unbiased variance: training on it is an error.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.batch_norm() }
/// [1.0, 2.0, 3.0]
/// ```
#[doc(alias = "BatchNorm1d")]
#[doc(alias = "BatchNorm2d")]
#[doc(alias = "BatchNorm3d")]
fn batch_norm(
    x: Tensor<..>,
    momentum: f64 = 0.1,
    epsilon: f64 = 0.00001,
    affine: bool = true,
) -> Tensor<..> {
    let channels = x.size(0);
    let running_mean = buffer([channels], zeros());
    let running_var = buffer([channels], constant(1.0));
    let (axes, places, each) = if x.rank() == 1 {
        ([], 1, [channels])
    } else if x.rank() == 2 {
        ([1], x.size(1), [channels, 1])
    } else if x.rank() == 3 {
        ([1, 2], x.size(1) * x.size(2), [channels, 1, 1])
    } else {
        ([1, 2, 3], x.size(1) * x.size(2) * x.size(3), [channels, 1, 1, 1])
    };
    let (mean, variance) = if training() {
        let count = batch_size() * places;
        let mean = x.sum(axis = axes).batch_sum() / count;
        let squares = (x - mean.reshape(each)).square().sum(axis = axes).batch_sum();
        running_mean.update(running_mean + momentum * (mean - running_mean));
        running_var.update(running_var + momentum * (squares / (count - 1.0) - running_var));
        (mean, squares / count)
    } else {
        (running_mean, running_var)
    };
    if affine {
        let weight = param([channels], constant(1.0));
        let bias = param([channels], zeros());
        let scale = weight / (variance + epsilon).sqrt();
        (x - mean.reshape(each)) * scale.reshape(each) + bias.reshape(each)
    } else {
        let scale = 1.0 / (variance + epsilon).sqrt();
        (x - mean.reshape(each)) * scale.reshape(each)
    }
}
