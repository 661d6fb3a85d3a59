//! Held against scikit-learn, and at the edges of what is defined.

mod edges;
mod recorded;
