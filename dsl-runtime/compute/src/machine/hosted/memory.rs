//! Memory that a kernel keeps from call to call.

/// The number of terms of the panels into which kernels copy what they multiply.
pub(crate) const PANEL_TERMS: usize = 128;

/// The number of rows of a left factor in a panel: whole tiles of 6.
pub(crate) const PANEL_ROWS: usize = 252;

/// Calls a function with a value that this thread keeps from call to call:
/// `with_own!(Type = initial value, function)`.
macro_rules! with_own {
    ($type:ty = $initial:expr, $work:expr) => {{
        thread_local! {
            static OWN: std::cell::RefCell<$type> = const { std::cell::RefCell::new($initial) };
        }
        OWN.with_borrow_mut($work)
    }};
}

pub(crate) use with_own;
