//! Straight-line code for expressions: common subexpressions once, then evaluated in f64, on lanes of f32 or on tensors.
//!
//! The three evaluations follow one instruction set and differ in their exponentials, logarithms and rounding; a fourth is
//! over anything that can be calculated with.
mod branch;
mod code;
mod derivatives;
mod double;
pub mod lanes;
mod over;
mod tensor;
pub use branch::{Branch, Condition};
pub use code::Tape;
pub use over::Algebra;
