//! A network between elaboration and emission: its entry points as graphs, then as plans.

mod derivatives;
pub mod graphs;
pub mod plans;

pub use graphs::{EntryGraphs, Gradient, ModeGraphs};
pub use plans::{CompiledNetwork, EntryPlans, ModePlans};
