//! The kernel of a notebook client: sockets, and one task for each of them.
mod answers;
mod complete;
mod connection;
mod control;
mod date;
mod display;
mod execute;
mod history;
mod info;
mod iopub;
mod kernel;
mod message;
mod signer;
mod start;
mod wire;

pub use start::serve;
