//! graph → plan.

pub mod view;
