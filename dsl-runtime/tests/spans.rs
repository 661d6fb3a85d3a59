//! The spans of trainings, evaluations, saves and loads.
//!
//! A program of its own, one piece of work at a time: whether anyone listens at a place is kept by `tracing` for the whole
//! program, and may be decided by a thread where nobody does.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use dsl_runtime::data::{Dataset, Mnist};
use dsl_runtime::train::{Trainer, evaluate};
use dsl_runtime::{Sgd, network};

network! {
    struct Points;

    pub fn logits(&self, point: Tensor<2>) -> Tensor<3> {
        dense(point, 3)
    }

    pub fn loss(&self, point: Tensor<2>, class: Index<3>) -> Scalar {
        softmax_cross_entropy(self.logits(point), class)
    }
}

/// Twenty points of the plane and their classes.
fn points() -> Dataset<f32> {
    let coordinates = (0..40_u8).map(|at| f32::from(at % 7) / 7.0).collect();
    let classes = (0..20).map(|at| at % 3).collect();
    Dataset::new(coordinates, 2, classes, 3).unwrap()
}

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
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
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
    let data = points();
    let mut model = Points::new(1);
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
         \x20 epoch number=2\n\
         \x20   step number=3\n\
         \x20   step number=4\n\
         \x20   evaluation epoch=2\n"
    );
    // Steps are for who asks for them.
    assert!(!spans_of(Level::INFO, train).contains("step"));
}

#[test]
fn an_evaluation_is_one_outside_of_a_training_too() {
    let found = spans_of(Level::INFO, || {
        let data = points();
        let mut work = Points::workspace().batch(10).threads(1).inference().build();
        evaluate(&Points::new(1), &mut work, &data, Points::logits).unwrap();
    });
    assert_eq!(found, "evaluation examples=20\n");
}

#[test]
fn saves_and_loads_name_their_files() {
    let folder = std::env::temp_dir().join(format!("dsl-spans-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("network");
    let found = spans_of(Level::INFO, || {
        let mut model = Points::new(1);
        dsl_runtime::checkpoint::save(&model, &path).unwrap();
        dsl_runtime::checkpoint::load(&mut model, &path).unwrap();
        Mnist::<f32>::load(&folder).unwrap_err();
    });
    std::fs::remove_dir_all(&folder).unwrap();
    let (file, folder) = (path.display(), folder.display());
    assert_eq!(
        found,
        format!("saving path={file}\nloading path={file}\nloading path={folder}\n")
    );
}
