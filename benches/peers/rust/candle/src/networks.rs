//! The networks of the workloads, in candle.

use candle_core::{D, DType, Device, IndexOp, Module, ModuleT, Result, Tensor};
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, LSTM, Linear, RNN, VarBuilder};

use crate::weights::Weights;

/// Scores of a batch; whether it trains.
pub type Network = Box<dyn Fn(&Tensor, bool) -> Result<Tensor>>;

/// The network of that name, or none.
pub fn network(name: &str, weights: &mut Weights) -> Result<Option<Network>> {
    Ok(Some(match name {
        "xor" => xor(weights)?,
        "mlp_small" => perceptron(weights, &[784, 128, 10])?,
        "mlp" => perceptron(weights, &[784, 512, 256, 10])?,
        "lenet5" => lenet5(weights)?,
        "convnet" => convnet(weights)?,
        "resnet20" => resnet20(weights)?,
        "lstm" => lstm(weights)?,
        "gpt" => gpt(weights)?,
        _ => return Ok(None),
    }))
}

fn dense(weights: &mut Weights, inputs: usize, outputs: usize) -> Result<Linear> {
    let weight = weights.take(&[outputs, inputs])?;
    Ok(Linear::new(weight, Some(weights.take(&[outputs])?)))
}

fn conv(
    weights: &mut Weights,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    padding: usize,
) -> Result<Conv2d> {
    let weight = weights.take(&[outputs, inputs, kernel, kernel])?;
    let bias = weights.take(&[outputs])?;
    let config = Conv2dConfig {
        padding,
        ..Default::default()
    };
    Ok(Conv2d::new(weight, Some(bias), config))
}

fn xor(weights: &mut Weights) -> Result<Network> {
    let (hidden, last) = (dense(weights, 2, 8)?, dense(weights, 8, 1)?);
    Ok(Box::new(move |x, _| last.forward(&hidden.forward(x)?.tanh()?)))
}

fn perceptron(weights: &mut Weights, sizes: &[usize]) -> Result<Network> {
    let layers = sizes.windows(2).map(|pair| dense(weights, pair[0], pair[1]));
    let layers = layers.collect::<Result<Vec<_>>>()?;
    Ok(Box::new(move |x, _| {
        let (last, hidden) = layers.split_last().expect("layers");
        let mut x = x.clone();
        for layer in hidden {
            x = layer.forward(&x)?.relu()?;
        }
        last.forward(&x)
    }))
}

fn lenet5(weights: &mut Weights) -> Result<Network> {
    let first = conv(weights, 1, 6, 5, 2)?;
    let second = conv(weights, 6, 16, 5, 0)?;
    let classify = perceptron(weights, &[400, 120, 84, 10])?;
    Ok(Box::new(move |x, train| {
        let x = first.forward(x)?.relu()?.max_pool2d(2)?;
        let x = second.forward(&x)?.relu()?.max_pool2d(2)?;
        classify(&x.flatten_from(1)?, train)
    }))
}

fn convnet(weights: &mut Weights) -> Result<Network> {
    let first = conv(weights, 1, 32, 3, 0)?;
    let second = conv(weights, 32, 64, 3, 0)?;
    let classify = perceptron(weights, &[9216, 128, 10])?;
    Ok(Box::new(move |x, train| {
        let x = first.forward(x)?.relu()?;
        let x = second.forward(&x)?.relu()?.max_pool2d(2)?;
        classify(&x.flatten_from(1)?, train)
    }))
}

/// A convolution without bias and its batch norm.
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    fn new(
        weights: &mut Weights,
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
    ) -> Result<Self> {
        let weight = weights.take(&[outputs, inputs, kernel, kernel])?;
        let config = Conv2dConfig {
            padding: kernel / 2,
            stride,
            ..Default::default()
        };
        let (scale, shift) = (weights.take(&[outputs])?, weights.take(&[outputs])?);
        let mean = Tensor::zeros(outputs, DType::F32, &Device::Cpu)?;
        let variance = Tensor::ones(outputs, DType::F32, &Device::Cpu)?;
        Ok(ConvNorm {
            conv: Conv2d::new(weight, None, config),
            norm: BatchNorm::new(outputs, mean, variance, scale, shift, 1e-5)?,
        })
    }

    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.norm.forward_t(&self.conv.forward(x)?, train)
    }
}

fn resnet20(weights: &mut Weights) -> Result<Network> {
    let stem = ConvNorm::new(weights, 3, 16, 3, 1)?;
    let mut blocks = Vec::new();
    let mut inputs = 16;
    for (outputs, stride) in [(16, 1), (32, 2), (64, 2)] {
        for stride in [stride, 1, 1] {
            let first = ConvNorm::new(weights, inputs, outputs, 3, stride)?;
            let second = ConvNorm::new(weights, outputs, outputs, 3, 1)?;
            let skip = match stride {
                1 => None,
                _ => Some(ConvNorm::new(weights, inputs, outputs, 1, stride)?),
            };
            blocks.push((first, second, skip));
            inputs = outputs;
        }
    }
    let classify = dense(weights, 64, 10)?;
    Ok(Box::new(move |x, train| {
        let mut x = stem.forward(x, train)?.relu()?;
        for (first, second, skip) in &blocks {
            let body = second.forward(&first.forward(&x, train)?.relu()?, train)?;
            let skip = match skip {
                Some(skip) => skip.forward(&x, train)?,
                None => x,
            };
            x = (body + skip)?.relu()?;
        }
        classify.forward(&x.mean(D::Minus1)?.mean(D::Minus1)?)
    }))
}

fn lstm(weights: &mut Weights) -> Result<Network> {
    let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
    let shapes: [&[usize]; 4] = [&[512, 28], &[512, 128], &[512], &[512]];
    let held = names.iter().zip(shapes);
    let held = held.map(|(name, shape)| Ok((name.to_string(), weights.take(shape)?)));
    let held = VarBuilder::from_tensors(held.collect::<Result<_>>()?, DType::F32, &Device::Cpu);
    let layer = LSTM::new(28, 128, Default::default(), held)?;
    let classify = dense(weights, 128, 10)?;
    Ok(Box::new(move |x, _| {
        let states = layer.seq(x)?;
        classify.forward(states.last().expect("28 states").h())
    }))
}

/// A layer norm with a derivative: `candle_nn::LayerNorm` has none where it is fused.
struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
}

impl LayerNorm {
    fn new(weights: &mut Weights) -> Result<Self> {
        Ok(LayerNorm {
            weight: weights.take(&[128])?,
            bias: weights.take(&[128])?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        candle_nn::ops::layer_norm_slow(x, &self.weight, &self.bias, 1e-5)
    }
}

struct Block {
    attend: Linear,
    join: Linear,
    widen: Linear,
    narrow: Linear,
    norm1: LayerNorm,
    norm2: LayerNorm,
}

impl Block {
    fn new(weights: &mut Weights) -> Result<Self> {
        Ok(Block {
            attend: dense(weights, 128, 384)?,
            join: dense(weights, 128, 128)?,
            widen: dense(weights, 128, 512)?,
            narrow: dense(weights, 512, 128)?,
            norm1: LayerNorm::new(weights)?,
            norm2: LayerNorm::new(weights)?,
        })
    }

    fn forward(&self, x: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (batch, time, width) = x.dims3()?;
        let heads = self.attend.forward(&self.norm1.forward(x)?)?;
        let heads = heads.reshape((batch, time, 3, 4, width / 4))?;
        let part = |index: usize| heads.i((.., .., index))?.transpose(1, 2)?.contiguous();
        let (queries, keys, values) = (part(0)?, part(1)?, part(2)?);
        let scores = (queries.matmul(&keys.transpose(2, 3)?)? * (1.0 / 32f64.sqrt()))?;
        let shares = candle_nn::ops::softmax(&scores.broadcast_add(mask)?, D::Minus1)?;
        let attended = shares
            .matmul(&values)?
            .transpose(1, 2)?
            .reshape((batch, time, width))?;
        let x = (x + self.join.forward(&attended)?)?;
        let hidden = self.widen.forward(&self.norm2.forward(&x)?)?.gelu()?;
        &x + self.narrow.forward(&hidden)?
    }
}

fn gpt(weights: &mut Weights) -> Result<Network> {
    const TIME: usize = 64;
    let letters = weights.take(&[65, 128])?;
    let positions = weights.take(&[TIME, 128])?;
    let blocks = [Block::new(weights)?, Block::new(weights)?];
    let norm = LayerNorm::new(weights)?;
    let head = Linear::new(weights.take(&[65, 128])?, None);
    let mask = (0..TIME * TIME).map(|place| {
        if place % TIME > place / TIME {
            f32::NEG_INFINITY
        } else {
            0.0
        }
    });
    let mask = Tensor::from_vec(mask.collect::<Vec<_>>(), (TIME, TIME), &Device::Cpu)?;
    Ok(Box::new(move |tokens, _| {
        let batch = tokens.dims2()?.0;
        let x = letters
            .embedding(&tokens.flatten_all()?)?
            .reshape((batch, TIME, 128))?;
        let mut x = x.broadcast_add(&positions)?;
        for block in &blocks {
            x = block.forward(&x, &mask)?;
        }
        head.forward(&norm.forward(&x)?)?.flatten_to(1)
    }))
}
