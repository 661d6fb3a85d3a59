use dsl_runtime::prelude::*;

network! {
    #[document(dot)]
    pub struct Twins;

    pub fn gradient(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }

    pub fn loss(&self, x: Tensor<6>) -> Scalar {
        self.gradient(x).square().sum()
    }
}

fn main() {
    let _ = Twins::GRADIENT_DOT;
}
