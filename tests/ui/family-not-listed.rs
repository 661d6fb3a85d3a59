use dsl_runtime::prelude::*;

network! {
    #[instantiate(WIDTH = [4, 8])]
    pub struct Net<const WIDTH: usize>;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<WIDTH> {
        x.dense(WIDTH)
    }
}

fn study<N: Network>() -> &'static str {
    N::NAME
}

fn main() {
    println!("{}", study::<Net<5>>());
}
