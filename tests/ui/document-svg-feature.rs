use dsl_runtime::prelude::*;

network! {
    #[document(dot, svg)]
    pub struct Mlp;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

fn main() {
    let _ = Mlp::LOGITS_DOT;
}
