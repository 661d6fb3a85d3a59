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

// What the next turn begins with is read through windows and sums that are nowhere in memory: it is set aside before any of it is
// overwritten.
network_case! { every batch; set_aside: SetAside { moved(reals reals) loss(reals) + loss_and_grad back(reals) + back_and_grad }
    pub struct SetAside;

    pub fn moved(&self, x: Tensor<1, 1>, y: Scalar) -> Tensor<1, 1> {
        let (mut first, mut second) = (y, x);
        for t in 0..2 {
            let next = first * t - 0.3;
            (first, second) = (next * 0.5, next.reshape([1, 1]));
        }
        second
    }

    pub fn loss(&self, x: Scalar) -> Scalar {
        let (mut first, mut second) = (param([1], constant(0.5)), x);
        for _ in 0..2 {
            (first, second) = (0.5 * first + second.reshape([1]) * 0.5, first.reshape([]));
        }
        first.mean()
    }

    pub fn back(&self, x: Tensor<4>) -> Scalar {
        let (mut long, mut short) = (param([4], constant(1.0)), x.slice(0, 0, 2));
        for _ in 0..3 {
            (long, short) = (0.5 * long + short.pad(0, 1, 1) * 0.5, long.slice(0, 1, 3).tanh());
        }
        long.sum() + short.l2()
    }
}

// Kernels in a loop that goes by examples: what is one for the batch lies there for each of them.
network_case! { every batch; kernels_in_loops: KernelsInLoops { loss(reals reals indices) + loss_and_grad }
    pub struct KernelsInLoops;

    pub fn loss(&self, x: Tensor<3, 3>, own: Tensor<2, 1, 1, 1>, places: Index<3, 1>) -> Scalar {
        let (mut image, mut small, mut rows) = (x, x.slice(0, 0, 2).slice(1, 0, 1).reshape([2]), x);
        let mut sum = 0.0;
        for t in 0..3 {
            let edges = image.reshape([1, 3, 3]).convolve(0.5 * ones([2, 1, 2, 3]), pad = [[0, 0], [0, 2]]);
            let spread = small.reshape([2, 1, 1]).convolve_transpose(own);
            let picked = (rows + t).gather(places);
            sum = sum + edges.tanh().sum() + spread.sum() + picked.sum();
            (image, small, rows) = (0.5 * image, ones([2]), zeros([3, 3]));
        }
        sum * param([], constant(0.5)) + image.l2()
    }
}

// A choice between equals is one for the batch, though the loop has it for each example.
network_case! { every batch; one_after_all: OneAfterAll { loss(indices) + loss_and_grad }
    pub struct OneAfterAll;

    pub fn loss(&self, class: Index<3>) -> Scalar {
        let weight = param([2], constant(0.5));
        let (mut h, mut rows) = (weight, zeros([3, 2]));
        for t in 0..3 {
            h = h * weight + class.number().select(0.5, 0.5);
            rows[t] = h;
        }
        let (mut kept, mut same) = (class.number() * weight, zeros([2, 2]));
        for t in 0..2 {
            same[t] = kept.reshape([2]);
            kept = kept.select(kept, kept);
        }
        // A loop of which a turn leaves only what an index has.
        let mut last = ones([2]);
        for _ in 0..2 {
            last = concat([stack([class.number()]), last], axis = 0).slice(0, 1, 3);
        }
        h.sum() + rows.square().sum() + (same * last).l2()
    }
}

// A right factor that each turn makes is laid out anew in each turn.
network_case! { every batch; made_each_turn: MadeEachTurn { loss(reals) + loss_and_grad }
    pub struct MadeEachTurn;

    pub fn loss(&self, target: Tensor<1, 2>) -> Scalar {
        let weight = param([3], constant(0.5));
        let mut h = 0.5 * ones([1, 2]);
        for _ in 0..2 {
            let product = h.t().matmul(weight.slice(0, 0, 2).reshape([1, 2]));
            h = product.flatten().slice(0, 2, 3) + zeros([1, 2]);
        }
        h.squared_error(target)
    }
}
