//! Every schedule at its boundaries and, where PyTorch has it, against PyTorch.

use super::*;
use crate::testing::{Points, points};
use crate::{Adam, Error, Momentum, Network, Optimizer, Train};

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-15, "{found} for {expected}");
}

#[test]
fn a_constant_is_one_for_ever() {
    assert_eq!([0, 1, u64::MAX].map(|k| constant().at(k)), [1.0; 3]);
    assert_eq!(constant().steps(), None);
    let short = constant().first(3);
    assert_eq!((short.steps(), short.at(2), short.at(100)), (Some(3), 1.0, 1.0));
}

#[test]
fn warmup_ends_at_one() {
    let rise = warmup(4);
    assert_eq!(
        [0, 1, 2, 3, 4, 100].map(|k| rise.at(k)),
        [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    );
    assert_eq!(rise.steps(), Some(4));
    assert_eq!(warmup(0).then(linear(2)).at(0), 1.0);
}

#[test]
fn steps_fall_after_each_so_many() {
    let fall = step(3, 0.5);
    assert_eq!([0, 2, 3, 5, 6].map(|k| fall.at(k)), [1.0, 1.0, 0.5, 0.5, 0.25]);
    assert_eq!([0, 1, 5].map(|k| exponential(0.5).at(k)), [1.0, 0.5, 0.03125]);
    assert_eq!(step(0, 0.5).at(2), 0.25);
}

#[test]
fn polynomials_end_at_zero() {
    let fall = polynomial(4, 2.0);
    assert_eq!([0, 1, 2, 4, 9].map(|k| fall.at(k)), [1.0, 0.5625, 0.25, 0.0, 0.0]);
    assert_eq!([0, 1, 4, 5].map(|k| linear(4).at(k)), [1.0, 0.75, 0.0, 0.0]);
    assert_eq!(linear(0).at(0), 0.0);
}

#[test]
fn a_cosine_is_half_a_wave() {
    let fall = cosine(6);
    for (k, expected) in [(0, 1.0), (2, 0.75), (3, 0.5), (4, 0.25), (6, 0.0), (7, 0.0)] {
        assert_close(fall.at(k), expected);
    }
    assert_eq!((fall.at(0), fall.at(6), fall.steps()), (1.0, 0.0, Some(6)));
}

#[test]
fn restarts_grow() {
    let waves = cosine_restarts(2, 3);
    for (k, expected) in [
        (0, 1.0),
        (1, 0.5),
        (2, 1.0),
        (5, 0.5),
        (8, 1.0),
        (17, 0.5),
        (26, 1.0),
    ] {
        assert_close(waves.at(k), expected);
    }
    let even = cosine_restarts(4, 1);
    assert_eq!([0, 4, 8, 4_000_000_000].map(|k| even.at(k)), [1.0; 4]);
    assert!((0.0..=1.0).contains(&cosine_restarts(0, 0).at(u64::MAX)));
    assert!((0.0..=1.0).contains(&cosine_restarts(3, 2).at(u64::MAX)));
}

#[test]
fn triangles_rise_and_fall() {
    let even = triangles(8);
    assert_eq!(
        [0, 1, 4, 7, 8, 12].map(|k| even.at(k)),
        [0.0, 0.25, 1.0, 0.25, 0.0, 1.0]
    );
    let growing = growing_triangles(4, 2);
    assert_eq!(
        [0, 2, 4, 8, 12, 20].map(|k| growing.at(k)),
        [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
    );
    let falling = falling_triangles(4, 0.5);
    assert_eq!(
        [0, 2, 4, 6, 10].map(|k| falling.at(k)),
        [0.0, 1.0, 0.0, 0.5, 0.25]
    );
}

#[test]
fn one_cycle_has_the_numbers_of_pytorch() {
    // OneCycleLR(SGD([w], lr=1), max_lr=1, total_steps=20).
    let recorded = [
        (0, 0.040_000_000_000_000_036),
        (1, 0.131_671_842_700_025_3),
        (2, 0.371_671_842_700_025_3),
        (3, 0.668_328_157_299_974_7),
        (4, 0.908_328_157_299_974_7),
        (5, 1.0),
        (6, 0.987_464_006_235_087_3),
        (12, 0.500_002),
        (18, 0.012_539_993_764_912_554),
        (19, 4e-6),
    ];
    let cycle = one_cycle(20);
    for (k, expected) in recorded {
        let found = cycle.at(k);
        assert!((found - expected).abs() < 1e-15, "{k}: {found} for {expected}");
    }
    assert_eq!((cycle.at(20), cycle.at(1000)), (4e-6, 4e-6));
    for steps in 0..5 {
        assert!(
            (0..6).all(|k| (4e-6..=1.0).contains(&one_cycle(steps).at(k))),
            "{steps}"
        );
    }
}

#[test]
fn pieces_follow_each_other() {
    let whole = warmup(4)
        .then(constant().first(3))
        .then(cosine(6).between(0.5, 1.0));
    assert_eq!(whole.steps(), Some(13));
    let expected = [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0];
    for (k, expected) in expected.into_iter().enumerate() {
        assert_eq!(whole.at(k as u64), expected, "{k}");
    }
    assert_close(whole.at(10), 0.75);
    assert_eq!((whole.at(13), whole.at(1 << 60)), (0.5, 0.5));
    assert_eq!(constant().then(cosine(6)).at(1 << 40), 1.0);
    let cut = whole.clone().first(5);
    assert_eq!((cut.steps(), cut.at(3), cut.at(9)), (Some(5), 1.0, 1.0));
    assert_eq!(whole.clone().first(100), whole);
    assert_eq!(whole.first(0).at(3), 0.25);
}

#[test]
fn values_lie_between_the_two_asked_for() {
    let rate = triangles(4).between(0.1, 0.5).of(2.0);
    for (k, expected) in [(0, 0.2), (1, 0.6), (2, 1.0), (3, 0.6), (4, 0.2)] {
        assert_close(rate(k), expected);
    }
    let nested = linear(2).between(0.5, 1.0).between(0.0, 10.0);
    assert_eq!([0, 1, 2].map(|k| nested.at(k)), [10.0, 7.5, 5.0]);
}

#[test]
fn a_plateau_is_pytorchs() {
    // ReduceLROnPlateau(SGD([w], lr=1), factor=0.5, patience=2, cooldown=1, threshold=0.01, min_lr=0.2).
    let losses = [
        1.0, 0.9, 0.895, 0.894, 0.893, 0.892, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6,
    ];
    let rates = [
        1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2,
    ];
    let mut plateau = Plateau::new()
        .factor(0.5)
        .patience(2)
        .cooldown(1)
        .threshold(0.01)
        .least(0.2);
    let mut falls = 0;
    for (at, (loss, rate)) in losses.into_iter().zip(rates).enumerate() {
        falls += usize::from(plateau.observe(loss));
        assert_eq!(plateau.rate(), rate, "{at}");
    }
    assert_eq!(falls, 3);
    let mut plateau = Plateau::new().patience(0);
    assert!(plateau.observe(f64::NAN) && !plateau.observe(-1.0) && !plateau.observe(-2.0));
    assert!(plateau.observe(-1.5));
}

#[test]
fn a_picture_shows_the_values() {
    let picture = draw(warmup(4).then(linear(8)).of(1e-3), 12);
    let expected = [
        " 1.00e-3 │   ██",
        "         │   ██▆",
        "         │  ▄███▄",
        "         │  █████▂",
        "         │  ██████",
        "         │ ████████",
        "         │ ████████▆",
        "         │▄█████████▄",
        "         │███████████▂",
        "       0 │████████████",
        "         └────────────",
        "          0         12",
    ];
    let expected = expected.map(|line| format!(" {line}"));
    assert_eq!(picture.lines().collect::<Vec<_>>(), expected);
    assert!(draw(|_| f64::NAN, 3).lines().count() == 12 && draw(|_| 0.0, 0).ends_with('0'));
    assert!(draw(|k| 1.0 / k as f64, 4).contains('↑'));
}

#[test]
fn a_schedule_attaches_to_an_optimizer_in_a_plain_loop() {
    let (inputs, classes) = points::<f32>(30, 1);
    let mut model = Points::<f32>::new(0);
    let mut work = Points::workspace().batch(30).threads(1).build();
    let mut optimizer = Momentum::new(0.0, 0.9);
    let rate = warmup(2).then(cosine(8)).of(0.5);
    let mut rates = Vec::new();
    for step in 0..10 {
        optimizer.set_learning_rate(rate(step));
        model
            .train_step(&mut work, (&inputs, &classes), &mut optimizer)
            .unwrap();
        rates.push(optimizer.learning_rate());
    }
    assert_eq!(rates[..3], [0.25, 0.5, 0.5]);
    assert!(rates[2..].windows(2).all(|pair| pair[1] < pair[0]));
}

#[test]
fn a_search_for_a_rate_puts_everything_back() {
    let (inputs, classes) = points::<f32>(30, 1);
    let mut model = Points::<f32>::new(0);
    let mut work = Points::workspace().batch(30).threads(1).build();
    let mut optimizer = Adam::new(0.01);
    model
        .train_step(&mut work, (&inputs, &classes), &mut optimizer)
        .unwrap();
    let before = (
        model.parameters().to_vec(),
        optimizer.moments().concat(),
        work.step(),
    );
    let curve = find_rate(
        &mut model,
        &mut work,
        &optimizer,
        1e-4..=1e4,
        100,
        |model, work, optimizer, _| model.train_step(work, (&inputs, &classes), optimizer),
    )
    .unwrap();
    let after = (
        model.parameters().to_vec(),
        optimizer.moments().concat(),
        work.step(),
    );
    assert_eq!(before, after);
    assert_eq!((optimizer.learning_rate(), optimizer.steps()), (0.01, 1));
    let (steepest, lowest) = (curve.steepest().unwrap(), curve.lowest().unwrap());
    assert!((1e-3..10.0).contains(&steepest) && steepest <= lowest, "{curve}");
    let ascend = curve.rates.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(ascend && curve.rates[0] == 1e-4);
}

#[test]
fn a_fall_by_chance_is_not_the_steepest() {
    // A jump at first, then 20 flat steps, then a long slope of smaller steps around the 60th.
    let losses = (0..100).map(|step| match step {
        0 => 2.1,
        _ => 2.0 - 1.5 * ((step as f64 - 40.0) / 40.0).clamp(0.0, 1.0) - 0.01 * f64::from(step % 2),
    });
    let curve = RateCurve {
        rates: (0..100).map(f64::from).collect(),
        losses: losses.collect(),
    };
    let steepest = curve.steepest().unwrap();
    assert!((40.0..80.0).contains(&steepest), "{steepest}");
    let rising = RateCurve {
        rates: vec![1.0, 2.0, 3.0],
        losses: vec![1.0, 2.0, 3.0],
    };
    assert_eq!(rising.steepest(), None);
}

#[test]
fn a_search_ends_where_the_loss_diverges() {
    let mut model = Points::<f32>::new(0);
    let mut work = Points::workspace().batch(3).threads(1).build();
    let mut rates = Vec::new();
    let curve = find_rate(
        &mut model,
        &mut work,
        &Momentum::new(0.1, 0.9),
        1e-3..=1.0,
        31,
        |_, _, optimizer, n| {
            rates.push(optimizer.learning_rate());
            Ok(if n < 20 {
                2.0 - 0.05 * n as f32
            } else {
                3f32.powi(n as i32 - 19)
            })
        },
    )
    .unwrap();
    assert_eq!(curve.rates, rates);
    assert!(
        (22..31).contains(&rates.len()) && curve.losses.len() == rates.len(),
        "{curve}"
    );
    assert!((rates[10] - 1e-2).abs() < 1e-12);
    assert!(
        (0.05..0.2).contains(&curve.lowest().unwrap()),
        "{:?}",
        curve.lowest()
    );
}

#[test]
fn a_search_ends_with_what_is_not_finite_and_passes_other_errors_on() {
    let mut model = Points::<f32>::new(0);
    let mut work = Points::workspace().batch(3).threads(1).build();
    let before = model.parameters().to_vec();
    let mut search = |rates, inputs: &[f32], classes: &[u32]| {
        find_rate(
            &mut model,
            &mut work,
            &Momentum::new(0.1, 0.9),
            rates,
            5,
            |model, work, optimizer, n| {
                assert!(n < 5);
                model.parameters_mut()[0] += 1.0;
                model.train_step(work, (inputs, classes), optimizer)
            },
        )
    };
    let curve = search(1e-3..=1.0, &[f32::NAN, 0.0], &[1]).unwrap();
    assert_eq!(
        (curve.rates.len(), curve.steepest(), curve.lowest()),
        (0, None, None)
    );
    assert_eq!(curve.to_string(), "no step was taken");
    let error = search(1e-3..=1.0, &[0.0, 0.0], &[3]).unwrap_err();
    assert!(matches!(error, Error::IndexOutOfRange { .. }), "{error}");
    for rates in [0.0..=1.0, 1.0..=1.0, f64::NAN..=1.0, 0.1..=f64::INFINITY] {
        let error = search(rates, &[0.0, 0.0], &[1]).unwrap_err();
        assert!(matches!(error, Error::Hyperparameter { .. }), "{error}");
    }
    assert_eq!(model.parameters().to_vec(), before);
}
