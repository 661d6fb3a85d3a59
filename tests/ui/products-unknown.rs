use dsl_runtime::prelude::*;

network! {
    #[products(f16)]
    pub struct Half;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

network! {
    #[products]
    #[products(bf16)]
    #[products(bf16)]
    pub struct Thrice;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

network! {
    #[products(bf16, f32)]
    pub struct Mixed;

    #[products(bf16)]
    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

fn main() {
    let _ = Half::new(1);
    let _ = Thrice::new(1);
    let _ = Mixed::new(1);
}
