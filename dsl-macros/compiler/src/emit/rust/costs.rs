//! What the methods of a network cost: a row of the table in its documentation, and of the constant `COSTS`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, literal};
use crate::plan::Plan;

/// The bytes of a number of a network in `f32`.
const BYTES: usize = 4;

/// The costs of one method, as `dsl_runtime::Cost` has them.
pub struct Costs {
    pub method: String,
    values: usize,
    recomputed: usize,
    steps: usize,
    products: usize,
    others: usize,
    moved: usize,
    shared: usize,
    workspace: usize,
    fixed: usize,
}

/// The costs of a method that runs a plan, of a graph with so many values.
pub fn of(method: String, plan: &Plan, values: usize) -> Costs {
    let cost = plan.cost();
    let (fixed, per_block) = docs::memory(plan);
    let bytes = |elements: usize| elements.saturating_mul(BYTES);
    Costs {
        method,
        values,
        recomputed: plan.recomputed,
        steps: plan.phases.iter().map(|phase| phase.steps.len()).sum(),
        products: cost.products,
        others: cost.others,
        moved: bytes(cost.moved),
        shared: bytes(cost.shared),
        workspace: bytes(per_block).div_ceil(16),
        fixed: bytes(fixed),
    }
}

impl Costs {
    /// The cells of a row in the documentation.
    pub fn cells(&self) -> [usize; 7] {
        [
            self.values,
            self.recomputed,
            self.steps,
            self.products,
            self.others,
            self.moved,
            self.workspace,
        ]
    }
}

/// The constant with the costs of all methods.
pub fn emit(costs: &[Costs], runtime: &TokenStream) -> TokenStream {
    let rows = costs.iter().map(|costs| {
        let method = &costs.method;
        let [values, recomputed, steps, products, others, moved, workspace] = costs.cells().map(literal);
        let (shared, fixed) = (literal(costs.shared), literal(costs.fixed));
        quote! {
            #runtime::Cost {
                method: #method,
                values: #values,
                recomputed: #recomputed,
                steps: #steps,
                product_operations: #products,
                other_operations: #others,
                bytes_moved: #moved,
                shared_bytes_moved: #shared,
                workspace_bytes: #workspace,
                fixed_workspace_bytes: #fixed,
            }
        }
    });
    quote! {
        /// What each of its methods costs, counted while compiling.
        pub const COSTS: #runtime::Costs = #runtime::Costs(&[#(#rows),*]);
    }
}
