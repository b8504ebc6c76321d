//! The value of an objective for people: in f64 from the values of a critic, where f32 would lose it.
use crate::device::{Values, values, vector};
use crate::divergence::objective::Objective;
use crate::divergence::term::Term;
use crate::error::Result;
use crate::generator::infimum::near::near;

/// A relative error with which a value of f32 is right.
const RIGHT: f64 = 1e-5;

impl Term {
    /// What `evaluate` comes to, of shape `[1]`. Near equilibrium its terms cancel but for a part that f32 does not have: there it is
    /// computed once more.
    ///
    /// # Errors
    /// Values that cannot be read.
    pub fn reached(&self, source: &Values, target: &Values) -> Result<Values> {
        let found = self.evaluate(source, target, None).value;
        let Objective::F(f) = &self.objective else { return Ok(found) };
        let (p, q) = if self.reversed { (target, source) } else { (source, target) };
        let (p, q) = (values(p)?, values(q)?);
        let (least, most) = q.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        // elsewhere nothing cancels, and f64 would look for each f* by Newton's method
        let near_one = f64::from(most) - f64::from(least) < f.reach();
        if !near_one {
            return Ok(found);
        }
        let value = values(&found)?.first().map_or(f64::NAN, |v| f64::from(*v));
        // sums of differences, so that what all values have in common is not rounded
        let first = q.first().map_or(0.0, |v| f64::from(*v));
        let mean = |v: &[f32]| first + v.iter().map(|v| f64::from(*v) - first).sum::<f64>() / v.len() as f64;
        let exact = near(f, mean(&p), &q, mean(&q) - f.slope_at_one().0).0;
        let right = (value - exact).abs() <= RIGHT * exact.abs();
        Ok(if right || !exact.is_finite() { found } else { vector(vec![exact as f32], &found.device()) })
    }
}
