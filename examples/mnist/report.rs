//! The page of a training: what the network makes of the test digits, beside what the trainer has logged.

use std::path::PathBuf;

use dsl_runtime::metrics::{ConfusionMatrix, Metric};
use dsl_runtime::prelude::*;
use dsl_runtime::run::{RunFolder, Sample};
use dsl_runtime::train::Scores;

/// Digits of each kind, those that are right and those that are not.
const MOST: usize = 16;

/// Adds to a run which digits are taken for which, the first digits and the first mistakes; returns where its page is.
pub fn write<N>(
    run: &RunFolder,
    model: &N,
    digits: &Dataset<f32>,
    logits: impl Scores<N>,
) -> Result<PathBuf, Error>
where
    N: Classifier<Element = f32>,
{
    let mut work = N::workspace().batch(256).inference().build();
    let mut matrix = ConfusionMatrix::new(10);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for batch in digits.in_order(256) {
        let scores = logits(model, &mut work, batch.inputs)?;
        matrix.observe(scores, batch.labels)?;
        let images = batch.inputs.chunks_exact(digits.width());
        for ((image, label), scores) in images.zip(batch.labels).zip(scores.chunks_exact(10)) {
            let class = argmax(scores);
            let kept = if class == Some(*label as usize) {
                &mut right
            } else {
                &mut wrong
            };
            if kept.len() < MOST {
                let class = class.map_or("nothing".to_string(), |class| class.to_string());
                kept.push(
                    Sample::image([1, 28, 28], image)?
                        .expected(label.to_string())
                        .predicted(class),
                );
            }
        }
    }
    run.confusion_matrix(&matrix, &[])?;
    run.samples(&[wrong, right].concat())?;
    run.report()
}
