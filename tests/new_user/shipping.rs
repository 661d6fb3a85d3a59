//! A network whose weights are part of the program.

use dsl_runtime::CheckpointProblem;
use dsl_runtime::prelude::*;

network! {
    /// Tells the digits 0 to 4 apart, by PyTorch's names.
    pub struct LowDigits;

    #[name = ""]
    pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<5> {
        let edges = image.conv(8, 3, pad = 1, name = "features.0").relu().max_pool(2);
        let strokes = edges.conv(16, 3, pad = 1, name = "features.3").relu().max_pool(2);
        strokes.flatten().dense(5, name = "classifier")
    }
}

/// The weights, part of the program.
const WEIGHTS: &[u8] = include_bytes!("digits.safetensors");

fn trained() -> Result<LowDigits, CheckpointProblem> {
    let mut model = LowDigits::new(0);
    checkpoint::decode(&mut model, WEIGHTS)?;
    Ok(model)
}

#[test]
fn what_pytorch_has_trained_reads_digits() -> Result<(), Error> {
    let model = trained().expect("the file fits");
    let test = crate::digits(1, 500)?.test;
    let mut work = LowDigits::workspace().inference().build();
    let (mut right, mut all) = (0, 0);
    for (image, &digit) in test.inputs().chunks_exact(784).zip(test.labels()) {
        if digit < 5 {
            right += usize::from(argmax(model.scores(&mut work, image)?) == Some(digit as usize));
            all += 1;
        }
    }
    assert!(right * 100 > all * 95, "{right} of {all}");
    Ok(())
}
