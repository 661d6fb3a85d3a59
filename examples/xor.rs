//! The smallest complete program.
fn main() {}
