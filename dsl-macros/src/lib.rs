//! The compiler behind `network!`.

// Used by the stages that follow.
#[allow(dead_code)]
mod diagnostics;
#[allow(dead_code, unused_imports)]
mod syntax;
