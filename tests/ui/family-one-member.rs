use dsl_runtime::prelude::*;

network! {
    #[instantiate(WIDTH = [4, 5, 8, 9, 11])]
    pub struct Net<const WIDTH: usize>;

    const HALF: usize = WIDTH / 2;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<8> {
        x.dense(WIDTH)
    }
}

network! {
    #[instantiate(HEADS = [1, 2, 0])]
    pub struct Split<const HEADS: usize>;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        x.reshape([HEADS, 6 / HEADS]).flatten()
    }
}

fn main() {
    let model = Net::<4>::new(1);
    let mut work = Net::<4>::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 6]);
}
