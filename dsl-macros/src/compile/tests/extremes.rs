//! Declarations at and beyond every limit.
