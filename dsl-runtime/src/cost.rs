//! What the methods of a network cost, as counted while compiling.

use std::fmt;

/// The cost of one call of a method. Operations and bytes grow with the examples of the batch, and are those of one example,
/// in `f32`; what the batch shares is said apart.
///
/// A count that is too large for a number is [`usize::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The method: `loss_and_grad`.
    pub method: &'static str,
    /// Values that the optimised graph computes, those of one turn of a loop counted once.
    pub values: usize,
    /// Values that are computed again where they are read, since that is cheaper than to keep them in memory.
    pub recomputed: usize,
    /// Steps that the method runs: loops over elements, products, calls of kernels, loops over time.
    pub steps: usize,
    /// Floating-point operations of matrix products and convolutions, with what is applied to their results before they are stored.
    pub product_operations: usize,
    /// All other floating-point operations: element-wise ones, sums, pooling.
    pub other_operations: usize,
    /// Bytes that steps read and write, each operand of a step once: the traffic if no step found anything in a cache.
    pub bytes_moved: usize,
    /// The same of what there is once for the batch, such as parameters and their gradient; for the whole batch.
    pub shared_bytes_moved: usize,
    /// Bytes of the workspace that each example takes; blocks of 16 are allocated at once.
    pub workspace_bytes: usize,
    /// Bytes of the workspace that do not depend on the batch.
    pub fixed_workspace_bytes: usize,
}

/// The costs of a network's methods, in the order in which they are declared; prints as a table.
///
/// ```
/// use dsl_runtime::prelude::*;
///
/// network! {
///     pub struct Line;
///
///     pub fn loss(&self, x: Tensor<3>, y: Tensor<1>) -> Scalar {
///         x.dense(1).squared_error(y)
///     }
/// }
///
/// let gradient = Line::COSTS.of("loss_and_grad").expect("a method of that name");
/// assert!(gradient.product_operations >= 2 * 3 * 2);
/// println!("{}", Line::COSTS);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs(pub &'static [Cost]);

impl Costs {
    /// The cost of a method; `None` if there is none of this name.
    pub fn of(&self, method: &str) -> Option<&'static Cost> {
        self.0.iter().find(|cost| cost.method == method)
    }
}

/// A column of the table: a title, and what stands below it.
type Column = (&'static str, fn(&Cost) -> usize);

const COLUMNS: [Column; 9] = [
    ("values", |cost| cost.values),
    ("recomputed", |cost| cost.recomputed),
    ("steps", |cost| cost.steps),
    ("in products", |cost| cost.product_operations),
    ("other", |cost| cost.other_operations),
    ("moved", |cost| cost.bytes_moved),
    ("moved, shared", |cost| cost.shared_bytes_moved),
    ("workspace", |cost| cost.workspace_bytes),
    ("fixed", |cost| cost.fixed_workspace_bytes),
];

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.0.iter().map(|cost| cost.method.chars().count());
        let first = methods.max().unwrap_or(0).max("method".len());
        let columns = COLUMNS.map(|(title, count)| {
            let cells: Vec<String> = self.0.iter().map(|cost| thousands(count(cost))).collect();
            let width = cells.iter().map(String::len).max().unwrap_or(0).max(title.len());
            (title, cells, width)
        });
        write!(f, "{:first$}", "method")?;
        for (title, _, width) in &columns {
            write!(f, "  {title:>width$}")?;
        }
        for (row, cost) in self.0.iter().enumerate() {
            write!(f, "\n{:first$}", cost.method)?;
            for (_, cells, width) in &columns {
                write!(f, "  {:>width$}", cells[row])?;
            }
        }
        Ok(())
    }
}

/// `1,199,882`
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Cost, Costs};

    const COSTS: Costs = Costs(&[
        Cost {
            method: "loss",
            values: 7,
            recomputed: 0,
            steps: 2,
            product_operations: 203_264,
            other_operations: 101,
            bytes_moved: 4200,
            shared_bytes_moved: 407_080,
            workspace_bytes: 556,
            fixed_workspace_bytes: 0,
        },
        Cost {
            method: "loss_and_grad",
            values: 21,
            recomputed: 1,
            steps: 13,
            product_operations: 1_409_427,
            other_operations: 620,
            bytes_moved: 12_600,
            shared_bytes_moved: 1_221_240,
            workspace_bytes: 1108,
            fixed_workspace_bytes: 64,
        },
    ]);

    #[test]
    fn costs_are_found_by_method() {
        assert_eq!(COSTS.of("loss_and_grad").map(|cost| cost.steps), Some(13));
        assert_eq!(COSTS.of("logits"), None);
    }

    #[test]
    fn numbers_stand_below_each_other() {
        let table = COSTS.to_string();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
        assert!(
            lines[2].contains("1,409,427") && lines[0].starts_with("method "),
            "{table}"
        );
        assert_eq!(Costs(&[]).to_string().lines().count(), 1);
    }
}
