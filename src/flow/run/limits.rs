//! What ends a run as diverged.
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::observer::Reading;
use crate::ranks::Spread;
use crate::ranks::split::{largest, sums};
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
    pub fn of(source: &Spread, target: &Spread, runaway: f64) -> Result<Limits> {
        let (of_source, of_target) = (Extent::of(source)?, Extent::of(target)?);
        let between = of_source.mean.iter().zip(&of_target.mean);
        let gap = between.map(|(p, q)| (p - q) * (p - q)).sum::<f64>().sqrt();
        let size = of_target.diameter.max(of_source.diameter).max(gap);
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

/// How far a sample reaches.
struct Extent {
    /// the diagonal of its bounding box, at least 1e-6; infinite where a number is not finite
    diameter: f64,
    mean: Vec<f64>,
}

impl Extent {
    fn of(sample: &Spread) -> Result<Extent> {
        let (rows, d, split) = (rows_f64(&sample.here)?, sample.dim(), sample.split.as_deref());
        let n = sample.rows() as f64;
        let row = |i: usize| &rows[i * d..(i + 1) * d];
        let add = |i: usize, sums: &mut [f64]| sums.iter_mut().zip(row(i)).for_each(|(s, v)| *s += v);
        let mean = sums(split, rows.len() / d, d, add)?.into_iter().map(|s| s / n).collect();
        // the upper ends, and the lower ones with their signs turned
        let mut ends = vec![f64::NEG_INFINITY; 2 * d];
        for (i, v) in rows.iter().enumerate() {
            let wild = !v.is_finite();
            let (up, down) = if wild { (f64::INFINITY, f64::INFINITY) } else { (*v, -v) };
            ends[i % d] = ends[i % d].max(up);
            ends[d + i % d] = ends[d + i % d].max(down);
        }
        let ends = largest(split, ends)?;
        let squared = (0..d).map(|k| (ends[k] + ends[d + k]).powi(2)).sum::<f64>();
        Ok(Extent { diameter: squared.sqrt().max(1e-6), mean })
    }
}

/// The diagonal of the bounding box of a sample, at least 1e-6.
///
/// # Errors
/// Points that cannot be read.
pub fn diameter(points: &Points) -> Result<f64> {
    Ok(Extent::of(&points.clone().into())?.diameter)
}
