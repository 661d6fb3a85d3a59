//! Blocks that occur again and again: what they have in common is written once and called.

use super::network_case;

// Parameters of their own for every block, one input and one number for all of them.
network_case! { equal_blocks: EqualBlocks { loss(reals reals number) + loss_and_grad scores(reals reals number) }
    pub struct EqualBlocks;

    fn block(x: Tensor<4>, shift: Tensor<4>, beta: Shared) -> Tensor<4> {
        let gate = (x.dense(4) + shift).sigmoid();
        x + beta * gate * x.dense(6).tanh().dense(4) + x.mean()
    }

    pub fn scores(&self, x: Tensor<4>, shift: Tensor<4>, beta: Shared) -> Tensor<4> {
        let mut x = x;
        for _ in 0..4 {
            x = x.block(shift, beta);
        }
        x
    }

    pub fn loss(&self, x: Tensor<4>, shift: Tensor<4>, beta: Shared) -> Scalar {
        self.scores(x, shift, beta).square().sum()
    }
}

// Statistics of the batch cut every block into phases, which then are the same from block to block.
network_case! {
    22;
    equal_phases: EqualPhases {
        loss(reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct EqualPhases;

    fn residual(x: Tensor<_, _, _>) -> Tensor<_, _, _> {
        (x + x.conv(3, 3, pad = 1, bias = false).batch_norm().relu().conv(3, 1, bias = false).batch_norm()).relu()
    }

    #[gradient(evaluation)]
    pub fn loss(&self, image: Tensor<2, 4, 4>, class: Index<3>) -> Scalar {
        let mut x = image.conv(3, 3, pad = 1);
        for _ in 0..4 {
            x = x.residual();
        }
        x.global_mean_pool().softmax_cross_entropy(class)
    }
}

// A loop over time within every block, tokens read by every block, and one layer that two blocks in three share.
network_case! { 18; loops_in_blocks: LoopsInBlocks { loss(indices reals) + loss_and_grad }
    pub struct LoopsInBlocks;

    fn block(x: Tensor<5, 3>, tokens: Index<7, 5>, shared: Layer) -> Tensor<5, 3> {
        let cell = dense(3);
        let mut state = zeros([3]);
        let mut sum = zeros([3]);
        for t in 0..5 {
            state = (cell(state) + x.at(t)).tanh();
            sum = sum + state * 0.5;
        }
        x + tokens.embedding(3) * sum + shared(x).relu()
    }

    pub fn loss(&self, tokens: Index<7, 5>, y: Tensor<3>) -> Scalar {
        let (one, other) = (dense(3), dense(3));
        let x = tokens.embedding(3);
        let x = x.block(tokens, one).block(tokens, other).block(tokens, one);
        x.mean(axis = 0).squared_error(y)
    }
}
