//! Our side of the comparison with other frameworks, which `benches/compare.py` runs. As a process:
//!
//! * `ours export FOLDER` writes initial weights and data of every workload, for the peers to start from;
//! * `ours peak THREADS` prints the floating-point operations a second that the machine can do;
//! * `ours FOLDER THREADS` speaks the protocol that `benches/peers/README.md` describes.

#[path = "../examples/embed/network.rs"]
#[expect(dead_code, reason = "no weights are read here")]
mod minilm;
mod networks;
mod noise;
mod peak;

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use dsl_runtime::{Layout, Parameters};
use peer::{Job, Kind, Loaded, Work, serve};

use minilm::MiniLm;
use networks::{
    Clipped, ConvNet, Critic, Curved, CurvedConv, Gpt, HalfConvNet, HalfGpt, HalfLstm, HalfMlp, HalfResNet20,
    LeNet5, Lstm, Mlp, MlpSmall, MobileNet, Pinn, ResNet20, UNet, Vit, Xor,
};
use noise::{images, letters, pairs, scenes};

fn main() -> io::Result<()> {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["export", folder] => export_all(Path::new(folder)),
        ["peak", threads] => {
            println!("{:.0}", peak::measure(number(threads)));
            Ok(())
        }
        [_, threads] => {
            let threads = number(threads);
            serve(move |kind, name, work| load(kind, name, work, threads));
            Ok(())
        }
        _ => {
            println!("run by benches/compare.py; on its own: ours peak THREADS");
            Ok(())
        }
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number of threads")
}

fn xor_data() -> (Vec<f32>, Vec<f32>) {
    (
        vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0],
        vec![0.0, 1.0, 1.0, 0.0],
    )
}

fn load(kind: Kind, name: &str, work: &mut Work, threads: usize) -> Result<Loaded, String> {
    // Weights are made from the seed, as `export` does.
    work.skip_weights();
    let momentum = || Momentum::new(1e-4, 0.9);
    let adam = || Adam::new(1e-5);
    let examples = work.examples();
    Ok(match (kind, name) {
        (Kind::Train, "xor") => train::<Xor, _, _>(xor_data(), 4, threads, Sgd::new(0.1)),
        (Kind::Train, "mlp_small") => train::<MlpSmall, _, _>(images(64, 784), 64, threads, momentum()),
        (Kind::Train, "mlp") => train::<Mlp, _, _>(images(128, 784), 128, threads, adam()),
        (Kind::Train, "lenet5") => train::<LeNet5, _, _>(images(64, 784), 64, threads, momentum()),
        (Kind::Train, "convnet") => train::<ConvNet, _, _>(images(64, 784), 64, threads, adam()),
        (Kind::Train, "resnet20") => {
            train::<ResNet20, _, _>(images(32, 3072), 32, threads, momentum().weight_decay(1e-4))
        }
        (Kind::Train, "lstm") => train::<Lstm, _, _>(images(64, 784), 64, threads, adam()),
        (Kind::Train, "gpt") => train::<Gpt, _, _>(letters(16), 16, threads, adam()),
        (Kind::Train, "vit") => train::<Vit, _, _>(images(32, 3072), 32, threads, adam()),
        (Kind::Train, "mobilenet") => train::<MobileNet, _, _>(images(32, 3072), 32, threads, momentum()),
        (Kind::Train, "unet") => train::<UNet, _, _>(scenes(8, 12_288, 4096), 8, threads, momentum()),
        (Kind::Train, "pinn") => train::<Pinn, _, _>(pairs(256, 2, 1), 256, threads, adam()),
        (Kind::Train, "penalty") => train::<Critic, _, _>(pairs(64, 784, 784), 64, threads, adam()),
        (Kind::Train, "per_example") => train::<Clipped, _, _>(images(64, 784), 64, threads, momentum()),
        (Kind::Train, "hvp") => multiply::<Curved>(images(64, 784), 64, threads),
        (Kind::Train, "hvp_conv") => multiply::<CurvedConv>(images(64, 784), 64, threads),
        (Kind::Train, "mlp_bf16") => train::<HalfMlp, _, _>(images(128, 784), 128, threads, adam()),
        (Kind::Train, "convnet_bf16") => train::<HalfConvNet, _, _>(images(64, 784), 64, threads, adam()),
        (Kind::Train, "resnet20_bf16") => {
            train::<HalfResNet20, _, _>(images(32, 3072), 32, threads, momentum().weight_decay(1e-4))
        }
        (Kind::Train, "lstm_bf16") => train::<HalfLstm, _, _>(images(64, 784), 64, threads, adam()),
        (Kind::Train, "gpt_bf16") => train::<HalfGpt, _, _>(letters(16), 16, threads, adam()),
        (Kind::Infer, "mlp") => infer(Mlp::logits, images(128, 784).0, 784, examples, threads),
        (Kind::Infer, "lenet5") => infer(LeNet5::logits, images(64, 784).0, 784, examples, threads),
        (Kind::Infer, "resnet20") => infer(ResNet20::logits, images(32, 3072).0, 3072, examples, threads),
        (Kind::Infer, "gpt") => infer(Gpt::logits, letters(32).0, 64, examples, threads),
        (Kind::Infer, "vit") => infer(Vit::logits, images(32, 3072).0, 3072, examples, threads),
        (Kind::Infer, "mobilenet") => infer(MobileNet::logits, images(32, 3072).0, 3072, examples, threads),
        (Kind::Infer, "minilm") => {
            let tokens = sentences(32);
            infer(whole_sentence, tokens, minilm::SHORT, examples, threads)
        }
        _ => return Err("no such workload".to_owned()),
    })
}

/// Steps of training on one batch.
struct Training<N: Network, X, Y, O> {
    model: N,
    work: Workspace<N>,
    optimizer: O,
    data: (Vec<X>, Vec<Y>),
    loss: f32,
}

impl<N, X, Y, O> Job for Training<N, X, Y, O>
where
    N: for<'a> Train<Element = f32, Inputs<'a> = (&'a [X], &'a [Y])>,
    O: Optimizer<f32>,
{
    fn step(&mut self) {
        let inputs = black_box((&self.data.0[..], &self.data.1[..]));
        let loss = self.model.train_step(&mut self.work, inputs, &mut self.optimizer);
        self.loss = loss.expect("the loss stays finite");
    }

    fn value(&mut self) -> f64 {
        f64::from(self.loss)
    }
}

fn train<N, X: 'static, Y: 'static>(
    data: (Vec<X>, Vec<Y>),
    batch: usize,
    threads: usize,
    optimizer: impl Optimizer<f32> + 'static,
) -> Loaded
where
    N: for<'a> Train<Element = f32, Inputs<'a> = (&'a [X], &'a [Y])> + 'static,
{
    let work = N::workspace().batch(batch).threads(threads).build();
    // Parameters, and averages as many each.
    let kept = N::LAYOUT.len * (1 + optimizer.moments().len());
    let planned = work.bytes() + kept * size_of::<f32>();
    let job = Training {
        model: N::new(0),
        work,
        optimizer,
        data,
        loss: f32::NAN,
    };
    Loaded::new(N::LAYOUT.count(), Box::new(job)).planned(planned)
}

/// Products of the Hessian of a loss with the parameters.
struct Curvature<N: Network> {
    model: N,
    work: Workspace<N>,
    direction: Vec<f32>,
    data: (Vec<f32>, Vec<u32>),
}

impl<N> Job for Curvature<N>
where
    N: for<'a> HessianVector<Element = f32, Inputs<'a> = (&'a [f32], &'a [u32])>,
{
    fn step(&mut self) {
        let inputs = black_box((&self.data.0[..], &self.data.1[..]));
        let product = self
            .model
            .loss_hvp_in(&mut self.work, Mode::Train, inputs, &self.direction);
        black_box(product.expect("the product is finite"));
    }

    /// The mean size of the elements of the product.
    fn value(&mut self) -> f64 {
        let inputs = (&self.data.0[..], &self.data.1[..]);
        let product = self
            .model
            .loss_hvp_in(&mut self.work, Mode::Train, inputs, &self.direction);
        let (_, product) = product.expect("the product is finite");
        let size: f64 = product.iter().map(|x| f64::from(x.abs())).sum();
        size / N::LAYOUT.count() as f64
    }
}

fn multiply<N>(data: (Vec<f32>, Vec<u32>), batch: usize, threads: usize) -> Loaded
where
    N: for<'a> HessianVector<Element = f32, Inputs<'a> = (&'a [f32], &'a [u32])> + 'static,
{
    let model = N::new(0);
    let job = Curvature {
        direction: model.parameters().to_vec(),
        model,
        work: N::workspace().batch(batch).threads(threads).build(),
        data,
    };
    Loaded::new(N::LAYOUT.count(), Box::new(job))
}

/// The scores of some examples.
struct Inference<N: Network, X, S> {
    model: N,
    work: Workspace<N>,
    inputs: Vec<X>,
    scores: S,
}

impl<N, X, S> Job for Inference<N, X, S>
where
    N: Network<Element = f32>,
    S: for<'w> Fn(&N, &'w mut Workspace<N>, &[X]) -> Result<&'w [f32], Error>,
{
    fn step(&mut self) {
        let scores = (self.scores)(&self.model, &mut self.work, black_box(&self.inputs));
        black_box(scores.expect("whole examples"));
    }

    fn value(&mut self) -> f64 {
        let scores = (self.scores)(&self.model, &mut self.work, &self.inputs);
        let scores = scores.expect("whole examples");
        scores.iter().map(|score| f64::from(score.abs())).sum::<f64>() / scores.len() as f64
    }
}

fn infer<N, X: 'static, S>(
    scores: S,
    mut inputs: Vec<X>,
    width: usize,
    examples: usize,
    threads: usize,
) -> Loaded
where
    N: Network<Element = f32> + 'static,
    S: for<'w> Fn(&N, &'w mut Workspace<N>, &[X]) -> Result<&'w [f32], Error> + 'static,
{
    inputs.truncate(examples * width);
    let work = N::workspace().batch(examples).threads(threads);
    let job = Inference {
        model: N::new(0),
        work: work.inference().build(),
        inputs,
        scores,
    };
    Loaded::new(N::LAYOUT.count(), Box::new(job))
}

/// Sentences of the length that is called short, of random tokens.
fn sentences(examples: usize) -> Vec<u32> {
    let mut stream = Stream::new(0, "sentences");
    (0..examples * minilm::SHORT)
        .map(|_| (stream.uniform() * minilm::TOKENS as f64) as u32)
        .collect()
}

/// The points of sentences, all of whose places hold tokens.
fn whole_sentence<'w>(
    model: &MiniLm,
    work: &'w mut Workspace<MiniLm>,
    tokens: &[u32],
) -> Result<&'w [f32], Error> {
    static MASK: [f32; 32 * minilm::SHORT] = [1.0; 32 * minilm::SHORT];
    model.short_sentence(work, tokens, &MASK[..tokens.len()])
}

fn export_all(folder: &Path) -> io::Result<()> {
    export_pairs::<Xor>(&folder.join("xor"), xor_data())?;
    export_images::<MlpSmall>(&folder.join("mlp_small"), 64, 784)?;
    export_images::<Mlp>(&folder.join("mlp"), 128, 784)?;
    export_images::<LeNet5>(&folder.join("lenet5"), 64, 784)?;
    export_images::<ConvNet>(&folder.join("convnet"), 64, 784)?;
    export_images::<ResNet20>(&folder.join("resnet20"), 32, 3072)?;
    export_images::<Lstm>(&folder.join("lstm"), 64, 784)?;
    export_images::<Vit>(&folder.join("vit"), 32, 3072)?;
    export_images::<MobileNet>(&folder.join("mobilenet"), 32, 3072)?;
    export_images::<HalfMlp>(&folder.join("mlp_bf16"), 128, 784)?;
    export_images::<HalfConvNet>(&folder.join("convnet_bf16"), 64, 784)?;
    export_images::<HalfResNet20>(&folder.join("resnet20_bf16"), 32, 3072)?;
    export_images::<HalfLstm>(&folder.join("lstm_bf16"), 64, 784)?;
    export_pairs::<UNet>(&folder.join("unet"), scenes(8, 12_288, 4096))?;
    export_pairs::<Pinn>(&folder.join("pinn"), pairs(256, 2, 1))?;
    export_pairs::<Critic>(&folder.join("penalty"), pairs(64, 784, 784))?;
    export_images::<Clipped>(&folder.join("per_example"), 64, 784)?;
    export_images::<Curved>(&folder.join("hvp"), 64, 784)?;
    export_images::<CurvedConv>(&folder.join("hvp_conv"), 64, 784)?;
    let tokens = Numbers::Whole(sentences(32));
    export::<MiniLm>(&folder.join("minilm"), tokens, Numbers::Whole(Vec::new()))?;
    export_letters::<Gpt>(&folder.join("gpt"))?;
    export_letters::<HalfGpt>(&folder.join("gpt_bf16"))
}

/// As many letters as are inferred at once; fewer are trained on.
fn export_letters<N: Network<Element = f32>>(folder: &Path) -> io::Result<()> {
    let (tokens, next) = (letters(32).0, letters(16).1);
    export::<N>(folder, Numbers::Whole(tokens), Numbers::Whole(next))
}

fn export_images<N: Network<Element = f32>>(folder: &Path, batch: usize, width: usize) -> io::Result<()> {
    let (images, classes) = images(batch, width);
    export::<N>(folder, Numbers::Real(images), Numbers::Whole(classes))
}

fn export_pairs<N: Network<Element = f32>>(
    folder: &Path,
    (inputs, targets): (Vec<f32>, Vec<f32>),
) -> io::Result<()> {
    export::<N>(folder, Numbers::Real(inputs), Numbers::Real(targets))
}

enum Numbers {
    Real(Vec<f32>),
    Whole(Vec<u32>),
}

impl Numbers {
    /// Little-endian, in a file that says by its name which they are.
    fn write(self, folder: &Path, name: &str) -> io::Result<()> {
        let (suffix, bytes): (_, Vec<u8>) = match self {
            Numbers::Real(numbers) => ("f32", numbers.into_iter().flat_map(f32::to_le_bytes).collect()),
            Numbers::Whole(numbers) => ("u32", numbers.into_iter().flat_map(u32::to_le_bytes).collect()),
        };
        fs::write(folder.join(format!("{name}.{suffix}")), bytes)
    }
}

fn export<N: Network<Element = f32>>(folder: &Path, inputs: Numbers, targets: Numbers) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let model = N::new(0);
    fs::write(folder.join("parameters.txt"), index(N::LAYOUT))?;
    Numbers::Real(canonical(model.parameters())).write(folder, "parameters")?;
    inputs.write(folder, "inputs")?;
    targets.write(folder, "targets")
}

/// A line for each parameter: its name and its shape.
fn index(layout: Layout) -> String {
    let mut lines = String::new();
    for parameter in layout.parameters {
        lines += parameter.name;
        for size in parameter.shape {
            lines += &format!(" {size}");
        }
        lines += "\n";
    }
    lines
}

/// All values in the order of their shapes, whatever the order in memory.
fn canonical(parameters: &Parameters<f32>) -> Vec<f32> {
    let mut values = Vec::with_capacity(parameters.len());
    for parameter in parameters.layout().parameters {
        let memory = &parameters[parameter.range.clone()];
        values.extend(parameter.places().map(|place| memory[place]));
    }
    values
}
