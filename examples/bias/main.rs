//! Bias: what does a network learn from data in which something that does not matter goes along with what does?
//!
//! It is to tell the digits 0 to 4 from 5 to 9. Of the training digits most of the first are red and most of the second
//! green, as Arjovsky et al. (2019, *Invariant Risk Minimization*) colour theirs. Colour is easier to learn than shape, so a network
//! that minimises the mean loss learns it, and fails where it misleads. The mean accuracy does not show that: the **groups** of
//! class and colour do, and what counts is the accuracy of the worst (Sagawa et al., 2020, *Distributionally Robust Neural
//! Networks*).
//!
//! Where groups are known, they can be made to count the same: by weights of their losses (importance weights; Shimodaira,
//! 2000), or by drawing examples of each group equally often (Idrissi et al., 2022, *Simple data balancing achieves competitive
//! worst-group-accuracy*). The test digits have either colour equally often. The table has means and, after `±`, standard deviations
//! between seeds.
//!
//! What is seen: the more skewed the data, the better looks the accuracy on data that are skewed alike, and the worse is the
//! worst group. Both remedies win back much of it, weights more than draws, which show the few rare digits again and again until
//! they are known by heart. Neither makes up for variety that a group of a few dozen digits does not have.

#[path = "../shared/study.rs"]
mod arguments;
mod coloured;
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
use study::{Method, Outcome, Settings};

/// Trains on coloured digits whose colour goes along with their class.
#[derive(Parser)]
#[command(name = "bias")]
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
    let outcomes = study::run(&settings)?;
    println!(
        "                                    accuracy of the group                worst group         as skewed as"
    );
    println!(
        "agreeing  examples         0–4 red  0–4 green    5–9 red  5–9 green                          in training"
    );
    for outcome in &outcomes {
        let groups = outcome.groups.map(|group| format!("{:11.3}", group.mean));
        let [worst, skewed] =
            [outcome.worst, outcome.skewed].map(|mean| format!("{:.3} ± {:.3}", mean.mean, mean.deviation));
        println!(
            "{:8} {:15} {}    {worst}      {skewed}",
            outcome.skew,
            outcome.method.name(),
            groups.concat()
        );
    }
    picture(&outcomes).show(arguments.svg.as_deref())
}

/// The worst group by the skew, beside what skewed test data would show.
fn picture(outcomes: &[Outcome]) -> Figure {
    let series = |method: Method, mark, colour, of: fn(&Outcome) -> Mean| {
        let own = outcomes.iter().filter(|outcome| outcome.method == method);
        let points = own.map(|outcome| {
            let Mean { mean, deviation } = of(outcome);
            (100.0 * (1.0 - outcome.skew), mean, deviation)
        });
        Series::spread(method.name(), mark, colour, points)
    };
    let panel = |title: &str, of: fn(&Outcome) -> Mean| Panel {
        title: title.to_string(),
        x: Axis::logarithmic("per cent whose colour disagrees with the class"),
        y: Axis::linear("accuracy").between(0.0, 1.0),
        series: vec![
            series(Method::Balanced, 'b', 2, of),
            series(Method::Reweighted, 'r', 0, of),
            series(Method::Plain, 'p', 1, of),
        ],
    };
    Figure {
        name: "bias",
        columns: 2,
        panels: vec![
            panel("The worst group", |outcome| outcome.worst),
            panel("All, skewed as in training", |outcome| outcome.skewed),
        ],
    }
}
