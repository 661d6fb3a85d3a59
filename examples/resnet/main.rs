//! ResNet-20 (He, Zhang, Ren and Sun, 2015, *Deep residual learning for image recognition*) on images of 28×28 grey or
//! 32×32 coloured pixels.

mod layers;
#[path = "../shared/options.rs"]
mod options;
#[path = "../shared/schedule.rs"]
mod schedule;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Scores;
use options::{Common, at_least_one};

network! {
    use crate::layers::resnet20;

    /// ResNet-20 for digits.
    pub struct Digits;

    /// One image in, one score per class out.
    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        image.resnet20(16).dense(10)
    }

    /// Cross-entropy of one image.
    pub fn loss(&self, image: Tensor<1, 28, 28>, class: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}

network! {
    use crate::layers::resnet20;

    /// ResNet-20 for the images of CIFAR-10.
    pub struct Colours;

    /// One image in, one score per class out.
    pub fn logits(&self, image: Tensor<3, 32, 32>) -> Tensor<10> {
        image.resnet20(16).dense(10)
    }

    /// Cross-entropy of one image.
    pub fn loss(&self, image: Tensor<3, 32, 32>, class: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}

/// Trains ResNet-20 on a folder of images.
#[derive(Parser)]
#[command(name = "resnet")]
struct Arguments {
    /// A folder of the four files of MNIST, or of what comes in the same form, or of the six files of CIFAR-10's binary
    /// version; without it, the digits that come with the repository
    #[arg(value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"), hide_default_value = true)]
    data: PathBuf,

    /// How often to go through the training images
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = at_least_one)]
    epochs: usize,

    /// Images per step
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_one)]
    batch: usize,

    /// The highest learning rate of AdamW
    #[arg(long, value_name = "RATE", default_value_t = 0.01)]
    learning_rate: f64,

    #[command(flatten)]
    common: Common,
}

/// By how much AdamW shrinks the parameters, in units of the learning rate.
const WEIGHT_DECAY: f64 = 0.05;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.common.seed;
    let of_cifar = ["test_batch.bin", "cifar-10-batches-bin"].map(|name| arguments.data.join(name).exists());
    options::exit(if of_cifar.contains(&true) {
        // Shifted by up to 4 pixels, and mirrored, as in section 4.2.
        let augment = Augment::new([3, 32, 32], seed).crop(4).mirror();
        Cifar10::load(&arguments.data)
            .and_then(Cifar10::standardised)
            .and_then(|data| run(&arguments, [&data.train, &data.test], augment, Colours::logits))
    } else {
        // Digits are shifted, but not mirrored; what comes in is paper.
        let paper = -Mnist::<f32>::MEAN / Mnist::<f32>::STD;
        let augment = Augment::new([1, 28, 28], seed).crop(2).fill(paper);
        Mnist::load(&arguments.data)
            .map(Mnist::standardised)
            .and_then(|data| run(&arguments, [&data.train, &data.test], augment, Digits::logits))
    })
}

/// Trains a network of either kind, and prints how many test images it puts in their class.
fn run<N>(
    arguments: &Arguments,
    [train, test]: [&Dataset<f32>; 2],
    augment: Augment,
    logits: impl Scores<N> + Copy,
) -> Result<(), Error>
where
    N: Classifier<Element = f32>,
{
    let mut model = N::new(arguments.common.seed);
    println!(
        "{}: {} parameters, {} training and {} test images\n",
        N::NAME,
        N::LAYOUT.count(),
        train.len(),
        test.len()
    );
    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(arguments.common.seed)
        .augment(augment)
        .judge_train(false)
        .schedule(schedule::rise_and_fall(
            arguments.learning_rate,
            arguments.epochs,
            train.len(),
            arguments.batch,
        ))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    let mut optimizer = Adam::new(arguments.learning_rate).weight_decay(WEIGHT_DECAY);
    let fit = trainer.fit(&mut model, &mut optimizer, train, test, logits)?;
    let accuracy = fit.history.last().and_then(|report| report.test_accuracy());
    println!("\ntest accuracy {:.4}", accuracy.unwrap_or_default());
    Ok(())
}
