//! Lowers a scan to a loop over time: carried values live in memory of their own, collected values in stacks
//! with one part for each iteration, and the steps of the body run on the part of the iteration.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fusion::{Body, select};
use super::hoist::Hoisted;
use super::{Builder, Steps};
use crate::arena::Operation;
use crate::collections::IntoCollection;
use crate::lowered::{Element, Layout, Leaf, Lowered, Scan, Shape, Val};
use crate::plan::*;
use crate::view::View;

impl Builder<'_> {
    /// Emits the loop, after the steps that set its carried values to their start.
    pub(super) fn repeat(&mut self, val: Val, scan: &Scan) {
        let types = self.graph.node(val).types.clone();
        let args = self.graph.node(val).args.clone();
        let is_joint = types.iter().any(|ty| ty.layout == Layout::Examples);
        let layout = self.result_layout(if is_joint {
            Layout::Examples
        } else {
            Layout::Shared
        });
        let variable = self.result.repeats;
        self.result.repeats += 1;

        let (constants, rest) = args.split_at(scan.constants);
        let (starts, stacked) = rest.split_at(scan.carried);
        let constants: Vec<Operand> = constants.iter().map(|&arg| self.strided(arg)).collect();
        let parts_of_stacked = stacked.iter().map(|&arg| part_of(&self.strided(arg), variable));
        let stacked: Vec<Operand> = parts_of_stacked.collect();

        if self.loop_layout.is_none() {
            self.before_loops = self.result.values.len();
        }
        let names = names(scan);
        let mut results: Vec<Operand> = Vec::new();
        for (part, ty) in types.iter().enumerate() {
            let result = self.part(val, part, layout, &ty.shape, &names[part]);
            results.push(result);
        }
        let (carry, collected) = results.split_at(scan.carried);
        for (&start, place) in starts.iter().zip(carry) {
            self.copy_into(start, place.clone());
        }

        let formals = [&constants, carry, &stacked].concat();
        let collected: Vec<Operand> = collected.iter().map(|stack| part_of(stack, variable)).collect();
        let (steps, hoisted) = self.within(scan, layout, formals, carry, collected);
        for copy in hoisted {
            self.lay_out(val, copy);
        }
        let flops = operations(&steps).saturating_mul(scan.length);
        let for_loop = ForLoop {
            layout,
            variable,
            length: scan.length,
            reversed: scan.reversed,
            steps,
        };
        self.push(val, flops, StepKind::For(for_loop));
    }

    /// Allocates memory for a result of the loop, and records it as the memory of the node that takes that
    /// result.
    fn part(&mut self, scan: Val, part: usize, layout: Layout, shape: &Shape, name: &str) -> Operand {
        let node = self.graph.find(&Lowered::Part(part), &[scan]);
        let name = node
            .and_then(|node| self.graph.name(node))
            .map(|name| name.to_string())
            .unwrap_or_else(|| name.to_string());
        let value = self.named_value(&name, Extent::of(layout, shape.count()));
        let operand = Operand {
            source: Source::Value(value),
            view: View::whole(shape),
            per_example: (layout == Layout::Examples).then_some(shape.count()),
            element: Element::Real,
            loop_strides: Vec::new(),
        };
        if let Some(node) = node {
            self.stored.insert(node, operand.clone());
        }
        operand
    }

    /// The steps of one iteration: first the body, then the collected values into their stacks, then the next
    /// carried values. The second result lists the matrices to lay out anew before the loop.
    fn within(
        &mut self,
        scan: &Scan,
        layout: Layout,
        formals: Vec<Operand>,
        carry: &[Operand],
        collected: Vec<Operand>,
    ) -> (Vec<Step>, Vec<Hoisted>) {
        let body = &*scan.body;
        let live = body.graph.live(&body.outputs);
        let roots: BTreeSet<Val> = body.outputs.iter().copied().into_set();
        let (next, collects) = body.outputs.split_at(scan.carried);
        let mut places: BTreeMap<Val, Operand> = BTreeMap::new();
        for (&val, place) in collects.iter().zip(&collected) {
            places.entry(val).or_insert_with(|| place.clone());
        }
        let result = Steps {
            steps: Vec::new(),
            values: std::mem::take(&mut self.result.values),
            outputs: Vec::new(),
            gradients: Vec::new(),
            repeats: self.result.repeats,
        };
        let constants = scan.constants;
        let of_examples = (layout != Layout::Shared).then_some(Body { constants });
        let mut inner = Builder {
            graph: &body.graph,
            layouts: self.layouts,
            selection: select(&body.graph, &live, &roots, of_examples),
            stored: BTreeMap::new(),
            destinations: BTreeMap::new(),
            contributions: BTreeMap::new(),
            names: std::mem::take(&mut self.names),
            formals,
            places,
            loop_layout: Some(layout),
            before_loops: self.before_loops,
            hoisted: Vec::new(),
            result,
        };
        for &val in &live {
            inner.node(val);
        }
        for (&val, place) in collects.iter().zip(&collected) {
            if inner.stored.get(&val) != Some(place) {
                inner.copy_into(val, place.clone());
            }
        }
        let unchanged =
            |inner: &Builder<'_>, val: Val, place: &Operand| inner.operand(val).as_ref() == Some(place);
        // Parts of the next carried values that depend on the present ones are set aside before these are
        // overwritten.
        for (&val, place) in next.iter().zip(carry) {
            let mut read = Vec::new();
            if !unchanged(&inner, val, place) {
                inner.reading(val, &|view| view.clone(), &mut read);
            }
            let of_carry = |operand: &Operand| carry.iter().any(|place| place.source == operand.source);
            if read.iter().any(of_carry) {
                inner.store(val);
            }
        }
        for (&val, place) in next.iter().zip(carry) {
            if !unchanged(&inner, val, place) {
                inner.copy_into(val, place.clone());
            }
        }
        self.names = std::mem::take(&mut inner.names);
        self.result.values = std::mem::take(&mut inner.result.values);
        self.result.repeats = inner.result.repeats;
        (inner.result.steps, inner.hoisted)
    }
}

/// The part of a stacked value that one iteration sees.
fn part_of(stack: &Operand, variable: usize) -> Operand {
    let View {
        shape,
        strides,
        offset,
    } = &stack.view;
    let turn = LoopStride {
        variable,
        stride: strides[0],
    };
    Operand {
        view: View {
            shape: Shape(shape.0[1..].to_vec()),
            strides: strides[1..].to_vec(),
            offset: *offset,
        },
        loop_strides: stack.loop_strides.iter().copied().chain([turn]).collect(),
        ..stack.clone()
    }
}

/// The names of the body's results; a carried value is named as the body reads it.
fn names(scan: &Scan) -> Vec<String> {
    let body = &*scan.body;
    let mut read: BTreeMap<usize, Val> = BTreeMap::new();
    for val in body.graph.live(&body.outputs) {
        if let Lowered::Leaf(Leaf::Formal { index, .. }) = &body.graph.node(val).op {
            read.insert(*index, val);
        }
    }
    let name = |val: Val| body.graph.name(val).map(|name| name.to_string());
    let of_body = |part: usize, output: Val| match part < scan.carried {
        true => {
            let formal = read.get(&(scan.constants + part));
            formal.and_then(|&formal| name(formal)).or_else(|| name(output))
        }
        false => name(output).map(|name| format!("{name}_steps")),
    };
    let named = |(part, &output): (usize, &Val)| {
        let word = || match &body.graph.node(output).op {
            _ if part < scan.carried => "carried".to_string(),
            Lowered::Leaf(Leaf::Formal { .. }) => "carried_steps".to_string(),
            op => format!("{}_steps", op.name()),
        };
        of_body(part, output).unwrap_or_else(word)
    };
    body.outputs.iter().enumerate().map(named).collect()
}
