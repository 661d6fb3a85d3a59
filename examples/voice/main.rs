//! Hears when someone speaks, by the weights of Silero VAD.
//!
//! The weights are not part of the repository: `pip download --no-deps silero-vad` fetches them, a zip file with
//! `silero_vad/data/silero_vad_16k.safetensors`.

mod network;
#[path = "../shared/options.rs"]
mod options;
mod signal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::prelude::*;
use network::STEP;

/// Prints the probability of a voice over time.
#[derive(Parser)]
#[command(name = "voice")]
struct Arguments {
    /// The file `silero_vad_16k.safetensors`
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// A recording: samples of 16 bits, little-endian, 16,000 per second, one channel, no header; without it, a recording
    /// made by formulas
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
}

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let model = network::load(&arguments.model)?;
    let recording = match &arguments.recording {
        None => signal::recording(),
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|source| Error::File {
                action: "read",
                path: path.clone(),
                source,
            })?;
            let samples = bytes.as_chunks::<2>().0.iter();
            samples
                .map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32768.0)
                .collect()
        }
    };
    for (window, voice) in network::probabilities(&model, &recording)?.iter().enumerate() {
        let second = (window * STEP) as f64 / signal::RATE as f64;
        let bar = "#".repeat((voice * 40.0).round() as usize);
        println!("{second:7.3} s  {voice:.3}  {bar}");
    }
    Ok(())
}
