#![deny(dead_code)]

use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    const WIDTH: usize = 4;
    const FORGOTTEN: usize = 5;

    fn helper(x: Tensor<_>) -> Tensor<_> {
        x.dense(FORGOTTEN)
    }

    fn _spare(x: Tensor<_>) -> Tensor<_> {
        x.relu()
    }

    fn shared(&self, x: Tensor<3>) -> Tensor<4> {
        x.dense(WIDTH)
    }

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        self.shared(x).sum()
    }
}

fn main() {
    let _ = Net::new(1);
}
