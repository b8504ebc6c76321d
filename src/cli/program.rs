//! One command of the program.
use super::args::{Cli, Command};
use super::{Exit, bench, commands, doctor, jupyter, notebook, repl, reproduce, run};
use clap::Parser;

/// Parses the arguments of the process and does what they say.
pub fn main() -> Exit {
    match Cli::parse().command {
        Command::Run(args) if notebook::is_notebook(&args.file) => notebook::run(&args),
        Command::Run(args) => run::run(&args),
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
