//! Networks before training and after a little of it.

use dsl_runtime::prelude::*;

use super::measure::{Layer, Signals, layers};
use super::networks::*;

/// Digits in a batch.
const BATCH: usize = 100;

/// A network at two moments.
pub struct Looked {
    pub name: &'static str,
    /// Its layers and its loss at the start.
    pub before: (Vec<Layer>, f32),
    pub after: After,
}

/// What became of it.
pub enum After {
    /// The same after the steps.
    Trained(Vec<Layer>, f32),
    /// This step left the finite numbers.
    Diverged(usize),
}

/// Networks of thirty layers, trained for so many steps.
pub fn thirty(steps: usize) -> Result<Vec<Looked>, Error> {
    let data = digits()?;
    Ok(vec![
        look(&data, steps, Sigmoid::scores)?,
        look(&data, steps, TanhSmall::scores)?,
        look(&data, steps, TanhLarge::scores)?,
        look(&data, steps, TanhXavier::scores)?,
        look(&data, steps, TanhOrthogonal::scores)?,
        look(&data, steps, ReluXavier::scores)?,
        look(&data, steps, ReluHe::scores)?,
        look(&data, steps, ReluLarge::scores)?,
        look(&data, steps, ReluNormed::scores)?,
        look(&data, steps, ReluResidual::scores)?,
    ])
}

/// Networks of several depths, without and with ways around.
pub fn depths(steps: usize) -> Result<[Vec<Looked>; 2], Error> {
    let data = digits()?;
    Ok([
        vec![
            look(&data, steps, Deep::<2, false>::scores)?,
            look(&data, steps, Deep::<5, false>::scores)?,
            look(&data, steps, Deep::<10, false>::scores)?,
            look(&data, steps, Deep::<20, false>::scores)?,
        ],
        vec![
            look(&data, steps, Deep::<2, true>::scores)?,
            look(&data, steps, Deep::<5, true>::scores)?,
            look(&data, steps, Deep::<10, true>::scores)?,
            look(&data, steps, Deep::<20, true>::scores)?,
        ],
    ])
}

fn digits() -> Result<Dataset<f32>, Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    Ok(Mnist::load(folder)?.train)
}

/// Looks at a network, and trains it a little.
fn look<N: Classifier<Element = f32>>(
    data: &Dataset<f32>,
    steps: usize,
    signals: impl Signals<N>,
) -> Result<Looked, Error> {
    let mut model = N::new(1);
    let mut work = N::workspace().batch(BATCH).threads(1).build();
    let mut batches = data.batches(BATCH, 1);
    let first = batches.next().expect("there are digits");
    let batch = (first.inputs.to_vec(), first.labels.to_vec());
    let moment = |model: &N, work: &mut Workspace<N>| -> Result<(Vec<Layer>, f32), Error> {
        let layers = layers(model, work, (&batch.0, &batch.1), &signals)?;
        Ok((layers, model.loss(work, (&batch.0, &batch.1))?))
    };
    let before = moment(&model, &mut work)?;
    let mut optimizer = Sgd::new(0.03);
    for step in 1..=steps {
        let batch = match batches.next() {
            Some(batch) => batch,
            None => batches.next().expect("the next epoch has batches"),
        };
        let inputs = (batch.inputs, batch.labels);
        if model.train_step(&mut work, inputs, &mut optimizer).is_err() {
            return Ok(Looked {
                name: N::NAME,
                before,
                after: After::Diverged(step),
            });
        }
    }
    let (layers, loss) = moment(&model, &mut work)?;
    Ok(Looked {
        name: N::NAME,
        before,
        after: After::Trained(layers, loss),
    })
}
