//! One integration binary, for link time.
mod allocations;
mod attack;
mod common;
mod device;
#[path = "../src/differences.rs"]
mod differences;
mod house;
mod laws;
mod plot;
mod script;
mod truth;
