//! Channels last: the layout of images between the convolutions of results.
//!
//! In: the lowered function of results, images as `[channels, height, width]`. Out: the same function with the images between
//! convolutions as `[height, width, channels]`, transposed at the borders. A region begins at a convolution by a parameter, and extends
//! through poolings and through every operator that works element by element or on some axes:
//!
//! ```text
//! image → conv → relu → max_pool → flatten → dense
//! image → transpose → conv → relu → max_pool → transpose → flatten → dense
//! ```
//!
//! A vector register then holds channels of a pixel, whatever the size of an image and the steps between pixels: a convolution with a
//! kernel of 1×1 is a matrix product of all pixels, one of each channel by itself needs no shuffles, and the weight, packed once for all
//! calls, is read from end to end. A transposition is another view; it costs a copy where a kernel reads it.
//!
//! Training is laid out [in blocks of examples](super::batch_tiling) instead. Cost: linear in the nodes. cuDNN's and oneDNN's `NHWC` is
//! this layout; TensorFlow and XLA push transpositions through a graph in the same way.

use std::collections::BTreeMap;

use crate::lowered::channels_last::{moved_axis, moved_list, to_first, to_last};
use crate::lowered::{
    Assembly, Computes, Function, Graph, KernelOp, Layout, Leaf, Lowered, Movement, Reduction, Shape, Val,
};
use crate::ops::concat::Concat;
use crate::ops::conv::Geometry;
use crate::ops::movement::{Broadcast, Pad, Reshape, Slice, Transpose};
use crate::ops::reduce::{Max, Sum};
use crate::ops::{Kernel, KernelFunction, Sizes};

/// The same function, with the images of its convolutions laid out channels last.
pub fn lay_channels_last(function: Function) -> Function {
    let live = function.graph.live(&function.outputs);
    if !live.iter().any(|&val| begins(&function.graph, val)) {
        return function;
    }
    let new = Graph::new();
    new.reserve_identities(&function.graph);
    let mut images = Images {
        old: &function.graph,
        new: &new,
        forms: BTreeMap::new(),
    };
    for val in live {
        new.set_origin(Some(function.graph.node(val).origin.clone()));
        let form = images.form(val);
        if let (Some(name), Some(own)) = (function.graph.name(val), form.last.or(form.first)) {
            new.set_name(own, &name);
        }
        images.forms.insert(val, form);
    }
    let outputs = function.outputs.iter().map(|&val| images.first(val)).collect();
    new.set_origin(None);
    Function { graph: new, outputs }
}

/// The number of output channels from which a vector of them is full enough.
const CHANNELS: usize = 8;

/// The largest number of elements of a kernel that the kernels on channels take.
const TAPS: usize = 64;

/// True for a convolution that is computed channels last wherever its image comes from. One with a kernel of 1×1 is a fast product in
/// either layout.
fn begins(graph: &Graph, val: Val) -> bool {
    convolution(graph, val).is_some_and(|geometry| geometry.kernel != [1, 1])
}

/// The sizes of a convolution by a parameter that can be computed channels last, if a value is one.
fn convolution(graph: &Graph, val: Val) -> Option<Geometry> {
    let node = graph.node(val);
    let Some(Kernel {
        function: KernelFunction::Conv2d,
        sizes: Sizes::Conv2d(geometry),
        ..
    }) = kernel_of(&node.op)
    else {
        return None;
    };
    let is_image = graph.ty(node.args[0]).layout == Layout::Examples;
    let is_served = geometry.groups == 1 || is_depthwise(geometry);
    let is_full = geometry.output[0] >= CHANNELS && geometry.kernel[0] * geometry.kernel[1] <= TAPS;
    (is_parameter(graph, node.args[1]) && is_image && is_served && is_full).then(|| geometry.clone())
}

/// True for the elements of a parameter in their order, whatever the shape.
fn is_parameter(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    match &node.op {
        Lowered::Leaf(Leaf::Parameter(_)) => true,
        Lowered::Movement(Movement::Reshape(_)) => is_parameter(graph, node.args[0]),
        _ => false,
    }
}

/// True if each channel is convolved by a kernel of its own.
fn is_depthwise(geometry: &Geometry) -> bool {
    geometry.groups > 1 && [geometry.input[0], geometry.output[0]] == [geometry.groups; 2]
}

/// The call of a kernel that an operator is, if it is one.
fn kernel_of(op: &Lowered) -> Option<&Kernel> {
    match op {
        Lowered::Kernel(op) => Some(&op.kernel),
        _ => None,
    }
}

/// The forms that a value has in the new graph so far.
#[derive(Clone, Copy, Default)]
struct Forms {
    /// With the channels first, or no image at all.
    first: Option<Val>,
    /// With the channels last.
    last: Option<Val>,
    /// True if it is computed with the channels last.
    native: bool,
}

struct Images<'g> {
    old: &'g Graph,
    new: &'g Graph,
    forms: BTreeMap<Val, Forms>,
}

impl Images<'_> {
    /// Computes a value in the form that suits it best.
    fn form(&mut self, val: Val) -> Forms {
        let node = self.old.node(val);
        let native = node.args.iter().any(|arg| self.forms[arg].native);
        if native && let Some(folded) = self.folded(val) {
            return Forms {
                first: Some(folded),
                ..Forms::default()
            };
        }
        let last = match kernel_of(&node.op) {
            _ if begins(self.old, val) => Some(self.kernel(val)),
            // A product of matrices in either layout goes on in that of its image.
            Some(_) if convolution(self.old, val).is_some() => {
                let is_last = self.forms[&node.args[0]].last.is_some();
                is_last.then(|| self.kernel(val))
            }
            Some(kernel) if native => self.pools(val, kernel).then(|| self.kernel(val)),
            None if native => self.moved(val),
            _ => None,
        };
        match last {
            Some(_) => Forms {
                first: None,
                last,
                native: true,
            },
            None => Forms {
                first: Some(self.as_it_was(val)),
                ..Forms::default()
            },
        }
    }

    fn as_it_was(&mut self, val: Val) -> Val {
        let node = self.old.node(val);
        let args: Vec<Val> = node.args.iter().map(|&arg| self.first(arg)).collect();
        self.new.apply(node.op.clone(), &args)
    }

    /// The value with its channels first.
    fn first(&mut self, val: Val) -> Val {
        let forms = self.forms[&val];
        let first = match (forms.first, forms.last) {
            (Some(first), _) => first,
            (None, Some(last)) => self.transposed(last, val, to_first, "channels_first"),
            (None, None) => unreachable!("every value has a form"),
        };
        self.forms.entry(val).or_default().first = Some(first);
        first
    }

    /// The value with its channels last.
    fn last(&mut self, val: Val) -> Val {
        let forms = self.forms[&val];
        if let Some(last) = forms.last {
            return last;
        }
        let node = self.old.node(val);
        let last = match &node.op {
            Lowered::Movement(Movement::Broadcast(broadcast)) if broadcast.axes.len() <= 1 => {
                let of = self.first(node.args[0]);
                let repeated = Broadcast {
                    shape: Shape(moved_list(&broadcast.shape.0)),
                    axes: (broadcast.axes.iter())
                        .map(|&axis| moved_axis(axis, broadcast.shape.rank()))
                        .collect(),
                };
                self.new.apply(repeated, &[of])
            }
            _ => {
                let first = self.first(val);
                self.transposed(first, val, to_last, "channels_last")
            }
        };
        self.forms.entry(val).or_default().last = Some(last);
        last
    }

    /// Transposes a form of a value, and names the other form after it.
    fn transposed(&self, form: Val, val: Val, order: fn(usize) -> Vec<usize>, word: &str) -> Val {
        let order = order(self.new.ty(form).shape.rank());
        let moved = self.new.apply(Transpose { order }, &[form]);
        let name = match &self.old.node(val).op {
            Lowered::Leaf(Leaf::Input(input)) => Some(input.name.as_str().into()),
            _ => self.old.name(val),
        };
        if let Some(name) = name {
            self.new.set_name(moved, &format!("{name}_{word}"));
        }
        moved
    }

    /// Emits a convolution or pooling of images whose channels lie last.
    fn kernel(&mut self, val: Val) -> Val {
        let node = self.old.node(val);
        let Lowered::Kernel(called) = &node.op else {
            unreachable!("only kernels convolve and pool")
        };
        let Computes::Operator(op) = &called.computes else {
            unreachable!("its images are laid out for the first time")
        };
        let function = called.kernel.function.with_channels_last();
        let kernel = Kernel {
            function: function.expect("checked when it was laid out"),
            count: 1,
            ..called.kernel.clone()
        };
        let computes = Computes::ChannelsLast(op.clone());
        let image = self.last(node.args[0]);
        let rest: Vec<Val> = node.args[1..].iter().map(|&arg| self.first(arg)).collect();
        let args = [&[image], rest.as_slice()].concat();
        self.new
            .apply(Lowered::from(KernelOp { kernel, computes }), &args)
    }

    /// True for a pooling of images.
    fn pools(&self, val: Val, kernel: &Kernel) -> bool {
        let is_pooling = matches!(
            kernel.function,
            KernelFunction::MaxPool2d | KernelFunction::MeanPool2d
        );
        is_pooling && self.old.ty(val).shape.rank() == 3
    }

    /// Emits an operator that works element by element, puts images together or cuts them.
    fn moved(&mut self, val: Val) -> Option<Val> {
        let node = self.old.node(val);
        let rank = self.old.ty(val).shape.rank();
        let moved: Lowered = match &node.op {
            Lowered::Movement(Movement::Reshape(reshape)) => {
                let from = self.old.ty(node.args[0]).shape;
                Reshape {
                    shape: reshaped(&from, &reshape.shape)?,
                }
                .into()
            }
            _ if rank < 2 || node.args.iter().any(|&arg| self.old.ty(arg).shape.rank() != rank) => {
                return None;
            }
            Lowered::Scalar(_) => node.op.clone(),
            Lowered::Assembly(Assembly::Concat(concat)) => Concat {
                axis: moved_axis(concat.axis, rank),
            }
            .into(),
            Lowered::Assembly(Assembly::Pad(pad)) => Pad {
                before: moved_list(&pad.before),
                after: moved_list(&pad.after),
            }
            .into(),
            Lowered::Movement(Movement::Slice(slice)) => Slice {
                starts: moved_list(&slice.starts),
                sizes: moved_list(&slice.sizes),
            }
            .into(),
            _ => return None,
        };
        let args: Vec<Val> = node.args.iter().map(|&arg| self.last(arg)).collect();
        Some(self.new.apply(moved, &args))
    }

    /// Folds an image along some axes, if those left are in the same order with the channels last.
    fn folded(&mut self, val: Val) -> Option<Val> {
        let node = self.old.node(val);
        let Lowered::Reduction(reduction) = &node.op else {
            return None;
        };
        let rank = self.old.ty(node.args[0]).shape.rank();
        let left = (0..rank).filter(|axis| !reduction.axes().contains(axis));
        let left: Vec<usize> = left.map(|axis| moved_axis(axis, rank)).collect();
        if !left.is_sorted() {
            return None;
        }
        let axes = (0..rank).filter(|axis| !left.contains(axis)).collect();
        let folded: Lowered = match reduction {
            Reduction::Sum(_) => Sum { axes }.into(),
            Reduction::Max(_) => Max { axes }.into(),
        };
        let image = self.last(node.args[0]);
        Some(self.new.apply(folded, &[image]))
    }
}

/// The shape of an image with the channels last that gets or loses axes of one element, as sequences do where they are convolved.
fn reshaped(from: &Shape, to: &Shape) -> Option<Shape> {
    let longer = |shape: &Shape| -> Vec<usize> {
        let beside = shape.0.iter().skip(1).copied();
        beside.filter(|&size| size != 1).collect()
    };
    let is_same = from.0.first() == to.0.first() && longer(from) == longer(to);
    (is_same && to.rank() >= 2).then(|| Shape(moved_list(&to.0)))
}

#[cfg(test)]
mod tests;
