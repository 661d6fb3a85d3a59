//! The networks of `tests/networks`, each under one contract so that a test is written once for all of them.

use dsl_runtime::prelude::*;

use crate::agrees::Results;
use crate::recorded::Recording;

/// A network with data for its `loss`.
pub trait Fixture: Train {
    /// The arguments of `loss`.
    type Data;
    /// The name of its file.
    const FILE: &'static str;
    /// A batch that depends on nothing but its size and `seed`.
    fn data(examples: usize, seed: u64) -> Self::Data;
    /// The recorded batch and its size.
    fn recorded(recording: &Recording) -> (Self::Data, usize);
    /// The first `examples` of a recorded batch.
    fn first(recording: &Recording, examples: usize) -> Self::Data;
    /// The arguments as `loss` takes them.
    fn inputs(data: &Self::Data) -> <Self as Train>::Inputs<'_>;
    /// Name and elements of every result of every entry point in a mode; elements of tuples are numbered.
    fn outputs(&self, work: &mut Workspace<Self>, mode: Mode, data: &Self::Data) -> Result<Outputs, Error>;
}

/// Names and elements.
pub type Outputs = Vec<(String, Vec<f64>)>;

/// Where a column of a batch comes from, by what an argument is.
mod column {
    use super::{Real, Recording};

    /// Numbers between -1 and 1.
    pub mod reals {
        use super::{Real, Recording};

        pub fn data<T: Real>(examples: usize, width: usize, seed: u64) -> Vec<T> {
            let numbers =
                super::hashes(seed).map(|h| T::literal((h >> 40) as f64 / f64::from(1 << 23) - 1.0));
            numbers.take(examples * width).collect()
        }

        pub fn recorded<T: Real>(recording: &Recording, name: &str) -> Vec<T> {
            recording.input(name).into_iter().map(T::literal).collect()
        }
    }

    /// Numbers between 0 and 1: probabilities, truths of a binary cross-entropy.
    pub mod shares {
        use super::Real;
        pub use super::reals::recorded;

        pub fn data<T: Real>(examples: usize, width: usize, seed: u64) -> Vec<T> {
            let numbers = super::hashes(seed).map(|h| T::literal((h >> 40) as f64 / f64::from(1 << 24)));
            numbers.take(examples * width).collect()
        }
    }

    /// Labels below a limit.
    pub mod labels {
        use super::Recording;

        #[expect(
            clippy::extra_unused_type_parameters,
            reason = "called as the other columns are"
        )]
        pub fn data<T>(examples: usize, limit: usize, seed: u64) -> Vec<u32> {
            super::hashes(seed)
                .map(|h| ((h >> 33) % limit as u64) as u32)
                .take(examples)
                .collect()
        }

        #[expect(
            clippy::extra_unused_type_parameters,
            reason = "called as the other columns are"
        )]
        pub fn recorded<T>(recording: &Recording, name: &str) -> Vec<u32> {
            recording.labels(name)
        }
    }

    /// Sequences of labels below a limit.
    pub mod tokens {
        pub use super::labels::recorded;

        pub fn data<T>(examples: usize, limit: usize, time: usize, seed: u64) -> Vec<u32> {
            super::labels::data::<T>(examples * time, limit, seed)
        }
    }

    /// Zeros and ones.
    pub mod masks {
        use super::Real;
        pub use super::reals::recorded;

        pub fn data<T: Real>(examples: usize, width: usize, seed: u64) -> Vec<T> {
            let bits = super::hashes(seed).map(|h| T::literal((h >> 63) as f64));
            bits.take(examples * width).collect()
        }
    }

    /// SplitMix64.
    fn hashes(seed: u64) -> impl Iterator<Item = u64> {
        (1..).map(move |i: u64| {
            let mut h = i.wrapping_add(seed << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            h ^ (h >> 31)
        })
    }
}

/// `Type of file { argument: kind(width), … } entry(argument, …) …`, where labels have their limit for a width, and
/// tokens their limit before it. `entry / entry_in_training(…)` is one that asks for its mode.
macro_rules! fixture {
    ($type:ident of $file:ident { $($input:ident: $kind:ident($($size:literal),+)),+ } $($entry:ident $(/ $trained:ident)? ($($given:ident),+))+) => {
        pub mod $file {
            use dsl_runtime::prelude::*;

            include!(concat!("../networks/", stringify!($file), ".rs"));
        }
        pub use $file::$type;

        fixture!(@impl f32, $type of $file { $($input: $kind($($size),+)),+ } $($entry $(/ $trained)? ($($given),+))+);
        fixture!(@impl f64, $type of $file { $($input: $kind($($size),+)),+ } $($entry $(/ $trained)? ($($given),+))+);
    };
    (@impl $element:ident, $type:ident of $file:ident { $($input:ident: $kind:ident($($size:literal),+)),+ } $($entry:ident $(/ $trained:ident)? ($($given:ident),+))+) => {
        impl Fixture for $type<$element> {
            type Data = ($(fixture!(@column $kind $element),)+);
            const FILE: &'static str = stringify!($file);

            fn data(examples: usize, seed: u64) -> Self::Data {
                ($(column::$kind::data::<$element>(examples, $($size,)+ seed ^ (fixture!(@last $($size)+) << 8)),)+)
            }

            fn recorded(recording: &Recording) -> (Self::Data, usize) {
                let data: Self::Data =
                    ($(column::$kind::recorded::<$element>(recording, stringify!($input)),)+);
                (data, recording.examples(fixture!(@first $($input)+)))
            }

            fn first(recording: &Recording, examples: usize) -> Self::Data {
                let ($(mut $input,)+) = Self::recorded(recording).0;
                $($input.truncate(examples * fixture!(@width $kind $($size)+));)+
                ($($input,)+)
            }

            fn inputs(($($input,)+): &Self::Data) -> <Self as Train>::Inputs<'_> {
                ($($input),+)
            }

            #[allow(unused_variables, reason = "few entry points take the mode, and not all take every input")]
            fn outputs(&self, work: &mut Workspace<Self>, mode: Mode, ($($input,)+): &Self::Data) -> Result<Outputs, Error> {
                let mut all = Outputs::new();
                $(
                    let results = fixture!(@results self work mode ($($given),+) $entry $($trained)?);
                    if let [single] = results.as_slice() {
                        all.push((stringify!($entry).to_string(), single.clone()));
                    } else {
                        for (i, result) in results.into_iter().enumerate() {
                            all.push((format!("{}.{i}", stringify!($entry)), result));
                        }
                    }
                )+
                Ok(all)
            }
        }
    };
    (@results $this:ident $work:ident $mode:ident ($($given:ident),+) $entry:ident) => {
        $this.$entry($work, $($given),+)?.elements()
    };
    (@results $this:ident $work:ident $mode:ident ($($given:ident),+) $entry:ident $trained:ident) => {
        match $mode {
            Mode::Train => $this.$trained($work, $($given),+)?.elements(),
            Mode::Evaluate => $this.$entry($work, $($given),+)?.elements(),
        }
    };
    (@width labels $limit:literal) => { 1 };
    (@width $kind:ident $($size:literal)+) => { fixture!(@last $($size)+) };
    (@last $last:literal) => { $last };
    (@last $limit:literal $last:literal) => { $last };
    (@column labels $element:ident) => { Vec<u32> };
    (@column tokens $element:ident) => { Vec<u32> };
    (@column $kind:ident $element:ident) => { Vec<$element> };
    (@first $first:ident $($rest:ident)*) => { stringify!($first) };
}

fixture!(Mlp of mlp { image: reals(784), digit: labels(10) } logits(image) loss(image, digit));
fixture!(LeNet of lenet { image: reals(784), digit: labels(10) } logits(image) loss(image, digit));
fixture!(Xor of xor { bits: reals(2), odd: shares(1) } logit(bits) loss(bits, odd));
fixture!(MlpSmall of mlp_small_parity { input: reals(12), label: labels(5) } logits(input) loss(input, label));
fixture!(LeNetSmall of lenet_small { image: reals(144), label: labels(4) } logits(image) loss(image, label));
fixture!(ConvStrided of conv_strided { image: reals(220), target: reals(3) } prediction(image) loss(image, target));
fixture!(Separable of separable { image: reals(270), label: labels(4) } logits(image) loss(image, label));
fixture!(Upsampling of upsampling { image: reals(24), target: reals(40) } picture(image) loss(image, target));
fixture!(SequenceConv of sequence_conv { signal: reals(51), target: reals(3) } prediction(signal) loss(signal, target));
fixture!(Regression of regression { input: reals(6), target: reals(3) } prediction(input) loss(input, target));
fixture!(NaiveSigmoid of naive_sigmoid { input: reals(6), label: shares(1) }
    probability(input) written_out(input, label) loss(input, label));
fixture!(SoftTargets of soft_targets { input: reals(6), target: shares(4) } probabilities(input) loss(input, target));
fixture!(Margin of hinge { input: reals(6), side: reals(1) } margin(input) loss(input, side));
fixture!(Residual of residual { input: reals(9), label: labels(3) } logits(input) loss(input, label));
fixture!(TwoInputs of two_inputs_two_outputs { left: reals(9), right: reals(9), same: shares(1) }
    codes(left, right) loss(left, right, same));

fixture!(BatchNorm of batch_norm { image: reals(72), class: labels(3) }
    logits / logits_in_training(image) loss / loss_in_training(image, class));
fixture!(Filters of filters { image: reals(216), class: labels(4) }
    logits / logits_in_training(image) loss / loss_in_training(image, class));
fixture!(ChannelsLast of channels_last { image: reals(297), class: labels(4) }
    logits / logits_in_training(image) loss / loss_in_training(image, class));
fixture!(Recomputed of recomputed { image: reals(72), label: labels(3) }
    logits / logits_in_training(image) loss / loss_in_training(image, label));
fixture!(BatchStatistics of batch_statistics { image: reals(72), class: labels(3) }
    logits(image) loss(image, class));

fixture!(ResNet20 of resnet20 { image: reals(432), class: labels(5) }
    logits / logits_in_training(image) loss / loss_in_training(image, class));
fixture!(Lstm of lstm { rows: reals(21), class: labels(4) } logits(rows) loss(rows, class));
fixture!(Gru of gru { rows: reals(21), before: reals(6), class: labels(4) }
    logits(rows, before) loss(rows, before, class));
fixture!(Bidirectional of bidirectional { rows: reals(18), classes: tokens(4, 6) } scores(rows) loss(rows, classes));
fixture!(Gpt of gpt { tokens: tokens(11, 6), next: tokens(11, 6) } logits(tokens) loss(tokens, next));
fixture!(Transformer of transformer
    { words: tokens(9, 5), said: masks(5), given: tokens(9, 4), written: masks(4), answer: tokens(9, 4) }
    logits(words, said, given, written) loss(words, said, given, written, answer));
fixture!(Oscillator of oscillator { time: reals(5) } motion(time) loss(time));
fixture!(Critic of gradient_penalty { real: reals(36), fake: reals(36), place: shares(1) }
    saliency(real) loss(real, fake, place));
fixture!(Vae of vae { image: shares(16), noise: reals(3) } encode(image) decode(noise) loss(image, noise));
fixture!(Activations of activations { input: reals(6), target: reals(153) } values(input) loss(input, target));
fixture!(Losses of losses
    { input: reals(4), class: labels(4), shares: shares(4), target: reals(4), side: reals(4), truth: labels(2) }
    of_class(input, class) of_distribution(input, shares) of_numbers(input, target) of_two(input, side, truth)
    loss(input, class, shares, target, side, truth));

/// `for_every_network!(check: f32 f64)`: one test per network and precision; `recorded check` for those with numbers
/// in `tests/recorded`, `small check` for those that are quick enough to be called thousands of times.
macro_rules! for_every_network {
    (recorded $check:ident: $($element:ident)+) => {
        $(mod $element {
            use crate::fixtures::*;
            crate::fixtures::for_every_network!(@small $check $element);
            crate::fixtures::for_every_network!(@architectures $check $element);
        })+
    };
    (small $check:ident: $($element:ident)+) => {
        $(mod $element {
            use crate::fixtures::*;
            crate::fixtures::for_every_network!(@small $check $element);
            crate::fixtures::for_every_network!(@tests $check $element BatchStatistics batch_statistics,
                Recomputed recomputed);
        })+
    };
    ($check:ident: $($element:ident)+) => {
        $(mod $element {
            use crate::fixtures::*;
            crate::fixtures::for_every_network!(@small $check $element);
            crate::fixtures::for_every_network!(@architectures $check $element);
            crate::fixtures::for_every_network!(@tests $check $element BatchStatistics batch_statistics,
                Recomputed recomputed);
        })+
    };
    (@small $check:ident $element:ident) => {
        crate::fixtures::for_every_network!(@tests $check $element
            Mlp mlp, LeNet lenet, Xor xor, MlpSmall mlp_small, LeNetSmall lenet_small, ConvStrided conv_strided,
            Separable separable, Upsampling upsampling, SequenceConv sequence_conv,
            Regression regression, NaiveSigmoid naive_sigmoid, SoftTargets soft_targets, Margin hinge,
            Residual residual, TwoInputs two_inputs_two_outputs, BatchNorm batch_norm, Filters filters,
            ChannelsLast channels_last,
            Oscillator oscillator, Critic gradient_penalty);
    };
    (@architectures $check:ident $element:ident) => {
        crate::fixtures::for_every_network!(@tests $check $element
            ResNet20 resnet20, Lstm lstm, Gru gru, Bidirectional bidirectional, Gpt gpt, Transformer transformer,
            Vae vae, Activations activations, Losses losses);
    };
    (@tests $check:ident $element:ident $($type:ident $name:ident),+) => {$(
        #[test]
        fn $name() {
            super::$check::<$type<std::primitive::$element>>();
        }
    )+};
}
pub(crate) use for_every_network;
