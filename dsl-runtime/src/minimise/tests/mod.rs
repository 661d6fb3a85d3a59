//! The minimisers on problems whose minima SciPy has found, and at their edges.

mod agreement;
mod errors;
mod network;
mod problems;
mod recorded;
mod resume;
mod robustness;
