//! What ends a run as diverged.
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::observer::Reading;
use crate::record::State;

/// How large the samples are, and how far is too far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// the larger diameter of source and target, or the distance between their means
    diameter: f64,
    /// the longest step, and the largest diameter of generated points
    farthest: f64,
}

impl Limits {
    /// `runaway` diameters of a source and a target are too far.
    ///
    /// # Errors
    /// Samples that cannot be read.
    pub fn of(source: &Points, target: &Points, runaway: f64) -> Result<Limits> {
        let size = diameter(target)?.max(diameter(source)?).max(gap(source, target)?);
        Ok(Limits { diameter: size, farthest: runaway * size })
    }

    /// Errors unless generated particles, which no velocity moves, are finite and no farther apart than the limit.
    pub fn check_spread(&self, at: &State) -> Result<()> {
        let spread = diameter(&at.particles)?;
        if spread.is_finite() && spread <= self.farthest {
            return Ok(());
        }
        let what = format!("the points lie {spread:.3e} apart beside samples of diameter {:.3e}", self.diameter);
        let advice = "try smaller learning rates or a smaller dt, more steps of the critic, or a critic with constraint: \"spectral\"; everything recorded so far is kept (last_run())";
        Err(Error::Diverged { step: at.step, what, advice: advice.into() })
    }

    /// Errors unless a reading is finite and a step of length `dt` along its velocities stays within the limit.
    pub fn check_reading(&self, r: &Reading, step: usize, dt: f64) -> Result<()> {
        let what = if !r.speed.is_finite() || !r.fisher.is_finite() {
            "the velocity of the particles is not finite".to_string()
        } else if !r.divergence.is_finite() {
            "the estimated divergence is not finite".to_string()
        } else if dt * r.fastest > self.farthest {
            format!(
                "a particle runs away: a step of length {:.3e} beside samples of diameter {:.3e}",
                dt * r.fastest,
                self.diameter
            )
        } else {
            return Ok(());
        };
        let advice = "try a smaller dt or lr, constraint: \"spectral\" instead of a penalty or none, or a smaller L (a reversed divergence of linearly growing f can put its whole weight on one particle: kl or chi2 does not); everything recorded so far is kept (last_run())";
        Err(Error::Diverged { step, what, advice: advice.into() })
    }
}

/// The distance between the means of two samples.
fn gap(p: &Points, q: &Points) -> Result<f64> {
    let difference = rows_f64(&(p.clone().mean_dim(0) - q.clone().mean_dim(0)))?;
    Ok(difference.iter().map(|d| d * d).sum::<f64>().sqrt())
}

/// The diagonal of the bounding box of a sample, at least 1e-6.
///
/// # Errors
/// Points that cannot be read.
pub fn diameter(points: &Points) -> Result<f64> {
    let d = points.dims()[1];
    let rows = rows_f64(points)?;
    if rows.iter().any(|v| !v.is_finite()) {
        return Ok(f64::INFINITY);
    }
    let extent = |k: usize| {
        let column = rows.iter().skip(k).step_by(d);
        let (lo, hi) = column.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(*v), hi.max(*v)));
        (hi - lo).powi(2)
    };
    Ok((0..d).map(extent).sum::<f64>().sqrt().max(1e-6))
}
