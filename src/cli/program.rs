//! One command of the program.
use super::args::{Cli, Command};
use super::{Exit, bench, collect, commands, doctor, jupyter, notebook, repl, reproduce, run, signals, streams, sweep};
use clap::Parser;
use std::ffi::OsString;

/// Parses arguments, the first of which is the name of the program, and does what they say.
pub fn main(arguments: impl Iterator<Item = OsString>) -> Exit {
    let command = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.command,
        // help and the version are results, everything else is a mistake
        Err(e) if e.use_stderr() => {
            let _ = e.print();
            return Exit::Usage;
        }
        Err(e) => return e.print().map_or_else(|e| streams::lost(&e), |()| Exit::Ok),
    };
    signals::outlive_limits();
    match command {
        Command::Run(args) if notebook::is_notebook(&args.file) => notebook::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Sweep(args) => sweep::sweep(&args),
        Command::Collect(args) => collect::collect(&args),
        Command::Repl(args) => repl::repl(&args),
        Command::Reproduce(args) => reproduce::reproduce(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Jupyter(command) => jupyter::run(&command),
        Command::List { room } => commands::list(room.as_deref()),
        Command::Help { name } => commands::help(name.as_deref()),
        Command::Info => commands::info(),
        Command::Doctor => doctor::doctor(),
        Command::Completions { shell } => commands::completions(shell),
    }
}
