//! Which device a user asks for, and which there is.
use super::adapter::{adapter, hardware_possible};
use crate::error::{Error, Result};
use burn::tensor::Device;

/// What a user asks for with `--device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A hardware GPU if there is one, else the CPU.
    Auto,
    /// The embedded backend, in host memory.
    Cpu,
    /// wgpu on whatever adapter there is, software drivers included.
    Wgpu,
}

/// The names `--device` accepts.
pub const CHOICES: &[&str] = &["auto", "cpu", "wgpu"];

impl std::str::FromStr for Choice {
    type Err = Error;
    fn from_str(s: &str) -> Result<Choice> {
        match s {
            "auto" => Ok(Choice::Auto),
            "cpu" => Ok(Choice::Cpu),
            "wgpu" => Ok(Choice::Wgpu),
            _ => {
                let reason = match crate::catalogue::nearest(s, CHOICES.iter().copied()) {
                    Some(n) => format!("unknown; did you mean `{n}`?"),
                    None => format!("unknown; the devices are {}", CHOICES.join(", ")),
                };
                Err(Error::Device { name: s.into(), reason })
            }
        }
    }
}

/// A chosen device and what it is.
#[derive(Clone, Debug)]
pub struct Compute {
    /// where tensors go
    pub device: Device,
    /// "cpu" or "wgpu"
    pub name: &'static str,
    /// for people: threads, or adapter, driver and API
    pub description: String,
}

fn cpu() -> Compute {
    let threads = crate::threads::count();
    Compute {
        device: host(),
        name: "cpu",
        description: format!("embedded CPU backend, {threads} thread{}", if threads == 1 { "" } else { "s" }),
    }
}

/// Opens a device. `auto` never picks a software adapter and never fails.
pub fn open(choice: Choice) -> Result<Compute> {
    match choice {
        Choice::Cpu => Ok(cpu()),
        Choice::Wgpu => match adapter() {
            Ok(a) => Ok(Compute { device: a.device, name: "wgpu", description: a.description }),
            Err(reason) => Err(Error::Device { name: "wgpu".into(), reason }),
        },
        // starting the graphics runtime leaves a thread of it that polls for ever, a seventh of a processor: where there
        // can be no hardware, it is not started
        Choice::Auto if !hardware_possible() => Ok(cpu()),
        Choice::Auto => Ok(match adapter() {
            Ok(a) if a.hardware => Compute { device: a.device, name: "wgpu", description: a.description },
            _ => cpu(),
        }),
    }
}

/// Lines for `gflow info`: every device and whether it works.
pub fn survey() -> Vec<(String, String)> {
    let wgpu = match adapter() {
        Ok(a) if a.hardware => a.description,
        Ok(a) => format!("{} (software: used only with --device wgpu)", a.description),
        Err(e) => format!("not available: {e}"),
    };
    vec![("cpu".into(), cpu().description), ("wgpu".into(), wgpu)]
}

/// The CPU, where tensors live in host memory.
pub fn host() -> Device {
    Device::flex()
}

/// Whether tensors of this device live in host memory, so that rows may be split over threads.
pub fn is_cpu(device: &Device) -> bool {
    *device == host()
}
