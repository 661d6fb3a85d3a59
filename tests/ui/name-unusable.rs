use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    fn helper(&self, x: Tensor<6>) -> Tensor<6> {
        x.dense(6)
    }

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        let layer = dense(6);
        let _a = x.relu(name = "a");
        let _b = layer(x, name = "b");
        let _c = self.helper(x, name = "c");
        let _d = x.dense(6, name = "layers.{0}");
        let _e = x.dense(6, name = "layers.{i}");
        let _f = x.dense(6, name = "layers.{x}");
        let _g = x.dense(6, name = "a*");
        let _h = x.dense(6, name = "");
        x.dense(6, name = 3)
    }
}

fn main() {
    let _ = Net::new(1);
}
