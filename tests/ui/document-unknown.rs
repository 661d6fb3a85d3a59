use dsl_runtime::prelude::*;

network! {
    #[document(dto)]
    pub struct Misspelt;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

network! {
    #[document(picture, dot, dot)]
    pub struct Twice;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

network! {
    #[document]
    #[document(dot)]
    pub struct Empty;

    #[document(dot)]
    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

fn main() {
    let _ = Misspelt::new(1);
    let _ = Twice::LOGITS_DOT;
    let _ = Empty::new(1);
}
