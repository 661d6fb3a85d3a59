//! Spans for subscribers of the crate `tracing`, where its feature is on.
//!
//! | span | level | fields |
//! |---|---|---|
//! | `training` | info | `network`, `examples` |
//! | `epoch` | info | `number`, from 1 |
//! | `step` | debug | `number`, from 1 |
//! | `evaluation` | info | `epoch` at the end of an epoch of a `Trainer`, else `examples` |
//! | `saving`, `loading` | info | `path` |

/// Enters a span until the end of the block; nothing without the feature `tracing`.
macro_rules! span {
    ($level:ident, $name:literal $(, $($fields:tt)*)?) => {
        #[cfg(feature = "tracing")]
        let _span = ::tracing::span!(::tracing::Level::$level, $name $(, $($fields)*)?).entered();
    };
}

pub(crate) use span;
