//! Why softmax and cross-entropy belong together: the derivative of `−Σ t log softmax(x)` is `softmax(x) − t`, and what
//! happens to who computes it as written.

use dsl_runtime::prelude::*;

network! {
    /// The loss as a textbook writes it; the compiler finds the stable form. The logits are parameters, so that the
    /// gradient is by them.
    pub struct Fused;

    pub fn loss(&self, class: Index<3>) -> Scalar {
        let x = param([3], zeros());
        -x.softmax().log().gather(class)
    }
}

network! {
    /// The same, which the compiler is told to compute as written.
    pub struct AsWritten;

    pub fn loss(&self, class: Index<3>) -> Scalar {
        let x = param([3], zeros());
        -x.softmax().opaque().log().gather(class)
    }
}

/// Loss and gradient of a network whose only parameters are its logits, where the first class is true.
fn at<N>(logits: [f32; 3]) -> Result<(f32, Vec<f32>), Error>
where
    N: for<'a> Train<Element = f32, Inputs<'a> = &'a [u32]>,
{
    let mut model = N::new(1);
    model.parameters_mut().copy_from_slice(&logits);
    let mut work = N::workspace().threads(1).build();
    let (loss, gradient) = model.loss_and_grad_in(&mut work, Mode::Train, &[0])?;
    Ok((loss, gradient.to_vec()))
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
    println!("logits                loss       gradient             as written: loss       gradient");
    for logits in [[1.0, 0.0, -1.0], [-100.0, 0.0, 100.0], [-1000.0, 0.0, 1000.0]] {
        let (loss, gradient) = at::<Fused>(logits)?;
        let (naive_loss, naive_gradient) = at::<AsWritten>(logits)?;
        println!(
            "{:20}  {loss:<9.4}  {:19}  {naive_loss:<21.4}  {}",
            numbers(&logits),
            numbers(&gradient),
            numbers(&naive_gradient)
        );
    }
    Ok(())
}

fn numbers(values: &[f32]) -> String {
    let shown: Vec<String> = values.iter().map(|value| format!("{value:.2}")).collect();
    shown.join(" ")
}
