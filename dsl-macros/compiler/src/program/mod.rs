//! A network between elaboration and emission: its entry points as graphs, then as plans.

mod derivatives;
pub mod graphs;
pub mod plans;

pub use graphs::{EntryGraphs, Gradient, ModeGraphs, print_derivative};
pub use plans::{CompiledNetwork, EntryPlans, ModePlans};
