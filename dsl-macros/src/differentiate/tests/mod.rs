//! Small whole graphs that need all of the algebra.
