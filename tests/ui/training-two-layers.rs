use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        // Without training the next line would make what is the first layer here.
        let hidden = if training() {
            image.dense(784).dropout(0.5)
        } else {
            image
        };
        hidden.dense(784).relu().dense(10)
    }
}

fn main() -> Result<(), Error> {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(1).threads(1).build();
    println!("{:?}", model.logits(&mut work, &[0.0; 784])?.len());
    Ok(())
}
