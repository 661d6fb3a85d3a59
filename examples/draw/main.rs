//! Draws a network: its pictures as Graphviz DOT and as SVG, and a table of what its methods cost.
//!
//! ```sh
//! cargo run --example draw --features pictures -- lenet --folder /tmp/pictures
//! ```

mod networks;

use std::fs;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use dsl_runtime::Costs;
use networks::{LeNet, Lstm, Mlp, Residual, Transformer};

#[derive(Parser)]
struct Options {
    /// The network to draw.
    #[arg(value_enum, default_value_t = Drawn::Lenet)]
    network: Drawn,
    /// The folder for the files, which is made where there is none.
    #[arg(long, default_value = "pictures")]
    folder: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Drawn {
    Mlp,
    Lenet,
    Residual,
    Lstm,
    Transformer,
}

/// The scores, the loss, and the loss with its gradient, each as DOT and SVG.
type Pictures = [(&'static str, &'static str, &'static str); 3];

/// The pictures and the costs of a network.
macro_rules! of {
    ($network:ident) => {
        (
            [
                ("logits", $network::LOGITS_DOT, $network::LOGITS_SVG),
                ("loss", $network::LOSS_DOT, $network::LOSS_SVG),
                ("gradient", $network::GRADIENT_DOT, $network::GRADIENT_SVG),
            ],
            $network::COSTS,
        )
    };
}

fn main() -> std::io::Result<()> {
    let options = Options::parse();
    let (pictures, costs): (Pictures, Costs) = match options.network {
        Drawn::Mlp => of!(Mlp),
        Drawn::Lenet => of!(LeNet),
        Drawn::Residual => of!(Residual),
        Drawn::Lstm => of!(Lstm),
        Drawn::Transformer => of!(Transformer),
    };
    fs::create_dir_all(&options.folder)?;
    for (name, dot, svg) in pictures {
        for (ending, text) in [("dot", dot), ("svg", svg)] {
            let file = options.folder.join(format!("{name}.{ending}"));
            fs::write(&file, text)?;
            println!("{}", file.display());
        }
    }
    println!("\nOperations and bytes of one example; what is shared or fixed, of the batch:\n\n{costs}");
    Ok(())
}
