//! What a crate of a company or a course passes on: the runtime under a name of its own, its macros and prelude at its root.

#![forbid(unsafe_code)]

pub use dsl_runtime as runtime;
pub use dsl_runtime::prelude;
pub use dsl_runtime::{blocks, network};
