//! Why the logistic function and cross-entropy belong together: the derivative of `−t log σ(x) − (1 − t) log(1 − σ(x))` is
//! `σ(x) − t`, and what happens to who computes it as written.

use dsl_runtime::prelude::*;

network! {
    /// The loss as a textbook writes it; the compiler finds the stable form. The logit is a parameter, so that the
    /// gradient is by it.
    pub struct Fused;

    pub fn loss(&self, t: Scalar) -> Scalar {
        let x = param([], zeros());
        let p = x.sigmoid();
        -(t * p.log() + (1.0 - t) * (1.0 - p).log())
    }
}

network! {
    /// The same, which the compiler is told to compute as written.
    pub struct AsWritten;

    pub fn loss(&self, t: Scalar) -> Scalar {
        let x = param([], zeros());
        let p = x.sigmoid().opaque();
        -(t * p.log() + (1.0 - t) * (1.0 - p).log())
    }
}

/// Loss and gradient of a network whose only parameter is its logit, where `t` is 1.
fn at<N>(logit: f32) -> Result<(f32, f32), Error>
where
    N: for<'a> Train<Element = f32, Inputs<'a> = &'a [f32]>,
{
    let mut model = N::new(1);
    model.parameters_mut().copy_from_slice(&[logit]);
    let mut work = N::workspace().threads(1).build();
    let (loss, gradient) = model.loss_and_grad_in(&mut work, Mode::Train, &[1.0])?;
    Ok((loss, gradient[0]))
}

fn main() -> Result<(), Error> {
    println!(
        "The derivative as the compiler derives it:\n\n{}",
        Fused::GRADIENT
    );
    println!(
        "The same of what it may not see through:\n\n{}",
        AsWritten::GRADIENT
    );
    println!("    logit       loss   gradient   as written: loss   gradient");
    for logit in [1.0, 100.0, -100.0, 1000.0, -1000.0] {
        let (loss, gradient) = at::<Fused>(logit)?;
        let (naive_loss, naive_gradient) = at::<AsWritten>(logit)?;
        println!("{logit:9}  {loss:9.4}  {gradient:9.4}  {naive_loss:17.4}  {naive_gradient:9.4}");
    }
    Ok(())
}
