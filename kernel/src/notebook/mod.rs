//! A notebook run from the command line: its cells in order, the executed copy written, whatever happens.
mod cells;
mod display;
mod execute;
mod file;
mod interrupts;
mod options;

pub use execute::execute;
pub use options::Options;
