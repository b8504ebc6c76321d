//! The kernel of gflow notebooks.
//!
//! Three processes: the kernel speaks the Jupyter protocol and compiles Rust cells by evcxr; the session process holds
//! the Rhai session and loads what was compiled, so that both languages share values; a relay stands where evcxr
//! expects the child that runs its cells. A crash ends the session process only, and a new one is started.
mod folder;
mod history;
mod language;
mod notebook;
mod protocol;
mod rust;
mod serve;
mod session;
mod supervisor;
mod zmtp;

use clap::Parser;
use gflow::cli::{KERNEL, Kernel};
use std::path::PathBuf;
use std::process::ExitCode;

// fresh large mappings are what makes tensors on the CPU slow; this allocator keeps them
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The first argument where this program is to be `gflow`, for the jobs of a study that a notebook runs.
const WORKER: &str = "--gflow";

/// What starts this program again as the kernel's, whichever of both it is.
fn again() -> std::io::Result<std::process::Command> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.arg(KERNEL);
    Ok(command)
}

/// The Jupyter kernel of gflow. `gflow jupyter install` makes it known to Jupyter.
#[derive(Debug, Parser)]
#[command(name = "gflow-kernel", version)]
struct Arguments {
    /// Serve the client that wrote this file
    #[arg(short = 'f', long = "connection-file", value_name = "FILE")]
    connection_file: Option<PathBuf>,
    /// Run a notebook and write the executed copy
    #[arg(long, value_name = "NOTEBOOK", conflicts_with = "connection_file")]
    execute: Option<PathBuf>,
    #[command(flatten)]
    notebook: notebook::Options,
    /// Be the process of a session
    #[arg(long, hide = true)]
    session: bool,
}

/// The program: `gflow-kernel`, or where `both` `gflow` as well, unless its first argument is [`KERNEL`].
pub fn main(both: bool) -> ExitCode {
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        rust::relay::main();
    }
    let first = std::env::args_os().nth(1);
    let is = |word: &str| first.as_ref().is_some_and(|a| a == word);
    if is(WORKER) {
        return as_gflow(2, both);
    }
    // as a wrapper around rustc, evcxr calls this program again: it does not come back from here then
    evcxr::runtime_hook();
    let named = is(KERNEL);
    if both && !named {
        return as_gflow(1, both);
    }
    let given = std::env::args_os().skip(1 + usize::from(named));
    let arguments = Arguments::parse_from(std::iter::once("gflow-kernel".into()).chain(given));
    if arguments.session {
        session::main();
    }
    // SAFETY: nothing has run yet, so there is one thread
    let folder = match unsafe { folder::prepare() } {
        Ok(folder) => folder,
        Err(e) => return fail(&format!("no temporary folder: {e}")),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return fail(&e.to_string()),
    };
    match (&arguments.connection_file, &arguments.execute) {
        (Some(file), _) => match runtime.block_on(serve::serve(file, folder)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => fail(&e.to_string()),
        },
        (None, Some(notebook)) => runtime.block_on(notebook::execute(notebook, &arguments.notebook, folder)),
        (None, None) => fail(
            "nothing to do: Jupyter starts this program with --connection-file; `gflow jupyter install` tells it so",
        ),
    }
}

/// The program `gflow`, with arguments from that one on.
fn as_gflow(from: usize, both: bool) -> ExitCode {
    // SAFETY: nothing has run yet, so there is one thread
    unsafe { gflow::device::silence_drivers() };
    let arguments = std::iter::once("gflow".into()).chain(std::env::args_os().skip(from));
    let kernel = if both { Kernel::Here } else { Kernel::Beside };
    std::process::exit(gflow::cli::main(arguments, kernel) as i32)
}

fn fail(message: &str) -> ExitCode {
    eprintln!("gflow-kernel: {message}");
    ExitCode::from(2)
}
