use dsl_runtime::prelude::*;

network! {
    #[derive_also(hvp)]
    pub struct Net;

    #[derive_also(hvp)]
    const WIDTH: usize = 3;

    #[derive_also(jvp)]
    fn block(x: Tensor<_>) -> Tensor<_> {
        x.dense(WIDTH)
    }

    #[derive_also(jvp)]
    fn helper(&self, x: Tensor<4>) -> Tensor<3> {
        x.block()
    }

    #[derive_also()]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        self.helper(x).softmax_cross_entropy(class)
    }
}

fn main() {
    Net::new(1);
}
