//! The session process: one thread runs cells, another listens, so that names can be asked for and a cell be stopped
//! while it runs. Compiled Rust cells are loaded into this same process.
mod answers;
mod cells;
mod crossing;
mod descriptors;
mod eval;
mod foreign;
mod front;
mod held;
mod output;
mod page;
mod process;
mod requests;

pub use process::main;
