use dsl_runtime::prelude::*;

network! {
    #[instantiate(WIDHT = [4, 8], DEPTH = [1, 2, 1], DEEP = [1])]
    pub struct Net<const WIDTH: usize, const DEPTH: usize>;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<WIDTH> {
        x.dense(WIDTH)
    }
}

network! {
    #[instantiate(WIDTH = [4, 99_999_999_999])]
    pub struct Wide<const WIDTH: usize>;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<WIDTH> {
        x.dense(WIDTH)
    }
}

network! {
    pub struct Unlisted<const WIDTH: usize>;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<WIDTH> {
        x.dense(WIDTH)
    }
}

fn main() {
    let _ = Net::<4, 1>::new(1);
    let _ = Wide::<4>::new(1);
    let _ = Unlisted::<4>::new(1);
}
