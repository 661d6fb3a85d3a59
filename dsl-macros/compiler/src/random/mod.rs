//! Property-based testing: random declarations, typed so that they always elaborate, run through every stage
//! of the compiler.
//!
//! A declaration is generated as text, from a seed: functions that call one another, loops, and words from
//! tables, one theme per file (`words`). Any operand may be shared or per example, and any leaf may occur.
//! `check` compares every stage with the one before it. Nothing here needs rustc, so thousands take seconds:
//!
//! ```sh
//! NETWORKS=10000 SEED=1 cargo test --release -p dsl-compiler --lib -- --ignored random::tests::many --nocapture
//! ```

mod calls;
mod chance;
mod check;
mod compiled;
mod declaration;
mod functions;
mod leaves;
mod loops;
mod maker;
mod operands;
mod shrink;
mod tests;
mod value;
mod words;

pub use check::sound;
pub use functions::declaration;
