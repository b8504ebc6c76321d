//! One integration binary, for link time.
mod common;
mod device;
mod house;
mod laws;
mod plot;
mod script;
mod truth;
