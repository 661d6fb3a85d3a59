//! The parts of the examples that are not networks: their data, measures and pictures.

#[path = "../examples/dp_sgd/accountant.rs"]
mod accountant;
#[path = "../examples/adversarial/network.rs"]
mod attacks;
#[path = "../examples/gradient_penalty/points.rs"]
mod bells;
#[path = "../examples/shared/beside.rs"]
mod beside;
#[path = "../examples/shared/chart.rs"]
mod chart;
#[path = "../examples/pinn/exact.rs"]
mod differential;
#[cfg(feature = "pictures")]
#[path = "../examples/mnist/networks.rs"]
mod digits;
#[cfg(feature = "pictures")]
#[path = "../examples/draw/networks.rs"]
mod drawn;
#[path = "../examples/seq2seq/greedy.rs"]
mod greedy;
#[path = "../examples/shared/grey.rs"]
mod grey;
#[path = "../examples/gpt/network.rs"]
mod network;
#[path = "../examples/seq2seq/numbers.rs"]
mod numbers;
#[path = "../examples/unet/overlap.rs"]
mod overlap;
#[path = "../examples/siamese/pairs.rs"]
mod pairs;
#[path = "../examples/shared/pgm.rs"]
mod pgm;
#[path = "../examples/shared/pictures.rs"]
mod pictures;
#[path = "../examples/dp_sgd/network.rs"]
mod private;
#[path = "../examples/newton/problem.rs"]
mod problem;
#[path = "../examples/siamese/reference.rs"]
mod reference;
#[path = "../examples/unet/scenes.rs"]
mod scenes;
#[path = "../examples/shared/schedule.rs"]
mod schedule;
#[path = "../examples/why_sigmoid/network.rs"]
mod sigmoid;
#[path = "../examples/why_softmax/network.rs"]
mod softmax;
#[path = "../examples/cost_of_ad/sweeps.rs"]
mod sweeps;
#[path = "../examples/shared/text.rs"]
mod text;
#[path = "../examples/gradient_penalty/network.rs"]
mod wgan;
/// Deep networks, and what becomes of signals in them.
#[path = "../examples/vanishing"]
mod vanishing {
    pub mod measure;
    pub mod networks;
}

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;

use dsl_runtime::Gradient;
use dsl_runtime::data::{Batches, Dataset, Examples, Tokens};
use dsl_runtime::minimise::{GaussNewtonProduct, HessianProduct, Objective};
use dsl_runtime::prelude::{Network, Sgd};
use dsl_runtime::random::Stream;
use numbers::{MARKS, TOKENS, WORDS};

#[test]
fn numbers_are_said_as_they_are_said() {
    let said = |number| numbers::words(number).join(" ");
    assert_eq!(said(0), "zero");
    assert_eq!(said(16), "sixteen");
    assert_eq!(said(40), "forty");
    assert_eq!(said(100), "one hundred");
    assert_eq!(said(2001), "two thousand and one");
    assert_eq!(said(90_310), "ninety thousand three hundred and ten");
    assert_eq!(said(305_012), "three hundred and five thousand and twelve");
    assert_eq!(said(700_000), "seven hundred thousand");
}

/// What is said must determine the number, or no network could learn to tell.
#[test]
fn every_number_is_said_in_its_own_way_with_tokens_in_range() {
    let mut seen = BTreeSet::new();
    let of_all_sizes = (0..2000)
        .chain((2000..999_900).step_by(997))
        .chain(999_900..1_000_000);
    for number in of_all_sizes {
        let (source, target) = (numbers::source(number), numbers::target(number));
        assert!(
            source.len() <= WORDS && target.len() <= numbers::DIGITS,
            "{number}"
        );
        assert!(
            source
                .iter()
                .chain(&target)
                .all(|&token| token > MARKS.end && (token as usize) < TOKENS)
        );
        assert_eq!(numbers::digits(&target), number.to_string());
        assert!(seen.insert(source), "{number}");
    }
    assert_eq!(numbers::source(777_777).len(), WORDS);
    assert_eq!(numbers::digits(&[3, MARKS.end, 12, 13]), "0?9?");
}

#[test]
fn numbers_are_drawn_once_each_and_of_all_lengths() {
    let drawn = numbers::draw(5000, 1);
    assert_eq!((drawn.len(), BTreeSet::from_iter(&drawn).len()), (5000, 5000));
    assert_eq!(drawn, numbers::draw(5000, 1));
    assert_ne!(drawn, numbers::draw(5000, 2));
    let of_length = |digits| {
        drawn
            .iter()
            .filter(|number| number.to_string().len() == digits)
            .count()
    };
    assert!(of_length(1) == 10 && of_length(2) == 90 && of_length(4) > 800 && of_length(6) > 800);
}

/// Against scores that speak for a known answer, whatever stands at places not yet asked for.
#[test]
fn decoding_says_what_is_likeliest_until_the_end() {
    let answers = [vec![4, 5, 6], vec![], vec![5, 5, 5, 5]];
    let mut asked = 0;
    let said = greedy::decode(3, 4, MARKS, |given, scores| {
        asked += 1;
        scores.clear();
        for (row, answer) in given.chunks_exact(4).zip(&answers) {
            assert_eq!(row[0], MARKS.begin);
            for place in 0..4 {
                // The right token only if all before it were given.
                let known = row[1..=place]
                    .iter()
                    .zip(answer)
                    .all(|(given, token)| given == token);
                let token = if known {
                    answer.get(place).copied().unwrap_or(MARKS.end)
                } else {
                    7
                };
                scores.extend((0..8).map(|class| if class == token { 1.0 } else { 0.0 }));
            }
        }
        Ok(())
    });
    assert_eq!((said.unwrap(), asked), (answers.to_vec(), 4));
    let silent = greedy::decode(1, 4, MARKS, |_, scores| {
        scores.clear();
        scores.resize(4 * 8, f32::NAN);
        Ok(())
    });
    assert_eq!(silent.unwrap(), [Vec::<u32>::new()]);
}

#[test]
fn counted_nats_are_those_of_the_source() {
    // A chain of two states that stays with probability 0.9: each is as frequent, and the next is known to h(0.1).
    let mut stream = Stream::new(1, "chain");
    let mut state = 0;
    let chain = (0..200_000).map(|_| {
        state ^= u32::from(stream.uniform() < 0.1);
        state
    });
    let (train, held_out) = Tokens::new(chain.collect(), 2).unwrap().split(0.5).unwrap();
    let entropy = -(0.1f64 * 0.1f64.ln() + 0.9 * 0.9f64.ln());
    assert!((text::unigram(&train, &held_out) - 2f64.ln()).abs() < 1e-3);
    assert!((text::bigram(&train, &held_out) - entropy).abs() < 1e-2);
    // A pair that never occurred costs much, but not everything.
    let tokens = |tokens: &[u32]| Tokens::new(tokens.to_vec(), 3).unwrap();
    let unseen = text::bigram(&tokens(&[0, 1, 0, 1, 0]), &tokens(&[0, 2]));
    assert!((unseen - (2.3f64 / 0.1).ln()).abs() < 1e-12, "{unseen}");
}

#[test]
fn the_book_of_the_repository_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/alice.txt");
    let text = text::Text::load(&path).unwrap();
    let characters = text.train.tokens().len() + text.held_out.tokens().len();
    assert_eq!((characters, text.vocabulary.len()), (146_623, 70));
    let (one, two) = (
        text::unigram(&text.train, &text.held_out),
        text::bigram(&text.train, &text.held_out),
    );
    assert!(two < one && one < 70f64.ln(), "{one} {two}");
    let end = text
        .vocabulary
        .decode(&text.held_out.tokens()[text.held_out.tokens().len() - 8..]);
    assert_eq!(end.unwrap(), "THE END\n");
    assert!(
        text::Text::load(Path::new("no such file"))
            .err()
            .unwrap()
            .to_string()
            .contains("no such file")
    );
    let described = text.describe();
    assert!(
        described.contains("131961 characters") && described.contains(&format!("{two:.3} by how")),
        "{described}"
    );
}

/// Images of one value, which is their number.
fn numbered(labels: &[u32]) -> Dataset<f32> {
    let images = (0..labels.len()).map(|number| number as f32).collect();
    Dataset::new(images, 1, labels.to_vec(), 3).unwrap()
}

#[test]
fn half_of_all_pairs_are_the_same_and_say_so() {
    let labels: Vec<u32> = (0..3000).map(|number| number % 3).collect();
    let images = numbered(&labels);
    let pairs = pairs::Pairs::draw(&images, 2, 1);
    let mut batches = Batches::new(&pairs, 7, 1);
    let (mut seen, mut alike, mut others) = (0, 0.0, BTreeSet::new());
    while let Some(batch) = batches.next() {
        for ((&left, &right), &same) in batch.left.iter().zip(batch.right).zip(batch.same) {
            assert_eq!(same == 1.0, labels[left as usize] == labels[right as usize]);
            seen += 1;
            alike += same;
            others.insert(right as u32);
        }
    }
    assert_eq!(seen, 6000);
    assert!((alike / 6000.0 - 0.5).abs() < 0.03 && others.len() > 1500);
    for lonely in [&[0, 1, 1, 2][..], &[1, 1], &[2]] {
        let images = numbered(lonely);
        let pairs = pairs::Pairs::draw(&images, 1, 1);
        assert_eq!(pairs.gather(&[0], &mut pairs.memory(1)).same.len(), 1);
    }
}

#[test]
fn a_code_belongs_to_the_nearest_mean() {
    let means = reference::means(&[0.0, 0.0, 2.0, 0.0, 5.0, 5.0], 2, &[0, 0, 2], 3);
    assert_eq!(means, [1.0, 0.0, 0.0, 0.0, 5.0, 5.0]);
    assert_eq!(reference::nearest(&means, &[4.0, 4.0]), Some(2));
    assert_eq!(reference::nearest(&means, &[0.6, 0.1]), Some(0));
    assert_eq!(reference::distance(&[0.0, 3.0], &[4.0, 0.0]), 5.0);
    assert_eq!(
        reference::rightly_told(&[0.1, 0.9, 0.4], &[1.0, 0.0, 0.0], 0.5),
        2.0 / 3.0
    );
}

#[test]
fn scenes_hide_their_digit_and_masks_show_it() {
    let mut digit = vec![0.0; scenes::SIDE * scenes::SIDE];
    digit[14 * scenes::SIDE..14 * scenes::SIDE + 20].fill(1.0);
    let digits = Dataset::new(digit.repeat(50), digit.len(), vec![0; 50], 10).unwrap();
    let scenes = scenes::Scenes::of(&digits, 1);
    assert_eq!(scenes.count(), 50);
    let all: Vec<_> = scenes.in_order(1).collect();
    assert!(all.iter().all(|scene| scene.masks == digit));
    assert_ne!(all[0].scenes, all[1].scenes);
    let mut memory = scenes.memory(2);
    let batch = scenes.gather(&[7, 3], &mut memory);
    assert_eq!(
        (&batch.scenes[..digit.len()], batch.masks),
        (all[7].scenes, &digit.repeat(2)[..])
    );
    // Clutter is as bright as the digit, so no threshold finds it well.
    let found = overlap::by_threshold(all.iter().map(|scene| (scene.scenes, scene.masks)));
    assert!((0.1..0.6).contains(&found), "{found}");
}

#[test]
fn overlap_is_intersection_over_union() {
    let mut overlap = overlap::Overlap::default();
    assert_eq!(overlap.share(), 1.0);
    overlap.add(&[0.9, 0.9, 0.1, 0.1], 0.5, &[1.0, 0.0, 1.0, 0.0]);
    assert_eq!(overlap.share(), 1.0 / 3.0);
    let clean = [(&[0.0f32, 0.7][..], &[0.0f32, 1.0][..])];
    assert_eq!(overlap::by_threshold(clean.into_iter()), 1.0);
}

#[test]
fn pictures_stand_beside_each_other() {
    let square = pictures::picture(&[1.0, 0.0, 1.0, 1.0, 0.0, 1.0], 2, 0.5);
    assert_eq!(square, ["█▄", " ▀"]);
    let text = beside::beside(&[(square.clone(), "one".into()), (square, "two".into())]);
    assert_eq!(text, "  █▄   █▄\n   ▀    ▀\n  one  two\n");
    let file = pgm::bytes(&[0.0, 1.0, 0.5, 2.0], 1, 3);
    let header = b"P5\n5 3\n255\n";
    assert_eq!(file[..header.len()], header[..]);
    let pixels = [
        0, 128, 255, 128, 128, 128, 128, 128, 128, 128, 255, 128, 128, 128, 128,
    ];
    assert_eq!(file[header.len()..], pixels);
    let folder = std::env::temp_dir().join(format!("dsl-pictures-{}", std::process::id()));
    pgm::write(&folder.join("digits.pgm"), &[0.0, 1.0, 0.5, 2.0], 1, 3).unwrap();
    assert_eq!(std::fs::read(folder.join("digits.pgm")).unwrap(), file);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_learning_rate_rises_and_falls() {
    let rate = schedule::rise_and_fall(0.5, 4, 99, 10);
    let rates: Vec<f64> = (0..40).map(rate).collect();
    assert_eq!((rates[0], rates[1], rates[2]), (0.25, 0.5, 0.5));
    assert!(rates[2..].is_sorted_by(|a, b| a > b) && (rates[39] - 0.5 / 38.0).abs() < 1e-12);
    let once = schedule::rise_and_fall(0.5, 1, 1, 1);
    assert_eq!(once(0), 0.5);
}

/// What the network that writes has read letter by letter, with keys and values kept, it scores as what it reads at once.
#[test]
fn a_cached_step_says_what_the_whole_window_says() {
    use network::{Gpt, KEPT, LETTERS, TIME};

    let model = Gpt::new(1);
    let mut work = Gpt::workspace().threads(1).inference().build();
    let letters: Vec<u32> = (0..TIME as u32)
        .map(|place| place * place % LETTERS as u32)
        .collect();
    let whole = model.logits(&mut work, &letters).unwrap().to_vec();
    // What stands behind the place must not count.
    let (mut keys, mut values) = (vec![9.0; TIME * KEPT], vec![-9.0; TIME * KEPT]);
    for (place, row) in whole.chunks_exact(LETTERS).enumerate() {
        let step = model.step(
            &mut work,
            &letters[place..=place],
            &[place as u32],
            &keys,
            &values,
        );
        let (scores, next_keys, next_values) = step.unwrap();
        for (step, whole) in scores.iter().zip(row) {
            assert!((step - whole).abs() < 1e-4, "place {place}: {step} {whole}");
        }
        (keys, values) = (next_keys.to_vec(), next_values.to_vec());
    }
}

/// The derivatives that the examples print, `softmax(x) - t` and `sigmoid(x) - t`.
#[test]
fn cross_entropy_has_the_derivative_of_the_books() {
    assert!(softmax::CrossEntropy::<false>::GRADIENT.contains("batch_sum(softmax1 - one_hot1) / n"));
    assert!(sigmoid::CrossEntropy::<false>::GRADIENT.contains("batch_sum(sigmoid(x) - t) / n"));
    insta::assert_snapshot!("why_softmax_as_written", softmax::CrossEntropy::<true>::GRADIENT);
    insta::assert_snapshot!("why_sigmoid_as_written", sigmoid::CrossEntropy::<true>::GRADIENT);
    let model = softmax::CrossEntropy::<false>::new(1);
    let mut work = softmax::CrossEntropy::<false>::workspace().build();
    let (loss, slope) = model.slope(&mut work, &[-1000.0, 0.0, 1000.0], &[0]).unwrap();
    assert_eq!((loss[0], slope), (2000.0, &[-1.0, 0.0, 1.0][..]));
}

/// Finite differences of the exact solutions fulfil the equations.
#[test]
fn exact_solutions_solve_their_equations() {
    use differential::{DAMPING, STIFFNESS, VISCOSITY, burgers, oscillator};
    let h = 1e-4;
    for t in [0.1, 1.0, 2.5, 6.0] {
        let [before, u, after] = [t - h, t, t + h].map(oscillator);
        let (velocity, acceleration) = ((after - before) / (2.0 * h), (after - 2.0 * u + before) / (h * h));
        let left = acceleration + 2.0 * DAMPING * velocity + STIFFNESS * u;
        assert!(left.abs() < 1e-6, "{t}: {left}");
    }
    assert_eq!(oscillator(0.0), 1.0);
    for (x, t) in [(-0.9, 0.2), (-0.3, 0.5), (0.1, 0.9), (0.5, 0.4)] {
        let [before, u, after] = [x - h, x, x + h].map(|x| burgers(x, t));
        let change = (burgers(x, t + h) - burgers(x, t - h)) / (2.0 * h);
        let (slope, bend) = ((after - before) / (2.0 * h), (after - 2.0 * u + before) / (h * h));
        let left = change + u * slope - VISCOSITY * bend;
        assert!(left.abs() < 1e-5, "{x} {t}: {left}");
    }
    let start = burgers(0.3, 0.0) + (std::f64::consts::PI * 0.3).sin();
    assert!(start.abs() < 1e-12 && burgers(1.0, 0.7).abs() < 1e-12, "{start}");
}

/// Attacks stay within their size, and raise the loss; what trains on them has the gradient of the attacked image.
#[test]
fn attacks_raise_the_loss_within_their_size() {
    let model = attacks::Digits::new(1);
    let mut work = attacks::Digits::workspace().batch(2).threads(1).build();
    let mut stream = Stream::new(1, "image");
    let image: Vec<f32> = (0..2 * 784).map(|_| stream.uniform() as f32).collect();
    let digits = [3, 8];
    let loss = model.loss(&mut work, &image, &digits).unwrap();
    let size = 0.1;
    let sign = model
        .fast_gradient_sign(&mut work, &image, &digits, size)
        .unwrap()
        .to_vec();
    let projected = model
        .projected_gradient(&mut work, &image, &digits, size)
        .unwrap()
        .to_vec();
    let mut losses = Vec::new();
    for attacked in [&sign, &projected] {
        let moved = image.iter().zip(attacked).map(|(a, b)| (a - b).abs());
        let moved = moved.fold(0.0, f32::max);
        assert!((moved - size).abs() < 1e-6, "{moved}");
        assert!(attacked.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        losses.push(model.loss(&mut work, attacked, &digits).unwrap());
    }
    assert!(losses[0] > loss && losses[1] > loss, "{loss} {losses:?}");
    let (_, robust) = model
        .robust_loss_and_grad(&mut work, &image, &digits, size)
        .unwrap();
    let robust = robust.to_vec();
    let (_, attacked) = model.loss_and_grad(&mut work, &projected, &digits).unwrap();
    let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
    assert!(robust.iter().zip(attacked.iter()).all(close));
    assert_eq!(model.saliency(&mut work, &image, &digits).unwrap().len(), 2 * 784);
    assert_eq!(model.scores(&mut work, &image).unwrap().len(), 20);
}

/// The parameters of the network that a gradient reaches.
fn reached(gradient: &Gradient<f32>) -> Vec<&'static str> {
    let parameters = gradient.layout().parameters.iter();
    let reached = parameters.filter(|parameter| gradient.get(parameter.name).is_some());
    reached.map(|parameter| parameter.name).collect()
}

#[test]
fn each_loss_of_the_two_players_moves_one_of_them() {
    let model = wgan::Wgan::new(1);
    let mut work = wgan::Wgan::workspace().batch(4).threads(1).build();
    let (real, z) = ([0.5; 8], [0.1, -0.4, 0.9, 0.3, -1.2, 0.7, 0.0, -0.2]);
    let (_, gradient) = model
        .critic_and_grad(&mut work, &real, &z, &[0.1, 0.3, 0.5, 0.9])
        .unwrap();
    let critic = reached(gradient);
    let (_, gradient) = model.generator_and_grad(&mut work, &z).unwrap();
    let generator = reached(gradient);
    assert!(critic.iter().all(|name| name.starts_with("score.")), "{critic:?}");
    assert!(
        generator.iter().all(|name| name.starts_with("sample.")),
        "{generator:?}"
    );
    assert_eq!((critic.len(), generator.len()), (5, 6));
    assert_eq!(model.sample(&mut work, &z).unwrap().len(), 8);
}

/// The generator's loss, whose gradient does not reach the critic, has the gradient of minus the mean score.
#[test]
fn the_generator_follows_the_score() {
    let mut model = <wgan::Wgan<f64> as Network>::new(1);
    let mut work = wgan::Wgan::<f64>::workspace().batch(4).threads(1).build();
    let z = [0.1, -0.4, 0.9, 0.3, -1.2, 0.7, 0.0, -0.2];
    let (_, gradient) = model.generator_and_grad(&mut work, &z).unwrap();
    let gradient = gradient.to_vec();
    let start = model.parameters().to_vec();
    let mut loss = |step: f64| {
        for ((value, start), slope) in model.parameters_mut().iter_mut().zip(&start).zip(&gradient) {
            *value = start + step * slope;
        }
        let points = model.sample(&mut work, &z).unwrap().to_vec();
        -model.score(&mut work, &points).unwrap().iter().sum::<f64>() / 4.0
    };
    let measured = (loss(1e-6) - loss(-1e-6)) / 2e-6;
    let expected: f64 = gradient.iter().map(|slope| slope * slope).sum();
    assert!(
        expected > 0.0 && (measured - expected).abs() < 1e-6 * expected,
        "{measured} {expected}"
    );
}

#[test]
fn clouds_of_points_are_judged_by_their_bells() {
    let real = bells::real(&mut Stream::new(1, "points"), 8000);
    let judged = bells::judge(&real);
    // The mean length of a normal vector in the plane is √(π/2) standard deviations.
    let expected = 0.06 * std::f64::consts::FRAC_PI_2.sqrt();
    assert_eq!(judged.modes, bells::MODES);
    assert!((judged.distance - expected).abs() < 2e-3, "{}", judged.distance);
    let one = bells::mode(3).map(|middle| middle as f32).repeat(10);
    let judged = bells::judge(&one);
    assert!(judged.modes == 1 && judged.distance < 1e-6);
    let cells = bells::density(&one, 4);
    assert_eq!(cells.iter().filter(|cell| **cell > 0.0).count(), 1);
}

/// No example pulls by more than the bound, and the gradient of a batch is the mean of what each pulls by.
#[test]
fn gradients_of_private_training_are_bounded() {
    let model = private::Private::new(1);
    let mut work = private::Private::workspace().batch(2).threads(1).build();
    let mut gradient = |images: &[f32], digits: &[u32]| {
        let (_, gradient) = model.loss_and_grad(&mut work, images, digits).unwrap();
        gradient.to_vec()
    };
    let [dark, bright] = [[0.02; 784], [0.5; 784]];
    let (first, second) = (gradient(&dark, &[3]), gradient(&bright, &[7]));
    let length = |gradient: &[f32]| gradient.iter().map(|value| value * value).sum::<f32>().sqrt();
    assert!((length(&second) - 1.0).abs() < 1e-5 && length(&first) < 1.0 + 1e-5);
    let both = gradient(&[dark, bright].concat(), &[3, 7]);
    for (both, (first, second)) in both.iter().zip(first.iter().zip(&second)) {
        assert!((both - 0.5 * (first + second)).abs() < 1e-6);
    }
    assert_eq!(model.scores(&mut work, &dark).unwrap().len(), 10);
}

/// Against the integral that defines the divergence, and the closed form without sampling.
#[test]
fn the_accountant_counts_what_a_step_tells() {
    let density = |z: f64, deviation: f64| {
        (-0.5 * (z / deviation).powi(2)).exp() / (deviation * std::f64::consts::TAU.sqrt())
    };
    for (rate, multiplier, order) in [(0.1, 1.0, 3), (0.02, 2.0, 8), (0.3, 0.8, 2)] {
        let integrand = |z: f64| {
            // The densities with and without an example, the one over the other.
            let quotient = ((2.0 * z - 1.0) / (2.0 * multiplier * multiplier)).exp();
            density(z, multiplier) * ((1.0 - rate) + rate * quotient).powi(order)
        };
        let sum: f64 = (-4000..=8000)
            .map(|step| integrand(f64::from(step) * 5e-3) * 5e-3)
            .sum();
        let expected = sum.ln() / f64::from(order - 1);
        let found = accountant::divergence(rate, multiplier, order as u32);
        assert!(
            (found - expected).abs() < 1e-9 * expected.max(1e-3),
            "{found} {expected}"
        );
    }
    let [few, many] = [100, 1000].map(|steps| accountant::epsilon(0.02, 1.0, steps, 1e-5));
    assert!(few < many && accountant::epsilon(0.02, 2.0, 1000, 1e-5) < many);
}

/// Products by the Hessian and the Gauss–Newton matrix, against differences of gradients and the rows of the Jacobian.
#[test]
fn products_of_the_wave_are_second_derivatives() {
    let passes = Cell::new(0);
    let mut problem = problem::Problem::new(&passes);
    let at = problem.start();
    let direction: Vec<f64> = (0..problem::COUNT).map(|place| (place as f64).sin()).collect();
    let mut gradient_at = |step: f64| {
        let moved: Vec<f64> = at.iter().zip(&direction).map(|(at, v)| at + step * v).collect();
        let mut gradient = vec![0.0; problem::COUNT];
        problem.gradient(&moved, &mut gradient).unwrap();
        gradient
    };
    let h = 1e-5;
    let (ahead, behind) = (gradient_at(h), gradient_at(-h));
    let mut product = vec![0.0; problem::COUNT];
    problem.hessian_product(&at, &direction, &mut product).unwrap();
    for ((product, ahead), behind) in product.iter().zip(ahead).zip(behind) {
        let measured = (ahead - behind) / (2.0 * h);
        assert!((product - measured).abs() < 1e-8, "{product} {measured}");
    }
    // The diagonal, twice.
    let mut scale = vec![0.0; problem::COUNT];
    problem.scale(&at, &mut scale).unwrap();
    for (place, scale) in scale.iter().enumerate() {
        let unit: Vec<f64> = (0..problem::COUNT)
            .map(|other| f64::from(u8::from(other == place)))
            .collect();
        problem.gauss_newton_product(&at, &unit, &mut product).unwrap();
        assert!((product[place] - scale).abs() < 1e-14);
    }
    let value = problem.value(&at).unwrap();
    assert_eq!(problem.step(&mut Sgd::new(0.1)).unwrap(), value);
    assert_eq!(passes.get(), 6);
}

#[test]
fn both_sweeps_find_one_jacobian_at_the_price_that_is_said() {
    use sweeps::{Graph, Node};
    // x, y, z → f = x y, g = sin(y) + z → L = f g
    let graph = Graph {
        nodes: vec![
            Node::Input,
            Node::Input,
            Node::Input,
            Node::Product(0, 1),
            Node::Sine(1),
            Node::Sum(4, 2),
            Node::Product(3, 5),
        ],
        outputs: vec![6],
    };
    let (x, y, z) = (1.0f64, 2.0f64, 3.0f64);
    let g = y.sin() + z;
    let expected = [y * g, x * g + x * y * y.cos(), x * y];
    for found in [graph.forward(&[x, y, z]), graph.reverse(&[x, y, z])] {
        for (found, expected) in found.jacobian[0].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14);
        }
    }
    let graph = Graph::woven(5, 40, 3);
    let at = [0.1, -0.4, 0.7, 0.2, 0.9];
    let (forward, reverse) = (graph.forward(&at), graph.reverse(&at));
    assert_eq!(forward.operations * 3, reverse.operations * 5);
    let both = forward
        .jacobian
        .iter()
        .flatten()
        .zip(reverse.jacobian.iter().flatten());
    assert!(both.clone().all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + a.abs())));
    assert!(both.clone().any(|(a, _)| *a != 0.0));
}

#[test]
fn charts_and_shades_show_what_they_are_given() {
    let series = [('a', 10.0), ('b', 900.0)].map(|(mark, up)| chart::Series {
        mark,
        points: vec![(up, up), (1.0, up)],
    });
    let text = chart::chart(&series, 9, 3);
    let expected =
        "     1e3 │b       b\n         │\n     1e1 │a  a\n         └─────────\n          1e0   1e3\n";
    assert_eq!(text, expected);
    assert_eq!(
        grey::grey(&[0.0, 1.0, 0.5, 1.0, 0.0, 1.0, 0.0, 1.0, 0.4], 3),
        ["░░▓", " █░"]
    );
}

/// The first layer of thirty, in units of the last: with small weights neither signals nor gradients get through, with
/// orthogonal ones both do, and ways around carry both by weights that are smaller still.
#[test]
fn gradients_vanish_and_are_kept_from_it() {
    use vanishing::measure::{Signals, layers};
    use vanishing::networks::{ReluResidual, TanhOrthogonal, TanhSmall};

    fn ratios<N: dsl_runtime::Classifier<Element = f32>>(signals: impl Signals<N>) -> [f64; 2] {
        let mut stream = Stream::new(1, "images");
        let images: Vec<f32> = (0..8 * 784).map(|_| stream.uniform() as f32).collect();
        let (model, mut work) = (N::new(1), N::workspace().batch(8).threads(1).build());
        let digits = [0, 1, 2, 3, 4, 5, 6, 7];
        let found = layers(&model, &mut work, (&images, &digits), &signals).expect("whole digits");
        let (first, last) = (found[0], found[found.len() - 1]);
        assert!(found.iter().all(|layer| (0.0..=1.0).contains(&layer.silent)));
        [last.signal / first.signal, first.gradient / last.gradient]
    }

    let small = ratios::<TanhSmall>(TanhSmall::scores);
    assert!(small[0] < 1e-9 && small[1] < 1e-8, "{small:?}");
    for kept in [
        ratios::<TanhOrthogonal>(TanhOrthogonal::scores),
        ratios::<ReluResidual>(ReluResidual::scores),
    ] {
        assert!(kept.iter().all(|ratio| (0.1..10.0).contains(ratio)), "{kept:?}");
    }
}

/// The pictures of each network name what its source names.
#[cfg(feature = "pictures")]
#[test]
fn networks_are_drawn_by_the_names_of_their_source() {
    use drawn::{LeNet, Lstm, Mlp, Residual, Transformer};
    let named = [
        (Mlp::GRADIENT_DOT, Mlp::GRADIENT_SVG, "dense1"),
        (LeNet::GRADIENT_DOT, LeNet::GRADIENT_SVG, "stage2"),
        (Residual::GRADIENT_DOT, Residual::GRADIENT_SVG, "residual2"),
        (Lstm::GRADIENT_DOT, Lstm::LOSS_SVG, "for t in 0..7"),
        (Transformer::GRADIENT_DOT, Transformer::LOSS_SVG, "self_attn"),
    ];
    for (dot, svg, name) in named {
        assert!(
            dot.starts_with("digraph") && dot.contains(&format!("label = \"{name}\"")),
            "{name}: {dot}"
        );
        assert!(
            svg.starts_with("<svg") && svg.contains(&format!(">{name}</text>")),
            "{name}: {svg}"
        );
    }
    let [loss, gradient] = ["loss", "loss_and_grad"].map(|method| LeNet::COSTS.of(method).expect("a method"));
    let ratio = gradient.product_operations as f64 / loss.product_operations as f64;
    assert!(
        (2.0..3.5).contains(&ratio),
        "a gradient takes about three times the products: {ratio}"
    );
}

/// What `mnist` keeps is what is drawn of networks with the same parameters.
#[cfg(feature = "pictures")]
#[test]
fn the_pictures_of_the_main_example_are_of_its_networks() {
    fn layout<N: Network>() -> dsl_runtime::Layout {
        N::LAYOUT
    }
    assert_eq!(layout::<digits::Mlp>(), layout::<drawn::Mlp>());
    assert_eq!(layout::<digits::LeNet>(), layout::<drawn::LeNet>());
    let kept = [
        (digits::MLP_SVG, drawn::Mlp::LOGITS_SVG, "mlp"),
        (digits::LENET_SVG, drawn::LeNet::LOGITS_SVG, "lenet"),
    ];
    for (kept, now, name) in kept {
        assert!(
            kept == now,
            "cargo run --example draw --features pictures -- {name} draws logits.svg, for examples/mnist/{name}.svg"
        );
    }
}
