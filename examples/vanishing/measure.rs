//! What signals and gradients become on their way through a network.

use dsl_runtime::prelude::*;

/// One layer, at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layer {
    /// The root of the mean square of its numbers.
    pub signal: f64,
    /// The length of the gradient by its parameters.
    pub gradient: f64,
    /// The share of its numbers that are zero.
    pub silent: f64,
}

/// Gives the mean squares and the shares of zeros, one row for each example, in the order of the layers.
pub trait Signals<N: Network>:
    for<'w> Fn(&N, &'w mut Workspace<N>, &[f32]) -> Result<(&'w [f32], &'w [f32], &'w [f32]), Error>
{
}

impl<N: Network, F> Signals<N> for F where
    F: for<'w> Fn(&N, &'w mut Workspace<N>, &[f32]) -> Result<(&'w [f32], &'w [f32], &'w [f32]), Error>
{
}

/// Every layer of a network on a batch.
pub fn layers<N: Classifier<Element = f32>>(
    model: &N,
    work: &mut Workspace<N>,
    (images, digits): (&[f32], &[u32]),
    signals: &impl Signals<N>,
) -> Result<Vec<Layer>, Error> {
    let (_, squares, silent) = signals(model, work, images)?;
    let depth = squares.len() / digits.len();
    let mut layers = vec![Layer::default(); depth];
    for (squares, silent) in squares.chunks(depth).zip(silent.chunks(depth)) {
        for ((layer, square), silent) in layers.iter_mut().zip(squares).zip(silent) {
            layer.signal += f64::from(*square) / digits.len() as f64;
            layer.silent += f64::from(*silent) / digits.len() as f64;
        }
    }
    let (_, gradient) = model.loss_and_grad_in(work, Mode::Train, (images, digits))?;
    for (place, layer) in layers.iter_mut().enumerate() {
        layer.signal = layer.signal.sqrt();
        let pattern = format!("*.layer{}.*", place + 1);
        let own = N::LAYOUT
            .parameters
            .iter()
            .filter(|parameter| parameter.matches(&pattern));
        let values = own.flat_map(|parameter| &gradient[parameter.range.clone()]);
        layer.gradient = values.map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    }
    Ok(layers)
}
