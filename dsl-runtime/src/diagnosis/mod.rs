//! What becomes of numbers on their way through a network: the norms of activations and gradients, value by value, units
//! that are always zero, and the first value that is not finite.
//!
//! [`Train::diagnose`] computes loss and gradient of a batch as a step of training does, while an
//! observer looks at every value. A step itself pays nothing for it. When a step fails since its loss or its gradient is not
//! finite, it does the same once, so that its error can name the [first such value](FirstNonFinite).

mod first;
mod recorder;
mod trace;

use std::fmt;
use std::sync::Arc;

pub use first::FirstNonFinite;
use recorder::{Record, Recorder, Sums};
use trace::Traced;
pub use trace::{Trace, TracedKind};

use crate::{Error, Mode, Network, Real, Train, Workspace};

/// What [`Train::diagnose`] finds. Displays as two tables.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The loss.
    pub loss: f64,
    /// The values of the layers and of the steps within them, in the order in which they are computed: first those of the
    /// forward pass, then the gradients by them.
    ///
    /// They are what the compiled network computes: a product and the rectifier behind it are one, since they are computed
    /// in one go.
    pub values: Vec<ValueStatistics>,
    /// The parameters and the gradients by them, in the order of their layout.
    pub parameters: Vec<ParameterStatistics>,
    /// The first value that is not finite.
    pub first_non_finite: Option<FirstNonFinite>,
}

/// The statistics of a value over a batch. Those of its numbers that are not finite are only counted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ValueStatistics {
    /// Its name, with that of the layer.
    pub name: &'static str,
    /// It belongs to the backward pass.
    pub backward: bool,
    /// How many numbers an example has of it.
    pub units: usize,
    /// The mean of its numbers.
    pub mean: f64,
    /// The root of the mean of their squares.
    pub root_mean_square: f64,
    /// The largest magnitude.
    pub largest: f64,
    /// The share of zeros, `0..=1`.
    pub zeros: f64,
    /// How many of the units are zero in every example of the batch: dead, if it is a rectifier's result.
    pub dead: usize,
    /// The numbers that are infinite or NaN.
    pub non_finite: usize,
}

/// The statistics of a parameter and of the gradient by it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ParameterStatistics {
    /// Its name.
    pub name: &'static str,
    /// The Euclidean norm of its values.
    pub norm: f64,
    /// The Euclidean norm of the gradient by it.
    pub gradient_norm: f64,
}

/// One checked pass in [`Mode::Train`]: the loss, and what is known of every value. Nothing of it is committed.
fn record<N: Train>(
    model: &N,
    work: &mut Workspace<N>,
    inputs: N::Inputs<'_>,
) -> Result<(f64, Vec<(Traced, Record)>), Error> {
    let recorder = Arc::new(Recorder::new(N::TRACE));
    work.observe(Some(recorder.clone()));
    let loss = model.loss_and_grad_in(work, Mode::Train, inputs);
    let loss = loss.map(|(loss, _)| loss.to_f64());
    work.observe(None);
    work.forget_updates();
    Ok((loss?, recorder.records()))
}

/// The first value of a step that is not finite; None if there is none, or nobody can look.
pub(crate) fn first_non_finite<N: Train>(
    model: &N,
    work: &mut Workspace<N>,
    inputs: N::Inputs<'_>,
) -> Option<Box<FirstNonFinite>> {
    let (_, records) = record(model, work, inputs).ok()?;
    FirstNonFinite::among(&records).map(Box::new)
}

/// The body of [`Train::diagnose`].
pub(crate) fn diagnose<N: Train>(
    model: &N,
    work: &mut Workspace<N>,
    inputs: N::Inputs<'_>,
) -> Result<Diagnosis, Error> {
    let (loss, records) = record(model, work, inputs)?;
    let measured = records.iter().filter(|(_, record)| !record.zeros.is_empty());
    Ok(Diagnosis {
        loss,
        values: measured
            .map(|(traced, record)| ValueStatistics::of(traced, record))
            .collect(),
        parameters: parameters(model, work),
        first_non_finite: FirstNonFinite::among(&records),
    })
}

fn parameters<N: Network>(model: &N, work: &Workspace<N>) -> Vec<ParameterStatistics> {
    let norm = |values: &[N::Element]| {
        let squares = values.iter().map(|value| value.to_f64().powi(2));
        squares.sum::<f64>().sqrt()
    };
    let layout = N::LAYOUT.parameters.iter();
    let statistics = layout.map(|parameter| ParameterStatistics {
        name: parameter.name,
        norm: norm(&model.parameters()[parameter.range.clone()]),
        gradient_norm: norm(&work.gradient()[parameter.range.clone()]),
    });
    statistics.collect()
}

impl ValueStatistics {
    fn of(traced: &Traced, record: &Record) -> ValueStatistics {
        let Sums { count, sum, squares } = Sums::total(&record.sums);
        let (units, of) = (record.zeros.len(), count.max(1) as f64);
        let examples = (count + record.non_finite).checked_div(units).unwrap_or(0);
        ValueStatistics {
            name: traced.name,
            backward: traced.is_backward,
            units,
            mean: sum / of,
            root_mean_square: (squares / of).sqrt(),
            largest: record.largest,
            zeros: record.zeros.iter().sum::<usize>() as f64 / of,
            dead: record.zeros.iter().filter(|zeros| **zeros == examples).count(),
            non_finite: record.non_finite,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.values.iter().map(|value| value.name.chars().count());
        let names = names.chain(self.parameters.iter().map(|own| own.name.chars().count()));
        let width = names.max().unwrap_or(0).max("forward".len());
        writeln!(f, "loss {:.4}", self.loss)?;
        if let Some(first) = &self.first_non_finite {
            writeln!(f, "{first}")?;
        }
        let mut backward = None;
        for value in &self.values {
            if backward.replace(value.backward) != Some(value.backward) {
                let pass = if value.backward { "backward" } else { "forward" };
                writeln!(
                    f,
                    "\n{pass:<width$}    units       mean        rms    largest  zeros     dead"
                )?;
            }
            let ValueStatistics {
                name,
                units,
                mean,
                root_mean_square,
                largest,
                zeros,
                dead,
                ..
            } = value;
            write!(
                f,
                "{name:<width$} {units:>8} {mean:>10.2e} {root_mean_square:>10.2e} {largest:>10.2e} {:>5.1}% {dead:>8}",
                100.0 * zeros
            )?;
            match value.non_finite {
                0 => writeln!(f)?,
                count => writeln!(f, "  {count} not finite")?,
            }
        }
        write!(f, "\n{:<width$}       norm   gradient", "parameters")?;
        for own in &self.parameters {
            let ParameterStatistics {
                name,
                norm,
                gradient_norm,
            } = own;
            write!(f, "\n{name:<width$} {norm:>10.2e} {gradient_norm:>10.2e}")?;
        }
        Ok(())
    }
}
