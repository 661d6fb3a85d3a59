//! Ctrl-C, which ends a training after the step it is in.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;

/// True from Ctrl-C until a training has stopped because of it.
static PRESSED: AtomicBool = AtomicBool::new(false);

/// The exit status of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// The flag that Ctrl-C sets. The second time before a training has stopped, the program ends at once.
pub(super) fn on_ctrl_c() -> Result<&'static AtomicBool, Error> {
    static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();
    let pressed = || {
        if PRESSED.swap(true, Ordering::Relaxed) {
            process::exit(INTERRUPTED);
        }
    };
    let installed = INSTALLED.get_or_init(|| ctrlc::set_handler(pressed).map_err(|error| error.to_string()));
    match installed {
        Ok(()) => Ok(&PRESSED),
        Err(problem) => Err(Error::CtrlC(problem.clone())),
    }
}
