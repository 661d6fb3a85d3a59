//! Normalisation: what is learnt from the training data and done to all values that the network sees later.

use std::fmt;
use std::str::FromStr;

use super::Statistics;
use crate::error::{DataProblem, DatasetProblem};
use crate::{Error, Network, Real};

/// A shift and a scale for each channel: `x` becomes `(x - shift) / scale`.
///
/// The values of an example are those of its first channel, then those of its second, and so on, in equal numbers: 3
/// channels for a colour image `[3, height, width]`, `width` channels for the columns of a table, 1 for all values
/// alike. It is learnt from the training data alone, and applied to all.
///
/// ```
/// use dsl_runtime::data::Normalisation;
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// // Three examples of two columns.
/// let mut train = [1.0f32, 100.0, 2.0, 300.0, 3.0, 200.0];
/// let normalisation = Normalisation::min_max(&train, 2, 2)?;
/// normalisation.apply(&mut train, 2)?;
/// assert_eq!(train, [0.0, 0.0, 0.5, 1.0, 1.0, 0.5]);
///
/// // What is kept beside the network, and read where it serves.
/// let text = normalisation.to_string();
/// let again: Normalisation = text.parse().expect("it was written by `Display`");
/// assert_eq!(again, normalisation);
/// # Ok(())
/// # }
/// ```
///
/// # In the checkpoint
///
/// A network that declares a buffer for shifts and one for scales normalises by itself, and its checkpoints hold the
/// numbers: [`write_to`](Normalisation::write_to) sets them before training.
///
/// ```
/// use dsl_runtime::data::Normalisation;
/// use dsl_runtime::prelude::*;
///
/// network! {
///     pub struct Prices;
///
///     fn normalised(size: Tensor<2>) -> Tensor<2> {
///         let shift = buffer([2], zeros());
///         let scale = buffer([2], constant(1.0));
///         (size - shift) / scale
///     }
///
///     pub fn price(&self, size: Tensor<2>) -> Tensor<1> {
///         size.normalised().dense(1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let train = [1.0, 100.0, 2.0, 300.0, 3.0, 200.0];
/// let normalisation = Normalisation::standard(&train, 2, 2)?;
/// let mut model = Prices::new(1);
/// normalisation.write_to(&mut model, "price.normalised1.shift", "price.normalised1.scale")?;
///
/// let mut work = Prices::workspace().threads(1).build();
/// let bias = model.parameters().get("price.dense1.bias").expect("the layout names it")[0];
/// assert_eq!(model.price(&mut work, &[2.0, 200.0])?, [bias]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Normalisation {
    channels: Vec<Channel>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Channel {
    shift: f64,
    /// Finite and above 0.
    scale: f64,
}

impl Normalisation {
    /// Mean 0 and standard deviation 1 for each channel of `values`, which are examples of `width` values.
    ///
    /// A channel whose values are all equal is only shifted, to 0.
    ///
    /// # Errors
    ///
    /// There is no example or no whole number of them, they cannot be divided into so many channels, or a value is
    /// infinite or NaN.
    pub fn standard<T: Real>(values: &[T], width: usize, channels: usize) -> Result<Self, Error> {
        let plane = plane(values, width, channels)?;
        let count = (values.len() / channels) as f64;
        let sum = |channel, term: &dyn Fn(f64) -> f64| {
            let values = planes(values, plane, channels, channel);
            values.map(|value| term(value.to_f64())).sum::<f64>() / count
        };
        let of = |channel| {
            let mean = sum(channel, &|value| value);
            let variance = sum(channel, &|value| (value - mean).powi(2));
            let first = values[channel * plane].to_f64();
            // The rounded mean of equal values is not always their value.
            match planes(values, plane, channels, channel).all(|value| value.to_f64() == first) {
                true => (first, 0.0),
                false => (mean, variance.sqrt()),
            }
        };
        Normalisation::of((0..channels).map(of))
    }

    /// The least value 0 and the greatest 1 for each channel of `values`, which are examples of `width` values.
    ///
    /// A channel whose values are all equal is only shifted, to 0.
    ///
    /// # Errors
    ///
    /// Those of [`standard`](Normalisation::standard).
    pub fn min_max<T: Real>(values: &[T], width: usize, channels: usize) -> Result<Self, Error> {
        let plane = plane(values, width, channels)?;
        let of = |channel| {
            let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
            for value in planes(values, plane, channels, channel) {
                // NaN reaches the range, and is refused there.
                let value = value.to_f64();
                least = if value >= least { least } else { value };
                greatest = if value <= greatest { greatest } else { value };
            }
            (least, greatest - least)
        };
        Normalisation::of((0..channels).map(of))
    }

    /// The given means and standard deviations, one for each channel.
    ///
    /// # Errors
    ///
    /// There is none, a mean is not finite, or a deviation is not a finite number above 0.
    pub fn by(statistics: &[Statistics]) -> Result<Self, Error> {
        if let Some(channel) = statistics.iter().position(|channel| channel.std == 0.0) {
            let Statistics { mean, std } = statistics[channel];
            return Err(refused(channel, mean, std));
        }
        Normalisation::of(statistics.iter().map(|channel| (channel.mean, channel.std)))
    }

    /// Shifts and scales; a scale of 0 becomes 1.
    fn of(pairs: impl Iterator<Item = (f64, f64)>) -> Result<Self, Error> {
        let checked = pairs.enumerate().map(|(number, (shift, scale))| {
            let scale = if scale == 0.0 { 1.0 } else { scale };
            let channel = Channel { shift, scale };
            channel
                .is_valid()
                .then_some(channel)
                .ok_or(refused(number, shift, scale))
        });
        let channels = checked.collect::<Result<Vec<_>, _>>()?;
        match channels.is_empty() {
            true => Err(Error::Dataset(DatasetProblem::Channels {
                width: 0,
                channels: 0,
            })),
            false => Ok(Normalisation { channels }),
        }
    }

    /// The number of channels, at least 1.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// What is subtracted, by channel.
    pub fn shifts(&self) -> impl Iterator<Item = f64> {
        self.channels.iter().map(|channel| channel.shift)
    }

    /// What is divided by afterwards, by channel: finite numbers above 0.
    pub fn scales(&self) -> impl Iterator<Item = f64> {
        self.channels.iter().map(|channel| channel.scale)
    }

    /// Normalises examples of `width` values.
    ///
    /// # Errors
    ///
    /// They are no whole number of examples, or `width` is no multiple of the channels; nothing is changed.
    pub fn apply<T: Real>(&self, values: &mut [T], width: usize) -> Result<(), Error> {
        self.change(values, width, |Channel { shift, scale }, value| {
            (value - shift) / scale
        })
    }

    /// Undoes [`apply`](Normalisation::apply): for a network that was trained on normalised targets.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Normalisation::apply).
    pub fn undo<T: Real>(&self, values: &mut [T], width: usize) -> Result<(), Error> {
        self.change(values, width, |Channel { shift, scale }, value| {
            value * scale + shift
        })
    }

    fn change<T: Real>(
        &self,
        values: &mut [T],
        width: usize,
        term: impl Fn(Channel, f64) -> f64,
    ) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        let plane = plane(values, width, self.channels.len())?;
        let planes = values.chunks_exact_mut(plane);
        for (plane, &channel) in planes.zip(self.channels.iter().cycle()) {
            for value in plane {
                *value = T::literal(term(channel, value.to_f64()));
            }
        }
        Ok(())
    }

    /// Sets two buffers of a network, of one value for each channel, to the shifts and to the scales.
    ///
    /// # Errors
    ///
    /// The network has no buffer of a name, or it does not hold so many values, or a number is too large for its
    /// element type; nothing is changed.
    pub fn write_to<N: Network>(&self, model: &mut N, shift: &str, scale: &str) -> Result<(), Error> {
        let find = |name: &str| {
            let buffer = N::BUFFERS
                .find(name)
                .filter(|buffer| buffer.len() == self.channels());
            buffer.ok_or_else(|| {
                Error::Dataset(DatasetProblem::NoBuffer {
                    network: N::NAME,
                    name: name.to_owned(),
                    values: self.channels(),
                })
            })
        };
        let (shifts, scales) = (find(shift)?, find(scale)?);
        let places = shifts.places().zip(scales.places());
        let mut all = Vec::new();
        for (number, (&channel, (of_shift, of_scale))) in self.channels.iter().zip(places).enumerate() {
            let Channel { shift, scale } = channel;
            let converted = [shift, scale].map(<N::Element as Real>::literal);
            let is_valid = converted.iter().all(|value| value.is_finite()) && converted[1] > N::Element::ZERO;
            if !is_valid {
                return Err(refused(number, shift, scale));
            }
            all.push((shifts.range.start + of_shift, converted[0]));
            all.push((scales.range.start + of_scale, converted[1]));
        }
        for (place, value) in all {
            model.buffers_mut()[place] = value;
        }
        Ok(())
    }
}

impl Channel {
    fn is_valid(self) -> bool {
        self.shift.is_finite() && self.scale.is_finite() && self.scale > 0.0
    }
}

fn refused(channel: usize, mean: f64, std: f64) -> Error {
    Error::Dataset(DatasetProblem::Statistics { channel, mean, std })
}

/// Values per channel of an example, at least 1.
fn plane<T>(values: &[T], width: usize, channels: usize) -> Result<usize, Error> {
    let examples = values.len().checked_div(width).unwrap_or(0);
    if examples == 0 {
        return Err(Error::Dataset(DatasetProblem::Empty));
    }
    if examples * width != values.len() {
        return Err(Error::Dataset(DatasetProblem::Values {
            what: "values",
            values: values.len(),
            width,
        }));
    }
    match width.checked_rem(channels) {
        Some(0) => Ok(width / channels),
        _ => Err(Error::Dataset(DatasetProblem::Channels { width, channels })),
    }
}

/// The values of one channel over all examples.
fn planes<T>(values: &[T], plane: usize, channels: usize, channel: usize) -> impl Iterator<Item = &T> {
    let planes = values.chunks_exact(plane).skip(channel).step_by(channels);
    planes.flatten()
}

/// A line for each channel: shift, a space, scale. The numbers come back as they are.
impl fmt::Display for Normalisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut channels = self.channels.iter();
        channels.try_for_each(|Channel { shift, scale }| writeln!(f, "{shift:?} {scale:?}"))
    }
}

impl FromStr for Normalisation {
    type Err = DataProblem;

    fn from_str(text: &str) -> Result<Self, DataProblem> {
        let channel = |line: &str| {
            let (shift, scale) = line.split_once(' ')?;
            let channel = Channel {
                shift: shift.parse().ok()?,
                scale: scale.parse().ok()?,
            };
            channel.is_valid().then_some(channel)
        };
        let lines = text.lines().enumerate();
        let channels = lines
            .map(|(number, line)| {
                channel(line).ok_or(DataProblem::Line {
                    line: number + 1,
                    expected: "a finite shift, a space and a finite scale above 0",
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        match channels.is_empty() {
            true => Err(DataProblem::Empty),
            false => Ok(Normalisation { channels }),
        }
    }
}

#[cfg(test)]
mod tests;
