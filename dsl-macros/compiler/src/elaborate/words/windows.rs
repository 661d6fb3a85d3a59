//! The arguments of windows over images: sizes, strides and padding, in one direction or two.

use super::asker;
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::limits;
use crate::elaborate::types::PADDING;
use crate::elaborate::value::Value;

/// Vertical and horizontal. A value with one direction has height 1.
pub type Pair = [usize; 2];

/// The directions a word works in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directions {
    /// Along the last axis.
    One,
    /// Along the last two.
    Two,
}

impl Directions {
    /// The pair for `size`, with `neutral` for the missing direction.
    fn of(self, size: usize, neutral: usize) -> Pair {
        match self {
            Directions::One => [neutral, size],
            Directions::Two => [size, size],
        }
    }
}

/// A size for all directions, or one for each.
pub fn pair<'a>(
    e: &Elaborator<'a>,
    a: &Arguments<'a>,
    place: usize,
    directions: Directions,
    default: Pair,
) -> Result<Pair, Fault> {
    let refused = |wanted: &str| {
        let text = format!(
            "`{}` needs {wanted}, but {}",
            asker(e, a),
            a.shown_with_shape(e, place)
        );
        Fault::new(text).at(place)
    };
    match (directions, a.get(place)) {
        (_, None) => Ok(default),
        (_, Some(value)) if size(value, 1).is_some() => {
            Ok(directions.of(size(value, 1).unwrap_or_default(), 1))
        }
        (Directions::One, _) => Err(refused("one size of at least 1")),
        (Directions::Two, Some(Value::Array(parts))) => match sizes(parts, 1).as_deref() {
            Some(&[vertical, horizontal]) => Ok([vertical, horizontal]),
            _ => Err(refused("one size or two of at least 1")),
        },
        (Directions::Two, _) => Err(refused("one size or two of at least 1")),
    }
}

/// The sizes that padding depends on, per direction: of the image, of a window with its gaps, of a stride.
#[derive(Clone, Copy, Debug)]
pub struct Padded {
    pub image: Pair,
    pub window: Pair,
    pub stride: Pair,
}

/// Padding: one number for all sides, one per direction, one per side, or `"same"`, which makes the result
/// `⌈image / stride⌉` long; an odd remainder goes below and to the right. In one direction `[before, after]`.
pub fn padding<'a>(
    e: &Elaborator<'a>,
    a: &Arguments<'a>,
    place: usize,
    directions: Directions,
    same: Option<Padded>,
) -> Result<[Pair; 2], Fault> {
    let refused = || {
        let help = match (directions, same) {
            (Directions::One, _) => "write `1`, `[0, 1]` for before and after, or `\"same\"`",
            (_, None) => "write `1`, `[1, 2]` for each direction, or `[[0, 1], [2, 2]]` for each side",
            (_, Some(_)) => PADDING,
        };
        let text = format!(
            "`{}` does not know such padding: {}",
            asker(e, a),
            a.shown_with_shape(e, place)
        );
        Err(Fault::new(text).help(help).at(place))
    };
    let both = |part: &Value| match part {
        Value::Array(sides) => match sizes(sides, 0).as_deref() {
            Some(&[before, after]) => Some([before, after]),
            _ => None,
        },
        part => size(part, 0).map(|size| [size, size]),
    };
    match (a.get(place), directions, same) {
        (None, ..) => Ok([[0, 0]; 2]),
        (Some(Value::Text(text)), _, Some(padded)) if &**text == "same" => Ok([0, 1].map(|axis| {
            let (image, stride) = (padded.image[axis], padded.stride[axis]);
            let reached = (image.div_ceil(stride) - 1) * stride + padded.window[axis];
            let missing = reached.saturating_sub(image);
            [missing / 2, missing - missing / 2]
        })),
        (Some(value), Directions::One, _) => match both(value) {
            Some(sides) => Ok([[0, 0], sides]),
            None => refused(),
        },
        (Some(Value::Array(parts)), Directions::Two, _) => {
            match parts.iter().map(both).collect::<Option<Vec<Pair>>>().as_deref() {
                Some(&[vertical, horizontal]) => Ok([vertical, horizontal]),
                _ => refused(),
            }
        }
        (Some(value), Directions::Two, _) => match size(value, 0) {
            Some(size) => Ok([[size, size]; 2]),
            None => refused(),
        },
    }
}

fn sizes(parts: &[Value], least: usize) -> Option<Vec<usize>> {
    parts.iter().map(|part| size(part, least)).collect()
}

fn size(value: &Value, least: usize) -> Option<usize> {
    match value {
        Value::Integer(size) => usize::try_from(*size)
            .ok()
            .filter(|size| (least..=limits::ELEMENTS).contains(size)),
        _ => None,
    }
}
