//! Generalisation: what narrows the gap between the risk and what training sees of it?
//!
//! A network learns from examples by the **empirical risk** `R_emp(θ)`, its mean loss on them; what counts is the **risk**
//! `R(θ)`, its expected loss on new ones. A network of 100,000 parameters brings the first to nearly 0 on 500 digits and keeps
//! a gap `R(θ) − R_emp(θ)`. Against it stand weight decay (Krogh and Hertz, 1991), dropout (Srivastava et al., 2014), early
//! stopping (Prechelt, 1998) and small batches (Keskar et al., 2017).
//!
//! Every training takes as many steps with the same rate, from other initial values and on other digits for each seed; the risk
//! is estimated by digits that no training sees. The table has means and, after `±`, standard deviations between seeds.
//!
//! What is seen: a smaller gap is not yet a smaller risk. Strong decay and dropout close the gap by raising the empirical
//! risk; both have a strength in between where the risk is least. Early stopping gets most of that for fewer steps. The
//! size of batches makes no difference here that is larger than the spread between seeds.

#[path = "../shared/study.rs"]
mod arguments;
#[path = "../shared/figure.rs"]
mod figure;
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
use study::{BATCH, Measure, Risks, Settings, Study};

/// Trains one network under several measures against its gap between risk and empirical risk.
#[derive(Parser)]
#[command(name = "generalisation")]
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
    let study = study::run(&settings)?;
    println!("measure               R_emp             R                 gap               accuracy");
    for (measure, risks) in &study.ends {
        let name = match measure {
            Measure::None => "none".to_string(),
            Measure::WeightDecay(weight) => format!("weight decay {weight}"),
            Measure::Dropout(dropped) => format!("dropout {dropped}%"),
            Measure::BatchSize(size) => format!("batches of {size}"),
        };
        row(&name, risks);
    }
    row(&format!("stopped at {:.0}", study.stopped.step), &study.stopped);
    picture(&study).show(arguments.svg.as_deref())
}

/// A line of the table.
fn row(name: &str, risks: &Risks) {
    let cells = [risks.empirical, risks.risk, risks.gap, risks.accuracy];
    let cells = cells.map(|Mean { mean, deviation }| format!("{mean:7.4} ± {deviation:.4}"));
    println!("{name:19} {}", cells.join("  "));
}

/// Both risks by the strength of each measure.
fn picture(study: &Study) -> Figure {
    let none = &study.ends[0].1;
    let panel = |title: &str, x: Axis, points: Vec<(f64, &Risks)>, stopped: Option<&Risks>| {
        let risks = |name, mark, colour, of: fn(&Risks) -> Mean| {
            let points = points.iter().map(|(strength, risks)| {
                let Mean { mean, deviation } = of(risks);
                (*strength, mean, deviation)
            });
            Series::spread(name, mark, colour, points)
        };
        let mut series = vec![
            risks("R, other digits", 'R', 1, |risks| risks.risk),
            risks("R_emp, training digits", 'e', 0, |risks| risks.empirical),
        ];
        if let Some(stopped) = stopped {
            let points = [(stopped.step, stopped.risk.mean)];
            series.insert(0, Series::new("stopped", '*', 7, points).shape(Shape::Dots));
        } else {
            let (least, largest) = (points[0].0, points[points.len() - 1].0);
            let line = [least, largest].map(|x| (x, none.risk.mean));
            series.push(Series::new("R without", '-', 7, line).shape(Shape::Dashes));
        }
        Panel {
            title: title.to_string(),
            x,
            y: Axis::linear("mean loss"),
            series,
        }
    };
    let strengths = |of: fn(&Measure) -> Option<f64>| {
        let ends = study.ends.iter();
        let points = ends.filter_map(|(measure, risks)| Some((of(measure)?, risks)));
        let mut points: Vec<(f64, &Risks)> = points.collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        points
    };
    let decays = strengths(|measure| match measure {
        Measure::WeightDecay(weight) => Some(*weight),
        _ => None,
    });
    let dropped = strengths(|measure| match measure {
        Measure::Dropout(dropped) => Some(*dropped as f64),
        Measure::None => Some(0.0),
        _ => None,
    });
    let sizes = strengths(|measure| match measure {
        Measure::BatchSize(size) => Some(*size as f64),
        Measure::None => Some(BATCH as f64),
        _ => None,
    });
    let way = study.way.iter().map(|risks| (risks.step, risks)).collect();
    Figure {
        name: "generalisation",
        columns: 2,
        panels: vec![
            panel("Weight decay", Axis::logarithmic("weight of ½‖θ‖²"), decays, None),
            panel("Dropout", Axis::linear("per cent left out"), dropped, None),
            panel(
                "Early stopping",
                Axis::logarithmic("step"),
                way,
                Some(&study.stopped),
            ),
            panel("Batch size", Axis::logarithmic("digits in a step"), sizes, None),
        ],
    }
}
