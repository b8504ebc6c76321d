//! The program `gflow` with the kernel in it, for wheels and archives.
use std::process::ExitCode;

fn main() -> ExitCode {
    gflow_kernel::main(true)
}
