//! Where a command computes.
use super::Exit;
use super::crew::Crew;
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

/// The same for ranks, which compute on processors.
///
/// # Errors
/// As [`opened`]; a GPU, where there are several ranks.
pub fn opened_by(crew: &Crew, device: &str) -> Result<Compute, Exit> {
    match device {
        "wgpu" if crew.is_several() => {
            Err(crew.usage("--device wgpu: ranks compute on processors; start it without mpirun, or with --device cpu"))
        }
        "auto" if crew.is_several() => opened("cpu"),
        device => opened(device),
    }
}
