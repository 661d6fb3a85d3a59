//! Element-wise loops and folds: one nest over literal sizes, operands as slices of the innermost row.

mod fold;
mod nest;
mod pairwise;
mod scalar;
mod shared;

use proc_macro2::TokenStream;

use super::scope::Scope;
use crate::plan::{Loop, LoopStride, Operand, Scalar};
use crate::view::View;
pub use fold::emit_fold;
use nest::{Access, Nest};

pub fn emit_loop(nest: &Loop, scope: &Scope<'_>) -> TokenStream {
    let mut views: Vec<Window> = nest.operands.iter().map(geometry).collect();
    let mut kinds: Vec<Access> = nest
        .operands
        .iter()
        .map(|operand| Access::Read(operand.source))
        .collect();
    let mut coordinates = Vec::new();
    for statement in &nest.statements {
        collect_coordinates(&statement.value, &mut coordinates);
    }
    for coordinate in &coordinates {
        views.push((coordinate.clone(), None, Vec::new()));
        kinds.push(Access::Coordinate(coordinate.clone()));
    }
    let first_store = views.len();
    for store in nest
        .statements
        .iter()
        .filter_map(|statement| statement.store.as_ref())
    {
        views.push(geometry(store));
        kinds.push(Access::Write(store.source));
    }
    let nest_of = Nest::new(scope, nest.layout, &nest.shape.0, &[], views, kinds);
    if let Some(code) = nest_of.shared(nest, first_store) {
        return code;
    }
    let (setup, forms) = nest_of.inner();
    let body = nest_of.statements(&nest.statements, &forms, first_store);
    nest_of.wrap(setup, body)
}

/// The part of a memory that an accessor moves over: its view, its stride from example to example, and its
/// strides from one iteration of each loop over time to the next.
type Window = (View, Option<usize>, Vec<LoopStride>);

fn geometry(operand: &Operand) -> Window {
    (
        operand.view.clone(),
        operand.per_example,
        operand.loop_strides.clone(),
    )
}

fn collect_coordinates(value: &Scalar, coordinates: &mut Vec<View>) {
    match value {
        Scalar::OneHot { class: view, .. } | Scalar::Place(view) if !coordinates.contains(view) => {
            coordinates.push(view.clone());
        }
        Scalar::Apply { args, .. } => args.iter().for_each(|arg| collect_coordinates(arg, coordinates)),
        _ => {}
    }
}
