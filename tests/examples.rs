//! The parts of the examples that are not networks: their data, measures and pictures.

#[path = "../examples/seq2seq/greedy.rs"]
mod greedy;
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
#[path = "../examples/siamese/reference.rs"]
mod reference;
#[path = "../examples/unet/scenes.rs"]
mod scenes;
#[path = "../examples/shared/schedule.rs"]
mod schedule;
#[path = "../examples/shared/text.rs"]
mod text;

use std::collections::BTreeSet;
use std::path::Path;

use dsl_runtime::data::{Batches, Dataset, Examples, Tokens};
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
    let text = pictures::beside(&[(square.clone(), "one".into()), (square, "two".into())]);
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
