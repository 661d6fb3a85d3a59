use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[recompute]
    const WIDTH: usize = 4;

    fn block(x: Tensor<_>) -> Tensor<_> {
        x.dense(WIDTH).tanh()
    }

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.block().dense(3).softmax_cross_entropy(class)
    }
}

fn main() -> Result<(), Error> {
    let mut work = Net::workspace().build();
    println!("{}", Net::new(1).loss(&mut work, &[0.0; 4], &[0])?);
    Ok(())
}
