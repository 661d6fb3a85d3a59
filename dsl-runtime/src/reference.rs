//! The result of `reference!`: a network evaluated by the compiler's interpreter, to test emitted code
//! against.

/// A small batch through every entry point of a network, computed in `f64` from the graph as it was declared.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// The size of the batch.
    pub examples: usize,
    /// Name and values of every parameter, in canonical order.
    pub parameters: &'static [(&'static str, &'static [f64])],
    /// Name and values of every buffer.
    pub buffers: &'static [(&'static str, &'static [f64])],
    /// The entry points in the order declared; one that depends on its mode occurs twice, in evaluation
    /// first.
    pub entries: &'static [Entry],
}

/// One entry point: its arguments and its results.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// True if these are the results in training mode.
    pub training: bool,
    /// Its arguments in order.
    pub inputs: &'static [Input],
    /// Its results, flattened in order; a scalar is the mean over the batch.
    pub outputs: &'static [&'static [f64]],
    /// The new value of each buffer it updates.
    pub updates: &'static [(&'static str, &'static [f64])],
    /// The gradient of the first result by each parameter it reaches, in canonical order; empty if the first
    /// result is a tensor.
    pub gradients: &'static [(&'static str, &'static [f64])],
}

/// An argument of an entry point for the whole batch.
#[derive(Debug, Clone, Copy)]
pub enum Input {
    /// Numbers.
    Reals(&'static [f64]),
    /// Integers.
    Indices(&'static [u32]),
}

impl Entry {
    /// The numbers of argument `index`, rounded to `T`.
    ///
    /// # Panics
    /// If that argument holds integers.
    pub fn reals<T: crate::Real>(&self, index: usize) -> Vec<T> {
        match self.inputs[index] {
            Input::Reals(values) => values.iter().map(|&value| T::literal(value)).collect(),
            Input::Indices(_) => panic!("argument {index} of `{}` holds integers", self.name),
        }
    }

    /// The integers of argument `index`.
    ///
    /// # Panics
    /// If that argument holds numbers.
    pub fn indices(&self, index: usize) -> Vec<u32> {
        match self.inputs[index] {
            Input::Indices(values) => values.to_vec(),
            Input::Reals(_) => panic!("argument {index} of `{}` holds numbers", self.name),
        }
    }
}

impl Reference {
    /// The entry point of that name in a mode; one that does not depend on its mode is the same in both.
    ///
    /// # Panics
    /// If there is none.
    pub fn entry(&self, name: &str, mode: crate::Mode) -> &'static Entry {
        let training = mode == crate::Mode::Train;
        let of_name = || self.entries.iter().filter(|entry| entry.name == name);
        let found = of_name().find(|entry| entry.training == training);
        found
            .or_else(|| of_name().next())
            .unwrap_or_else(|| panic!("no entry point `{name}`"))
    }

    /// A network with the parameters and buffers of the reference.
    ///
    /// # Panics
    /// If its layouts name others.
    pub fn network<N: crate::Network>(&self) -> N {
        let mut network = N::new(0);
        place(&N::LAYOUT, self.parameters, network.parameters_mut());
        place(&N::BUFFERS, self.buffers, network.buffers_mut());
        network
    }

    /// The largest [`relative_error_above`] over the buffers that `entry` updates, `a` in the layout of the
    /// network.
    ///
    /// # Panics
    /// If nothing was left to commit though the entry point updates something.
    pub fn update_error<N: crate::Network>(entry: &Entry, pending: Option<&[N::Element]>) -> f64 {
        let error = |(name, expected): &(&str, &[f64])| {
            let pending = pending.unwrap_or_else(|| panic!("`{}` updated nothing", entry.name));
            let buffer = N::BUFFERS.find(name).expect("the layout names it");
            let found = pending[buffer.range.clone()].iter();
            relative_error_above(
                LEAST,
                &found
                    .map(|&value| crate::Real::to_f64(value))
                    .collect::<Vec<f64>>(),
                expected,
            )
        };
        entry.updates.iter().map(error).fold(0.0, f64::max)
    }

    /// The largest [`relative_error_above`] over the gradients `entry` reaches, `a` in the layout of the
    /// network.
    ///
    /// # Panics
    /// If a gradient that `entry` does not reach is not zero.
    pub fn gradient_error<N: crate::Network>(entry: &Entry, gradient: &[N::Element]) -> f64 {
        let mut worst = 0.0f64;
        for parameter in N::LAYOUT.parameters {
            let part = &gradient[parameter.range.clone()];
            match entry.gradients.iter().find(|(name, _)| *name == parameter.name) {
                Some((_, expected)) => {
                    let canonical: Vec<f64> = parameter
                        .places()
                        .map(|place| crate::Real::to_f64(part[place]))
                        .collect();
                    worst = worst.max(relative_error_above(LEAST, &canonical, expected));
                }
                None => assert!(
                    part.iter().all(|&value| crate::Real::to_f64(value) == 0.0),
                    "`{}` does not reach `{}`",
                    entry.name,
                    parameter.name
                ),
            }
        }
        worst
    }
}

/// Writes canonical values to the memory that a layout gives them.
fn place<T: crate::Real>(layout: &crate::Layout, named: &[(&str, &[f64])], into: &mut [T]) {
    for parameter in layout.parameters {
        let (_, values) = named
            .iter()
            .find(|(name, _)| *name == parameter.name)
            .unwrap_or_else(|| panic!("nothing is called `{}`", parameter.name));
        let memory = &mut into[parameter.range.clone()];
        for (place, &value) in parameter.places().zip(*values) {
            memory[place] = T::literal(value);
        }
    }
}

/// `‖a − b‖ / ‖b‖`, or `‖a‖` if `b` is zero; infinite if lengths differ or a value is NaN, so that every
/// comparison fails.
pub fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    relative_error_above(0.0, a, b)
}

/// The default of the norm from which on [`relative_error_above`] is relative: a gradient that is 0 on paper,
/// such as that of the sum over a layer norm, is 10⁻¹⁷ after rounding.
pub const LEAST: f64 = 1e-3;

/// The error relative to at least `least`: `‖a − b‖ / max(‖b‖, least)`.
pub fn relative_error_above(least: f64, a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    let scale = norm(&mut b.iter().copied()).max(least);
    let error = if scale == 0.0 {
        difference
    } else {
        difference / scale
    };
    if error.is_nan() { f64::INFINITY } else { error }
}

/// Holds results against those that an example of the documentation shows, which are rounded to four digits behind the point.
///
/// # Panics
/// If they differ by more.
pub fn assert_close(found: &[f32], shown: &[f32]) {
    let close = |(found, shown): (&f32, &f32)| (found - shown).abs() <= 1e-4 * (1.0 + shown.abs());
    assert!(
        found.len() == shown.len() && found.iter().zip(shown).all(close),
        "{found:?} is not {shown:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::{relative_error, relative_error_above};

    #[test]
    fn what_cannot_be_compared_is_infinitely_far() {
        assert_eq!(relative_error(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
        assert_eq!(relative_error(&[2.0], &[1.0]), 1.0);
        assert_eq!(relative_error(&[0.5], &[0.0]), 0.5);
        assert_eq!(relative_error_above(0.5, &[0.5], &[0.25]), 0.5);
        assert_eq!(relative_error_above(0.5, &[2.0], &[1.0]), 1.0);
        for (a, b) in [
            (vec![f64::NAN], vec![1.0]),
            (vec![1.0], vec![f64::NAN]),
            (vec![1.0], vec![]),
        ] {
            assert_eq!(relative_error(&a, &b), f64::INFINITY, "{a:?} {b:?}");
        }
    }
}
