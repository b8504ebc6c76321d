//! `gflow run notebook.ipynb`: the kernel's program runs it, so that Rust cells work as in Jupyter.
use super::Exit;
use super::args::RunArgs;
use super::jupyter::{self, Kernel};
use super::streams::say;
use std::path::Path;
use std::process::Command;

/// Whether a file is one.
pub fn is_notebook(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|e| e.eq_ignore_ascii_case("ipynb"))
}

/// `gflow run FILE.ipynb`
pub fn run(args: &RunArgs, kernel: Kernel) -> Exit {
    if args.resume {
        say(format_args!("error: --resume continues the run of a script; a notebook is run from its first cell"));
        return Exit::Usage;
    }
    let Some((program, words)) = jupyter::program(kernel) else {
        say(format_args!("error: notebooks are run by another program. {}", jupyter::MISSING));
        return Exit::Usage;
    };
    let mut command = Command::new(&program);
    command.args(words).arg("--execute").arg(&args.file).args([
        "--device",
        &args.device,
        "--seed",
        &args.seed.to_string(),
    ]);
    for s in &args.set {
        command.args(["--set", s]);
    }
    if let Some(out) = &args.out {
        command.arg("--out").arg(out);
    }
    for (given, flag) in [(args.quiet, "--quiet"), (args.json, "--json")] {
        if given {
            command.arg(flag);
        }
    }
    // signals and the exit code are the other program's
    let e = replace(&mut command);
    say(format_args!("error: {} does not run: {e}", program.display()));
    Exit::Usage
}

/// Becomes the other program; comes back only with an error.
#[cfg(unix)]
fn replace(command: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(e) => e,
    }
}
