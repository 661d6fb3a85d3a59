//! Loops over time: carried values, collected rows, both directions, loops within loops.

use super::network_case;

network_case! { lstm_by_hand: LstmByHand { loss(reals indices) + loss_and_grad states(reals) }
    pub struct LstmByHand;

    const TIME: usize = 5;
    const HIDDEN: usize = 4;

    pub fn states(&self, x: Tensor<TIME, 3>) -> Tensor<TIME, HIDDEN> {
        let cell = lstm_cell(HIDDEN);
        let (mut h, mut c) = (zeros([HIDDEN]), zeros([HIDDEN]));
        let mut states = zeros([TIME, HIDDEN]);
        for t in 0..TIME {
            (h, c) = cell(x.at(t), h, c);
            states[t] = h;
        }
        states
    }

    pub fn loss(&self, x: Tensor<TIME, 3>, class: Index<3>) -> Scalar {
        let states = self.states(x);
        states.at(TIME - 1).dense(3).softmax_cross_entropy(class) + 0.1 * states.square().sum()
    }
}

network_case! { gru_backwards: GruBackwards { loss(reals) + loss_and_grad }
    pub struct GruBackwards;

    pub fn loss(&self, x: Tensor<4, 3>) -> Scalar {
        let cell = gru_cell(2);
        let mut h = zeros([2]);
        let mut states = zeros([4, 2]);
        for t in (0..4).rev() {
            h = cell(x.at(t), h);
            states[t] = h;
        }
        (states * x.slice(axis = 1, from = 0, to = 2)).sum().square()
    }
}

network_case! { exchanged: Exchanged { values(reals) loss(reals) + loss_and_grad }
    /// Carried values that change places, one that counts, and one that is there for all examples.
    pub struct Exchanged;

    pub fn values(&self, x: Tensor<3>) -> (Tensor<3>, Tensor<3>, Tensor<1>) {
        let scale = param([3], normal(0.5));
        let (mut a, mut b, mut n) = (x, scale * x.square(), zeros([1]));
        let mut shared = scale;
        for t in 0..7 {
            (a, b) = (b, 0.5 * a + shared * t);
            shared = shared.tanh();
            n = n + 1.0;
        }
        (a, b, n)
    }

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let (a, b, n) = self.values(x);
        (a * b).sum() * n.sum()
    }
}

network_case! { grid: Grid { loss(reals) + loss_and_grad }
    /// A loop in a loop: a state for each row, handed on along the columns (Graves et al., 2007, in one direction).
    pub struct Grid;

    pub fn loss(&self, image: Tensor<4, 3, 2>) -> Scalar {
        let across = dense(2);
        let down = dense(2, bias = false);
        let mut above = zeros([3, 2]);
        for i in 0..4 {
            let row = image.at(i);
            let mut left = zeros([2]);
            let mut states = zeros([3, 2]);
            for j in 0..3 {
                left = (across(left) + down(above.at(j)) + row.at(j)).tanh();
                states[j] = left;
            }
            above = states;
        }
        above.square().sum()
    }
}

network_case! { tokens: Tokens { loss(indices indices) + loss_and_grad }
    /// Indices by turn, a loss by turn, and a table that is read in every turn.
    pub struct Tokens;

    pub fn loss(&self, words: Index<6, 5>, next: Index<6, 5>) -> Scalar {
        let table = embedding(3);
        let step = dense(3);
        let head = dense(6);
        let mut h = zeros([3]);
        let mut total = zeros([]);
        for t in 0..5 {
            h = (step(h) + table(words.at(t))).tanh();
            total = total + head(h).softmax_cross_entropy(next.at(t));
        }
        total / 5
    }
}

network_case! { attention_by_turn: AttentionByTurn { loss(reals reals) + loss_and_grad }
    /// A decoder that looks back at an encoded sequence in every turn (Bahdanau et al., 2015).
    pub struct AttentionByTurn;

    pub fn loss(&self, x: Tensor<4, 3>, y: Tensor<3, 2>) -> Scalar {
        // With a bias its gradient would be 0: it shifts all scores of a turn alike.
        let keys = x.dense(2, bias = false);
        let query = dense(2);
        let cell = rnn_cell(2);
        let mut h = zeros([2]);
        let mut total = zeros([]);
        for t in 0..3 {
            let weights = keys.matmul(query(h)).softmax();
            h = cell(weights.matmul(x), h);
            total = total + (h - y.at(t)).square().sum();
        }
        total
    }
}

network_case! { convolutional: Convolutional { loss(reals) + loss_and_grad }
    /// A state that is an image (Shi et al., 2015): kernels within a loop.
    pub struct Convolutional;

    pub fn loss(&self, frames: Tensor<3, 1, 5, 4>) -> Scalar {
        let see = conv(2, 3, pad = 1);
        let keep = conv(2, 3, pad = 1, bias = false);
        let mut h = zeros([2, 5, 4]);
        for t in 0..3 {
            h = (see(frames.at(t)) + keep(h)).relu().max_pool(3, stride = 1, pad = 1) - 0.1;
        }
        h.square().sum()
    }
}

network_case! { shared_loop: SharedLoop { loss(reals) + loss_and_grad }
    /// A loop over parameters alone: power iteration towards the largest singular value (Miyato et al., 2018).
    pub struct SharedLoop;

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let weight = param([4, 3], normal(0.7));
        let mut v = ones([3]);
        for _ in 0..6 {
            let u = weight.matmul(v);
            v = weight.t().matmul(u) / (u.square().sum() + 1.0).sqrt();
        }
        (weight.matmul(x) / (weight.matmul(v).square().sum() + 0.1).sqrt()).square().sum()
    }
}
