//! Where tensors live: the embedded CPU backend, or a GPU through wgpu, chosen at run time.
mod adapter;
mod choice;
pub mod ops;
mod tensors;
pub use adapter::silence_drivers;
pub use choice::{CHOICES, Choice, Compute, host, is_cpu, open, survey};
pub use tensors::{
    Points, Reading, Values, check_sample, check_samples, is_wide, narrowed, number, points, rows, rows_f64, taken,
    values, values_f64, vector, waits, wide, widened,
};
