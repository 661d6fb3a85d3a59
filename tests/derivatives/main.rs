//! Derivatives that `#[derive_also(…)]` asks for, in emitted code: against finite differences, against each other, on other threads
//! and in other batches, and on input that is wrong.

#![forbid(unsafe_code)]

mod calls;
mod networks;
mod numbers;
mod recorded;
mod recorded_networks;
