//! Networks that nobody wrote: emitted code against the interpreter, loss and every gradient, in batches of 1, 3 and 17.
//!
//! `dsl-macros/compiler/src/random` makes them, and holds `networks.rs` to what it makes; `tests/random.sh` tries more of them.

#![forbid(unsafe_code)]

#[path = "../agrees/mod.rs"]
mod agrees;
mod networks;
