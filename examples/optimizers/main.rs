//! Optimizers: which way do they take, and why does it matter?
//!
//! Three functions of two numbers show what gradients do not say: how far to go (Rosenbrock's valley, 1960), how to cross
//! plains (Beale's function, 1958), and what to do where one direction is a hundred times as steep as another (a ravine).
//! Gradient descent (Cauchy, 1847), momentum (Polyak, 1964), RMSProp (Tieleman and Hinton, 2012), Adam (Kingma and Ba, 2015)
//! and L-BFGS (Liu and Nocedal, 1989) start from one point; then all but the last learn digits by batches. Each
//! has the rate, of 1, 2 and 5 times the powers of ten, by which it got lowest: none is slow for want of a good rate.
//!
//! What is seen: the rate of gradient descent is bounded by the steepest direction, and so is its progress along the flat one.
//! Momentum adds up what gradients have in common, methods that divide by the size of past gradients go equally
//! fast in all axes (not in directions between them, as the turned ravine shows), and a method that learns the curvature
//! needs a few dozen steps. On digits all but plain gradient descent end within each other's spread on what they have not seen.

#[path = "../shared/study.rs"]
mod arguments;
#[path = "../shared/contour.rs"]
mod contour;
mod digits;
#[path = "../shared/figure.rs"]
mod figure;
mod plane;
mod problems;
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
use digits::Curve;
use dsl_runtime::prelude::*;
use figure::{Axis, Figure, Panel, Series, Shape};
use plane::{Method, Path};
use study::{Problem, Settings};

/// Minimises functions of two numbers and trains a network by several optimizers.
#[derive(Parser)]
#[command(name = "optimizers")]
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
    let (problems, curves) = study::run(&settings)?;
    for problem in &problems {
        table(problem);
    }
    println!("digits                 rate   training loss       accuracy on others");
    for curve in &curves {
        let loss = curve.losses.last().map(|(_, loss)| *loss).unwrap_or_default();
        println!(
            "{:20} {:>6}   {:.4} ± {:.4}     {:.4} ± {:.4}",
            curve.method.name(),
            curve.rate,
            loss.mean,
            loss.deviation,
            curve.accuracy.mean,
            curve.accuracy.deviation
        );
    }
    picture(&problems, &curves).show(arguments.svg.as_deref())
}

/// Steps and values on one function.
fn table(problem: &Problem) {
    println!(
        "{:20}   rate   steps until below 1e-2     1e-4     1e-8   last value   distance",
        problem.title
    );
    for path in &problem.paths {
        let until = [1e-2, 1e-4, 1e-8].map(|value| match path.steps_until(value) {
            Some(steps) => format!("{steps:9}"),
            None => format!("{:>9}", "–"),
        });
        let rate = path.rate.map_or("–".to_string(), |rate| rate.to_string());
        let last = path.points[path.points.len() - 1];
        let distance = (last[0] - problem.least[0]).hypot(last[1] - problem.least[1]);
        println!(
            "{:20} {rate:>6}            {}      {:.1e}    {distance:.1e}",
            path.method.name(),
            until.concat(),
            path.values[path.values.len() - 1]
        );
    }
    println!();
}

/// The ways over the contours, and the curves on digits.
fn picture(problems: &[Problem], curves: &[Curve]) -> Figure {
    let mut panels: Vec<Panel> = problems.iter().map(ways).collect();
    let losses = |curve: &Curve| {
        let points = curve.losses.iter();
        let points = points.map(|(step, loss)| (*step as f64, loss.mean, loss.deviation));
        Series::spread(
            curve.method.name(),
            curve.method.mark(),
            colour(curve.method),
            points,
        )
    };
    panels.push(Panel {
        title: "Digits".to_string(),
        x: Axis::logarithmic("step"),
        y: Axis::logarithmic("training loss"),
        series: curves.iter().map(losses).collect(),
    });
    Figure {
        name: "optimizers",
        columns: 2,
        panels,
    }
}

fn colour(method: Method) -> usize {
    match method {
        Method::GradientDescent => 7,
        Method::Momentum => 0,
        Method::RmsProp => 4,
        Method::Adam => 1,
        Method::Lbfgs => 2,
    }
}

/// The ways on one function, the shortest on top.
fn ways(problem: &Problem) -> Panel {
    let [left, right, low, high] = problem.window;
    let way = |path: &Path| {
        let points = sparse(&path.points, (right - left) / 60.0);
        Series::new(
            path.method.name(),
            path.method.mark(),
            colour(path.method),
            points,
        )
    };
    let [x, y] = problem.least;
    let least = Series::new("least value", '*', 3, [(x, y)]).shape(Shape::Dots);
    let mut series = vec![least];
    series.extend(problem.paths.iter().rev().map(way));
    let contours = problem.contours.iter();
    series.extend(contours.map(|lines| Series::new("", '·', 0, lines.iter().copied()).shape(Shape::Thin)));
    Panel {
        title: problem.title.to_string(),
        x: Axis::linear("x").between(left, right),
        y: Axis::linear("y").between(low, high),
        series,
    }
}

/// The points that are so far from the last one kept.
fn sparse(points: &[[f64; 2]], distance: f64) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for &[x, y] in points {
        if kept
            .last()
            .is_none_or(|last| (x - last.0).hypot(y - last.1) >= distance)
        {
            kept.push((x, y));
        }
    }
    kept
}
