//! A step allocates nothing: counted by an allocator that counts.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use dsl_runtime::optim::{Adafactor, Lamb, Muon, Nadam, WeightAverage};
use dsl_runtime::prelude::*;

mod mlp {
    use dsl_runtime::prelude::*;

    include!("networks/mlp.rs");
}

mod derivatives {
    use dsl_runtime::prelude::*;

    include!("networks/derivatives.rs");
}

mod lenet {
    use dsl_runtime::prelude::*;

    include!("networks/lenet.rs");
}

/// The system's allocator, and how often it was asked.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: `memory` came from `alloc` above, that is from the system.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates, on all threads: the least of a few times, as the test harness's own thread may
/// allocate meanwhile.
fn allocations(mut work: impl FnMut()) -> usize {
    let once = || {
        let before = COUNT.load(Ordering::Relaxed);
        work();
        COUNT.load(Ordering::Relaxed) - before
    };
    std::iter::repeat_with(once).take(5).min().expect("five times")
}

/// The allocations of a step and of an evaluation, once the first step has made the optimizer's state.
fn of_steps<N: Classifier>(
    threads: usize,
    mut optimizer: impl Optimizer<N::Element>,
    scores: impl Fn(&N, &mut Workspace<N>, &[N::Element]),
) -> [usize; 4] {
    const BATCH: usize = 33;
    let inputs: Vec<N::Element> = (0..BATCH * 784)
        .map(|i| Real::literal((i % 7) as f64 / 7.0))
        .collect();
    let labels: Vec<u32> = (0..BATCH as u32).map(|i| i % 10).collect();
    let mut model = N::new(1);
    let mut work = N::workspace().batch(BATCH).threads(threads).build();
    let mut step = |examples: usize, work: &mut Workspace<N>, model: &mut N| {
        let batch = (&inputs[..examples * 784], &labels[..examples]);
        model
            .train_step(work, batch, &mut optimizer)
            .expect("a finite loss");
    };
    step(BATCH, &mut work, &mut model);
    [
        allocations(|| step(BATCH, &mut work, &mut model)),
        allocations(|| step(5, &mut work, &mut model)),
        allocations(|| {
            model.loss(&mut work, (&inputs, &labels)).expect("a whole batch");
        }),
        allocations(|| scores(&model, &mut work, &inputs)),
    ]
}

/// The allocations of products with a direction and of a gradient by an input.
fn of_derivatives(threads: usize) -> [usize; 3] {
    const BATCH: usize = 33;
    let (input, classes) = ([0.5; 5 * BATCH], [1; BATCH]);
    let direction = vec![1.0; derivatives::Derivatives::<f32>::LAYOUT.len];
    let model = derivatives::Derivatives::new(1);
    let mut work = derivatives::Derivatives::workspace()
        .batch(BATCH)
        .threads(threads)
        .build();
    [
        allocations(|| {
            let product = model.loss_hvp(&mut work, &input, 2.0, &classes, &direction);
            product.expect("a whole batch");
        }),
        allocations(|| {
            let product = model.loss_gnvp(&mut work, &input, 2.0, &classes, &direction);
            product.expect("a whole batch");
        }),
        allocations(|| {
            let gradients = model.loss_grad(&mut work, &input, 2.0, &classes);
            gradients.expect("a whole batch");
        }),
    ]
}

// One test, as every thread of the process is counted.
#[test]
fn steps_allocate_nothing() {
    for threads in [1, 2] {
        check::<mlp::Mlp<f32>>(threads, |model, work, inputs| {
            model.logits(work, inputs).expect("a whole batch");
        });
        check::<mlp::Mlp<f64>>(threads, |model, work, inputs| {
            model.logits(work, inputs).expect("a whole batch");
        });
        check::<lenet::LeNet<f32>>(threads, |model, work, inputs| {
            model.logits(work, inputs).expect("a whole batch");
        });
        assert_eq!(
            of_derivatives(threads),
            [0; 3],
            "derivatives on {threads} threads"
        );
    }
    let counted = allocations(|| drop(std::hint::black_box(vec![0u8; 64])));
    assert!(counted > 0, "the allocator counts");
}

fn check<N: Classifier>(threads: usize, scores: impl Fn(&N, &mut Workspace<N>, &[N::Element])) {
    let average = WeightAverage::exponential(0.99);
    check_with(threads, Adam::new(1e-3), &scores);
    let equipped = Nadam::new(1e-3)
        .weight_decay(0.1)
        .l2_from_start(0.1)
        .no_decay_on_biases_and_norms()
        .group("*.weight", |group| group.rate(2.0))
        .clip_norm(1.0)
        .average(average);
    check_with(threads, equipped, &scores);
    check_with(threads, Muon::new(1e-3).l1(1e-6).clip_block(1.0), &scores);
    check_with(threads, Adafactor::new(1e-3), &scores);
    check_with(threads, Lamb::new(1e-3).clip_value(1.0), &scores);
}

fn check_with<N: Classifier>(
    threads: usize,
    optimizer: impl Optimizer<N::Element>,
    scores: impl Fn(&N, &mut Workspace<N>, &[N::Element]),
) {
    let name = optimizer.state().optimizer;
    assert_eq!(
        of_steps(threads, optimizer, scores),
        [0; 4],
        "{} on {threads} threads by {name}",
        N::NAME
    );
}
