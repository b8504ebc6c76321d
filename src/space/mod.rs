//! Function spaces Γ over which a divergence takes its supremum.
pub mod kernel;
pub mod kernel_sum;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Γ_L, the functions with |φ(x) − φ(y)| ≤ L |x − y| for the Euclidean norm. [birrell2022]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lipschitz {
    pub constant: f64,
}

impl Lipschitz {
    pub fn new(constant: f64) -> Result<Lipschitz> {
        if constant.is_finite() && constant > 0.0 {
            Ok(Lipschitz { constant })
        } else {
            Err(Error::data("lipschitz(L)", format!("L is {constant}, expected a number > 0")))
        }
    }
}
