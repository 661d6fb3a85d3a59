//! The words of the language as documentation items of the runtime: `dsl_runtime::words`, a file for each theme, which a test
//! writes from the tables of the compiler and holds to them.

mod contents;
mod entry;
mod example;
mod render;
mod tests;
mod types;
