//! Why softmax and cross-entropy belong together (Bridle, 1990): the derivative of `−log softmax(x)ₜ` is `softmax(x) − t`,
//! with `t` as 0 and 1. The compiler finds that form in what a textbook writes; what is computed and differentiated as
//! written is lost where a probability rounds to 0.

mod network;

use dsl_runtime::prelude::*;
use network::CrossEntropy;

fn main() -> Result<(), Error> {
    let [derived, as_written] = [CrossEntropy::<false>::GRADIENT, CrossEntropy::<true>::GRADIENT];
    println!("The derivative as the compiler derives it:\n\n{derived}");
    println!("The same of what it may not see through:\n\n{as_written}");
    println!("Where the first class is true:\n");
    println!("                           as derived                    as written");
    println!("logits                     loss     derivative           loss     derivative");
    let (derived, as_written) = (CrossEntropy::<false>::new(1), CrossEntropy::<true>::new(1));
    let mut derived_work = CrossEntropy::<false>::workspace().threads(1).build();
    let mut written_work = CrossEntropy::<true>::workspace().threads(1).build();
    for size in [1.0, 10.0, 100.0, 1000.0] {
        for x in [[size, 0.0, -size], [-size, 0.0, size]] {
            println!(
                "{:25}  {}    {}",
                format!("{x:?}"),
                row(derived.slope(&mut derived_work, &x, &[0])?),
                row(as_written.slope(&mut written_work, &x, &[0])?)
            );
        }
    }
    Ok(())
}

/// A loss and its derivative.
fn row((loss, slope): (&[f32], &[f32])) -> String {
    let slope: String = slope.iter().map(|value| format!("{value:6.2}")).collect();
    format!("{:<7.2} {slope}", loss[0])
}
