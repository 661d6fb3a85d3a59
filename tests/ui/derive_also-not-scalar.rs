use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(jvp, hvp)]
    pub fn scores(&self, x: Tensor<4>) -> Tensor<3> {
        x.dense(3)
    }

    #[derive_also(grad(x))]
    pub fn parts(&self, x: Tensor<4>) -> (Tensor<3>, Tensor<4>) {
        (x.dense(3), x)
    }
}

fn main() -> Result<(), Error> {
    let mut work = Net::workspace().build();
    let (scores, along) = Net::new(1).scores_jvp(&mut work, &[0.0; 4], &[])?;
    println!("{} {}", scores.len(), along.len());
    Ok(())
}
