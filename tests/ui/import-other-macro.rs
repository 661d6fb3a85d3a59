use dsl_runtime::prelude::*;

mod other {
    macro_rules! shout {
        ($word:literal) => {};
    }

    pub(crate) use shout;
}

network! {
    use other::shout;

    pub struct Net;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        x.shout()
    }
}

fn main() {}
