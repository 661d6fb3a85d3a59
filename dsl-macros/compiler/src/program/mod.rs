//! A network between elaboration and emission: its entry points as graphs, then as plans.

mod derivatives;
pub mod graphs;
mod pictures;
pub mod plans;

pub use graphs::{EntryGraphs, Gradient, ModeGraphs, computed_values, print_derivative};
pub use pictures::Drawn;
pub use plans::{CompiledNetwork, EntryPlans, ModePlans};
