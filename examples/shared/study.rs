//! What the command lines of the studies have in common.

use std::path::PathBuf;

/// Arguments of every study.
#[derive(clap::Args)]
pub struct Arguments {
    /// Writes the picture to this folder too, as SVG
    #[arg(long, value_name = "FOLDER")]
    pub svg: Option<PathBuf>,

    /// Small settings: seconds, to see that it runs rather than to see what it shows
    #[arg(long)]
    pub quick: bool,
}
