//! Why the logistic function and cross-entropy belong together: the derivative of `−t log σ(x) − (1 − t) log(1 − σ(x))` is
//! `σ(x) − t`. The compiler finds that form in what a textbook writes; what is computed and differentiated as written is
//! lost where `σ(x)` rounds to 0 or 1.

mod network;

use dsl_runtime::prelude::*;
use network::CrossEntropy;

fn main() -> Result<(), Error> {
    let [derived, as_written] = [CrossEntropy::<false>::GRADIENT, CrossEntropy::<true>::GRADIENT];
    println!("The derivative as the compiler derives it:\n\n{derived}");
    println!("The same of what it may not see through:\n\n{as_written}");
    println!("Where 1 is true:\n");
    println!("            as derived               as written");
    println!("   logit          loss  derivative         loss  derivative");
    let (derived, as_written) = (CrossEntropy::<false>::new(1), CrossEntropy::<true>::new(1));
    let mut derived_work = CrossEntropy::<false>::workspace().threads(1).build();
    let mut written_work = CrossEntropy::<true>::workspace().threads(1).build();
    for size in [1.0, 10.0, 100.0, 1000.0] {
        for logit in [size, -size] {
            println!(
                "{logit:8}  {}  {}",
                row(derived.slope(&mut derived_work, &[logit], &[1.0])?),
                row(as_written.slope(&mut written_work, &[logit], &[1.0])?)
            );
        }
    }
    Ok(())
}

/// A loss and its derivative.
fn row(found: &[f32]) -> String {
    format!("  {:10.2e}  {:10.2e}", found[0], found[1])
}
