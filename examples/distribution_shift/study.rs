//! A network that reads digits, on other images than it has learnt from.

use dsl_runtime::prelude::*;

use super::confidence::{Calibration, Reading, area, curve};
use super::images;
use super::network::Digits;
use super::statistics::Mean;
use super::sweep;

/// How much is trained.
pub struct Settings {
    pub examples: usize,
    pub judged: usize,
    pub epochs: u64,
    pub seeds: u64,
}

impl Settings {
    /// Those of the published figures.
    pub const FULL: Settings = Settings {
        examples: 5000,
        judged: 2000,
        epochs: 8,
        seeds: 3,
    };

    /// Those of a test.
    pub const QUICK: Settings = Settings {
        examples: 100,
        judged: 50,
        epochs: 1,
        seeds: 2,
    };
}

/// What is done to the test digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shift {
    /// Turned by so many degrees.
    Turned(f64),
    /// Normal noise of this deviation added.
    Noisy(f64),
    /// White for black.
    Negative,
}

/// All that are tried; nothing is done by the first.
pub const SHIFTS: [Shift; 15] = [
    Shift::Turned(0.0),
    Shift::Turned(15.0),
    Shift::Turned(30.0),
    Shift::Turned(45.0),
    Shift::Turned(60.0),
    Shift::Turned(90.0),
    Shift::Turned(120.0),
    Shift::Turned(150.0),
    Shift::Turned(180.0),
    Shift::Noisy(0.1),
    Shift::Noisy(0.2),
    Shift::Noisy(0.4),
    Shift::Noisy(0.6),
    Shift::Noisy(0.8),
    Shift::Negative,
];

/// Images without a digit.
pub const FOREIGN: [&str; 3] = ["polygons", "cloth", "shuffled pixels"];

/// How the networks read digits of one shift.
pub struct Shifted {
    pub shift: Shift,
    pub accuracy: Mean,
    pub confidence: Mean,
    /// The expected calibration error.
    pub error: Mean,
    /// Of the first network, bin by bin.
    pub first: Calibration,
}

/// How the networks tell digits from images without one.
pub struct Foreign {
    pub name: &'static str,
    /// The mean confidence that they show a digit.
    pub confidence: Mean,
    /// The area under the receiver operating characteristic by confidence, and by energy.
    pub by_confidence: Mean,
    pub by_energy: Mean,
    /// Both curves, of the first network.
    pub curves: [Vec<(f64, f64)>; 2],
}

/// Trains networks, and shows them all images.
pub fn run(settings: &Settings) -> Result<(Vec<Shifted>, Vec<Foreign>), Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder)?;
    let (train, test) = (train.first(settings.examples), test.first(settings.judged));
    let seeds: Vec<u64> = (1..=settings.seeds).collect();
    let judged = sweep::all(&seeds, |&seed| judge(settings, &train, &test, seed))?;
    let shifted = SHIFTS.iter().enumerate().map(|(number, &shift)| {
        let mean =
            |of: &dyn Fn(&Calibration) -> f64| Mean::of(judged.iter().map(|judged| of(&judged.0[number])));
        Shifted {
            shift,
            accuracy: mean(&|calibration| calibration.accuracy),
            confidence: mean(&|calibration| calibration.confidence),
            error: mean(&Calibration::error),
            first: judged[0].0[number].clone(),
        }
    });
    let foreign = FOREIGN.iter().enumerate().map(|(number, name)| {
        let mean = |of: fn(&Detection) -> f64| Mean::of(judged.iter().map(|judged| of(&judged.1[number])));
        Foreign {
            name,
            confidence: mean(|detection| detection.confidence),
            by_confidence: mean(|detection| detection.areas[0]),
            by_energy: mean(|detection| detection.areas[1]),
            curves: judged[0].1[number].curves.clone(),
        }
    });
    Ok((shifted.collect(), foreign.collect()))
}

/// How one network tells digits from one kind of foreign images: by confidence, and by energy.
struct Detection {
    confidence: f64,
    areas: [f64; 2],
    curves: [Vec<(f64, f64)>; 2],
}

/// One network: its calibration under each shift, and what it makes of each kind of foreign images.
fn judge(
    settings: &Settings,
    train: &Dataset<f32>,
    test: &Dataset<f32>,
    seed: u64,
) -> Result<(Vec<Calibration>, Vec<Detection>), Error> {
    let mut model = Digits::new(seed);
    let mut work = Digits::workspace().batch(64).threads(1).build();
    let mut optimizer = Adam::new(1e-3);
    let mut batches = train.batches(64, seed);
    for _ in 0..settings.epochs {
        while let Some(batch) = batches.next() {
            model.train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)?;
        }
    }
    let mut readings = |images: &[f32]| -> Result<Vec<Reading>, Error> {
        let mut all = Vec::new();
        for images in images.chunks(64 * images::PIXELS) {
            all.extend(model.scores(&mut work, images)?.chunks_exact(10).map(Reading::of));
        }
        Ok(all)
    };
    let mut calibrations = Vec::new();
    for shift in SHIFTS {
        let shifted = match shift {
            Shift::Turned(degrees) => images::turned(test.inputs(), degrees),
            Shift::Noisy(deviation) => images::noisy(test.inputs(), deviation, seed),
            Shift::Negative => images::negative(test.inputs()),
        };
        calibrations.push(Calibration::of(&readings(&shifted)?, test.labels()));
    }
    let familiar = readings(test.inputs())?;
    let mut detections = Vec::new();
    for name in FOREIGN {
        let foreign = match name {
            "polygons" => images::polygons(test.len(), seed),
            "cloth" => images::cloth(test.len(), seed),
            _ => images::shuffled(test.inputs(), seed),
        };
        let foreign = readings(&foreign)?;
        let measures: [fn(&Reading) -> f64; 2] =
            [|reading| reading.confidence, |reading| reading.negative_energy];
        let measured = measures.map(|of| {
            let values = |readings: &[Reading]| readings.iter().map(of).collect::<Vec<f64>>();
            (values(&familiar), values(&foreign))
        });
        let [by_confidence, by_energy] = &measured;
        detections.push(Detection {
            confidence: Mean::of(by_confidence.1.iter().copied()).mean,
            areas: [
                area(&by_confidence.0, &by_confidence.1)?,
                area(&by_energy.0, &by_energy.1)?,
            ],
            curves: measured
                .each_ref()
                .map(|(familiar, foreign)| curve(familiar, foreign, 80)),
        });
    }
    Ok((calibrations, detections))
}
