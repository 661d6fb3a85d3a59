use dsl_runtime::prelude::*;

network! {
    #[initialize(weight = orthogonal())]
    pub struct Net;

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }
}

fn main() -> Result<(), Error> {
    let mut work = Net::workspace().build();
    println!("{}", Net::new(1).loss(&mut work, &[0.0; 4], &[0])?);
    Ok(())
}
