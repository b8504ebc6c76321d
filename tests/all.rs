//! One integration binary, for link time.
mod allocations;
mod common;
mod device;
mod house;
mod laws;
mod plot;
mod script;
mod truth;
