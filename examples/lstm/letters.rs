//! The next letter of a text.

use std::path::Path;

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use dsl_runtime::train::{Evaluation, sample};

use crate::text::Text;
use crate::{Training, schedule};

network! {
    /// A cell that reads letters and says after each what may come next.
    pub struct Letters;

    const LETTERS: usize = 70;
    const TIME: usize = 64;
    const WIDTH: usize = 32;
    const HIDDEN: usize = 160;

    fn embedded(&self, letters: Index<LETTERS, _>) -> Tensor<_, WIDTH> {
        letters.embedding(WIDTH)
    }

    fn cell(&self, x: Tensor<WIDTH>, h: Tensor<HIDDEN>, c: Tensor<HIDDEN>) -> (Tensor<HIDDEN>, Tensor<HIDDEN>) {
        x.lstm_cell(h, c, HIDDEN)
    }

    fn scores(&self, h: Tensor<_, HIDDEN>) -> Tensor<_, LETTERS> {
        h.dense(LETTERS)
    }

    /// A score per next letter at every place of a window.
    pub fn logits(&self, letters: Index<LETTERS, TIME>) -> Tensor<TIME, LETTERS> {
        let x = self.embedded(letters);
        let (mut h, mut c) = (zeros([HIDDEN]), zeros([HIDDEN]));
        let mut states = zeros([TIME, HIDDEN]);
        for t in 0..TIME {
            (h, c) = self.cell(x.at(t), h, c);
            states[t] = h;
        }
        self.scores(states)
    }

    /// One letter more: a score per next letter, and the state behind it.
    pub fn step(
        &self,
        letter: Index<LETTERS, 1>,
        h: Tensor<HIDDEN>,
        c: Tensor<HIDDEN>,
    ) -> (Tensor<LETTERS>, Tensor<HIDDEN>, Tensor<HIDDEN>) {
        let (h, c) = self.cell(self.embedded(letter).reshape([WIDTH]), h, c);
        (self.scores(h.reshape([1, HIDDEN])).reshape([LETTERS]), h, c)
    }

    /// Mean cross-entropy of the next letters.
    pub fn loss(&self, letters: Index<LETTERS, TIME>, next: Index<LETTERS, TIME>) -> Scalar {
        self.logits(letters).softmax_cross_entropy(next)
    }
}

const TIME: usize = 64;
const HIDDEN: usize = 160;
/// Letters from one window's beginning to the next one's.
const STRIDE: usize = 16;
/// What the text that is written begins with.
const PROMPT: &str = "Alice ";
/// Letters of the text that is written.
const WRITTEN: usize = 400;
const TEMPERATURE: f64 = 0.6;

/// Learns to foretell the letters of a text, and writes one.
pub fn run(path: &Path, arguments: &Training) -> Result<(), Error> {
    let text = Text::load(path)?;
    let mut model = Letters::new(arguments.common.seed);
    println!(
        "{}: {} parameters",
        Letters::<f32>::NAME,
        Letters::<f32>::LAYOUT.count()
    );
    println!("{}\n", text.describe());

    let windows = text.train.windows(TIME)?.every(STRIDE);
    let (epochs, batch, rate) = (
        arguments.epochs.unwrap_or(6),
        arguments.batch,
        arguments.learning_rate,
    );
    let mut trainer = Trainer::new(epochs)
        .batch(batch)
        .seed(arguments.common.seed)
        .schedule(schedule::rise_and_fall(rate, epochs, windows.count(), batch))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    trainer.fit_examples(
        &mut model,
        &mut Adam::new(rate),
        &windows,
        |learner, batch| learner.step((batch.tokens, batch.next)),
        |model, _| judge(model, &text.held_out),
    )?;

    println!("\n{}", write(&model, &text.vocabulary, arguments.common.seed)?);
    println!(
        "\nheld-out loss {:.3} nats per letter",
        judge(&model, &text.held_out)?.loss
    );
    Ok(())
}

/// Mean loss on all windows of a text, each read from a state of zeros.
fn judge(model: &Letters, text: &Tokens) -> Result<Evaluation, Error> {
    let mut work = Letters::workspace().batch(64).inference().build();
    let (mut loss, mut examples) = (0.0, 0);
    for batch in text.in_order(TIME, 64)? {
        let windows = batch.tokens.len() / TIME;
        loss += f64::from(model.loss(&mut work, batch.tokens, batch.next)?) * windows as f64;
        examples += windows;
    }
    let loss = loss / examples as f64;
    Ok(Evaluation {
        loss,
        accuracy: None,
        examples,
    })
}

/// A text drawn letter by letter.
fn write(model: &Letters, vocabulary: &CharVocabulary, seed: u64) -> Result<String, Error> {
    let mut work = Letters::workspace().inference().build();
    let mut stream = Stream::new(seed, "text");
    let mut letters = vocabulary.encode(PROMPT)?;
    let (mut h, mut c) = ([0.0; HIDDEN], [0.0; HIDDEN]);
    for place in 0..WRITTEN {
        let (scores, next_h, next_c) = model.step(&mut work, &letters[place..=place], &h, &c)?;
        if place + 1 == letters.len() {
            // The prompt is read; scores that are no numbers end the text.
            let known = &scores[..vocabulary.len().min(scores.len())];
            match sample(known, TEMPERATURE, &mut stream) {
                Some(letter) => letters.push(letter as u32),
                None => break,
            }
        }
        h.copy_from_slice(next_h);
        c.copy_from_slice(next_c);
    }
    vocabulary.decode(&letters)
}
