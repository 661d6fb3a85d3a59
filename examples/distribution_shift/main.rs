//! Distribution shift: does a network know when it does not know?
//!
//! A network learns to read upright, clean digits. It is shown digits that are turned, noisy or white for black, and images
//! without any digit: polygons, cloth, and digits whose pixels are shuffled. Three questions:
//!
//! * **Accuracy**: how fast does it fall with the strength of the shift?
//! * **Calibration**: is the network right as often as it is sure? The *expected calibration error* is the mean distance between
//!   confidence and accuracy over 15 bins of confidence (Naeini et al., 2015; Guo et al., 2017, *On Calibration of Modern Neural
//!   Networks*); the *reliability diagram* shows the bins.
//! * **Detection**: can foreign images be told by the largest probability (Hendrycks and Gimpel, 2017) or by the energy
//!   `−log Σ exp(scores)` (Liu et al., 2020)? The measure is the area under the ROC curve: 0.5 is chance, 1 is perfect.
//!
//! What is seen: confidence falls too, but far less than accuracy, so calibration is lost with the shift (Ovadia et al., 2019, *Can
//! You Trust Your Model's Uncertainty?*). Neither measure tells all foreign images: where one network's energy tells cloth from
//! digits, another's, trained from other initial values, does not, and no threshold is safe for all.

#[path = "../shared/study.rs"]
mod arguments;
mod confidence;
#[path = "../shared/figure.rs"]
mod figure;
mod images;
mod network;
#[path = "../shared/statistics.rs"]
mod statistics;
mod study;
#[path = "../shared/svg.rs"]
mod svg;
#[path = "../shared/sweep.rs"]
mod sweep;
#[path = "../shared/terminal.rs"]
mod terminal;

use clap::Parser;
use dsl_runtime::prelude::*;
use figure::{Axis, Figure, Panel, Series, Shape};
use statistics::Mean;
use study::{Foreign, Settings, Shift, Shifted};

/// Shows a network that reads digits other images than it has learnt from.
#[derive(Parser)]
#[command(name = "distribution_shift")]
struct Command {
    #[command(flatten)]
    study: arguments::Arguments,
}

fn main() -> Result<(), Error> {
    let Command { study: arguments } = Command::parse();
    let settings = if arguments.quick {
        Settings::QUICK
    } else {
        Settings::FULL
    };
    let (shifted, foreign) = study::run(&settings)?;
    let cell = |Mean { mean, deviation }: Mean| format!("{mean:6.3} ± {deviation:.3}");
    println!("digits                  accuracy         confidence       calibration error");
    for Shifted {
        shift,
        accuracy,
        confidence,
        error,
        ..
    } in &shifted
    {
        let name = match shift {
            Shift::Turned(degrees) => format!("turned by {degrees}°"),
            Shift::Noisy(deviation) => format!("noise of {deviation}"),
            Shift::Negative => "white for black".to_string(),
        };
        println!(
            "{name:22} {}",
            [accuracy, confidence, error].map(|mean| cell(*mean)).join("   ")
        );
    }
    println!("\nforeign images          confidence     ROC AUC: by confidence   by energy");
    for Foreign {
        name,
        confidence,
        by_confidence,
        by_energy,
        ..
    } in &foreign
    {
        let [confidence, by_confidence, by_energy] = [*confidence, *by_confidence, *by_energy].map(cell);
        println!("{name:22} {confidence}            {by_confidence}   {by_energy}");
    }
    picture(&shifted, &foreign).show(arguments.svg.as_deref())
}

/// Accuracy and confidence by the strength of both shifts, the reliability diagram, and the ROC curves.
fn picture(shifted: &[Shifted], foreign: &[Foreign]) -> Figure {
    Figure {
        name: "distribution_shift",
        columns: 2,
        panels: vec![
            strengths("Turned digits", "degrees", shifted, |shift| match shift {
                Shift::Turned(degrees) => Some(degrees),
                _ => None,
            }),
            strengths(
                "Noisy digits",
                "deviation of the noise",
                shifted,
                |shift| match shift {
                    Shift::Noisy(deviation) => Some(deviation),
                    Shift::Turned(0.0) => Some(0.0),
                    _ => None,
                },
            ),
            reliability(shifted),
            detection(foreign),
        ],
    }
}

fn strengths(title: &str, across: &str, shifted: &[Shifted], of: fn(Shift) -> Option<f64>) -> Panel {
    let series = |name, mark, colour, value: fn(&Shifted) -> Mean| {
        let points = shifted.iter().filter_map(|shifted| {
            let Mean { mean, deviation } = value(shifted);
            Some((of(shifted.shift)?, mean, deviation))
        });
        Series::spread(name, mark, colour, points)
    };
    Panel {
        title: title.to_string(),
        x: Axis::linear(across),
        y: Axis::linear("share").between(0.0, 1.0),
        series: vec![
            series("confidence", 'c', 0, |shifted| shifted.confidence),
            series("accuracy", 'a', 1, |shifted| shifted.accuracy),
            series("calibration error", 'e', 7, |shifted| shifted.error),
        ],
    }
}

/// Accuracy by confidence, where they agree on the diagonal; of bins with at least 10 digits.
fn reliability(shifted: &[Shifted]) -> Panel {
    let shown = [
        (Shift::Turned(0.0), "as they are", 'd', 2),
        (Shift::Turned(45.0), "turned by 45°", 't', 1),
        (Shift::Noisy(0.6), "noise of 0.6", 'n', 0),
    ];
    let mut series = Vec::new();
    for (shift, name, mark, colour) in shown {
        let own = shifted.iter().filter(|shifted| shifted.shift == shift);
        let bins = own
            .flat_map(|shifted| shifted.first.bins)
            .filter(|bin| bin.count >= 10);
        let points = bins.map(|bin| (bin.confidence, bin.accuracy));
        series.push(Series::new(name, mark, colour, points).shape(Shape::Dotted));
    }
    series.push(Series::new("calibrated", '·', 7, [(0.0, 0.0), (1.0, 1.0)]).shape(Shape::Dashes));
    Panel {
        title: "Reliability".to_string(),
        x: Axis::linear("confidence").between(0.0, 1.0),
        y: Axis::linear("accuracy").between(0.0, 1.0),
        series,
    }
}

/// Both curves of each kind of foreign images.
fn detection(foreign: &[Foreign]) -> Panel {
    let mut series = Vec::new();
    for ((number, foreign), marks) in foreign
        .iter()
        .enumerate()
        .zip([['p', 'P'], ['c', 'C'], ['s', 'S']])
    {
        let [confidence, energy] = foreign.curves.each_ref().map(|curve| curve.iter().copied());
        let colour = [1, 2, 0][number];
        series.push(Series::new(
            format!("{}, energy", foreign.name),
            marks[1],
            colour,
            energy,
        ));
        let name = format!("{}, confidence", foreign.name);
        series.push(Series::new(name, marks[0], colour, confidence).shape(Shape::Dashes));
    }
    Panel {
        title: "Detection of foreign images".to_string(),
        x: Axis::linear("foreign images taken for digits").between(0.0, 1.0),
        y: Axis::linear("digits taken for digits").between(0.0, 1.0),
        series,
    }
}
