//! MiniLM (Wang et al., 2020): a small BERT (Devlin et al., 2019), with the names of its published files.

use dsl_runtime::prelude::*;

network! {
    /// Sentences as points of a sphere: those that mean the same lie close together.
    pub struct MiniLm;

    const TOKENS: usize = 30522;
    const PLACES: usize = 512;
    const WIDTH: usize = 384;
    const HEADS: usize = 12;
    const DEPTH: usize = 6;
    const EPSILON: f64 = 1e-12;

    #[name = "embeddings"]
    fn embedded(&self, tokens: Index<TOKENS, _>) -> Tensor<_, WIDTH> {
        let words = tokens.embedding(WIDTH, name = "word_embeddings");
        let places = learned_positions(PLACES, WIDTH, name = "position_embeddings");
        // A token of the first sentence or of the second; here there is but one.
        let types = param([2, WIDTH], normal(0.02), name = "token_type_embeddings.weight");
        (words + places.slice(0, 0, words.size(0)) + types.at(0)).layer_norm(epsilon = EPSILON, name = "LayerNorm")
    }

    #[name = "encoder.layer"]
    fn layer(&self, i: usize, x: Tensor<_, WIDTH>, mask: Tensor<_>) -> Tensor<_, WIDTH> {
        let q = x.dense(WIDTH, name = "attention.self.query").split_heads(HEADS);
        let k = x.dense(WIDTH, name = "attention.self.key").split_heads(HEADS);
        let v = x.dense(WIDTH, name = "attention.self.value").split_heads(HEADS);
        let seen = q.scaled_dot_product_attention(k, v, mask).join_heads();
        let y = x + seen.dense(WIDTH, name = "attention.output.dense");
        let y = y.layer_norm(epsilon = EPSILON, name = "attention.output.LayerNorm");
        let z = y.dense(4 * WIDTH, name = "intermediate.dense").gelu().dense(WIDTH, name = "output.dense");
        (y + z).layer_norm(epsilon = EPSILON, name = "output.LayerNorm")
    }

    /// The mean of what the last layer makes of the tokens, of length 1.
    fn point(&self, tokens: Index<TOKENS, _>, mask: Tensor<_>) -> Tensor<WIDTH> {
        let mut x = self.embedded(tokens);
        for i in 0..DEPTH {
            x = self.layer(i, x, mask);
        }
        let mean = mask.matmul(x) / mask.sum();
        mean / mean.norm()
    }

    /// The point of a sentence. `mask` is 1 for a token and 0 for padding.
    pub fn sentence(&self, tokens: Index<TOKENS, 128>, mask: Tensor<128>) -> Tensor<WIDTH> {
        self.point(tokens, mask)
    }

    /// The point of a sentence of no more than 32 tokens, in a quarter of the time.
    pub fn short_sentence(&self, tokens: Index<TOKENS, 32>, mask: Tensor<32>) -> Tensor<WIDTH> {
        self.point(tokens, mask)
    }
}

/// How many tokens there are.
pub const TOKENS: usize = 30522;
/// The most tokens of a sentence.
pub const TIME: usize = 128;
/// The most tokens of a short sentence.
pub const SHORT: usize = 32;
/// Numbers of a sentence.
pub const WIDTH: usize = 384;

/// The network with the weights in a file of the BERT layout, such as `model.safetensors` of `all-MiniLM-L6-v2`.
pub fn load(path: &std::path::Path) -> Result<MiniLm, Error> {
    let mut model = MiniLm::new(1);
    checkpoint::Import::new()
        .strip_prefix("bert.")
        // Numbers from 0 on, and a layer that sentences are not read by.
        .ignore("embeddings.position_ids")
        .ignore("pooler.*")
        .rename("*LayerNorm.gamma", "*LayerNorm.weight")
        .rename("*LayerNorm.beta", "*LayerNorm.bias")
        .load(&mut model, path)?;
    Ok(model)
}
