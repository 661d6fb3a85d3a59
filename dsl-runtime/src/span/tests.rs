use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::data::Dataset;
use crate::testing::{Points, points};
use crate::train::{Trainer, evaluate};
use crate::{Network, Sgd};

/// Notes the spans up to a level as a text: each begins with its depth.
#[derive(Clone)]
struct Noted {
    most: Level,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    spans: u64,
    depth: usize,
    text: String,
    /// The last that were made, until they are entered.
    made: Vec<(u64, String)>,
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Noted {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && *metadata.level() <= self.most
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut state = self.state.lock().unwrap();
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        state.spans += 1;
        let number = state.spans;
        state.made.push((number, fields.0));
        Id::from_u64(number)
    }

    fn enter(&self, span: &Id) {
        let mut state = self.state.lock().unwrap();
        let at = state
            .made
            .iter()
            .position(|(id, _)| *id == span.into_u64())
            .unwrap();
        let (_, text) = state.made.remove(at);
        let indent = "  ".repeat(state.depth);
        writeln!(state.text, "{indent}{text}").unwrap();
        state.depth += 1;
    }

    fn exit(&self, _: &Id) {
        self.state.lock().unwrap().depth -= 1;
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}
}

/// The spans that something enters.
fn spans_of(most: Level, body: impl FnOnce()) -> String {
    let noted = Noted {
        most,
        state: Arc::default(),
    };
    tracing::subscriber::with_default(noted.clone(), body);
    let state = noted.state.lock().unwrap();
    assert_eq!(state.depth, 0, "what is entered is left");
    state.text.clone()
}

fn train() {
    let (inputs, labels) = points(20, 1);
    let data = Dataset::<f32>::new(inputs, 2, labels, 3).unwrap();
    let mut model = Points::<f32>::new(1);
    Trainer::new(2)
        .batch(10)
        .threads(1)
        .judge_train(false)
        .progress(false)
        .fit(&mut model, &mut Sgd::new(0.1), &data, &data, Points::logits)
        .unwrap();
}

#[test]
fn a_training_is_epochs_of_steps_and_evaluations() {
    assert_eq!(
        spans_of(Level::DEBUG, train),
        "training network=\"Points\" examples=20\n\
         \x20 epoch number=1\n\
         \x20   step number=1\n\
         \x20   step number=2\n\
         \x20   evaluation epoch=1\n\
         \x20     evaluation examples=20\n\
         \x20 epoch number=2\n\
         \x20   step number=3\n\
         \x20   step number=4\n\
         \x20   evaluation epoch=2\n\
         \x20     evaluation examples=20\n"
    );
    // Steps are for who asks for them.
    assert!(!spans_of(Level::INFO, train).contains("step"));
}

#[test]
fn an_evaluation_is_one_outside_of_a_training_too() {
    let found = spans_of(Level::INFO, || {
        let (inputs, labels) = points(20, 1);
        let data = Dataset::<f32>::new(inputs, 2, labels, 3).unwrap();
        let mut work = Points::workspace().batch(10).threads(1).inference().build();
        evaluate(&Points::new(1), &mut work, &data, Points::logits).unwrap();
    });
    assert_eq!(found, "evaluation examples=20\n");
}

#[cfg(feature = "checkpoint")]
#[test]
fn saves_and_loads_name_their_files() {
    let folder = crate::testing::Folder::new("spans");
    let path = folder.join("network");
    let found = spans_of(Level::INFO, || {
        let mut model = Points::<f32>::new(1);
        crate::checkpoint::save(&model, &path).unwrap();
        crate::checkpoint::load(&mut model, &path).unwrap();
        crate::data::Mnist::<f32>::load(folder.path()).unwrap_err();
    });
    let (file, folder) = (path.display(), folder.path().display());
    assert_eq!(
        found,
        format!("saving path={file}\nloading path={file}\nloading path={folder}\n")
    );
}
