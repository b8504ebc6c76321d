//! Straight-line code for expressions: common subexpressions once, then evaluated in f64, on lanes of f32 or on tensors.
//!
//! The three evaluations follow one instruction set and differ in their exponentials, logarithms and rounding.
mod code;
mod double;
pub mod lanes;
mod tensor;
pub use code::Tape;
