//! The operations that become the epilogue of the product before them, in one step with it.

use super::fixture;
use crate::ops::epilogue::StageKind;
use crate::plan::{Plan, StepKind};

/// The number of kernels that normalise their results, the number of those that add a residual, and the
/// number of loops over examples.
fn normalised(plan: &Plan) -> [usize; 3] {
    let mut found = [0; 3];
    for step in plan.phases.iter().flat_map(|phase| &phase.steps) {
        match &step.kind {
            StepKind::Kernel(call) => {
                let stages = call.epilogue.stages.iter().map(|stage| stage.kind());
                for kind in stages {
                    found[0] += usize::from(kind == StageKind::Scale);
                    found[1] += usize::from(kind == StageKind::Residual);
                }
            }
            StepKind::Loop(nest) if nest.operands.iter().any(|operand| operand.per_example.is_some()) => {
                found[2] += 1;
            }
            _ => {}
        }
    }
    found
}

/// With running statistics nothing stands between one convolution and the next; with those of the batch they have to
/// be computed first.
#[test]
fn a_residual_network_evaluates_in_convolutions_alone() {
    fixture("resnet20").compiled(|network| {
        let entry = &network.entries[0];
        let convolutions = 21;
        let residuals = 9;
        // One loop brings the channels to the end, where they are many enough. The other scales and shifts the scores: the mean of what they are a
        // product of is but its sum.
        let loops = 2;
        assert_eq!(
            normalised(&entry.evaluation.results),
            [convolutions, residuals, loops]
        );
        let training = entry.training.as_ref().expect("its modes differ");
        let [normalised, _, loops] = normalised(&training.results);
        assert!(normalised == 0 && loops > residuals, "{normalised}, {loops}");
    });
}
