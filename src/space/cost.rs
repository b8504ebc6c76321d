//! Ground costs of transport.
use crate::error::{Error, Result};

/// What a unit of mass costs to move: c(x, y) = s·|x − y|^p.
///
/// ```
/// let c = gflow::space::Cost::new(0.5, 2.0)?;
/// assert_eq!(c.of_squared(9.0), 4.5);
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cost {
    /// s > 0
    pub scale: f64,
    /// p > 0
    pub power: f64,
}

impl Cost {
    /// Errors unless s > 0 and p > 0 are finite.
    pub fn new(scale: f64, power: f64) -> Result<Cost> {
        for (name, v) in [("scale", scale), ("power p", power)] {
            if !(v.is_finite() && v > 0.0) {
                return Err(Error::data("the cost s |x - y|^p", format!("its {name} is {v}, expected a number > 0")));
            }
        }
        Ok(Cost { scale, power })
    }
    /// c as a function of |x − y|².
    #[inline(always)]
    pub fn of_squared(&self, r2: f64) -> f64 {
        self.scale
            * if self.power == 2.0 {
                r2
            } else if self.power == 1.0 {
                r2.sqrt()
            } else {
                r2.powf(0.5 * self.power)
            }
    }
}
