//! plan → tokens.

use proc_macro2::Literal;

/// A size as one writes it: `784`, not `784usize`.
pub fn literal(size: usize) -> Literal {
    Literal::usize_unsuffixed(size)
}
