//! The networks of the workloads, in burn.

use burn::module::Param;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, Embedding, LayerNorm, Linear, Lstm};
use burn::prelude::*;
use burn::tensor::activation::{gelu_approximate, relu, softmax, tanh};

use crate::layers::Weights;

/// A network, whose inputs are a batch of some kind.
pub trait Network {
    type Input: Clone + 'static;

    /// One row of scores for each prediction.
    fn scores(&self, input: Self::Input) -> Tensor<2>;
}

#[derive(Module, Debug)]
pub struct Xor {
    hidden: Linear,
    last: Linear,
}

impl Xor {
    pub fn new(weights: &mut Weights<'_>) -> Self {
        Xor {
            hidden: weights.dense(2, 8, true),
            last: weights.dense(8, 1, true),
        }
    }
}

impl Network for Xor {
    type Input = Tensor<2>;

    fn scores(&self, input: Tensor<2>) -> Tensor<2> {
        self.last.forward(tanh(self.hidden.forward(input)))
    }
}

#[derive(Module, Debug)]
pub struct Perceptron {
    hidden: Vec<Linear>,
    last: Linear,
}

impl Perceptron {
    pub fn new(weights: &mut Weights<'_>, sizes: &[usize]) -> Self {
        let mut layers: Vec<Linear> = sizes
            .windows(2)
            .map(|pair| weights.dense(pair[0], pair[1], true))
            .collect();
        Perceptron {
            last: layers.pop().expect("layers"),
            hidden: layers,
        }
    }
}

impl Network for Perceptron {
    type Input = Tensor<2>;

    fn scores(&self, input: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden.iter().fold(input, |x, layer| relu(layer.forward(x)));
        self.last.forward(hidden)
    }
}

#[derive(Module, Debug)]
pub struct LeNet5 {
    first: Conv2d,
    second: Conv2d,
    pool: MaxPool2d,
    classify: Perceptron,
}

impl LeNet5 {
    pub fn new(weights: &mut Weights<'_>) -> Self {
        LeNet5 {
            first: weights.conv([1, 6], 5, 1, 2, true),
            second: weights.conv([6, 16], 5, 1, 0, true),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            classify: Perceptron::new(weights, &[400, 120, 84, 10]),
        }
    }
}

impl Network for LeNet5 {
    type Input = Tensor<4>;

    fn scores(&self, input: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.first.forward(input)));
        let x = self.pool.forward(relu(self.second.forward(x)));
        self.classify.scores(x.flatten(1, 3))
    }
}

#[derive(Module, Debug)]
pub struct ConvNet {
    first: Conv2d,
    second: Conv2d,
    pool: MaxPool2d,
    classify: Perceptron,
}

impl ConvNet {
    pub fn new(weights: &mut Weights<'_>) -> Self {
        ConvNet {
            first: weights.conv([1, 32], 3, 1, 0, true),
            second: weights.conv([32, 64], 3, 1, 0, true),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            classify: Perceptron::new(weights, &[9216, 128, 10]),
        }
    }
}

impl Network for ConvNet {
    type Input = Tensor<4>;

    fn scores(&self, input: Tensor<4>) -> Tensor<2> {
        let x = relu(self.second.forward(relu(self.first.forward(input))));
        self.classify.scores(self.pool.forward(x).flatten(1, 3))
    }
}

#[derive(Module, Debug)]
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    fn new(weights: &mut Weights<'_>, channels: [usize; 2], kernel: usize, stride: usize) -> Self {
        ConvNorm {
            conv: weights.conv(channels, kernel, stride, kernel / 2, false),
            norm: weights.batch_norm(channels[1]),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x))
    }
}

#[derive(Module, Debug)]
struct Residual {
    first: ConvNorm,
    second: ConvNorm,
    skip: Option<ConvNorm>,
}

#[derive(Module, Debug)]
pub struct ResNet20 {
    stem: ConvNorm,
    blocks: Vec<Residual>,
    classify: Linear,
}

impl ResNet20 {
    pub fn new(weights: &mut Weights<'_>) -> Self {
        let stem = ConvNorm::new(weights, [3, 16], 3, 1);
        let mut blocks = Vec::new();
        let mut inputs = 16;
        for (outputs, stride) in [(16, 1), (32, 2), (64, 2)] {
            for stride in [stride, 1, 1] {
                blocks.push(Residual {
                    first: ConvNorm::new(weights, [inputs, outputs], 3, stride),
                    second: ConvNorm::new(weights, [outputs, outputs], 3, 1),
                    skip: (stride != 1).then(|| ConvNorm::new(weights, [inputs, outputs], 1, stride)),
                });
                inputs = outputs;
            }
        }
        ResNet20 {
            stem,
            blocks,
            classify: weights.dense(64, 10, true),
        }
    }
}

impl Network for ResNet20 {
    type Input = Tensor<4>;

    fn scores(&self, input: Tensor<4>) -> Tensor<2> {
        let mut x = relu(self.stem.forward(input));
        for block in &self.blocks {
            let body = block.second.forward(relu(block.first.forward(x.clone())));
            let skip = match &block.skip {
                Some(skip) => skip.forward(x),
                None => x,
            };
            x = relu(body + skip);
        }
        let means: Tensor<2> = x.mean_dim(3).mean_dim(2).flatten(1, 3);
        self.classify.forward(means)
    }
}

#[derive(Module, Debug)]
pub struct Rows {
    layer: Lstm,
    classify: Linear,
}

impl Rows {
    pub fn new(weights: &mut Weights<'_>) -> Self {
        Rows {
            layer: weights.lstm(28, 128),
            classify: weights.dense(128, 10, true),
        }
    }
}

impl Network for Rows {
    type Input = Tensor<3>;

    fn scores(&self, input: Tensor<3>) -> Tensor<2> {
        let (_, state) = self.layer.forward(input, None);
        self.classify.forward(state.hidden)
    }
}

#[derive(Module, Debug)]
struct Block {
    attend: Linear,
    join: Linear,
    widen: Linear,
    narrow: Linear,
    norm1: LayerNorm,
    norm2: LayerNorm,
}

impl Block {
    fn new(weights: &mut Weights<'_>) -> Self {
        Block {
            attend: weights.dense(128, 384, true),
            join: weights.dense(128, 128, true),
            widen: weights.dense(128, 512, true),
            narrow: weights.dense(512, 128, true),
            norm1: weights.layer_norm(128),
            norm2: weights.layer_norm(128),
        }
    }

    fn forward(&self, x: Tensor<3>, mask: Tensor<4>) -> Tensor<3> {
        let [batch, time, width] = x.dims();
        let heads = self.attend.forward(self.norm1.forward(x.clone())).chunk(3, 2);
        let part = |index: usize| {
            heads[index]
                .clone()
                .reshape([batch, time, 4, width / 4])
                .swap_dims(1, 2)
        };
        let scores = part(0).matmul(part(1).swap_dims(2, 3)) * (1.0 / 32f32.sqrt()) + mask;
        let attended = softmax(scores, 3).matmul(part(2));
        let x = x + self
            .join
            .forward(attended.swap_dims(1, 2).reshape([batch, time, width]));
        let hidden = gelu_approximate(self.widen.forward(self.norm2.forward(x.clone())));
        x + self.narrow.forward(hidden)
    }
}

#[derive(Module, Debug)]
pub struct Gpt {
    letters: Embedding,
    positions: Param<Tensor<2>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
}

impl Gpt {
    pub fn new(weights: &mut Weights<'_>) -> Self {
        Gpt {
            letters: weights.embedding(65, 128),
            positions: weights.take([64, 128]),
            blocks: vec![Block::new(weights), Block::new(weights)],
            norm: weights.layer_norm(128),
            head: weights.dense(128, 65, false),
        }
    }
}

impl Network for Gpt {
    /// Letters, and what is added to scores so that no place looks ahead.
    type Input = (Tensor<2, Int>, Tensor<4>);

    fn scores(&self, (letters, mask): Self::Input) -> Tensor<2> {
        let mut x = self.letters.forward(letters) + self.positions.val().unsqueeze();
        for block in &self.blocks {
            x = block.forward(x, mask.clone());
        }
        self.head.forward(self.norm.forward(x)).flatten(0, 1)
    }
}
