//! Function spaces Γ over which a divergence takes its supremum.
pub mod centre;
pub mod cost;
pub mod embedding;
pub mod found;
pub mod kernel;
pub mod kernel_sum;
pub mod neurons;
pub mod origin;
mod radial;
pub mod width;
use crate::error::{Error, Result};
pub use cost::Cost;
use kernel::Kernel;
pub use origin::Origin;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Γ_L, the functions with |φ(x) − φ(y)| ≤ L |x − y| for the Euclidean norm. [birrell2022](crate::references#birrell2022)
///
/// ```
/// use gflow::space::Lipschitz;
/// assert_eq!(Lipschitz::new(2.0)?.constant, 2.0);
/// assert!(Lipschitz::new(-1.0).is_err());
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lipschitz {
    /// L > 0
    pub constant: f64,
}

impl Lipschitz {
    /// Errors unless L is a number > 0.
    pub fn new(constant: f64) -> Result<Lipschitz> {
        if constant.is_finite() && constant > 0.0 {
            Ok(Lipschitz { constant })
        } else {
            Err(Error::data("lipschitz(L)", format!("L is {constant}, expected a number > 0")))
        }
    }
}

/// A reproducing kernel Hilbert space with the price λ/2 ‖h‖² on its functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    /// k
    pub kernel: Kernel,
    /// λ > 0
    pub lambda: f64,
    /// means over pairs of different points
    pub unbiased: bool,
}

/// Where the potential of a variational term lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// L-Lipschitz functions
    Lipschitz(Lipschitz),
    /// pairs with φ(x) − ψ(y) ≤ c(x, y); L|x − y| makes both one L-Lipschitz function
    Cost(Cost),
    /// a reproducing kernel Hilbert space, with a penalty on the norm
    Rkhs(Penalty),
    /// whatever the critic's network can represent
    Networks,
    /// the features of two-layer networks, shared: they hold the inputs
    Neurons(Arc<neurons::Neurons>),
}
