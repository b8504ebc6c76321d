//! The command line: parse, call, exit code.
use clap::Parser;
use gflow::cli::args::{Cli, Command};
use gflow::cli::{bench, commands, doctor, jupyter, notebook, repl, reproduce, run};

// fresh large mappings are what makes tensors on the CPU slow; this allocator keeps them
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // SAFETY: nothing has run yet, so there is one thread
    unsafe { gflow::device::silence_drivers() };
    let exit = match Cli::parse().command {
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
    };
    std::process::exit(exit as i32);
}
