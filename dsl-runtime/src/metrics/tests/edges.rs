//! Nothing, one class only, NaN, and what does not fit.

use crate::error::MetricProblem;
use crate::metrics::*;

const NAN: f32 = f32::NAN;

#[test]
fn of_nothing_nothing_is_said() {
    let mut classification = (
        Accuracy::new(),
        TopK::new(3),
        ConfusionMatrix::new(2),
        RocAuc::new(),
        Perplexity::new(),
    );
    classification.observe(&[0.0f32; 0], &[]).unwrap();
    let mut regression = (
        MeanSquaredError::new(),
        MeanAbsoluteError::new(),
        RSquared::new(1),
    );
    regression.observe(&[0.0f32; 0], &[]).unwrap();
    let measures = [
        Metric::<f32>::measures(&classification),
        Metric::<f32>::measures(&regression),
    ];
    for measure in measures.concat() {
        assert_eq!(measure.value, None, "{measure}");
    }
    assert_eq!(Measure::new("loss", None).to_string(), "loss undefined");
    assert_eq!(Measure::new("loss", 0.5).to_string(), "loss 0.5000");
    assert_eq!(
        ConfusionMatrix::new(2).macro_average().support + ConfusionMatrix::new(0).examples(),
        0
    );
}

#[test]
fn one_class_alone_has_no_area_and_equal_targets_explain_nothing() {
    let mut auc = RocAuc::new();
    auc.observe(&[0.1f32, 0.7], &[1, 1]).unwrap();
    assert_eq!(auc.value(), None);
    auc.observe(&[0.2f32], &[0]).unwrap();
    assert_eq!(auc.value(), Some(0.5));
    let mut rows = RocAuc::new();
    // Class 2 has no example.
    rows.observe(&[0.6f32, 0.3, 0.1, 0.2, 0.7, 0.1], &[0, 1]).unwrap();
    assert_eq!((rows.value(), rows.of_class(0)), (None, Some(1.0)));
    let mut explained = RSquared::new(1);
    explained.observe(&[1.0f32], &[2.0]).unwrap();
    assert_eq!(explained.value(), None, "of one example");
    explained.observe(&[1.0f32], &[2.0]).unwrap();
    assert_eq!(explained.value(), None, "of equal ones");
    explained.observe(&[1.0f32], &[3.0]).unwrap();
    assert!(explained.value().unwrap() < 0.0);
}

#[test]
fn a_nan_is_never_right_has_no_rank_and_stays_in_a_mean() {
    let (scores, labels) = ([1.0, NAN, 0.0, 1.0, 2.0, 0.0], [0, 0, 1]);
    let mut metrics = (Accuracy::new(), TopK::new(2), ConfusionMatrix::new(2));
    metrics.observe(&scores, &labels).unwrap();
    let (accuracy, top, matrix) = &metrics;
    assert_eq!(accuracy.value(), Some(0.0));
    assert_eq!(top.value(), Some(2.0 / 3.0));
    assert_eq!((matrix.undecided(0), matrix.undecided(1)), (1, 0));
    assert_eq!((matrix.class(0).recall, matrix.class(0).support), (Some(0.0), 2));
    let micro = matrix.micro_average();
    assert_eq!((micro.precision, micro.recall), (Some(0.0), Some(0.0)));
    let table = "           0   1  undecided\n      0    0   1          1\n      1    1   0          0";
    assert_eq!(
        matrix.to_string().split_whitespace().collect::<Vec<_>>(),
        table.split_whitespace().collect::<Vec<_>>()
    );
    let mut auc = RocAuc::new();
    auc.observe(&[NAN, 0.5], &[0, 1]).unwrap();
    assert_eq!(auc.value(), None);
    let mut perplexity = Perplexity::new();
    perplexity.observe(&scores, &labels).unwrap();
    assert!(perplexity.value().unwrap().is_nan());
    let mut sure = Perplexity::new();
    sure.observe(&[f32::NEG_INFINITY, 0.0], &[1]).unwrap();
    assert_eq!(sure.value(), Some(1.0));
    sure.observe(&[f32::NEG_INFINITY, 0.0], &[0]).unwrap();
    assert_eq!(sure.value(), Some(f64::INFINITY));
    let mut errors = (
        MeanSquaredError::new(),
        MeanAbsoluteError::new(),
        RSquared::new(1),
    );
    errors.observe(&[1.0, NAN, 2.0], &[1.0, 2.0, 3.0]).unwrap();
    let (squared, absolute, explained) = errors;
    let values = [squared.value(), absolute.value(), explained.value()];
    assert!(values.iter().all(|value| value.unwrap().is_nan()));
}

#[test]
fn a_table_has_a_row_for_each_class() {
    let mut matrix = ConfusionMatrix::new(2);
    matrix
        .observe(&[1.0f32, 0.0, 0.0, 1.0, 1.0, 0.0], &[0, 0, 1])
        .unwrap();
    assert_eq!(matrix.to_string(), "         0  1\n      0  1  1\n      1  1  0");
}

#[test]
fn equal_scores_and_signed_zeros_count_half() {
    let mut auc = RocAuc::new();
    auc.observe(&[0.0f32, -0.0, 0.0, -0.0], &[1, 0, 0, 1]).unwrap();
    assert_eq!(auc.value(), Some(0.5));
}

#[test]
fn what_does_not_fit_is_refused_and_counts_nothing() {
    let problem = |error: Result<(), Error>| match error {
        Err(Error::Metric { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    let mut metrics = (Accuracy::new(), TopK::new(2), Perplexity::new());
    let before = metrics.clone();
    let ragged = MetricProblem::Ragged {
        predictions: 5,
        targets: 2,
    };
    assert_eq!(problem(metrics.observe(&[0.0f32; 5], &[0, 1])), ragged);
    let label = MetricProblem::Label {
        position: 1,
        label: 3,
        classes: 3,
    };
    assert_eq!(problem(metrics.observe(&[0.0f32; 6], &[0, 3])), label);
    assert!(metrics.observe(&[0.0f32; 4], &[]).is_err() && metrics.observe(&[0.0f32; 0], &[0]).is_err());
    assert_eq!(metrics, before);
    let mut matrix = ConfusionMatrix::new(3);
    let classes = MetricProblem::Classes {
        found: 2,
        expected: 3,
    };
    assert_eq!(problem(matrix.observe(&[0.0f32; 4], &[0, 1])), classes);
    let mut auc = RocAuc::new();
    assert!(matches!(
        problem(auc.observe(&[0.0f32, 1.0], &[0, 2])),
        MetricProblem::Label { .. }
    ));
    auc.observe(&[0.0f32; 6], &[0, 1]).unwrap();
    assert!(matches!(
        problem(auc.observe(&[0.0f32; 4], &[0, 1])),
        MetricProblem::Classes {
            found: 2,
            expected: 3
        }
    ));
    let mut explained = RSquared::new(2);
    assert!(explained.observe(&[0.0f32; 3], &[0.0; 3]).is_err());
    let text = explained
        .observe(&[0.0f32; 3], &[0.0; 2])
        .unwrap_err()
        .to_string();
    assert_eq!(text, "R²: 3 predictions for 2 targets");
}
