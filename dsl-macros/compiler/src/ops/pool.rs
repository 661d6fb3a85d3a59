//! Pooling over windows of the last two axes; all axes before them are planes that pool alike.

use super::{Expr, Kernel, KernelFunction, Linearity, Lowered, Operator, Sizes, need_real, real};
use crate::arena::{Array, Mismatch, Shape, Type, Val};

/// The sizes of a pooling.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Height, width.
    pub input: [usize; 2],
    /// Height, width.
    pub output: [usize; 2],
    pub window: [usize; 2],
    pub stride: [usize; 2],
    /// `[[top, bottom], [left, right]]`
    pub pad: [[usize; 2]; 2],
}

impl Geometry {
    /// The sizes of the result, or why there is none.
    pub fn new(
        input: [usize; 2],
        window: [usize; 2],
        stride: [usize; 2],
        pad: [[usize; 2]; 2],
    ) -> Result<Geometry, Mismatch> {
        let mut output = [0; 2];
        for axis in 0..2 {
            let padded = input[axis] + pad[axis][0] + pad[axis][1];
            if stride[axis] == 0 {
                return Err(Mismatch::new("`stride` of a pooling is at least 1"));
            }
            if input[axis] == 0 || window[axis] == 0 || window[axis] > padded {
                return Err(Mismatch::new(format!(
                    "a {}×{} window does not fit into {}",
                    window[0],
                    window[1],
                    Shape::from(input)
                ))
                .help("use a smaller window, or pool less often before"));
            }
            if pad[axis].iter().any(|&pad| pad >= window[axis]) {
                return Err(Mismatch::new(format!(
                    "padding {:?} is as large as the window {:?}: some windows would hold nothing",
                    pad[axis], window[axis]
                )));
            }
            output[axis] = (padded - window[axis]) / stride[axis] + 1;
        }
        Ok(Geometry {
            input,
            output,
            window,
            stride,
            pad,
        })
    }

    /// The places of the input that one window covers, padding left out.
    fn covered(&self, y: usize, x: usize) -> impl Iterator<Item = usize> + '_ {
        let rows =
            (0..self.window[0]).filter_map(move |ky| (y * self.stride[0] + ky).checked_sub(self.pad[0][0]));
        rows.filter(|&iy| iy < self.input[0]).flat_map(move |iy| {
            let columns = (0..self.window[1])
                .filter_map(move |kx| (x * self.stride[1] + kx).checked_sub(self.pad[1][0]));
            columns
                .filter(|&ix| ix < self.input[1])
                .map(move |ix| iy * self.input[1] + ix)
        })
    }

    /// True if the windows are two by two and neither overlap nor leave the plane.
    pub fn is_halving(&self) -> bool {
        self.window == [2, 2] && self.stride == [2, 2] && self.pad == [[0, 0]; 2]
    }

    /// Elements of a window, padding among them.
    fn area(&self) -> f64 {
        (self.window[0] * self.window[1]) as f64
    }

    /// Calls `visit(output place, input places)` for every window of every plane.
    pub fn windows(&self, planes: usize, mut visit: impl FnMut(usize, &[usize])) {
        let (input, output) = (self.input[0] * self.input[1], self.output[0] * self.output[1]);
        for plane in 0..planes {
            for y in 0..self.output[0] {
                for x in 0..self.output[1] {
                    let places: Vec<usize> = self.covered(y, x).map(|place| plane * input + place).collect();
                    visit(plane * output + y * self.output[1] + x, &places);
                }
            }
        }
    }

    /// The type of a result of `[…, result]` from arguments whose last axes are as `expected`.
    pub fn check(
        &self,
        word: &str,
        args: &[Type],
        expected: &[[usize; 2]],
        result: [usize; 2],
    ) -> Result<Vec<Type>, Mismatch> {
        need_real(word, args)?;
        let planes = |arg: &Type| arg.shape.0[..arg.shape.rank().saturating_sub(2)].to_vec();
        for (arg, expected) in args.iter().zip(expected) {
            if !arg.shape.0.ends_with(expected) || planes(arg) != planes(&args[0]) {
                return Err(Mismatch::new(format!(
                    "`{word}` needs planes of {expected:?}, this is {}",
                    arg.shape
                )));
            }
        }
        real(
            args,
            planes(&args[0]).into_iter().chain(result).collect::<Vec<usize>>(),
        )
    }

    fn kernel(&self, function: KernelFunction, args: &[Type]) -> Kernel {
        let planes = args[0].shape.0[..args[0].shape.rank() - 2].iter().product();
        Kernel {
            flops: planes * self.output[0] * self.output[1] * self.window[0] * self.window[1],
            ..Kernel::new(function, planes, Sizes::Pool2d(self.clone()), args.len())
        }
    }
}

impl std::fmt::Display for Geometry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "window = {:?}", self.window)?;
        if self.stride != self.window {
            write!(f, ", stride = {:?}", self.stride)?;
        }
        if self.pad != [[0, 0], [0, 0]] {
            write!(f, ", pad = {:?}", self.pad)?;
        }
        Ok(())
    }
}

/// The place of the first largest element; a NaN counts as largest.
pub fn arg_max(x: &Array, places: &[usize]) -> usize {
    let mut best = places[0];
    for &place in &places[1..] {
        if x.data[place] > x.data[best] || (x.data[place].is_nan() && !x.data[best].is_nan()) {
            best = place;
        }
    }
    best
}

/// The number of planes of a value.
pub fn planes(x: &Array) -> usize {
    x.shape.0[..x.shape.rank() - 2].iter().product()
}

/// The shape of a value with other planes.
pub fn sized(like: &Array, plane: [usize; 2]) -> Shape {
    Shape(
        like.shape.0[..like.shape.rank() - 2]
            .iter()
            .copied()
            .chain(plane)
            .collect(),
    )
}

macro_rules! pooling {
    (
        $(#[$doc:meta])* $name:ident $word:literal $kernel:ident [$($arg:ident),+] -> $result:ident, $linearity:expr;
        vjp |$x:ident, $dy:ident, $geometry:ident| $vjp:expr;
        $(jvp |$jx:ident, $jdx:ident, $jgeometry:ident| $jvp:expr;)?
        evaluate |$args:ident, $of:ident, $output:ident, $place:ident, $places:ident| $body:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub Geometry);

        impl Operator for $name {
            fn name(&self) -> &'static str {
                $word
            }

            fn attributes(&self) -> String {
                self.0.to_string()
            }

            fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
                self.0.check($word, args, &[$(self.0.$arg),+], self.0.$result)
            }

            fn linearity(&self) -> Linearity {
                $linearity
            }

            fn vjp<'g>(&self, $x: &[Expr<'g>], _: Expr<'g>, $dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
                let $geometry = self.0.clone();
                let graph = $dy.graph;
                $vjp.into_iter().map(|part: Option<Val>| part.map(|val| graph.expr(val))).collect()
            }

            $(fn jvp<'g>(&self, $jx: &[Expr<'g>], _: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
                let $jgeometry = self.0.clone();
                let $jdx = dx[0]?;
                Some($jdx.graph.expr($jvp))
            })?

            fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
                super::on_stacks(self.clone(), length, args, over)
            }

            fn evaluate(&self, $args: &[&Array]) -> Array {
                let mut result = Array::zeros(&sized($args[0], self.0.$result));
                let $of = &self.0;
                $of.windows(planes($args[0]), |$place, $places| {
                    let $output = &mut result.data;
                    $body
                });
                result
            }

            fn is_heavy(&self) -> bool {
                true
            }

            fn lower(&self, args: &[Type]) -> Option<Lowered> {
                let kernel = self.0.kernel(KernelFunction::$kernel, args);
                Some(Lowered::kernel(kernel, self.clone()))
            }
        }
    };
}

pooling! {
    /// The largest element of each window; padding never wins, the first of equals does.
    MaxPool2d "max_pool2d" MaxPool2d [input] -> output, Linearity::None;
    vjp |x, dy, geometry| [Some(dy.graph.apply(MaxPool2dGradient(geometry), &[x[0].val, dy.val]))];
    jvp |x, dx, geometry| dx.graph.apply(MaxPool2dAt(geometry), &[x[0].val, dx.val]);
    evaluate |args, geometry, result, place, places| result[place] = args[0].data[arg_max(args[0], places)]
}
pooling! {
    /// Each element of the gradient sent to where `x` (the first argument) is largest in the window.
    MaxPool2dGradient "max_pool2d_gradient" MaxPool2dGradient [input, output] -> input, Linearity::Each(&[1]);
    vjp |x, dy, geometry| [None, Some(dy.graph.apply(MaxPool2dAt(geometry), &[x[0].val, dy.val]))];
    evaluate |args, geometry, result, place, places| result[arg_max(args[0], places)] += args[1].data[place]
}
pooling! {
    /// The element of `v` (the second argument) at the place where `x` is largest in the window.
    MaxPool2dAt "max_pool2d_at" MaxPool2dAt [input, input] -> output, Linearity::Each(&[1]);
    vjp |x, dy, geometry| [None, Some(dy.graph.apply(MaxPool2dGradient(geometry), &[x[0].val, dy.val]))];
    evaluate |args, geometry, result, place, places| result[place] = args[1].data[arg_max(args[0], places)]
}
pooling! {
    /// The mean of each window; padding counts as zeros.
    MeanPool2d "mean_pool2d" MeanPool2d [input] -> output, Linearity::Jointly;
    vjp |_x, dy, geometry| [Some(dy.graph.apply(MeanPool2dGradient(geometry), &[dy.val]))];
    evaluate |args, geometry, result, place, places|
        result[place] = places.iter().map(|&from| args[0].data[from]).sum::<f64>() / geometry.area()
}
pooling! {
    /// Each element of the gradient spread evenly over its window.
    MeanPool2dGradient "mean_pool2d_gradient" MeanPool2dGradient [output] -> input, Linearity::Jointly;
    vjp |_x, dy, geometry| [Some(dy.graph.apply(MeanPool2d(geometry), &[dy.val]))];
    evaluate |args, geometry, result, place, places| {
        for &to in places {
            result[to] += args[0].data[place] / geometry.area();
        }
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::ops::sample::{Sample, Sampled, any, apart};

    /// Disjoint windows, overlapping ones, and padded ones that leave the last column out.
    fn geometries() -> Vec<Geometry> {
        let none = [[0, 0], [0, 0]];
        [
            Geometry::new([4, 4], [2, 2], [2, 2], none),
            Geometry::new([3, 4], [2, 3], [1, 1], none),
            Geometry::new([4, 5], [3, 2], [2, 2], [[1, 1], [0, 0]]),
        ]
        .map(|geometry| geometry.expect("the samples fit"))
        .into()
    }

    fn plane(planes: &[usize], plane: [usize; 2]) -> Vec<usize> {
        [planes, &plane[..]].concat()
    }

    macro_rules! sampled {
        ($name:ident: $($draw:ident $part:ident),+) => {
            impl Sampled for $name {
                fn samples() -> Vec<Sample> {
                    let one = |(geometry, planes): (Geometry, &[usize])| {
                        let args = [$($draw(plane(planes, geometry.$part))),+];
                        let mut wrong = args.clone();
                        wrong.last_mut().expect("poolings have arguments").shape = [2, 9, 9].into();
                        Sample::new($name(geometry), args).refuses(wrong, "[2, 9, 9]")
                    };
                    let planes: [&[usize]; 3] = [&[2], &[], &[1, 2]];
                    geometries().into_iter().zip(planes).map(one).collect()
                }
            }
        };
    }
    sampled!(MaxPool2d: apart input);
    sampled!(MaxPool2dGradient: apart input, any output);
    sampled!(MaxPool2dAt: apart input, any input);
    sampled!(MeanPool2d: any input);
    sampled!(MeanPool2dGradient: any output);
}
