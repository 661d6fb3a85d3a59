//! Every metric against scikit-learn's; `record.py` recorded these. However the data are cut into batches, the bits are
//! the same.

use crate::metrics::*;

fn lines() -> impl Iterator<Item = (&'static str, &'static str, Vec<f64>)> {
    let lines = include_str!("measures.txt").lines().skip(1);
    lines.map(|line| {
        let mut parts = line.split('|');
        let mut part = || parts.next().expect("three parts");
        let (case, quantity, numbers) = (part(), part(), part());
        let numbers = numbers.split(' ').map(|number| number.parse().expect("a number"));
        (case, quantity, numbers.collect())
    })
}

fn recorded(case: &str, quantity: &str) -> Vec<f64> {
    let found = lines().find(|(named, what, _)| (*named, *what) == (case, quantity));
    found.expect("it is recorded").2
}

fn labels(case: &str) -> Vec<u32> {
    recorded(case, "labels")
        .into_iter()
        .map(|label| label as u32)
        .collect()
}

/// What a metric says of all rows, whatever the batches are.
fn whole<M: Metric<f64, Targets = [U]> + Clone + PartialEq + std::fmt::Debug, U>(
    metric: M,
    predictions: &[f64],
    targets: &[U],
    per_row: usize,
) -> M {
    let rows = targets.len() / per_row;
    let width = predictions.len() / rows;
    let taken = |batch: usize| {
        let mut metric = metric.clone();
        let batches = predictions.chunks(batch * width);
        for (predictions, targets) in batches.zip(targets.chunks(batch * per_row)) {
            metric.observe(predictions, targets).unwrap();
        }
        metric
    };
    let one = taken(rows);
    for batch in [1, 3, 7] {
        assert_eq!(taken(batch), one, "batches of {batch}");
    }
    let mut again = one.clone();
    again.reset();
    assert_eq!(again, metric);
    one
}

fn close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or(0.0);
    assert!(
        (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{what}: {found} for {expected}"
    );
}

#[test]
fn classification_is_that_of_scikit_learn() {
    let mut compared = 0;
    for case in ["plain", "lacking", "never", "one_class"] {
        let (scores, labels) = (recorded(case, "scores"), labels(case));
        let classes = scores.len() / labels.len();
        let accuracy = whole(Accuracy::new(), &scores, &labels, 1);
        let matrix = whole(ConfusionMatrix::new(classes), &scores, &labels, 1);
        let perplexity = whole(Perplexity::new(), &scores, &labels, 1);
        let of_classes = |part: fn(&ClassScores) -> Option<f64>| -> Vec<Option<f64>> {
            (0..classes).map(|class| part(&matrix.class(class))).collect()
        };
        for (_, quantity, numbers) in lines().filter(|(named, ..)| *named == case) {
            let average = |scores: ClassScores| vec![scores.precision, scores.recall, scores.f1];
            let top = |k| vec![whole(TopK::new(k), &scores, &labels, 1).value()];
            let found = match quantity {
                "scores" | "labels" | "probabilities" => continue,
                "accuracy" => vec![accuracy.value()],
                "top_1" => top(1),
                "top_2" => top(2),
                "confusion" => (0..classes * classes)
                    .map(|place| Some(matrix.count(place / classes, place % classes) as f64))
                    .collect(),
                "precision" => of_classes(|scores| scores.precision),
                "recall" => of_classes(|scores| scores.recall),
                "f1" => of_classes(|scores| scores.f1),
                "support" => of_classes(|scores| Some(scores.support as f64)),
                "macro" => average(matrix.macro_average()),
                "micro" => average(matrix.micro_average()),
                "weighted" => average(matrix.weighted_average()),
                "perplexity" => vec![perplexity.value()],
                "auc" | "auc_of_classes" => {
                    let auc = whole(RocAuc::new(), &recorded(case, "probabilities"), &labels, 1);
                    match quantity {
                        "auc" => vec![auc.value()],
                        _ => (0..classes).map(|class| auc.of_class(class)).collect(),
                    }
                }
                other => panic!("{other} is compared with nothing"),
            };
            assert_eq!(found.len(), numbers.len(), "{case} {quantity}");
            for (found, expected) in found.into_iter().zip(numbers) {
                close(found, expected, &format!("{case} {quantity}"));
                compared += 1;
            }
        }
        assert_eq!(matrix.accuracy(), accuracy.value());
    }
    assert!(compared > 150, "{compared}");
}

#[test]
fn binary_areas_are_those_of_scikit_learn() {
    for case in ["binary", "binary_ties", "binary_equal", "binary_apart"] {
        let auc = whole(RocAuc::new(), &recorded(case, "scores"), &labels(case), 1);
        close(auc.value(), recorded(case, "auc")[0], case);
        assert_eq!((auc.value(), None), (auc.of_class(1), auc.of_class(0)));
    }
}

#[test]
fn regression_is_that_of_scikit_learn() {
    for (case, outputs) in [("line", 1), ("far", 1), ("two_outputs", 2)] {
        let (predictions, targets) = (recorded(case, "predictions"), recorded(case, "targets"));
        let squared = whole(MeanSquaredError::new(), &predictions, &targets, outputs);
        let absolute = whole(MeanAbsoluteError::new(), &predictions, &targets, outputs);
        let explained = whole(RSquared::new(outputs), &predictions, &targets, outputs);
        close(squared.value(), recorded(case, "mse")[0], case);
        close(squared.root(), recorded(case, "mse")[0].sqrt(), case);
        close(absolute.value(), recorded(case, "mae")[0], case);
        close(explained.value(), recorded(case, "r2")[0], case);
    }
}
