use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn prediction(&self, x: Tensor<6>) -> Tensor<3> {
        x.dense(3)
    }

    pub fn loss(&self, x: Tensor<6>, target: Tensor<4>) -> Scalar {
        self.prediction(x).squared_error(target)
    }
}

fn main() -> Result<(), Error> {
    let mut model = Net::new(1);
    let mut work = Net::workspace().batch(1).build();
    model.train_step(&mut work, (&[0.0; 6], &[0.0; 4]), &mut Adam::new(0.1))?;
    Ok(())
}
