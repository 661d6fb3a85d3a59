//! The same bits whatever the number of threads, of every seed, and from whichever call.

use dsl_runtime::prelude::*;

use crate::fixtures::{Fixture, for_every_network};

mod threads {
    use super::*;

    for_every_network!(do_not_change_a_bit: f32 f64);

    fn do_not_change_a_bit<N: Fixture>() {
        [Mode::Evaluate, Mode::Train].into_iter().for_each(in_mode::<N>);
    }

    fn in_mode<N: Fixture>(mode: Mode) {
        let model = N::new(3);
        // One workspace for all batches: what a larger one leaves behind must not show in a smaller.
        let mut works = [1, 2, 3, 5].map(|threads| N::workspace().batch(64).threads(threads).build());
        for examples in [64, 1, 3, 17] {
            let data = N::data(examples, 7);
            let found = works.each_mut().map(|work| bits(&model, work, mode, &data));
            for (work, bits) in works.iter().zip(&found) {
                let threads = work.threads();
                assert!(*bits == found[0], "{examples} examples on {threads} threads");
            }
            let mut fresh = N::workspace().batch(examples).threads(2).build();
            assert!(
                bits(&model, &mut fresh, mode, &data) == found[0],
                "{examples} examples in a workspace of their own"
            );
        }
    }

    /// Loss, outputs and gradient, exactly.
    fn bits<N: Fixture>(model: &N, work: &mut Workspace<N>, mode: Mode, data: &N::Data) -> Vec<u64> {
        // What a call reads before it has written it shows.
        work.poison(Real::literal(f64::NAN));
        let outputs = model.outputs(work, mode, data).expect("a whole batch");
        let mut all: Vec<u64> = outputs
            .iter()
            .flat_map(|(_, elements)| elements)
            .map(|x| x.to_bits())
            .collect();
        work.poison(Real::literal(1e3));
        let (loss, gradient) = model
            .loss_and_grad_in(work, mode, N::inputs(data))
            .expect("a whole batch");
        assert!(loss.to_f64().is_finite());
        all.push(loss.to_f64().to_bits());
        all.extend(gradient.iter().map(|x| x.to_f64().to_bits()));
        all.extend(work.pending().into_iter().flatten().map(|x| x.to_f64().to_bits()));
        all
    }
}

mod training {
    use super::*;

    for_every_network!(small repeats_itself: f32);

    /// Five steps: twice on one thread, once on three.
    fn repeats_itself<N: Fixture>() {
        let trained = |threads: usize, seed: u64| -> Vec<u64> {
            let mut model = N::new(seed);
            let mut work = N::workspace().batch(40).threads(threads).build();
            let mut optimizer = Adam::new(1e-2);
            for step in 0..5 {
                // The last batch of an epoch is smaller.
                let data = N::data(40 - 7 * (step % 2), step as u64);
                model
                    .train_step(&mut work, N::inputs(&data), &mut optimizer)
                    .expect("a finite loss");
            }
            let values = model.parameters().iter().chain(model.buffers());
            values.map(|x| x.to_f64().to_bits()).collect()
        };
        let once = trained(1, 2);
        assert!(once == trained(1, 2), "the same steps again");
        assert!(once == trained(3, 2), "on three threads");
        assert!(once != trained(1, 3), "another seed");
    }
}

mod calls {
    use super::*;

    for_every_network!(follow_the_parameters: f32);

    /// Weights are packed from the second call on, and a step changes them.
    fn follow_the_parameters<N: Fixture>() {
        let data = N::data(5, 7);
        let (mut model, mut optimizer) = (N::new(3), Sgd::new(1e-2));
        let mut work = N::workspace().batch(5).threads(2).build();
        for _ in 0..3 {
            let mut fresh = N::new(4);
            fresh.parameters_mut().copy_from_slice(model.parameters());
            fresh.buffers_mut().copy_from_slice(model.buffers());
            let mut outputs = |model: &N| {
                let outputs = model.outputs(&mut work, Mode::Evaluate, &data);
                let outputs = outputs.expect("a whole batch");
                let elements = outputs.iter().flat_map(|(_, elements)| elements);
                elements.map(|x| x.to_bits()).collect::<Vec<u64>>()
            };
            let first = outputs(&fresh);
            for call in 1..4 {
                assert!(outputs(&model) == first, "call {call}");
            }
            model
                .train_step(&mut work, N::inputs(&data), &mut optimizer)
                .expect("a finite loss");
        }
    }
}
