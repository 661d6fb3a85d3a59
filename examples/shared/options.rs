//! What the command lines of the examples have in common.

use std::process::ExitCode;

use dsl_runtime::Error;

/// Arguments of every example.
#[derive(clap::Args)]
pub struct Common {
    /// The most threads to use; without it, one per core. The result is the same for any number
    #[arg(long, value_name = "N", value_parser = at_least_one, global = true)]
    pub threads: Option<usize>,

    /// What the first parameters, the order of the examples and all other chance depend on
    #[arg(long, value_name = "N", default_value_t = 1, global = true)]
    pub seed: u64,
}

/// A whole number that is not 0.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("it must be at least 1".to_string()),
        Ok(number) => Ok(number),
        Err(_) => Err("it must be a whole number, at least 1".to_string()),
    }
}

/// Ends the program, with a message if something went wrong.
pub fn exit(done: Result<(), Error>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
