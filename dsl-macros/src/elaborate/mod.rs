//! ast → typed graph.

mod model;

pub use model::{Entry, EntryInput, Initializer, Model, ParameterDeclaration, ResultType};
