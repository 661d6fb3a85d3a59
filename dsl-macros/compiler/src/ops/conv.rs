//! Two-dimensional convolution (cross-correlation, as in every framework) and its two gradients.
//!
//! `y = conv(x, w)` is linear in `x` and in `w`; the three operators here are the three ways to solve the one
//! trilinear form `Σ dy · x · w`, so each is the derivative of the others.

use super::{Expr, Kernel, KernelFunction, Linearity, Lowered, Operator, Sizes, Yields, need_real, real};
use crate::arena::{Array, Mismatch, Shape, Type, Val};

/// The sizes of a convolution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Channels, height, width.
    pub input: [usize; 3],
    /// Channels, height, width.
    pub output: [usize; 3],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// `[[top, bottom], [left, right]]`
    pub pad: [[usize; 2]; 2],
    pub dilation: [usize; 2],
    pub groups: usize,
}

impl Geometry {
    /// The sizes of the result, or why there is none.
    pub fn new(
        input: [usize; 3],
        channels: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        pad: [[usize; 2]; 2],
        dilation: [usize; 2],
        groups: usize,
    ) -> Result<Geometry, Mismatch> {
        for (word, size) in [
            ("stride", stride[0].min(stride[1])),
            ("dilation", dilation[0].min(dilation[1])),
            ("groups", groups),
        ] {
            if size == 0 {
                return Err(Mismatch::new(format!("`{word}` of a convolution is at least 1")));
            }
        }
        if !input[0].is_multiple_of(groups) || !channels.is_multiple_of(groups) {
            return Err(Mismatch::new(format!(
                "{groups} groups divide neither evenly: {} input channels, {channels} output channels",
                input[0]
            )));
        }
        let mut output = [channels, 0, 0];
        for axis in 0..2 {
            let window = (kernel[axis].max(1) - 1) * dilation[axis] + 1;
            let padded = input[axis + 1] + pad[axis][0] + pad[axis][1];
            if kernel[axis] == 0 || window > padded {
                let side = ["height", "width"][axis];
                return Err(Mismatch::new(format!(
                    "a {}×{} kernel does not fit: the padded {side} of {} is {padded}",
                    kernel[0],
                    kernel[1],
                    Shape::from(input)
                ))
                .help("use a smaller kernel, or `pad = …`"));
            }
            output[axis + 1] = (padded - window) / stride[axis] + 1;
        }
        Ok(Geometry {
            input,
            output,
            kernel,
            stride,
            pad,
            dilation,
            groups,
        })
    }

    pub fn weight(&self) -> Shape {
        Shape::from([
            self.output[0],
            self.input[0] / self.groups,
            self.kernel[0],
            self.kernel[1],
        ])
    }

    /// Multiplications of one example, times two.
    fn flops(&self) -> usize {
        2 * self.weight().count() * self.output[1] * self.output[2]
    }

    /// Calls `visit` with the places in input, weight and output of every product of the trilinear form.
    fn products(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [_, height, width] = self.input;
        let [channels_out, rows, columns] = self.output;
        let (per_group_in, per_group_out) = (self.input[0] / self.groups, channels_out / self.groups);
        for o in 0..channels_out {
            for c in 0..per_group_in {
                let channel = o / per_group_out * per_group_in + c;
                for ky in 0..self.kernel[0] {
                    for kx in 0..self.kernel[1] {
                        let weight = ((o * per_group_in + c) * self.kernel[0] + ky) * self.kernel[1] + kx;
                        for y in 0..rows {
                            let Some(iy) =
                                (y * self.stride[0] + ky * self.dilation[0]).checked_sub(self.pad[0][0])
                            else {
                                continue;
                            };
                            for x in 0..columns {
                                let ix =
                                    (x * self.stride[1] + kx * self.dilation[1]).checked_sub(self.pad[1][0]);
                                if let Some(ix) = ix.filter(|&ix| ix < width && iy < height) {
                                    visit(
                                        (channel * height + iy) * width + ix,
                                        weight,
                                        (o * rows + y) * columns + x,
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn kernel(&self, function: KernelFunction, yields: Yields) -> Kernel {
        Kernel {
            shared: if yields == Yields::Examples { &[1] } else { &[] },
            scratch: true,
            yields,
            flops: self.flops(),
            ..Kernel::new(function, 1, Sizes::Conv2d(self.clone()), 2)
        }
    }
}

impl std::fmt::Display for Geometry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "kernel = {:?}", self.kernel)?;
        if self.stride != [1, 1] {
            write!(f, ", stride = {:?}", self.stride)?;
        }
        if self.pad != [[0, 0], [0, 0]] {
            write!(f, ", pad = {:?}", self.pad)?;
        }
        if self.dilation != [1, 1] {
            write!(f, ", dilation = {:?}", self.dilation)?;
        }
        if self.groups != 1 {
            write!(f, ", groups = {}", self.groups)?;
        }
        Ok(())
    }
}

fn check(name: &str, args: &[Type], expected: [&Shape; 2], result: Shape) -> Result<Vec<Type>, Mismatch> {
    need_real(name, args)?;
    for (arg, expected) in args.iter().zip(expected) {
        if arg.shape != *expected {
            return Err(Mismatch::new(format!(
                "`{name}` needs {expected}, this is {}",
                arg.shape
            )));
        }
    }
    real(args, result)
}

macro_rules! convolution {
    ($(#[$doc:meta])* $name:ident $word:literal ($a:ident, $b:ident) -> $result:ident, $yields:expr; vjp [$da:ident: $first:expr, $db:ident: $second:expr]) => {
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
                let shape = |tensor: Tensor| tensor.shape(&self.0);
                check($word, args, [&shape(Tensor::$a), &shape(Tensor::$b)], shape(Tensor::$result))
            }

            fn linearity(&self) -> Linearity {
                Linearity::Each(&[0, 1])
            }

            fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
                let graph = dy.graph;
                let first = { let $da = (x[1], dy); $first(&self.0, $da) };
                let second = { let $db = (x[0], dy); $second(&self.0, $db) };
                vec![Some(graph.expr(first)), Some(graph.expr(second))]
            }

            fn evaluate(&self, args: &[&Array]) -> Array {
                let mut result = Array::zeros(&Tensor::$result.shape(&self.0));
                self.0.products(|input, weight, output| {
                    let place = |tensor: Tensor| match tensor {
                        Tensor::Input => input,
                        Tensor::Weight => weight,
                        Tensor::Output => output,
                    };
                    result.data[place(Tensor::$result)] +=
                        args[0].data[place(Tensor::$a)] * args[1].data[place(Tensor::$b)];
                });
                result
            }

            fn is_heavy(&self) -> bool {
                true
            }

            fn needs_batch_sum(&self) -> bool {
                $yields != Yields::Examples
            }

            fn lower(&self, _: &[Type]) -> Option<Lowered> {
                let kernel = self.0.kernel(KernelFunction::$name, $yields);
                Some(Lowered::kernel(kernel, self.clone()))
            }
        }
    };
}

/// The three tensors of a convolution.
#[derive(Clone, Copy)]
enum Tensor {
    Input,
    Weight,
    Output,
}

impl Tensor {
    fn shape(self, geometry: &Geometry) -> Shape {
        match self {
            Tensor::Input => geometry.input.into(),
            Tensor::Weight => geometry.weight(),
            Tensor::Output => geometry.output.into(),
        }
    }
}

fn forward(geometry: &Geometry, (image, weight): (Expr<'_>, Expr<'_>)) -> Val {
    image
        .graph
        .apply(Conv2d(geometry.clone()), &[image.val, weight.val])
}

fn input_gradient(geometry: &Geometry, (d_out, weight): (Expr<'_>, Expr<'_>)) -> Val {
    d_out
        .graph
        .apply(Conv2dInputGradient(geometry.clone()), &[d_out.val, weight.val])
}

fn weight_gradient(geometry: &Geometry, (image, d_out): (Expr<'_>, Expr<'_>)) -> Val {
    image
        .graph
        .apply(Conv2dWeightGradient(geometry.clone()), &[image.val, d_out.val])
}

convolution! {
    /// `y[o, y, x] = Σ w[o, c, ky, kx] · x[c, y·s + ky·d − p, x·s + kx·d − p]`
    Conv2d "conv2d" (Input, Weight) -> Output, Yields::Examples;
    vjp [pair: |g, (weight, dy)| input_gradient(g, (dy, weight)), pair: |g, (image, dy)| weight_gradient(g, (image, dy))]
}
convolution! {
    /// The derivative of `conv2d` by its image: arguments are the gradient of the result and the weight.
    Conv2dInputGradient "conv2d_input_gradient" (Output, Weight) -> Input, Yields::Examples;
    vjp [pair: |g, (weight, dx)| forward(g, (dx, weight)), pair: |g, (d_out, dx)| weight_gradient(g, (dx, d_out))]
}
convolution! {
    /// The derivative of `conv2d` by its weight: arguments are the image and the gradient of the result.
    Conv2dWeightGradient "conv2d_weight_gradient" (Input, Output) -> Weight, Yields::Blocks;
    vjp [pair: |g, (d_out, dw)| input_gradient(g, (d_out, dw)), pair: |g, (image, dw)| forward(g, (image, dw))]
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::ops::sample::{Arg, Sample, Sampled, any, index};

    /// Every option alone, then together; stride 2 leaves a last row that no window covers.
    fn geometries() -> Vec<Geometry> {
        let none = [[0, 0], [0, 0]];
        [
            Geometry::new([2, 3, 3], 2, [2, 2], [1, 1], none, [1, 1], 1),
            Geometry::new([1, 4, 3], 2, [3, 2], [2, 1], [[1, 0], [0, 1]], [1, 1], 1),
            Geometry::new([1, 4, 4], 1, [2, 2], [1, 2], none, [2, 2], 1),
            Geometry::new([4, 2, 3], 2, [1, 2], [1, 1], [[0, 0], [1, 1]], [1, 1], 2),
            Geometry::new([2, 5, 4], 4, [2, 3], [2, 2], [[1, 1], [2, 0]], [2, 1], 2),
        ]
        .map(|geometry| geometry.expect("the samples fit"))
        .into()
    }

    fn samples(op: impl Fn(Geometry) -> crate::ops::Op, arguments: [Tensor; 2]) -> Vec<Sample> {
        let one = |geometry: Geometry| {
            let args = arguments.map(|tensor| any(tensor.shape(&geometry)));
            let wrong: [Arg; 2] = [args[0].clone(), any([7, 7])];
            let integers = [index(3, args[0].shape.clone()), args[1].clone()];
            Sample::new(op(geometry), args)
                .refuses(wrong, "[7, 7]")
                .refuses(integers, "< 3")
        };
        geometries().into_iter().map(one).collect()
    }

    impl Sampled for Conv2d {
        fn samples() -> Vec<Sample> {
            samples(
                |geometry| Conv2d(geometry).into(),
                [Tensor::Input, Tensor::Weight],
            )
        }
    }

    impl Sampled for Conv2dInputGradient {
        fn samples() -> Vec<Sample> {
            samples(
                |geometry| Conv2dInputGradient(geometry).into(),
                [Tensor::Output, Tensor::Weight],
            )
        }
    }

    impl Sampled for Conv2dWeightGradient {
        fn samples() -> Vec<Sample> {
            samples(
                |geometry| Conv2dWeightGradient(geometry).into(),
                [Tensor::Input, Tensor::Output],
            )
        }
    }
}
