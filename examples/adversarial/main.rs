//! Attacks on a network that reads digits, and training against them: the fast gradient sign method (Goodfellow, Shlens
//! and Szegedy, 2015) and projected gradient ascent, with which Madry et al. (2018) also train.
//!
//! The attacks are written in the declaration, as derivatives of the loss by the image. The same derivatives show what a
//! network looks at (Simonyan, Vedaldi and Zisserman, 2014): noise in the plain network, and strokes in the one trained on
//! attacked digits (Tsipras et al., 2019).

#[path = "../shared/beside.rs"]
mod beside;
#[path = "../shared/grey.rs"]
mod grey;
mod network;

use beside::beside;
use dsl_runtime::Gradient;
use dsl_runtime::prelude::*;
use grey::grey;
use network::Digits;

/// How far a pixel may be moved, of the 1 between black and white.
const SIZE: f32 = 0.2;
const BATCH: usize = 100;
const EPOCHS: usize = 10;
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;

fn main() -> Result<(), Error> {
    let Mnist { train, test } = Mnist::load(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"))?;
    let mut plain = Digits::new(1);
    let mut robust = Digits::new(1);
    fit(&mut plain, &train, |model, work, images, digits, _| {
        model.loss_and_grad(work, images, digits)
    })?;
    fit(&mut robust, &train, |model, work, images, digits, part| {
        // Small attacks first: against large ones a network that knows nothing learns nothing.
        model.robust_loss_and_grad(work, images, digits, SIZE * (2.0 * part).min(1.0))
    })?;
    println!(
        "share of {} test digits read rightly, by how far each pixel may be moved\n",
        test.len()
    );
    println!("         plain training            trained on attacked digits");
    println!("moved    fast sign    projected    fast sign    projected");
    for size in [0.0, 0.05, 0.1, 0.15, 0.2, 0.3] {
        let mut cells = Vec::new();
        for model in [&plain, &robust] {
            cells.push(accuracy(model, &test, size, Digits::fast_gradient_sign)?);
            cells.push(accuracy(model, &test, size, Digits::projected_gradient)?);
        }
        let cells = cells.iter().map(|share| format!("{share:.3}"));
        println!("{size:5.2}    {}", cells.collect::<Vec<_>>().join("        "));
    }
    println!("\nTest digits, and what the plain network takes for another digit:\n");
    show_attacks(&plain, &test)?;
    println!("What the networks look at, the plain one above, the one trained on attacked digits below:\n");
    show_saliency(&plain, &test)?;
    show_saliency(&robust, &test)
}

/// A loss and its gradient on a batch.
type Slope<'w> = Result<(f32, &'w Gradient<f32>), Error>;

/// Trains with Adam and a falling rate by any loss of images, digits and the part of the training that is done.
fn fit(
    model: &mut Digits,
    train: &Dataset<f32>,
    slope: impl for<'w> Fn(&Digits, &'w mut Workspace<Digits>, &[f32], &[u32], f32) -> Slope<'w>,
) -> Result<(), Error> {
    let mut work = Digits::workspace().batch(BATCH).build();
    let mut optimizer = Adam::new(3e-3);
    let mut batches = train.batches(BATCH, 1);
    let steps = EPOCHS * batches.batches_per_epoch();
    for _ in 0..EPOCHS {
        while let Some(batch) = batches.next() {
            let part = work.step() as f64 / steps as f64;
            optimizer.set_learning_rate(3e-3 * (1.0 - part));
            let (_, gradient) = slope(model, &mut work, batch.inputs, batch.labels, part as f32)?;
            optimizer.step(model.parameters_mut(), gradient)?;
            model.commit(&mut work)?;
        }
    }
    Ok(())
}

/// Images, attacked.
type Attack<'w> = Result<&'w [f32], Error>;

/// The share of digits that are read rightly after an attack of this size.
fn accuracy(
    model: &Digits,
    digits: &Dataset<f32>,
    size: f32,
    attack: impl for<'w> Fn(&Digits, &'w mut Workspace<Digits>, &[f32], &[u32], f32) -> Attack<'w>,
) -> Result<f64, Error> {
    let mut work = Digits::workspace().batch(BATCH).inference().build();
    let mut right = 0;
    for batch in digits.in_order(BATCH) {
        let attacked = attack(model, &mut work, batch.inputs, batch.labels, size)?.to_vec();
        let scores = model.scores(&mut work, &attacked)?.chunks_exact(10);
        let read = scores.zip(batch.labels);
        right += read
            .filter(|(scores, digit)| argmax(scores) == Some(**digit as usize))
            .count();
    }
    Ok(right as f64 / digits.len() as f64)
}

/// Draws the first digits, each above itself with every pixel moved.
fn show_attacks(model: &Digits, digits: &Dataset<f32>) -> Result<(), Error> {
    let mut work = Digits::workspace().batch(4).inference().build();
    let first = digits.clone().first(4);
    let attacked = model
        .projected_gradient(&mut work, first.inputs(), first.labels(), SIZE)?
        .to_vec();
    let scores = model.scores(&mut work, &attacked)?.chunks_exact(10);
    let captions = scores.zip(first.labels()).map(|(scores, digit)| {
        let read = argmax(scores).map_or("nothing".to_string(), |read| read.to_string());
        format!("a {digit}, taken for {read}")
    });
    let images = first
        .inputs()
        .chunks_exact(PIXELS)
        .zip(attacked.chunks_exact(PIXELS));
    let drawn = images.zip(captions).map(|((image, attacked), caption)| {
        let lines = [grey(image, SIDE), grey(attacked, SIDE)].concat();
        (lines, format!("{caption:^SIDE$}"))
    });
    println!("{}", beside(&drawn.collect::<Vec<_>>()));
    Ok(())
}

/// Draws the pixels that do most for or against the scores of the first digits.
fn show_saliency(model: &Digits, digits: &Dataset<f32>) -> Result<(), Error> {
    let mut work = Digits::workspace().batch(4).inference().build();
    let first = digits.clone().first(4);
    let slopes = model.saliency(&mut work, first.inputs(), first.labels())?;
    let drawn = slopes.chunks_exact(PIXELS).map(|slope| {
        let strongest = slope
            .iter()
            .fold(0.0f32, |largest, slope| largest.max(slope.abs()));
        let strengths: Vec<f32> = slope.iter().map(|slope| slope.abs() / strongest).collect();
        (grey(&strengths, SIDE), String::new())
    });
    println!("{}", beside(&drawn.collect::<Vec<_>>()));
    Ok(())
}
