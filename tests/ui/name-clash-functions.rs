use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[name = ""]
    pub fn left(&self, x: Tensor<6>) -> Tensor<6> {
        x.dense(6)
    }

    #[name = ""]
    pub fn right(&self, x: Tensor<6>) -> Tensor<6> {
        x.dense(6)
    }

    #[name = "left"]
    pub fn state(&self, x: Tensor<6>) -> Tensor<6> {
        let shift = buffer([6], zeros(), name = "a.shift");
        let scale = param([6], zeros(), name = "a.scale");
        x * scale + shift
    }

    #[name = "left.a"]
    pub fn other(&self, x: Tensor<6>) -> Tensor<6> {
        let shift = param([6], zeros());
        x + shift
    }
}

fn main() {
    let _ = Net::new(1);
}
