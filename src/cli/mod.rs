//! The command line: what is typed, and what each command does.
mod args;
mod bench;
mod commands;
mod doctor;
mod exit;
mod jupyter;
mod notebook;
mod picture;
mod program;
mod repl;
mod reproduce;
mod run;
mod terminal;

pub use exit::Exit;
pub use program::main;
