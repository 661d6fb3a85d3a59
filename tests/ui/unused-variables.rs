#![deny(unused_variables)]

use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    const WIDTH: usize = 4;

    fn layer(x: Tensor<_>, width: usize, slope: f64) -> Tensor<_> {
        x.dense(width).relu()
    }

    pub fn loss(&self, x: Tensor<3>, weight: Scalar, _spare: Scalar) -> Scalar {
        let hidden = x.layer(WIDTH, 0.1);
        let length = hidden.l2();
        let _meant = hidden.norm();
        hidden.sum()
    }
}

fn main() {
    let _ = Net::new(1);
}
