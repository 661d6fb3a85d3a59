//! What stands beside errors.
