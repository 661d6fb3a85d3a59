//! Operands: the memory of values (an input, a parameter, the workspace or a gradient), and the window
//! through which they are read.

use super::super::fusion::is_scalar;
use super::Builder;
use crate::arena::Operation;
use crate::lowered::{Element, Layout, Leaf, Lowered, Shape, Val};
use crate::plan::*;
use crate::view::View;

impl Builder<'_> {
    pub(super) fn gradient_operand(&self, parameter: usize, shape: &Shape) -> Operand {
        let view = self.parameter_view(parameter, shape);
        Operand {
            source: Source::Gradient(parameter),
            view,
            per_example: None,
            element: Element::Real,
            loop_strides: Vec::new(),
        }
    }

    /// The layout of a result computed from values of layout `own`. Within a loop over the examples' time
    /// nothing is shared: its workers do not see each other.
    pub(super) fn result_layout(&self, own: Layout) -> Layout {
        self.loop_layout.map_or(own, |layout| own.max(layout))
    }

    /// The layout of the memory of a result. It decides what a step that writes the result covers, whatever
    /// the step reads.
    pub(super) fn layout_of(&self, result: &Operand) -> Layout {
        match result.source {
            Source::Value(value) => self.result.values[value].extent.layout(),
            _ => Layout::Shared,
        }
    }

    pub(super) fn parameter_view(&self, parameter: usize, shape: &Shape) -> View {
        match self.layouts.get(&parameter) {
            Some(order) => View::ordered(shape, order),
            None => View::whole(shape),
        }
    }

    /// All of a stored value or leaf.
    pub(super) fn operand(&self, val: Val) -> Option<Operand> {
        if let Some(operand) = self.stored.get(&val) {
            return Some(operand.clone());
        }
        let node = self.graph.node(val);
        let Lowered::Leaf(leaf) = &node.op else {
            return None;
        };
        let ty = self.graph.ty(val);
        let (source, view) = match leaf {
            Leaf::Formal { index, .. } => return Some(self.formals[*index].clone()),
            Leaf::Input(input) => (Source::Input(input.index), View::whole(&ty.shape)),
            Leaf::Parameter(parameter) => (
                Source::Parameter(parameter.index),
                self.parameter_view(parameter.index, &ty.shape),
            ),
            Leaf::Direction(direction) => (
                Source::Direction(direction.index),
                self.parameter_view(direction.index, &ty.shape),
            ),
            Leaf::Buffer(buffer) => (Source::Buffer(buffer.index), View::whole(&ty.shape)),
            Leaf::Constant(_) | Leaf::BatchSize => return None,
        };
        Some(Operand {
            source,
            view,
            per_example: (ty.layout != Layout::Shared).then_some(ty.shape.count()),
            element: ty.element,
            loop_strides: Vec::new(),
        })
    }

    /// A value as a window on stored memory, seen through movements.
    pub(super) fn window(&self, val: Val) -> Option<Operand> {
        if let Some(operand) = self.operand(val) {
            return Some(operand);
        }
        let node = self.graph.node(val);
        let Lowered::Movement(movement) = &node.op else {
            return None;
        };
        let of = self.window(node.args[0])?;
        let view = movement.view(&of.view)?;
        Some(Operand { view, ..of })
    }

    /// A window on a value, which is copied first if strides cannot describe the window.
    pub(super) fn strided(&mut self, val: Val) -> Operand {
        if self.window(val).is_none() {
            self.store(val);
        }
        self.window(val).expect("a stored value is a window on itself")
    }

    /// True if a window covers the whole value: everything of each example, or all of a shared value.
    pub(super) fn is_whole(&self, operand: &Operand) -> bool {
        let elements = operand.view.shape.count();
        let all = match (operand.source, operand.per_example) {
            (_, Some(width)) => width == elements,
            (Source::Value(value), None) => self.result.values[value].extent == Extent::Shared(elements),
            _ => true,
        };
        all && operand.loop_strides.is_empty()
    }

    /// A window on a dense value, as kernels need it: everything of each example, or for a shared value its
    /// elements from the first on, which the call picks out.
    pub(super) fn dense(&mut self, val: Val) -> Operand {
        let fits = |operand: &Operand| {
            operand.view.is_contiguous()
                && operand.view.offset == 0
                && operand.loop_strides.is_empty()
                && (operand.per_example.is_none() || self.is_whole(operand))
        };
        match self.window(val).filter(fits) {
            Some(operand) => operand,
            None => {
                self.store(val);
                self.operand(val).expect("it was just stored")
            }
        }
    }

    /// Computes and stores a value that so far was only a way to read others.
    pub(super) fn store(&mut self, val: Val) {
        self.selection.inlined.remove(&val);
        if is_scalar(self.graph, val) {
            return self.loop_of(val);
        }
        let place = self.copy_to_value(val);
        self.stored.insert(val, place);
    }

    pub(super) fn new_value(&mut self, val: Val, name: Option<&str>, extent: Extent) -> usize {
        let contribution = || {
            let parameter = self.parameter_name(*self.contributions.get(&val)?)?;
            Some(format!("d_{parameter}_{}", name.unwrap_or("each")))
        };
        let word = (self.graph.name(val).map(|name| name.to_string()))
            .or_else(contribution)
            .or_else(|| name.map(str::to_string));
        match word {
            Some(word) => self.named_value(&word, extent),
            None => {
                let name = self.names.numbered(self.graph.node(val).op.name());
                self.value_called(name, extent)
            }
        }
    }

    pub(super) fn named_value(&mut self, name: &str, extent: Extent) -> usize {
        let name = self.names.fresh(name);
        self.value_called(name, extent)
    }

    fn value_called(&mut self, name: String, extent: Extent) -> usize {
        self.result.values.push(Value {
            name,
            extent,
            slot: usize::MAX,
            depth: 0,
        });
        self.result.values.len() - 1
    }

    /// The memory for the result of `val`: its gradient, or its part of a stack, or a new value.
    pub(super) fn destination(&mut self, val: Val) -> Operand {
        let place = match (self.destinations.get(&val), self.places.get(&val)) {
            (Some(&parameter), _) => self.gradient_operand(parameter, &self.graph.ty(val).shape),
            (None, Some(place)) => place.clone(),
            (None, None) => self.new_place(val),
        };
        self.stored.insert(val, place.clone());
        place
    }

    /// New memory for a value.
    pub(super) fn new_place(&mut self, val: Val) -> Operand {
        let ty = self.graph.ty(val);
        let (layout, width) = (self.result_layout(ty.layout), ty.shape.count());
        // A value summed over the batch holds one partial sum for each block.
        let partial = layout == Layout::Blocks && self.contributions.contains_key(&val);
        let name = partial.then_some("partials");
        Operand {
            source: Source::Value(self.new_value(val, name, Extent::of(layout, width))),
            view: View::whole(&ty.shape),
            per_example: (layout != Layout::Shared).then_some(width),
            element: Element::Real,
            loop_strides: Vec::new(),
        }
    }

    /// A row-major destination; a gradient kept in another order is copied there at the end.
    pub(super) fn dense_result(&mut self, val: Val) -> Operand {
        if self
            .destinations
            .get(&val)
            .is_some_and(|parameter| self.layouts.contains_key(parameter))
        {
            self.destinations.remove(&val);
        }
        self.places.remove(&val);
        self.destination(val)
    }
}
