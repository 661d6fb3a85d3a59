//! A step of training (forward, backward, update) and the inference of one example, on one and two threads:
//! `cargo bench --bench train_step`.
//!
//! The data are seeded noise, the learning rates so small that thousands of steps on one batch leave the gradients
//! alive. Compare with other frameworks only side by side, in one session on a quiet machine; the fastest
//! and the median column tell how quiet it was.

mod networks;
mod noise;

use divan::{Bencher, black_box};
use dsl_runtime::prelude::*;

use networks::{
    Clipped, ConvNet, Critic, Curved, CurvedConv, Gpt, HalfConvNet, HalfGpt, HalfLstm, HalfMlp, HalfResNet20,
    LeNet5, Lstm, Mlp, MlpSmall, MobileNet, Pinn, ResNet20, UNet, Vit, Xor,
};
use noise::{images, letters, pairs, scenes};

const THREADS: [usize; 2] = [1, 2];

fn main() {
    divan::main();
}

/// Times steps of a network that sorts digits into classes.
fn train<N>(
    bencher: Bencher<'_, '_>,
    (batch, size): (usize, usize),
    threads: usize,
    mut optimizer: impl Optimizer<f32>,
) where
    N: Classifier + Network<Element = f32>,
{
    let (images, classes) = images(batch, size);
    let mut model = N::new(0);
    let mut work = N::workspace().batch(batch).threads(threads).build();
    bencher.bench_local(|| {
        model
            .train_step(&mut work, black_box((&images, &classes)), &mut optimizer)
            .expect("the loss stays finite")
    });
}

/// Times steps of a network of numbers with numbers.
fn train_on_numbers<N>(
    bencher: Bencher<'_, '_>,
    (batch, (inputs, targets)): (usize, (Vec<f32>, Vec<f32>)),
    threads: usize,
    mut optimizer: impl Optimizer<f32>,
) where
    N: Network<Element = f32> + for<'a> Train<Inputs<'a> = (&'a [f32], &'a [f32])>,
{
    let mut model = N::new(0);
    let mut work = N::workspace().batch(batch).threads(threads).build();
    bencher.bench_local(|| {
        model
            .train_step(&mut work, black_box((&inputs, &targets)), &mut optimizer)
            .expect("the loss stays finite")
    });
}

/// Times products of the Hessian with the parameters.
fn multiply<N>(bencher: Bencher<'_, '_>, (batch, size): (usize, usize), threads: usize)
where
    N: Classifier + HessianVector + Network<Element = f32>,
{
    let (images, classes) = images(batch, size);
    let model = N::new(0);
    let direction = model.parameters().to_vec();
    let mut work = N::workspace().batch(batch).threads(threads).build();
    bencher.bench_local(|| {
        let inputs = black_box((&images[..], &classes[..]));
        let product = model.loss_hvp_in(&mut work, Mode::Train, inputs, &direction);
        product.expect("the product is finite").0
    });
}

/// Times steps of a network that goes on with texts.
fn train_on_letters<N>(bencher: Bencher<'_, '_>, threads: usize)
where
    N: Network<Element = f32> + for<'a> Train<Inputs<'a> = (&'a [u32], &'a [u32])>,
{
    let (tokens, next) = letters(16);
    let mut model = N::new(0);
    let mut work = N::workspace().batch(16).threads(threads).build();
    let mut optimizer = Adam::new(1e-5);
    bencher.bench_local(|| {
        model
            .train_step(&mut work, black_box((&tokens, &next)), &mut optimizer)
            .expect("the loss stays finite")
    });
}

#[divan::bench_group(name = "train")]
mod training {
    use super::*;

    #[divan::bench(args = THREADS, max_time = 1, sample_count = 2000, sample_size = 500)]
    fn xor(bencher: Bencher<'_, '_>, threads: usize) {
        let inputs = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        let targets = [0.0, 1.0, 1.0, 0.0];
        let mut model = Xor::new(0);
        let mut work = Xor::workspace().batch(4).threads(threads).build();
        let mut optimizer = Sgd::new(0.1);
        bencher.bench_local(|| {
            model
                .train_step(&mut work, black_box((&inputs, &targets)), &mut optimizer)
                .expect("the loss stays finite")
        });
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn mlp_small(bencher: Bencher<'_, '_>, threads: usize) {
        train::<MlpSmall>(bencher, (64, 784), threads, Momentum::new(1e-4, 0.9));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn mlp(bencher: Bencher<'_, '_>, threads: usize) {
        train::<Mlp>(bencher, (128, 784), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn lenet5(bencher: Bencher<'_, '_>, threads: usize) {
        train::<LeNet5>(bencher, (64, 784), threads, Momentum::new(1e-4, 0.9));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn convnet(bencher: Bencher<'_, '_>, threads: usize) {
        train::<ConvNet>(bencher, (64, 784), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn resnet20(bencher: Bencher<'_, '_>, threads: usize) {
        train::<ResNet20>(
            bencher,
            (32, 3072),
            threads,
            Momentum::new(1e-4, 0.9).weight_decay(1e-4),
        );
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn lstm(bencher: Bencher<'_, '_>, threads: usize) {
        train::<Lstm>(bencher, (64, 784), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn gpt(bencher: Bencher<'_, '_>, threads: usize) {
        train_on_letters::<Gpt>(bencher, threads);
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn vit(bencher: Bencher<'_, '_>, threads: usize) {
        train::<Vit>(bencher, (32, 3072), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn mobilenet(bencher: Bencher<'_, '_>, threads: usize) {
        train::<MobileNet>(bencher, (32, 3072), threads, Momentum::new(1e-4, 0.9));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn unet(bencher: Bencher<'_, '_>, threads: usize) {
        train_on_numbers::<UNet>(
            bencher,
            (8, scenes(8, 12_288, 4096)),
            threads,
            Momentum::new(1e-4, 0.9),
        );
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn pinn(bencher: Bencher<'_, '_>, threads: usize) {
        train_on_numbers::<Pinn>(bencher, (256, pairs(256, 2, 1)), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn penalty(bencher: Bencher<'_, '_>, threads: usize) {
        train_on_numbers::<Critic>(bencher, (64, pairs(64, 784, 784)), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn per_example(bencher: Bencher<'_, '_>, threads: usize) {
        train::<Clipped>(bencher, (64, 784), threads, Momentum::new(1e-4, 0.9));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn hvp(bencher: Bencher<'_, '_>, threads: usize) {
        multiply::<Curved>(bencher, (64, 784), threads);
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn hvp_conv(bencher: Bencher<'_, '_>, threads: usize) {
        multiply::<CurvedConv>(bencher, (64, 784), threads);
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn mlp_bf16(bencher: Bencher<'_, '_>, threads: usize) {
        train::<HalfMlp>(bencher, (128, 784), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn convnet_bf16(bencher: Bencher<'_, '_>, threads: usize) {
        train::<HalfConvNet>(bencher, (64, 784), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn resnet20_bf16(bencher: Bencher<'_, '_>, threads: usize) {
        train::<HalfResNet20>(
            bencher,
            (32, 3072),
            threads,
            Momentum::new(1e-4, 0.9).weight_decay(1e-4),
        );
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn lstm_bf16(bencher: Bencher<'_, '_>, threads: usize) {
        train::<HalfLstm>(bencher, (64, 784), threads, Adam::new(1e-5));
    }

    #[divan::bench(args = THREADS, max_time = 3, sample_count = 5000, sample_size = 1)]
    fn gpt_bf16(bencher: Bencher<'_, '_>, threads: usize) {
        train_on_letters::<HalfGpt>(bencher, threads);
    }
}

#[divan::bench_group(name = "infer_one")]
mod inference {
    use super::*;

    #[divan::bench(args = THREADS, max_time = 1, sample_count = 2000, sample_size = 50)]
    fn mlp(bencher: Bencher<'_, '_>, threads: usize) {
        let (image, _) = images(1, 784);
        let model = Mlp::new(0);
        let mut work = Mlp::workspace().threads(threads).inference().build();
        bencher.bench_local(|| model.logits(&mut work, black_box(&image)).expect("one image")[0]);
    }

    #[divan::bench(args = THREADS, max_time = 1, sample_count = 2000, sample_size = 50)]
    fn lenet5(bencher: Bencher<'_, '_>, threads: usize) {
        let (image, _) = images(1, 784);
        let model = LeNet5::new(0);
        let mut work = LeNet5::workspace().threads(threads).inference().build();
        bencher.bench_local(|| model.logits(&mut work, black_box(&image)).expect("one image")[0]);
    }

    #[divan::bench(args = THREADS, max_time = 1, sample_count = 2000, sample_size = 1)]
    fn resnet20(bencher: Bencher<'_, '_>, threads: usize) {
        let (image, _) = images(1, 3072);
        let model = ResNet20::new(0);
        let mut work = ResNet20::workspace().threads(threads).inference().build();
        bencher.bench_local(|| model.logits(&mut work, black_box(&image)).expect("one image")[0]);
    }

    #[divan::bench(args = THREADS, max_time = 1, sample_count = 2000, sample_size = 1)]
    fn gpt(bencher: Bencher<'_, '_>, threads: usize) {
        let (tokens, _) = letters(1);
        let model = Gpt::new(0);
        let mut work = Gpt::workspace().threads(threads).inference().build();
        bencher.bench_local(|| model.logits(&mut work, black_box(&tokens)).expect("one window")[0]);
    }
}
