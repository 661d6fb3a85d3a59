use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, from: Tensor<4>, to: Tensor<4>) -> Scalar {
        from.dense(4).squared_error(to)
    }
}

network! {
    pub struct Other;

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }
}

fn main() -> Result<(), Error> {
    let (mut model, mut work) = (Net::new(1), Net::workspace().build());
    let (x, class) = ([0.0; 4], [1]);
    let batch = OtherBatch { x: &x, class: &class };
    model.train_step(&mut work, batch.into(), &mut Sgd::new(0.1))?;
    model.train_step(&mut work, NetBatch { from: &x, target: &x }.into(), &mut Sgd::new(0.1))?;
    model.train_step(&mut work, NetBatch { from: &x }.into(), &mut Sgd::new(0.1))?;
    Ok(())
}
