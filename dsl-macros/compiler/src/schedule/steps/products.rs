//! Lowers products to GEMMs and kernel calls, with their sums over the batch.

use super::super::contraction;
use super::super::fusion::Fused;
use super::Builder;
use crate::lowered::{BLOCK, Element, KernelOp, Layout, Lowered, Type, Val};
use crate::ops::contract::Contract;
use crate::ops::epilogue::Stage;
use crate::ops::movement::Transpose;
use crate::ops::{Kernel, Yields};
use crate::plan::*;
use crate::view::View;

impl Builder<'_> {
    /// Emits a GEMM or kernel whose result, after the epilogue `then`, is the value of `end`.
    pub(super) fn product(&mut self, val: Val, end: Val, then: Epilogue) {
        match &self.graph.node(val).op {
            Lowered::Contract(contract) => {
                // The result has the layout of the gate.
                let is_gated = matches!(then.stages[..], [Stage::Gate(_)]);
                let result = match is_gated {
                    true => self.dense_result(end),
                    false => self.destination(end),
                };
                self.gemm(val, end, contract, result, then);
            }
            Lowered::Kernel(op) if op.is_in_place() => self.update_in_place(val, op),
            Lowered::Kernel(op) => {
                let result = self.dense_result(end);
                self.call(val, end, None, then, result, op);
            }
            _ => unreachable!("only products have an end"),
        }
    }

    /// Emits a kernel that updates its argument in place; no one reads the elements that it clears.
    fn update_in_place(&mut self, val: Val, op: &KernelOp) {
        let node = self.graph.node(val);
        let result = self.dense(node.args[0]);
        self.stored.insert(val, result.clone());
        let call = KernelCall {
            op: op.clone(),
            types: vec![self.graph.ty(node.args[0])],
            mode: CallMode::Batch,
            args: Vec::new(),
            epilogue: Epilogue::store(),
            result,
            rounded: false,
        };
        self.push(val, op.kernel.flops, StepKind::Kernel(call));
    }

    /// Emits a call of a kernel. Without a given mode the arguments decide it.
    pub(super) fn call(
        &mut self,
        val: Val,
        end: Val,
        mode: Option<CallMode>,
        then: Epilogue,
        result: Operand,
        op: &KernelOp,
    ) {
        let node = self.graph.node(val);
        let args: Vec<Operand> = node.args.iter().map(|&arg| self.argument(arg)).collect();
        let mode = mode.unwrap_or_else(|| call_mode(&op.kernel, &args, &result));
        // In a loop over the examples, the memory of a shared value exists once for each of them.
        let types = node.args.iter().zip(&args).map(|(&arg, operand)| {
            let ty = self.graph.ty(arg);
            match (ty.layout, operand.per_example) {
                (Layout::Shared, Some(_)) => Type {
                    layout: Layout::Examples,
                    ..ty
                },
                _ => ty,
            }
        });
        let types = types.collect();
        let call = KernelCall {
            op: op.clone(),
            types,
            mode,
            args,
            epilogue: then,
            result,
            rounded: false,
        };
        self.push(end, op.kernel.flops, StepKind::Kernel(call));
    }

    /// The operand that a kernel reads: a dense value. An index is read in place if it is contiguous for each
    /// example.
    fn argument(&mut self, val: Val) -> Operand {
        let is_index = self.graph.ty(val).is_index();
        match self
            .window(val)
            .filter(|window| is_index && window.view.is_contiguous())
        {
            Some(window) => window,
            None => self.dense(val),
        }
    }

    fn gemm(&mut self, val: Val, end: Val, contract: &Contract, result: Operand, then: Epilogue) {
        let node = self.graph.node(val);
        let (a, b) = (self.strided(node.args[0]), self.strided(node.args[1]));
        let flops = contraction::flops(contract, &a, &b);
        if let Some(gemm) = contraction::gemm(contract, &a, &b, &result, then.clone()) {
            let gemm = self.with_factor_in_rows(gemm);
            return self.push(end, flops, StepKind::Gemm(gemm));
        }
        // The arguments are copied into an order in which the summed axes lie together.
        let orders = contraction::dense_orders(contract);
        let [a, b] = [0, 1].map(|side| {
            let moved = self.transposed(node.args[side], &orders[side]);
            if self.operand(moved).is_none() {
                self.store(moved);
            }
            self.operand(moved).expect("it was just stored")
        });
        let letters =
            |side: usize, own: &[u8]| -> Vec<u8> { orders[side].iter().map(|&axis| own[axis]).collect() };
        let (left, right) = (letters(0, &contract.left), letters(1, &contract.right));
        let contract = Contract {
            left,
            right,
            result: contract.result.clone(),
        };
        let gemm =
            contraction::gemm(&contract, &a, &b, &result, then).expect("the summed axes lie together now");
        let gemm = self.with_factor_in_rows(gemm);
        self.push(end, flops, StepKind::Gemm(gemm));
    }

    /// The value with its axes in another order.
    fn transposed(&self, val: Val, order: &[usize]) -> Val {
        if order.iter().enumerate().all(|(to, &from)| to == from) {
            return val;
        }
        let order = order.to_vec();
        self.graph.apply(Transpose { order }, &[val])
    }

    pub(super) fn fused(&mut self, end: Val, fused: Fused) {
        let stages = fused.epilogue.stages.into_iter().map(|stage| {
            let writes = stage.written().is_some();
            stage.map(|val| match writes {
                true => self.dense_result(val),
                false => self.dense(val),
            })
        });
        let then = Epilogue {
            stages: stages.collect(),
        };
        self.product(fused.product, end, then);
    }

    pub(super) fn batch_sum(&mut self, val: Val) {
        let of = self.graph.node(val).args[0];
        if !self.selection.absorbed.contains(&of) {
            let x = self.dense(of);
            let result = self.dense_result(val);
            let flops = result.view.shape.count();
            if self.graph.ty(of).layout == Layout::Blocks {
                let flops = flops / BLOCK;
                return self.push(val, flops, StepKind::SumBlocks { partials: x, result });
            }
            return self.push(val, flops, StepKind::SumExamples { x, result });
        }
        match &self.graph.node(of).op {
            Lowered::Contract(contract) => {
                let result = self.destination(val);
                self.gemm(of, of, contract, result, Epilogue::store());
            }
            Lowered::Kernel(op) => {
                if op.kernel.yields == Yields::Rows {
                    let result = self.dense_result(val);
                    return self.call(of, of, Some(CallMode::Batch), Epilogue::store(), result, op);
                }
                let shape = self.graph.ty(of).shape;
                let partials = Operand {
                    source: Source::Value(self.new_value(
                        of,
                        Some("partials"),
                        Extent::Blocks(shape.count()),
                    )),
                    view: View::whole(&shape),
                    per_example: None,
                    element: Element::Real,
                    loop_strides: Vec::new(),
                };
                self.call(
                    of,
                    of,
                    Some(CallMode::Batch),
                    Epilogue::store(),
                    partials.clone(),
                    op,
                );
                let result = self.dense_result(val);
                self.push(
                    val,
                    shape.count() / BLOCK,
                    StepKind::SumBlocks { partials, result },
                );
            }
            _ => unreachable!("only products are absorbed by a batch sum"),
        }
    }
}

/// The number of calls of a kernel for these arguments.
fn call_mode(kernel: &Kernel, args: &[Operand], result: &Operand) -> CallMode {
    if result.per_example.is_none() {
        return CallMode::Once;
    }
    let lies_whole = |arg: &Operand| {
        arg.loop_strides.is_empty()
            && arg
                .per_example
                .is_none_or(|width| width == arg.view.shape.count())
    };
    let fits = |(place, arg): (usize, &Operand)| {
        arg.per_example.is_none() == kernel.shared.contains(&place) && lies_whole(arg)
    };
    if args.iter().enumerate().all(fits) && kernel.yields == Yields::Examples {
        CallMode::Batch
    } else {
        CallMode::Each
    }
}
