//! The program `gflow-kernel`.
use std::process::ExitCode;

fn main() -> ExitCode {
    gflow_kernel::main(false)
}
