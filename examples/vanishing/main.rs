//! Vanishing and exploding gradients (Hochreiter, 1991; Glorot and Bengio, 2010): what becomes of signals and of gradients on
//! their way through thirty layers, by activation, initial values, normalisation and ways around, before training and after
//! a hundred steps of it.

#[path = "../shared/chart.rs"]
mod chart;
mod measure;
mod networks;

use chart::{Series, chart};
use dsl_runtime::prelude::*;
use measure::{Layer, Signals, layers};
use networks::*;

/// Digits in a batch.
const BATCH: usize = 100;

/// Steps of training between the two looks at a network.
const STEPS: usize = 100;

/// The layers that the table shows, from 1.
const SHOWN: [usize; 4] = [1, 10, 20, 30];

/// The digits, and of each network seen its layers before training.
struct Study<'d> {
    data: &'d Dataset<f32>,
    curves: Vec<(&'static str, Vec<Layer>)>,
}

impl Study<'_> {
    /// Looks at a network, trains it a little, and prints its part of the table.
    fn network<N: Classifier<Element = f32>>(&mut self, signals: impl Signals<N>) -> Result<(), Error> {
        let mut model = N::new(1);
        let mut work = N::workspace().batch(BATCH).threads(1).build();
        let mut batches = self.data.batches(BATCH, 1);
        let first = batches.next().expect("there are digits");
        let batch = (first.inputs.to_vec(), first.labels.to_vec());
        let before = layers(&model, &mut work, (&batch.0, &batch.1), &signals)?;
        let begun = model.loss(&mut work, (&batch.0, &batch.1))?;
        row(N::NAME, "at the start", &before, begun);
        let mut optimizer = Sgd::new(0.03);
        for step in 1..=STEPS {
            let batch = match batches.next() {
                Some(batch) => batch,
                None => batches.next().expect("the next epoch has batches"),
            };
            if model
                .train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)
                .is_err()
            {
                println!("{:15} leaves the finite numbers in step {step}", "");
                self.curves.push((N::NAME, before));
                return Ok(());
            }
        }
        let after = layers(&model, &mut work, (&batch.0, &batch.1), &signals)?;
        row("", "then", &after, model.loss(&mut work, (&batch.0, &batch.1))?);
        self.curves.push((N::NAME, before));
        Ok(())
    }
}

/// A line of the table.
fn row(name: &str, when: &str, layers: &[Layer], loss: f32) {
    let numbers = |of: fn(&Layer) -> f64| {
        let cells = SHOWN.map(|layer| format!("{:9.1e}", of(&layers[layer - 1])));
        cells.concat()
    };
    let silent = SHOWN.map(|layer| format!("{:5.0}%", 100.0 * layers[layer - 1].silent));
    println!(
        "{name:15} {when:12} {}  {}  {}  {loss:9.3e}",
        numbers(|layer| layer.signal),
        numbers(|layer| layer.gradient),
        silent.concat()
    );
}

fn main() -> Result<(), Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, .. } = Mnist::load(folder)?;
    let mut study = Study {
        data: &train,
        curves: Vec::new(),
    };
    let layers = SHOWN.map(|layer| format!("{layer:9}")).concat();
    let places = SHOWN.map(|layer| format!("{layer:6}")).concat();
    println!(
        "{:28} {:36}  {:36}  zeros in layer",
        "", "signal in layer", "gradient by layer"
    );
    println!("{:28} {layers}  {layers}  {places}       loss", "");
    study.network(Sigmoid::scores)?;
    study.network(TanhSmall::scores)?;
    study.network(TanhLarge::scores)?;
    study.network(TanhXavier::scores)?;
    study.network(TanhOrthogonal::scores)?;
    study.network(ReluXavier::scores)?;
    study.network(ReluHe::scores)?;
    study.network(ReluLarge::scores)?;
    study.network(ReluNormed::scores)?;
    study.network(ReluResidual::scores)?;

    println!("\nThe length of the gradient by each layer, at the start, from the first layer to the last:\n");
    let marks = ['s', 't', 'T', 'x', 'o', 'r', 'h', 'R', 'n', '+'];
    let series: Vec<Series> = marks
        .iter()
        .zip(&study.curves)
        .map(|(&mark, (_, layers))| Series {
            mark,
            points: (1..)
                .zip(layers)
                .map(|(layer, of)| (f64::from(layer), of.gradient.max(1e-12)))
                .collect(),
        })
        .collect();
    println!("{}", chart(&series, 72, 24));
    let names = marks.iter().zip(&study.curves);
    let names: Vec<String> = names.map(|(mark, (name, _))| format!("{mark} {name}")).collect();
    println!("{}", names.join(", "));
    Ok(())
}
