//! Where in this noise is the digit? A U-Net (Ronneberger, Fischer and Brox, 2015, *U-Net: convolutional networks for
//! biomedical image segmentation*) marks its pixels.

#[path = "../shared/beside.rs"]
mod beside;
#[path = "../shared/options.rs"]
mod options;
mod overlap;
#[path = "../shared/pictures.rs"]
mod pictures;
mod scenes;
#[path = "../shared/schedule.rs"]
mod schedule;

use std::path::PathBuf;
use std::process::ExitCode;

use beside::beside;
use clap::Parser;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Evaluation;
use options::{Common, at_least_one};
use overlap::Overlap;
use pictures::picture;
use scenes::{SIDE, Scenes};

network! {
    /// Down to a quarter of the resolution and up again, with a shortcut at each resolution.
    pub struct UNet;

    fn convolved(x: Tensor<_, _, _>, channels: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, pad = 1).relu().conv(channels, 3, pad = 1).relu()
    }

    fn joined(coarse: Tensor<_, _, _>, fine: Tensor<_, _, _>, channels: usize) -> Tensor<_, _, _> {
        concat([coarse.conv_transpose(channels, 2, stride = 2), fine], axis = 0).convolved(channels)
    }

    /// A score for each pixel: above 0, it is part of the digit.
    pub fn logits(&self, scene: Tensor<1, 28, 28>) -> Tensor<1, 28, 28> {
        let fine = scene.convolved(8);
        let middle = fine.max_pool(2).convolved(16);
        let coarse = middle.max_pool(2).convolved(32);
        coarse.joined(middle, 16).joined(fine, 8).conv(1, 1)
    }

    /// Mean cross-entropy of the pixels.
    pub fn loss(&self, scene: Tensor<1, 28, 28>, mask: Tensor<1, 28, 28>) -> Scalar {
        self.logits(scene).binary_cross_entropy_with_logits(mask)
    }
}

/// Finds handwritten digits among noise and strokes as bright as they are.
#[derive(Parser)]
#[command(name = "unet")]
struct Arguments {
    /// The folder of the four MNIST files; without it, the digits that come with the repository
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"), hide_default_value = true)]
    data: PathBuf,

    /// How often to go through the scenes
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one)]
    epochs: usize,

    /// Scenes per step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    batch: usize,

    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 0.004)]
    learning_rate: f64,

    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let digits = Mnist::load(&arguments.data)?;
    let seed = arguments.common.seed;
    let (train, test) = (
        Scenes::of(&digits.train, seed),
        Scenes::of(&digits.test, seed.wrapping_add(1)),
    );
    let mut model = UNet::new(seed);
    println!(
        "{}: {} parameters, {} scenes to learn from, {} to be judged by",
        UNet::<f32>::NAME,
        UNet::<f32>::LAYOUT.count(),
        train.count(),
        test.count()
    );
    println!("accuracy is the overlap of found and true pixels: those in both over those in either\n");

    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(seed)
        .schedule(schedule::rise_and_fall(
            arguments.learning_rate,
            arguments.epochs,
            train.count(),
            arguments.batch,
        ))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    trainer.fit_examples(
        &mut model,
        &mut Adam::new(arguments.learning_rate),
        &train,
        |learner, batch| {
            // By name: the two have the same form.
            learner.step(UNetBatch {
                scene: batch.scenes,
                mask: batch.masks,
            })
        },
        |model, _| judge(model, &test),
    )?;

    show(&model, &test)?;
    let all = test
        .in_order(test.count())
        .map(|batch| (batch.scenes, batch.masks));
    let by_threshold = overlap::by_threshold(all.collect::<Vec<_>>().into_iter());
    let judged = judge(&model, &test)?;
    println!("overlap {by_threshold:.4} by the best threshold on pixels");
    println!(
        "overlap {:.4} by the network",
        judged.accuracy.unwrap_or_default()
    );
    Ok(())
}

/// Loss and overlap on all scenes.
fn judge(model: &UNet, scenes: &Scenes) -> Result<Evaluation, Error> {
    let mut work = UNet::workspace().batch(64).inference().build();
    let (mut loss, mut overlap) = (0.0, Overlap::default());
    for batch in scenes.in_order(64) {
        let examples = batch.scenes.len() / (SIDE * SIDE);
        loss += f64::from(model.loss(&mut work, batch.scenes, batch.masks)?) * examples as f64;
        overlap.add(model.logits(&mut work, batch.scenes)?, 0.0, batch.masks);
    }
    Ok(Evaluation {
        loss: loss / scenes.count() as f64,
        accuracy: Some(overlap.share()),
        examples: scenes.count(),
    })
}

/// Draws two scenes, what the network finds in them, and what is there.
fn show(model: &UNet, scenes: &Scenes) -> Result<(), Error> {
    let mut work = UNet::workspace().inference().build();
    println!();
    for batch in scenes.in_order(1).take(2) {
        let found = model.logits(&mut work, batch.scenes)?;
        let pictures = [
            (batch.scenes, 0.5, "a scene"),
            (found, 0.0, "found"),
            (batch.masks, 0.5, "true"),
        ];
        let drawn = pictures.map(|(image, threshold, caption)| {
            (picture(image, SIDE, threshold), format!("{caption:^SIDE$}"))
        });
        println!("{}", beside(&drawn));
    }
    Ok(())
}
