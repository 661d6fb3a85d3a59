//! Norms, cells, attention and positions: blocks of the prelude in their variants.

use super::network_case;

network_case! { norms: Norms { loss(reals reals) + loss_and_grad }
    pub struct Norms;

    pub fn loss(&self, x: Tensor<4, 6>, image: Tensor<4, 3, 2>) -> Scalar {
        let y = x.layer_norm().dense(6).rms_norm() + x.layer_norm(axes = 2).rms_norm(axes = 2, affine = false);
        let z = image.group_norm(2).relu().instance_norm(affine = true) + image.layer_norm(axes = 3, affine = false);
        (y * y * x).sum() + (z * image).l2()
    }
}

network_case! { cells: Cells { loss(reals) + loss_and_grad }
    pub struct Cells;

    const HIDDEN: usize = 3;

    pub fn loss(&self, x: Tensor<3, 4>) -> Scalar {
        let rnn = rnn_cell(HIDDEN, activation = relu);
        let lstm = lstm_cell(HIDDEN);
        let gru = gru_cell(HIDDEN, bias = false);
        let (mut a, mut b, mut c, mut d) = (zeros([HIDDEN]), zeros([HIDDEN]), zeros([HIDDEN]), zeros([HIDDEN]));
        for t in 0..3 {
            a = rnn(x.at(t), a);
            (b, c) = lstm(x.at(t), b, c);
            d = gru(x.at(t), d);
        }
        (a * b * c).sum() + (d - a).l2() + b.norm()
    }
}

// A translator: the mask of the source is 1 where there is a token, and may be 0 everywhere.
network_case! { transformer: Transformer { loss(indices reals indices indices) + loss_and_grad places() }
    pub struct Transformer;

    const WIDTH: usize = 4;

    pub fn places(&self) -> (Tensor<3, WIDTH>, Tensor<5>) {
        (sinusoidal_positions(3, WIDTH), arange(5))
    }

    pub fn loss(&self, source: Index<5, 3>, present: Tensor<3>, target: Index<6, 4>, next: Index<6, 4>) -> Scalar {
        let present = present.greater(0.0);
        let memory = (source.embedding(WIDTH) + sinusoidal_positions(3, WIDTH))
            .encoder_layer(present, 2, 5, activation = gelu_tanh)
            .encoder_layer(present, 2, 5, norm_first = true);
        let x = target.embedding(WIDTH) + learned_positions(4, WIDTH);
        let y = x.decoder_layer(memory, 2, 5, memory_mask = present).decoder_layer(memory, 2, 5, norm_first = true);
        y.feed_forward(3).dense(6).softmax_cross_entropy(next, label_smoothing = 0.1, ignore = 0)
    }
}

network_case! { masked: Masked { loss(reals reals number) + loss_and_grad }
    pub struct Masked;

    pub fn loss(&self, x: Tensor<3, 4>, mask: Tensor<3, 1>, temperature: Shared) -> Scalar {
        let (q, k) = (x.dense(2), x.dense(2));
        // A row whose mask is 0 is masked whole.
        let scores = q.matmul(k.t()).mask(mask.greater(0.0));
        let y = scores.softmax(temperature = 1.0 + temperature.square()).matmul(x) + scores.causal_mask().softmax(axis = 0).matmul(x);
        (y * x).sum() + y.l2()
    }
}

network_case! { sequences: Sequences { loss(reals reals) + loss_and_grad last(reals reals) }
    pub struct Sequences;

    pub fn last(&self, x: Tensor<3, 2>, h: Tensor<2>) -> (Tensor<3>, Tensor<2>, Tensor<2>) {
        let (states, h, c) = x.lstm_with_state(h, 0.5 * h, 2);
        (states.gru(3, reverse = true).at(0), h, c)
    }

    pub fn loss(&self, x: Tensor<3, 2>, h: Tensor<2>) -> Scalar {
        let both = x.bidirectional(lstm(2), rnn(3, reverse = true));
        let (a, b, c) = self.last(x, h);
        both.gru(2).lstm(h, 2).l2() + (a.sum() * b * c).sum()
    }
}
