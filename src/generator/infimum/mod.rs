//! The inner infimum of an f-divergence, inf_ν { ν + E_Q f*(φ − ν) }, in f64, on slices, on tensors and in a kernel.
//!
//! Its derivative 1 − E_Q f*'(φ − ν) increases in ν, and because f*'(f'(1)) = 1 the root lies between
//! min φ − f'(1) and max φ − f'(1): a bracket no wider than the range of φ. All four search inside it; each says at its head why its
//! search is its own. For KL the infimum is a log-mean-exp, and nobody searches. [birrell2022](crate::references#birrell2022)
pub mod double;
pub mod kernel;
pub mod lanes;
pub mod near;
mod steps;
pub mod tensor;
