//! Layers of burn that hold the weights that ours wrote.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{
    BatchNorm, BatchNormConfig, Embedding, EmbeddingConfig, GateController, LayerNorm, LayerNormConfig,
    Linear, LinearConfig, Lstm, LstmConfig, PaddingConfig2d,
};
use burn::prelude::*;
use peer::Work;

/// Takes weights one after the other.
pub struct Weights<'a> {
    pub work: &'a mut Work,
    pub device: &'a Device,
}

impl Weights<'_> {
    pub fn take<const D: usize>(&mut self, shape: [usize; D]) -> Param<Tensor<D>> {
        let values = self.work.weight(&shape);
        self.param(values, shape)
    }

    fn param<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    pub fn dense(&mut self, inputs: usize, outputs: usize, bias: bool) -> Linear {
        let mut layer = LinearConfig::new(inputs, outputs)
            .with_bias(bias)
            .init(self.device);
        let weight = self.work.transposed(outputs, inputs);
        layer.weight = self.param(weight, [inputs, outputs]);
        if bias {
            layer.bias = Some(self.take([outputs]));
        }
        layer
    }

    pub fn conv(
        &mut self,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        stride: usize,
        pad: usize,
        bias: bool,
    ) -> Conv2d {
        let config = Conv2dConfig::new([inputs, outputs], [kernel, kernel]);
        let config = config.with_stride([stride, stride]).with_bias(bias);
        let config = config.with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad));
        let mut layer = config.init(self.device);
        layer.weight = self.take([outputs, inputs, kernel, kernel]);
        if bias {
            layer.bias = Some(self.take([outputs]));
        }
        layer
    }

    pub fn batch_norm(&mut self, channels: usize) -> BatchNorm {
        let mut layer = BatchNormConfig::new(channels).init(self.device);
        layer.gamma = self.take([channels]);
        layer.beta = self.take([channels]);
        layer
    }

    pub fn layer_norm(&mut self, width: usize) -> LayerNorm {
        let mut layer = LayerNormConfig::new(width).init(self.device);
        layer.gamma = self.take([width]);
        layer.beta = Some(self.take([width]));
        layer
    }

    pub fn embedding(&mut self, count: usize, width: usize) -> Embedding {
        let mut layer = EmbeddingConfig::new(count, width).init(self.device);
        layer.weight = self.take([count, width]);
        layer
    }

    /// burn holds the four gates apart, in PyTorch they are rows of one matrix: input, forget, cell, output.
    pub fn lstm(&mut self, inputs: usize, width: usize) -> Lstm {
        let mut layer = LstmConfig::new(inputs, width, true).init(self.device);
        let from_inputs = self.work.transposed(4 * width, inputs);
        let from_states = self.work.transposed(4 * width, width);
        let input_bias = self.work.weight(&[4 * width]);
        let state_bias = self.work.weight(&[4 * width]);
        let forget = layer.forget_gate.as_mut().expect("a gate of its own");
        let gates = [
            &mut layer.input_gate,
            forget,
            &mut layer.cell_gate,
            &mut layer.output_gate,
        ];
        for (index, gate) in gates.into_iter().enumerate() {
            let columns = |matrix: &[f32]| -> Vec<f32> {
                let rows = matrix.chunks(4 * width);
                rows.flat_map(|row| &row[index * width..][..width])
                    .copied()
                    .collect()
            };
            let GateController {
                input_transform,
                hidden_transform,
            } = gate;
            input_transform.weight = self.param(columns(&from_inputs), [inputs, width]);
            input_transform.bias = Some(self.param(columns(&input_bias), [width]));
            hidden_transform.weight = self.param(columns(&from_states), [width, width]);
            hidden_transform.bias = Some(self.param(columns(&state_bias), [width]));
        }
        layer
    }
}
