//! The language: Rhai made comfortable for science, a session that runs it cell by cell, and its one front end.
mod arithmetic;
mod assistant;
mod bind;
mod check;
mod complete;
pub mod context;
mod convert;
pub mod diagnostic;
mod engine;
mod exchange;
pub mod front_end;
pub mod help;
pub mod names;
mod options;
mod resolver;
mod rich;
pub mod rewrite;
mod session;
mod trace;

pub use crate::dataset::Rows;
pub use assistant::Assistant;
pub use complete::{Completeness, Completion};
pub use diagnostic::{Class, Diagnostic, Place, plain};
pub use exchange::{Foreign, Value};
pub use front_end::{Event, FrontEnd, Recorder};
pub use rich::Rich;
pub use session::{Session, SessionOptions};
