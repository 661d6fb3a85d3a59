//! Random declarations, typed so that they always elaborate, through every stage of the compiler.
//!
//! A declaration is made as text, from a seed: functions that call one another, loops, and words from tables, one theme a
//! file (`words`). Any operand may be of any kind and any leaf. `check` holds every stage against the one before it.
//! Nothing here needs rustc, so thousands take seconds:
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
