//! Finds values that are infinite or NaN.

use std::fmt;

use crate::{Layout, Parameter, Real};

/// A value that is infinite or NaN, with its position. Displays as `` element 3 of `logits.dense1.bias` is
/// NaN ``.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonFinite {
    /// The name of the parameter or buffer.
    pub name: &'static str,
    /// The index of the element, in canonical order.
    pub position: usize,
    /// Its value.
    pub value: f64,
}

impl NonFinite {
    /// The first non-finite value in `values`, which are laid out as `layout` says.
    pub(crate) fn first<T: Real>(layout: &Layout, values: &[T]) -> Option<NonFinite> {
        layout.parameters.iter().find_map(|parameter| {
            let (position, value) = first_of(parameter, &values[parameter.range.clone()])?;
            let name = parameter.name;
            Some(NonFinite {
                name,
                position,
                value,
            })
        })
    }
}

/// The position in canonical order, and the value, of the first non-finite value of one parameter.
pub(crate) fn first_of<T: Real>(parameter: &Parameter, values: &[T]) -> Option<(usize, f64)> {
    if values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let canonical = parameter.places().map(|place| values[place].to_f64());
    canonical.enumerate().find(|(_, value)| !value.is_finite())
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NonFinite {
            name,
            position,
            value,
        } = self;
        write!(f, "element {position} of `{name}` is {value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Network;
    use crate::testing::Points;

    #[test]
    fn the_first_in_canonical_order_is_named_and_gaps_are_not_looked_at() {
        let layout = Points::<f32>::LAYOUT;
        let mut values = vec![0.0f32; layout.len];
        values[10] = f32::NAN;
        assert_eq!(NonFinite::first(&layout, &values), None);
        values[18] = f32::NEG_INFINITY;
        let found = NonFinite::first(&layout, &values).unwrap();
        assert_eq!(found.to_string(), "element 2 of `logits.dense1.bias` is -inf");
        // Memory order `[2, 3]`, canonical order `[3, 2]`.
        values[1] = f32::INFINITY;
        values[3] = f32::NAN;
        let found = NonFinite::first(&layout, &values).unwrap();
        assert_eq!(found.to_string(), "element 1 of `logits.dense1.weight` is NaN");
    }
}
