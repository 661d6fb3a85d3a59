//! Loops over time: rolled in the graph, loops in the emitted code.

use super::network_case;

network_case! { recurrent: Recurrent { loss(reals indices) + loss_and_grad states(reals) }
    pub struct Recurrent;

    fn last(&self, x: Tensor<6, 3>) -> (Tensor<4>, Tensor<6, 4>) {
        let step = dense(4);
        let mut h = zeros([4]);
        let mut states = zeros([6, 4]);
        for t in 0..6 {
            h = step(concat([x.at(t), h], axis = 0)).tanh();
            states[t] = h;
        }
        (h, states)
    }

    pub fn states(&self, x: Tensor<6, 3>) -> Tensor<6, 4> {
        let (_, states) = self.last(x);
        states
    }

    pub fn loss(&self, x: Tensor<6, 3>, class: Index<5>) -> Scalar {
        let (h, states) = self.last(x);
        h.dense(5).softmax_cross_entropy(class) + 0.1 * states.l2()
    }
}

network_case! { both_ways: BothWays { loss(reals) + loss_and_grad }
    pub struct BothWays;

    pub fn loss(&self, x: Tensor<5, 3>) -> Scalar {
        let (forwards, backwards) = (dense(16), dense(16));
        let (mut h, mut c) = (zeros([4]), zeros([4]));
        let (mut hs, mut bs) = (zeros([5, 4]), zeros([5, 4]));
        for t in 0..5 {
            let [i, f, g, o] = forwards(concat([x.at(t), h], axis = 0)).split(4);
            c = f.sigmoid() * c + i.sigmoid() * g.tanh();
            h = o.sigmoid() * c.tanh();
            hs[t] = h;
        }
        for t in (0..5).rev() {
            let [i, f, g, o] = backwards(concat([x.at(t), h], axis = 0)).split(4);
            c = f.sigmoid() * c + i.sigmoid() * g.tanh();
            h = o.sigmoid() * c.tanh() + 0.1 * t;
            bs[t] = h;
        }
        concat([hs, bs], axis = 1).dense(2).square().sum()
    }
}

network_case! { nested: Nested { loss(reals) + loss_and_grad }
    pub struct Nested;

    pub fn loss(&self, x: Tensor<3, 4, 2>) -> Scalar {
        let (inner, outer) = (dense(3), dense(3));
        let w = param([3], constant(0.5));
        let (mut g, mut power) = (ones([3]), w);
        let mut rows = zeros([3, 3]);
        for i in 0..3 {
            let mut h = g;
            for j in 0..4 {
                h = inner(concat([x.at(i).at(j), h, g], axis = 0)).tanh();
            }
            for _ in 0..2 { power = (power * w + 0.1).sin(); }
            g = outer(h).tanh() + i * 0.1 * power;
            rows[i] = g;
        }
        rows.square().sum()
    }
}
