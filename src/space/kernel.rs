//! Kernels k(x, y) of a reproducing kernel Hilbert space.
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A kernel, a function of the distance r = |x − y|.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// exp(−r²/(2σ²))
    Gaussian(f64),
    /// exp(−r/σ)
    Laplace(f64),
    /// (1 + r²/σ²)^(−1/2)
    Imq(f64),
    /// −r: conditionally positive definite; its MMD² is the energy distance
    Energy,
}

impl Kernel {
    /// A kernel of this width; the width must be a number > 0.
    pub fn with_width(make: fn(f64) -> Kernel, name: &str, width: f64) -> Result<Kernel> {
        if width.is_finite() && width > 0.0 {
            Ok(make(width))
        } else {
            Err(Error::data(format!("{name}(width)"), format!("the width is {width}, expected a number > 0")))
        }
    }

    /// k as a function of r².
    pub fn of_squared(&self, r2: f64) -> f64 {
        match self {
            Kernel::Gaussian(s) => (-r2 / (2.0 * s * s)).exp(),
            Kernel::Laplace(s) => (-r2.sqrt() / s).exp(),
            Kernel::Imq(s) => 1.0 / (1.0 + r2 / (s * s)).sqrt(),
            Kernel::Energy => -r2.sqrt(),
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Kernel::Gaussian(s) => format!("gaussian_kernel({s})"),
            Kernel::Laplace(s) => format!("laplace_kernel({s})"),
            Kernel::Imq(s) => format!("imq_kernel({s})"),
            Kernel::Energy => "energy_kernel()".into(),
        }
    }
}
