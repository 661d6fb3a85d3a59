//! Vanishing and exploding gradients (Hochreiter, 1991; Bengio et al., 1994): why are deep networks hard to train, and what
//! made them trainable?
//!
//! A gradient is a product of as many matrices as there are layers between it and the loss, so its length falls or grows by about the same
//! factor in each. Thirty layers of 64 units are looked at before training and after a hundred steps of it, in ten ways:
//!
//! * **activation**: sigmoids, hyperbolic tangents, rectifiers;
//! * **initial values**: too small, too large, by Glorot and Bengio (2010), orthogonal (Saxe et al., 2014), by He et al. (2015);
//! * **normalisation** after each product (Ba et al., 2016);
//! * **residuals**: a way around each layer (He et al., 2016); these also at several **depths**.
//!
//! What is seen: with a factor below 1 the first layers get no gradient and stay as they are, with one above 1 the steps
//! explode. Initial values that keep the length of signals keep that of gradients, and normalisation does so for weights of any size. A
//! way around keeps the gradient from vanishing at any depth: what each layer adds must be small, or the gradient grows instead, which
//! is why residual networks begin with small weights or normalise.

#[path = "../shared/study.rs"]
mod arguments;
#[path = "../shared/figure.rs"]
mod figure;
mod measure;
mod networks;
mod study;
#[path = "../shared/svg.rs"]
mod svg;
#[path = "../shared/terminal.rs"]
mod terminal;

use clap::Parser;
use dsl_runtime::prelude::*;
use figure::{Axis, Figure, Panel, Series, Shape};
use measure::Layer;
use study::{After, Looked};

/// Looks at signals and gradients in networks of thirty layers.
#[derive(Parser)]
#[command(name = "vanishing")]
struct Command {
    #[command(flatten)]
    study: arguments::Arguments,
}

/// The layers that the table shows, from 1.
const SHOWN: [usize; 4] = [1, 10, 20, 30];

fn main() -> Result<(), Error> {
    let Command { study: arguments } = Command::parse();
    let steps = if arguments.quick { 3 } else { 100 };
    let thirty = study::thirty(steps)?;
    let layers = SHOWN.map(|layer| format!("{layer:9}")).concat();
    let places = SHOWN.map(|layer| format!("{layer:6}")).concat();
    println!(
        "{:28} {:36}  {:36}  zeros in layer",
        "", "signal in layer", "gradient by layer"
    );
    println!("{:28} {layers}  {layers}  {places}       loss", "");
    for looked in &thirty {
        row(looked.name, "at the start", &looked.before.0, looked.before.1);
        match &looked.after {
            After::Trained(layers, loss) => row("", "then", layers, *loss),
            After::Diverged(step) => println!("{:15} leaves the finite numbers in step {step}", ""),
        }
    }
    let depths = study::depths(steps)?;
    println!("\n                  gradient by the first layer, at the start      loss then");
    println!("depth             without          with a way around             without    with");
    for (without, with) in depths[0].iter().zip(&depths[1]) {
        let [first, second] = [without, with].map(|looked| looked.before.0[0].gradient);
        let [loss, other] = [without, with].map(|looked| match looked.after {
            After::Trained(_, loss) => format!("{loss:.3}"),
            After::Diverged(_) => "diverges".to_string(),
        });
        let depth = without.before.0.len();
        println!("{depth:5} {first:19.1e} {second:17.1e}                     {loss:>8} {other:>8}");
    }
    picture(&thirty, &depths).show(arguments.svg.as_deref())
}

/// A line of the table.
fn row(name: &str, when: &str, layers: &[Layer], loss: f32) {
    let numbers = |of: fn(&Layer) -> f64| {
        let cells = SHOWN.map(|layer| format!("{:9.1e}", of(&layers[layer - 1])));
        cells.concat()
    };
    let silent = SHOWN.map(|layer| format!("{:5.0}%", 100.0 * layers[layer - 1].silent));
    println!(
        "{name:15} {when:12} {}  {}  {}  {loss:9.3e}",
        numbers(|layer| layer.signal),
        numbers(|layer| layer.gradient),
        silent.concat()
    );
}

/// The gradient by each layer at the start: by initial values of two activations, by normalisation and residuals, by depth.
fn picture(thirty: &[Looked], depths: &[Vec<Looked>; 2]) -> Figure {
    let panel = |title: &str, names: &[(&str, &str, char, usize)]| Panel {
        title: title.to_string(),
        x: Axis::linear("layer, from the image on"),
        y: Axis::logarithmic("length of the gradient"),
        series: names
            .iter()
            .flat_map(|(network, name, mark, colour)| {
                let own = thirty.iter().filter(move |looked| looked.name == *network);
                own.map(move |looked| {
                    let layers = (1..).zip(&looked.before.0);
                    let points = layers.map(|(layer, of)| (f64::from(layer), of.gradient));
                    Series::new(*name, *mark, *colour, points)
                })
            })
            .collect(),
    };
    let by_depth = |name: &str, mark, colour, looked: &[Looked]| {
        let points = looked.iter().map(|looked| {
            let layers = &looked.before.0;
            (layers.len() as f64, layers[0].gradient)
        });
        Series::new(name, mark, colour, points).shape(Shape::Dotted)
    };
    Figure {
        name: "vanishing",
        columns: 2,
        panels: vec![
            panel(
                "Sigmoids and hyperbolic tangents",
                &[
                    ("Sigmoid", "sigmoid", 's', 3),
                    ("TanhSmall", "tanh, small", 't', 5),
                    ("TanhLarge", "tanh, large", 'T', 1),
                    ("TanhXavier", "tanh, Glorot", 'x', 0),
                    ("TanhOrthogonal", "tanh, orthogonal", 'o', 2),
                ],
            ),
            panel(
                "Rectifiers",
                &[
                    ("ReluXavier", "Glorot", 'r', 3),
                    ("ReluHe", "He", 'h', 0),
                    ("ReluLarge", "large", 'R', 1),
                ],
            ),
            panel(
                "Normalisation and residuals",
                &[
                    ("ReluLarge", "large", 'R', 1),
                    ("ReluNormed", "large, normalised", 'n', 5),
                    ("ReluResidual", "small, with a way around", '+', 2),
                ],
            ),
            Panel {
                title: "Depth".to_string(),
                x: Axis::linear("layers"),
                y: Axis::logarithmic("gradient of the first layer"),
                series: vec![
                    by_depth("with a way around", '+', 2, &depths[1]),
                    by_depth("without", '-', 1, &depths[0]),
                ],
            },
        ],
    }
}
