//! Scaling laws: how does the loss fall with more parameters, more data, more computing?
//!
//! Hestness et al. (2017) and Kaplan et al. (2020) find power laws, `L ∝ N^−α`, over many orders of magnitude: straight lines where both
//! axes are logarithmic. This is the smallest setting that shows them (Sharma and Kaplan, 2020, *A Neural Scaling Law from the
//! Dimension of the Data Manifold*): students of two hidden layers learn a random function of six numbers, the teacher. Its
//! values have variance 1 and no noise, so nothing in the loss, the mean squared error on new examples, is irreducible, and the law is the
//! line `log L = c − α log N`, fitted by least squares through the logarithms, with the standard error of its slope.
//!
//! * **Parameters** `N`: students of growing width, with more examples than they need.
//! * **Data** `D`: students of 96 units on growing numbers of examples, each stopped where its loss on others is least.
//! * **Compute** `C ≈ 6 N` operations for each example of a step: the least loss of any student at each price.
//!
//! What is seen: three lines. For a smooth function of `d` numbers Sharma and Kaplan expect an exponent of `N` of about `4 / d`,
//! here 0.67. The best size at a price grows with the price: that is what laws are fitted for before a large training.

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
use statistics::Line;
use study::{Settings, Study, Training};

/// Trains students of many sizes, and fits power laws to their losses.
#[derive(Parser)]
#[command(name = "scaling_laws")]
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
    println!("parameters   examples    operations   loss");
    for training in study.widths.iter().rev().chain(&study.amounts) {
        let operations = training.losses.last().map_or(0.0, |loss| loss.0);
        println!(
            "{:10} {:10}      {operations:.1e}   {:.2e}",
            training.parameters,
            training.examples,
            training.least()
        );
    }
    println!("\nlaw                         exponent           R²");
    for (name, law) in ["parameters", "examples", "operations"].iter().zip(study.laws) {
        let Line {
            slope,
            error,
            r_squared,
            ..
        } = law;
        println!("loss by {name:15} {slope:8.3} ± {error:.3}    {r_squared:.4}");
    }
    picture(&study).show(arguments.svg.as_deref())
}

/// Losses and laws, both axes logarithmic.
fn picture(study: &Study) -> Figure {
    let points = |trainings: &[Training], size: fn(&Training) -> usize| -> Vec<(f64, f64)> {
        trainings
            .iter()
            .map(|training| (size(training) as f64, training.least()))
            .collect()
    };
    let students = study.widths.iter().rev();
    let curve = |(number, training): (usize, &Training)| {
        let name = if number == 0 { "each student" } else { "" };
        Series::new(name, '·', 0, training.losses.iter().copied()).shape(Shape::Thin)
    };
    let [parameters, examples, operations] = study.laws;
    let by_parameters = points(&study.widths, |training| training.parameters);
    let by_examples = points(&study.amounts, |training| training.examples);
    let mut panels = vec![
        panel("parameters N", 'N', parameters, &by_parameters),
        panel("examples D", 'D', examples, &by_examples),
        panel("operations C", 'C', operations, &study.frontier),
    ];
    panels[2].series.extend(students.enumerate().map(curve));
    Figure {
        name: "scaling_laws",
        columns: 3,
        panels,
    }
}

/// Points and the law through them.
fn panel(across: &str, letter: char, law: Line, points: &[(f64, f64)]) -> Panel {
    let (low, high) = points
        .iter()
        .fold((f64::INFINITY, 0.0f64), |(low, high), (x, _)| {
            (low.min(*x), high.max(*x))
        });
    let ends = [low, high].map(|x| (x, law.power(x)));
    let Line { slope, error, .. } = law;
    Panel {
        title: format!("L ∝ {letter}^({slope:.2} ± {error:.2})").replace('-', "−"),
        x: Axis::logarithmic(across),
        y: Axis::logarithmic("loss on new examples"),
        series: vec![
            Series::new("measured", 'o', 1, points.iter().copied()).shape(Shape::Dots),
            Series::new("fitted", '-', 7, ends).shape(Shape::Dashes),
        ],
    }
}
