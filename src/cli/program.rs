//! One command of the program.
use super::args::{Cli, Command};
use super::jupyter::Kernel;
use super::ranks::Started;
use super::{Exit, bench, collect, commands, doctor, jupyter, notebook, repl, reproduce, run, signals, streams, sweep};
use clap::Parser;
use std::ffi::OsString;

/// Parses arguments, the first of which is the name of the program, and does what they say; `kernel` is where the program of
/// the kernel is.
pub fn main(arguments: impl Iterator<Item = OsString>, kernel: Kernel) -> Exit {
    let started = Started::here();
    let command = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.command,
        Err(e) if started.is_some_and(|s| !s.speaks()) => {
            return if e.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
        // help and the version are results, everything else is a mistake
        Err(e) if e.use_stderr() => {
            let _ = e.print();
            return Exit::Usage;
        }
        Err(e) => return e.print().map_or_else(|e| streams::lost(&e), |()| Exit::Ok),
    };
    signals::outlive_limits();
    if let Some(exit) = started.and_then(|s| s.refuses(&command)) {
        return exit;
    }
    match command {
        Command::Run(args) if notebook::is_notebook(&args.file) => notebook::run(&args, kernel),
        Command::Run(args) => run::run(&args, started),
        Command::Sweep(args) => sweep::sweep(&args),
        Command::Collect(args) => collect::collect(&args),
        Command::Repl(args) => repl::repl(&args),
        Command::Reproduce(args) => reproduce::reproduce(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Jupyter(command) => jupyter::run(&command, kernel),
        Command::List { room, json } => commands::list(room.as_deref(), json),
        Command::Help { name } => commands::help(name.as_deref()),
        Command::Info => commands::info(),
        Command::Doctor => doctor::doctor(kernel),
        Command::Completions { shell } => commands::completions(shell),
        Command::Man { command } => commands::manual(command.as_deref()),
    }
}
