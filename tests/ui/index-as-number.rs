use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, word: Index<10>) -> Tensor<4> {
        word * 2.0
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().build();
    let _ = model.logits(&mut work, &[3u32]);
}
