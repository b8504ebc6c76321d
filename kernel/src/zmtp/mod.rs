//! Sockets that listen for ZeroMQ peers: ZMTP 3.0 with the mechanism NULL, as much of it as a kernel needs. Whoever
//! reaches a port is a stranger until a message of theirs has been verified, so every size is bounded before memory is
//! asked for, a peer that errs loses its own connection only, and one that does not read holds up nobody for long.
mod address;
mod allowance;
mod echo;
mod frames;
#[cfg(test)]
pub mod fuzz;
mod handshake;
mod peers;
mod publisher;
mod router;

pub use address::Address;
pub use allowance::REQUEST;
pub use echo::echo;
pub use frames::{Parts, encode};
pub use publisher::Publisher;
pub use router::{Origin, Received, Replies, Router, route};
