//! Where a command computes.
use super::Exit;
use super::streams::say;
use crate::device::{self, Compute};

/// The device of an option.
///
/// # Errors
/// Says why there is none, with the exit of the program.
pub fn opened(device: &str) -> Result<Compute, Exit> {
    let choice = device.parse::<device::Choice>().map_err(|e| {
        say(format_args!("error: {e}"));
        Exit::Usage
    })?;
    device::open(choice).map_err(|e| {
        say(format_args!("error: {e}\n  help: run `gflow info` for the devices of this machine, or use --device cpu"));
        Exit::Device
    })
}
