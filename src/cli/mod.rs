//! The command line: what is typed, and what each command does.
mod args;
mod bench;
mod collect;
mod commands;
mod crew;
mod doctor;
mod exit;
mod jupyter;
mod keep;
#[cfg(feature = "mpi")]
mod mute;
mod notebook;
mod opened;
mod pause;
mod picture;
mod program;
mod ranks;
mod repl;
mod reproduce;
mod run;
mod setting;
mod signals;
mod stop;
mod streams;
mod sweep;
mod terminal;
mod worker;

pub use exit::Exit;
pub use jupyter::{KERNEL, Kernel};
pub use program::main;
