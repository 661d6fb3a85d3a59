//! Transcendental functions of the two element types.
//!
//! Single precision is written so that a loop over it becomes vector code: polynomials without branches,
//! tables or calls. Double precision serves gradient checks and reference runs, where accuracy matters more
//! than speed, and so goes through the [elementary functions](elementary) of the standard library.

pub(crate) mod double;
pub(crate) mod elementary;
pub(crate) mod single;

#[cfg(test)]
mod tests;
