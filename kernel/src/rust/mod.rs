//! Rust cells: evcxr compiles them on a thread of its own; the session process loads what it made.
mod cells;
mod compiler;
mod loads;
mod moved;
mod prelude;
pub mod relay;
mod ticket;

pub use cells::{GRACE, MAGIC, Rust, body};
