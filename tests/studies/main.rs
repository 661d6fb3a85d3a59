//! The studies among the examples at a small size, and what draws their pictures.

#[path = "../../examples/shared/contour.rs"]
mod contour;
#[path = "../../examples/shared/figure.rs"]
mod figure;
#[path = "../../examples/shared/statistics.rs"]
mod statistics;
#[path = "../../examples/shared/svg.rs"]
mod svg;
#[path = "../../examples/shared/sweep.rs"]
mod sweep;
#[path = "../../examples/shared/terminal.rs"]
mod terminal;
/// What the studies share.
mod tools;

/// Coloured digits.
#[path = "../../examples/bias"]
#[expect(dead_code, reason = "what only its table and its picture show")]
mod bias {
    use crate::{statistics, sweep};

    pub mod coloured;
    pub mod network;
    pub mod study;
}

/// Digits that are turned, noisy or none.
#[path = "../../examples/distribution_shift"]
#[expect(dead_code, reason = "what only its table and its picture show")]
mod distribution_shift {
    use crate::{statistics, sweep};

    pub mod confidence;
    pub mod images;
    pub mod network;
    pub mod study;
}

/// Networks of growing width.
#[path = "../../examples/double_descent"]
#[expect(dead_code, reason = "what only its table and its picture show")]
mod double_descent {
    use crate::{statistics, sweep};

    pub mod network;
    pub mod study;
}

/// Measures against the gap between risk and empirical risk.
#[path = "../../examples/generalisation"]
#[expect(dead_code, reason = "what only its table and its picture show")]
mod generalisation {
    use crate::{statistics, sweep};

    pub mod network;
    pub mod study;
}

/// Ways through the plane, and curves on digits.
#[path = "../../examples/optimizers"]
#[expect(dead_code, reason = "what only its table and its picture show")]
mod optimizers {
    use crate::{contour, statistics, sweep};

    pub mod digits;
    pub mod plane;
    pub mod problems;
    pub mod study;
}

/// Students of growing size.
#[path = "../../examples/scaling_laws"]
#[expect(dead_code, reason = "what only its table and its picture show")]
mod scaling_laws {
    use crate::{statistics, sweep};

    pub mod network;
    pub mod study;
}

use dsl_runtime::data::Dataset;
use statistics::Mean;

fn share(mean: &Mean) -> bool {
    (0.0..=1.0).contains(&mean.mean) && mean.deviation.is_finite()
}

#[test]
fn the_gap_is_the_difference_of_the_risks() {
    use generalisation::study::{MEASURES, Measure, Settings, run};
    let study = run(&Settings::QUICK).unwrap();
    assert_eq!(study.ends.len(), MEASURES.len());
    for (measure, risks) in study.ends.iter().map(|(measure, risks)| (measure, *risks)) {
        let gap = risks.risk.mean - risks.empirical.mean;
        assert!((risks.gap.mean - gap).abs() < 1e-12, "{measure:?} {risks:?}");
        assert!(
            risks.empirical.mean > 0.0 && share(&risks.accuracy),
            "{measure:?} {risks:?}"
        );
        assert_eq!(risks.step, Settings::QUICK.steps as f64);
    }
    // Forty digits of learning show even after eight steps, and strong decay is the measure that hinders it.
    let of = |wanted: Measure| {
        study
            .ends
            .iter()
            .find(|(measure, _)| *measure == wanted)
            .map(|(_, risks)| risks)
    };
    let (none, first) = (of(Measure::None).unwrap(), study.way[0]);
    assert!(none.empirical.mean < first.empirical.mean, "{none:?} {first:?}");
    assert!(of(Measure::WeightDecay(0.3)).unwrap().empirical.mean > none.empirical.mean);
    assert!(study.stopped.step <= Settings::QUICK.steps as f64);
    assert!(study.way.iter().any(|risks| risks.risk == study.stopped.risk) || study.stopped.step > 0.0);
}

#[test]
fn wider_networks_have_more_parameters_and_all_are_judged() {
    use double_descent::study::{Settings, run};
    let widths = run(&Settings::QUICK).unwrap();
    assert_eq!(widths.len(), 12);
    assert!(widths.is_sorted_by(|one, other| one.parameters < other.parameters));
    assert_eq!(
        (widths[0].parameters, widths[11].parameters),
        (785 * 2 + 30, 785 * 512 + 5130)
    );
    for width in &widths {
        assert!(
            share(&width.train_wrong) && share(&width.test_wrong),
            "{}",
            width.name
        );
        assert!(
            width.train_loss.mean > 0.0 && width.test_loss.mean > 0.0,
            "{}",
            width.name
        );
    }
    // With the same steps, what is wider has learnt more of its digits.
    assert!(widths[11].train_loss.mean < widths[0].train_loss.mean);
}

#[test]
fn laws_are_fitted_through_every_student() {
    use scaling_laws::study::{Settings, run};
    let study = run(&Settings::QUICK).unwrap();
    assert_eq!(
        (study.widths.len(), study.amounts.len()),
        (7, Settings::QUICK.data.len())
    );
    // The price is 6 N for each example.
    let largest = &study.widths[0];
    let (price, _) = *largest.losses.last().unwrap();
    assert_eq!(largest.parameters, 6 * 192 + 192 + 192 * 192 + 192 + 193);
    assert_eq!(
        price,
        6.0 * largest.parameters as f64 * 128.0 * Settings::QUICK.steps as f64
    );
    assert!(
        study
            .frontier
            .is_sorted_by(|one, other| one.0 < other.0 && one.1 > other.1)
    );
    assert!(
        study.laws.iter().all(|law| law.slope.is_finite()),
        "{:?}",
        study.laws
    );
    let losses = study
        .widths
        .iter()
        .chain(&study.amounts)
        .map(|training| training.least());
    assert!(losses.clone().all(|loss| loss > 0.0 && loss.is_finite()));
}

#[test]
fn shifts_cost_accuracy_and_foreign_images_are_measured() {
    use distribution_shift::study::{FOREIGN, SHIFTS, Settings, run};
    let (shifted, foreign) = run(&Settings::QUICK).unwrap();
    assert_eq!((shifted.len(), foreign.len()), (SHIFTS.len(), FOREIGN.len()));
    for shifted in &shifted {
        let means = [shifted.accuracy, shifted.confidence, shifted.error];
        assert!(means.iter().all(share), "{:?}", shifted.shift);
        assert_eq!(shifted.first.bins.iter().map(|bin| bin.count).sum::<usize>(), 50);
    }
    for foreign in &foreign {
        assert!(
            [foreign.confidence, foreign.by_confidence, foreign.by_energy]
                .iter()
                .all(share)
        );
        for curve in &foreign.curves {
            assert_eq!((curve[0], curve[curve.len() - 1]), ((0.0, 0.0), (1.0, 1.0)));
            assert!(curve.is_sorted_by(|one, other| one.0 <= other.0 && one.1 <= other.1));
        }
    }
}

#[test]
fn confidence_is_the_largest_probability_and_is_held_against_what_is_right() {
    use distribution_shift::confidence::{Calibration, Reading, area, curve};
    let reading = Reading::of(&[0.0, 3f32.ln(), 0.0]);
    assert_eq!(reading.digit, 1);
    assert!((reading.confidence - 0.6).abs() < 1e-6 && (reading.negative_energy - 5f64.ln()).abs() < 1e-6);
    let sure = |confidence| Reading {
        digit: 7,
        confidence,
        negative_energy: 0.0,
    };
    // Nine tenths sure and always right, and as sure and right one time of two.
    assert!((Calibration::of(&[sure(0.9); 4], &[7; 4]).error() - 0.1).abs() < 1e-12);
    let calibration = Calibration::of(&[sure(0.9), sure(0.9), sure(0.2), sure(1.0)], &[7, 1, 1, 7]);
    let expected = 0.5 * 0.4 + 0.25 * 0.2;
    assert!((calibration.error() - expected).abs() < 1e-12, "{calibration:?}");
    assert_eq!((calibration.accuracy, calibration.confidence), (0.5, 0.75));
    // The area under the drawn curve is the one that is counted in pairs.
    let (familiar, foreign) = ([0.9, 0.8, 0.4, 0.35], [0.5, 0.3, 0.2, 0.1]);
    let points = curve(&familiar, &foreign, 7);
    let drawn: f64 = points
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0) * 0.5 * (pair[0].1 + pair[1].1))
        .sum();
    assert_eq!(area(&familiar, &foreign).unwrap(), 14.0 / 16.0);
    assert!((drawn - 14.0 / 16.0).abs() < 1e-12, "{points:?}");
}

#[test]
fn foreign_images_are_what_they_are_called() {
    use distribution_shift::images::{PIXELS, SIDE, cloth, negative, noisy, polygons, shuffled, turned};
    let mut image = vec![0.0f32; PIXELS];
    image[3 * SIDE + 9] = 1.0;
    let same = turned(&image, 0.0);
    assert_eq!(same, image);
    // A quarter clockwise brings row 3 to the column that is the fourth from the right.
    let quarter = turned(&image, 90.0);
    assert!((quarter[9 * SIDE + SIDE - 4] - 1.0).abs() < 1e-6);
    assert!((quarter.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    assert_eq!(negative(&negative(&image)), image);
    let mut sorted = shuffled(&image, 1);
    assert_ne!(sorted, image);
    sorted.sort_by(f32::total_cmp);
    assert_eq!(sorted[PIXELS - 2..], [0.0, 1.0]);
    for images in [polygons(3, 1), cloth(3, 1), noisy(&image.repeat(3), 0.5, 1)] {
        assert_eq!(images.len(), 3 * PIXELS);
        assert!(images.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        assert_ne!(images[..PIXELS], images[PIXELS..2 * PIXELS]);
        let white = images.iter().sum::<f32>() / images.len() as f32;
        assert!((0.02..0.7).contains(&white), "{white}");
    }
}

#[test]
fn colours_are_as_skewed_as_asked_and_weights_undo_it() {
    use bias::coloured::{Coloured, GROUPS};
    let digits = Dataset::new(
        vec![1.0; 784 * 2000],
        784,
        (0..2000).map(|at| at % 10).collect(),
        10,
    )
    .unwrap();
    let coloured = Coloured::of(&digits, 0.9, 1);
    let counts = coloured.counts();
    assert_eq!(
        (counts.iter().sum::<usize>(), counts[0] + counts[1]),
        (2000, 1000)
    );
    assert!(
        (850..950).contains(&counts[0]) && (850..950).contains(&counts[3]),
        "{counts:?}"
    );
    let mut sums = [0.0; GROUPS];
    for ((weight, &group), image) in coloured
        .weights()
        .iter()
        .zip(&coloured.groups)
        .zip(coloured.images.chunks_exact(2 * 784))
    {
        sums[group] += weight;
        let (red, green) = image.split_at(784);
        assert_eq!(
            (red[0], green[0]),
            if group % 2 == 0 { (1.0, 0.0) } else { (0.0, 1.0) }
        );
    }
    assert!(sums.iter().all(|sum| (sum - 500.0).abs() < 1e-9), "{sums:?}");
    // A group without digits needs no weight.
    let red = Coloured::of(&digits, 1.0, 1);
    assert!(red.weights().iter().all(|weight| (weight - 1.0).abs() < 1e-12));
    assert!(red.weighted_by(&red.weights()).is_ok());
}

#[test]
fn every_skew_is_met_by_every_method() {
    use bias::study::{Method, SKEWS, Settings, run};
    let outcomes = run(&Settings::QUICK).unwrap();
    assert_eq!(outcomes.len(), SKEWS.len() * Method::ALL.len());
    for outcome in &outcomes {
        assert!(share(&outcome.worst) && share(&outcome.skewed) && outcome.groups.iter().all(share));
        let least = outcome.groups.iter().map(|group| group.mean).fold(1.0, f64::min);
        assert!(
            outcome.worst.mean <= least + 1e-12,
            "{} {}",
            outcome.skew,
            outcome.method.name()
        );
    }
}

#[test]
fn ways_through_the_plane_lead_down() {
    use optimizers::plane::{Method, Path, Plane, rates, surface};
    use optimizers::problems::{Beale, Ravine, Rosenbrock};

    fn check<N: Plane>(start: f64) {
        let mut value = surface::<N>();
        assert!(value(N::LEAST).unwrap() < 1e-12, "{}", N::TITLE);
        for method in Method::ALL {
            let path = Path::best::<N>(method, 60).unwrap();
            assert!(
                (path.values[0] - start).abs() < 1e-9,
                "{} {}",
                N::TITLE,
                path.values[0]
            );
            assert_eq!(
                (path.points.len(), path.rate.is_none()),
                (path.values.len(), method == Method::Lbfgs)
            );
            let (last, at) = (
                path.values[path.values.len() - 1],
                path.points[path.points.len() - 1],
            );
            assert!(last < 0.5 * start, "{} {method:?} {last}", N::TITLE);
            assert!((value(at).unwrap() - last).abs() < 1e-9 * start);
            assert_eq!(path.steps_until(2.0 * start), Some(0));
        }
        assert!(
            Path::best::<N>(Method::Lbfgs, 60)
                .unwrap()
                .steps_until(1e-8)
                .is_some()
        );
    }

    assert_eq!(rates().len(), 13);
    check::<Rosenbrock<f64>>(24.2);
    check::<Beale<f64>>(2.0f64.powi(2) + 3.5f64.powi(2) + 5.0f64.powi(2));
    check::<Ravine<f64>>(ravine(-2.0, 0.2));
}

/// `½ (u² + 100 v²)` in axes that are turned by 30 degrees.
fn ravine(x: f64, y: f64) -> f64 {
    let (sine, cosine) = 30f64.to_radians().sin_cos();
    0.5 * ((cosine * x + sine * y).powi(2) + 100.0 * (cosine * y - sine * x).powi(2))
}

#[test]
fn optimizers_learn_digits_by_their_best_rate() {
    use optimizers::study::{Settings, run};
    let (problems, curves) = run(&Settings::QUICK).unwrap();
    assert_eq!((problems.len(), curves.len()), (3, 4));
    assert!(
        problems
            .iter()
            .all(|problem| problem.paths.len() == 5 && problem.contours.iter().any(|line| !line.is_empty()))
    );
    for curve in &curves {
        let (first, last) = (curve.losses[0], curve.losses[curve.losses.len() - 1]);
        assert_eq!((first.0, last.0), (1, 6));
        assert!(
            last.1.mean < first.1.mean && share(&curve.accuracy),
            "{}",
            curve.method.name()
        );
    }
}
