//! The network: one set of blocks, applied to a whole window or to one letter more.

use dsl_runtime::prelude::*;

network! {
    /// A decoder-only Transformer, norms first.
    pub struct Gpt;

    const LETTERS: usize = 70;
    const TIME: usize = 64;
    const WIDTH: usize = 96;
    const HEADS: usize = 4;
    const DEPTH: usize = 3;

    fn embedded(&self, letters: Index<LETTERS, _>) -> Tensor<_, WIDTH> {
        letters.embedding(WIDTH, init = normal(0.02))
    }

    /// A vector for each place of a window.
    fn places(&self) -> Tensor<TIME, WIDTH> {
        learned_positions(TIME, WIDTH)
    }

    /// Queries, keys and values of block `i`, one after the other.
    fn looks(&self, i: usize, x: Tensor<_, WIDTH>) -> Tensor<_, { 3 * WIDTH }> {
        x.layer_norm().dense(3 * WIDTH)
    }

    /// What block `i` makes of `x` and of what it has looked at.
    fn thinks(&self, i: usize, x: Tensor<_, WIDTH>, seen: Tensor<HEADS, _, _>) -> Tensor<_, WIDTH> {
        let x = x + seen.join_heads().dense(WIDTH);
        x + x.layer_norm().feed_forward(4 * WIDTH, gelu)
    }

    fn scores(&self, x: Tensor<_, WIDTH>) -> Tensor<_, LETTERS> {
        x.layer_norm().dense(LETTERS, bias = false)
    }

    /// A score per next letter at every place of a window.
    pub fn logits(&self, letters: Index<LETTERS, TIME>) -> Tensor<TIME, LETTERS> {
        let mut x = self.embedded(letters) + self.places();
        for i in 0..DEPTH {
            let [q, k, v] = self.looks(i, x).split(3);
            let (q, k, v) = (q.split_heads(HEADS), k.split_heads(HEADS), v.split_heads(HEADS));
            x = self.thinks(i, x, q.scaled_dot_product_attention(k, v, causal = true));
        }
        self.scores(x)
    }

    /// One letter more, at `place`: a score per next letter, and the keys and values of all blocks with those of this
    /// letter. What stands in them behind `place` does not count.
    pub fn step(
        &self,
        letter: Index<LETTERS, 1>,
        place: Index<TIME, 1>,
        keys: Tensor<DEPTH, TIME, WIDTH>,
        values: Tensor<DEPTH, TIME, WIDTH>,
    ) -> (Tensor<LETTERS>, Tensor<DEPTH, TIME, WIDTH>, Tensor<DEPTH, TIME, WIDTH>) {
        let here = place.one_hot().reshape([TIME, 1]);
        let known = arange(TIME).less_equal(place.number());
        let mut x = self.embedded(letter) + self.places().gather(place);
        let (mut all_keys, mut all_values) = (zeros([DEPTH, TIME, WIDTH]), zeros([DEPTH, TIME, WIDTH]));
        for i in 0..DEPTH {
            let [q, k, v] = self.looks(i, x).split(3);
            let k = (1.0 - here) * keys.at(i) + here * k;
            let v = (1.0 - here) * values.at(i) + here * v;
            let seen = q.split_heads(HEADS).scaled_dot_product_attention(
                k.split_heads(HEADS),
                v.split_heads(HEADS),
                mask = known,
            );
            x = self.thinks(i, x, seen);
            all_keys[i] = k;
            all_values[i] = v;
        }
        (self.scores(x).reshape([LETTERS]), all_keys, all_values)
    }

    /// Mean cross-entropy of the next letters.
    pub fn loss(&self, letters: Index<LETTERS, TIME>, next: Index<LETTERS, TIME>) -> Scalar {
        self.logits(letters).softmax_cross_entropy(next)
    }
}

/// How many letters there may be.
pub const LETTERS: usize = 70;
/// Letters of a window.
pub const TIME: usize = 64;
/// Values that are kept of each letter read: keys or values of all blocks.
pub const KEPT: usize = 3 * 96;
