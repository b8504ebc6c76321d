//! The language: Rhai made comfortable for science, a session that runs it cell by cell, and its one front end.
mod arithmetic;
mod bind;
mod check;
mod complete;
pub mod context;
mod convert;
pub mod diagnostic;
mod engine;
pub mod front_end;
pub mod help;
pub mod names;
mod options;
mod resolver;
pub mod rewrite;
mod session;
mod trace;

pub use complete::{Completeness, Completion};
pub use diagnostic::{Class, Diagnostic, Place};
pub use front_end::{Event, FrontEnd, Recorder};
pub use session::{Session, SessionOptions};
