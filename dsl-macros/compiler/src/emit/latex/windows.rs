//! Convolutions, poolings, and the adjoints and derivatives of these.

use super::Writer;
use super::legend::Legend;
use super::math::{Math, call, size};
use crate::ops::formula::Precedence;
use crate::ops::{conv, pool};

impl Writer<'_> {
    pub(super) fn convolution(
        &self,
        geometry: &conv::Geometry,
        sign: &str,
        order: [usize; 2],
        args: &[Math],
    ) -> Math {
        self.explain(Legend::Convolution);
        let pair = |pair: [usize; 2]| format!("({}, {})", pair[0], pair[1]);
        let mut scripts = Vec::new();
        if geometry.stride != [1, 1] {
            scripts.push(format!("s = {}", pair(geometry.stride)));
        }
        if geometry.dilation != [1, 1] {
            scripts.push(format!("d = {}", pair(geometry.dilation)));
        }
        if geometry.pad != [[0, 0], [0, 0]] {
            scripts.push(format!(
                "p = ({}, {})",
                padding(geometry.pad[0]),
                padding(geometry.pad[1])
            ));
        }
        if geometry.groups != 1 {
            scripts.push(format!(r"{} \text{{ groups}}", geometry.groups));
        }
        let scripts = match scripts.as_slice() {
            [] => String::new(),
            scripts => format!("_{{{}}}", scripts.join(", ")),
        };
        let [a, b] = order.map(|place| args[place].within(Precedence::Atom));
        let text = format!(r"{a} \mathbin{{{sign}{scripts}}} {b}");
        Math::new(text, Precedence::MatrixProduct, size(args))
    }

    /// The derivative of a largest element along a direction, or its adjoint.
    pub(super) fn derivative(&self, geometry: &pool::Geometry, above: &str, args: &[Math]) -> Math {
        self.explain(Legend::MaxPool);
        self.explain(Legend::Derivative);
        let function = call(
            &format!(r"\mathrm{{D}} {}", pooling("maxpool", "", geometry)),
            &args[..1],
        );
        along(&function.text, above, &args[1])
    }
}

/// A linear function of a value.
pub(super) fn along(function: &str, above: &str, value: &Math) -> Math {
    let text = format!(r"{function}{above}\left[{}\right]", value.text);
    Math::new(text, Precedence::Atom, value.size + 1)
}

fn padding([before, after]: [usize; 2]) -> String {
    match before == after {
        true => before.to_string(),
        false => format!(r"{before} \mid {after}"),
    }
}

/// A pooling with its window, and what else it has.
pub(super) fn pooling(word: &str, above: &str, geometry: &pool::Geometry) -> String {
    let mut scripts = vec![format!(r"{} \times {}", geometry.window[0], geometry.window[1])];
    if geometry.stride != geometry.window {
        scripts.push(format!("s = ({}, {})", geometry.stride[0], geometry.stride[1]));
    }
    if geometry.pad != [[0, 0], [0, 0]] {
        scripts.push(format!(
            "p = ({}, {})",
            padding(geometry.pad[0]),
            padding(geometry.pad[1])
        ));
    }
    format!(r"\operatorname{{{word}}}{above}_{{{}}}", scripts.join(", "))
}
