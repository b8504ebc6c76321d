//! One integration binary, for link time.
mod allocations;
mod attack;
mod common;
mod device;
#[path = "../src/differences.rs"]
mod differences;
mod house;
/// The kernel's reading of notebooks, and what it needs: the kernel is a program, no library that tests could link to.
#[allow(dead_code)]
#[path = "../kernel/src/notebook/file.rs"]
mod kernel_notebook;
#[path = "../kernel/src/language.rs"]
mod language;
mod laws;
mod plot;
mod script;
mod truth;
