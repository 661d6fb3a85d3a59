//! Double descent (Belkin, Hsu, Ma and Mandal, 2019): does a network that is large enough to learn its examples by heart,
//! wrong labels and all, read new ones worse for it?
//!
//! Of a thousand training digits a fifth have the label of another digit. All widths are one declaration, and one generic
//! function trains and judges each of them. The table has means and, after `±`, standard deviations between seeds.
//!
//! What is seen: the loss on new digits falls with the width, and rises again where the network begins to learn the wrong labels.
//! It is largest about where the last training digit gets the label it has, the **interpolation threshold**: there is but one way to fit all
//! labels, and it is a wild one. Wider still there are many ways, training finds a smooth one (Belkin et al. argue by the
//! norm), and the loss descends a second time, below all before.

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
use figure::{Axis, Figure, Panel, Series};
use statistics::Mean;
use study::{Settings, Width};

/// Trains networks of growing width on digits, some of them with a wrong label.
#[derive(Parser)]
#[command(name = "double_descent")]
struct Command {
    #[command(flatten)]
    study: arguments::Arguments,
}

fn main() -> Result<(), Error> {
    let Command { study } = Command::parse();
    let settings = if study.quick {
        Settings::QUICK
    } else {
        Settings::FULL
    };
    let widths = study::run(&settings)?;
    println!("                            training digits                    other digits");
    println!("network       numbers   loss             wrong             loss             wrong");
    for width in &widths {
        let cells = [
            width.train_loss,
            width.train_wrong,
            width.test_loss,
            width.test_wrong,
        ];
        let cells = cells.map(|Mean { mean, deviation }| format!("{mean:8.4} ± {deviation:.4}"));
        println!("{:12} {:8}  {}", width.name, width.parameters, cells.join("  "));
    }
    picture(&widths).show(study.svg.as_deref())
}

/// Loss and errors by the number of parameters.
fn picture(widths: &[Width]) -> Figure {
    let series = |name, mark, colour, of: fn(&Width) -> Mean| {
        let points = widths.iter().map(|width| {
            let Mean { mean, deviation } = of(width);
            (width.parameters as f64, mean, deviation)
        });
        Series::spread(name, mark, colour, points)
    };
    let numbers = || Axis::logarithmic("parameters");
    Figure {
        name: "double_descent",
        columns: 2,
        panels: vec![
            Panel {
                title: "Loss".to_string(),
                x: numbers(),
                y: Axis::linear("squared error"),
                series: vec![
                    series("other digits", 'o', 1, |width| width.test_loss),
                    series("training digits", 't', 0, |width| width.train_loss),
                ],
            },
            Panel {
                title: "Errors".to_string(),
                x: numbers(),
                y: Axis::linear("share read wrongly"),
                series: vec![
                    series("other digits", 'o', 1, |width| width.test_wrong),
                    series("training digits", 't', 0, |width| width.train_wrong),
                ],
            },
        ],
    }
}
