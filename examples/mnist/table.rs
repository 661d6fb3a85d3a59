//! The table of epochs.

use dsl_runtime::train::{EpochReport, Evaluation};

/// The headings.
pub fn head() {
    println!();
    println!("        loss            on the training digits    on the test digits");
    println!("epoch   while training  loss      accuracy        loss      accuracy   seconds");
}

/// One epoch.
pub fn row(report: &EpochReport) {
    println!(
        "{:5}   {:<14.4}  {}        {}     {:7.2}",
        report.epoch,
        report.train_loss,
        judged(report.train),
        judged(report.test),
        report.seconds
    );
}

fn judged(evaluation: Option<Evaluation>) -> String {
    match evaluation {
        Some(Evaluation {
            loss,
            accuracy: Some(accuracy),
            ..
        }) => format!("{loss:<8.4}  {accuracy:<8.4}"),
        _ => " ".repeat(18),
    }
}
