//! Where a sample lies, and the coordinates that networks work in.
use crate::device::Points;
use crate::error::Result;
use crate::ranks::{Spread, split};
use burn::tensor::Device;

/// Where a sample lies: networks work in coordinates (x − center)/scale, which changes no Lipschitz constant.
#[derive(Clone, Debug)]
pub struct Frame {
    /// shape `[d]`
    pub center: Vec<f32>,
    /// root mean square distance from the centre per coordinate, or what nine points of ten keep where the rest rule it; 1
    /// for a single point
    pub scale: f64,
    /// how many of the last coordinates do not belong to the points themselves, but to their classes
    pub appended: usize,
    /// where the points are
    pub device: Device,
}

/// How many times the distance that nine points of ten keep from the centre the root mean square may be before the tails
/// rule it: it is below 1 for Gaussians and for mixtures of blobs, and without bound for tails without a second moment.
const HEAVY: f64 = 3.0;

impl Frame {
    /// The frame of a sample; an error if its rows cannot be read.
    pub fn of(target: &Points) -> Result<Frame> {
        Frame::of_all(&target.clone().into())
    }
    /// The same of a sample of which some rows may be on other ranks.
    ///
    /// # Errors
    /// Rows that cannot be read; those of a team of ranks.
    pub fn of_all(sample: &Spread) -> Result<Frame> {
        let (target, split, d) = (&sample.here, sample.split.as_deref(), sample.dim());
        let rows = crate::device::rows_f64(target)?;
        let (here, all) = (rows.len() / d, sample.rows());
        let n = all as f64;
        let row = |i: usize| &rows[i * d..(i + 1) * d];
        let squared =
            |i: usize, center: &[f64]| -> f64 { row(i).iter().zip(center).map(|(a, b)| (a - b) * (a - b)).sum() };
        let quantile = |share: f64| ((all - 1) as f64 * share) as usize;
        let total = split::sums(split, here, d, |i, sums| sums.iter_mut().zip(row(i)).for_each(|(s, v)| *s += v))?;
        let mut center: Vec<f64> = total.into_iter().map(|t| t / n).collect();
        let spread = split::sums(split, here, 1, |i, sum| sum[0] += squared(i, &center))?[0];
        let mut scale = (spread / (n * d as f64)).sqrt();
        let middle = split::select_columns(split, &rows, d, quantile(0.5))?;
        let distances = (0..here).map(|i| squared(i, &middle)).collect();
        let inner = (split::select(split, distances, quantile(0.9))? / d as f64).sqrt();
        // a few points far away are no measure of where the others lie
        if inner > 1e-12 && scale > HEAVY * inner {
            (center, scale) = (middle, inner);
        }
        let scale = if scale.is_finite() && scale > 1e-12 { scale } else { 1.0 };
        Ok(Frame {
            center: center.into_iter().map(|c| c as f32).collect(),
            scale,
            appended: 0,
            device: target.device(),
        })
    }
    /// The frame of points with class coordinates at their ends.
    pub fn with_appended(self, appended: usize) -> Frame {
        Frame { appended, ..self }
    }
    /// Dimension of the points, class coordinates included.
    pub fn dim(&self) -> usize {
        self.center.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, points};

    /// Mixtures keep their root mean square, whatever their shares; a point a thousand times as far as the rest does not
    /// set the scale.
    #[test]
    fn only_tails_change_the_frame() {
        for minority in [10, 30, 50] {
            let rows: Vec<f32> =
                (0..100).map(|i| if i < minority { 10.0 } else { 0.0 } + (i as f32 * 1.7).sin()).collect();
            let n = rows.len() as f64;
            let mean = rows.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
            let rms = (rows.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n).sqrt();
            let f = Frame::of(&points(rows, 100, 1, &host())).unwrap();
            assert!(
                (f.scale - rms).abs() < 1e-9 * rms && (f64::from(f.center[0]) - mean).abs() < 1e-5,
                "{minority}: {} and {rms}",
                f.scale
            );
        }
        let mut rows: Vec<f32> = (0..100).map(|i| (i as f32 * 1.7).sin()).collect();
        rows[0] = 1e4;
        let f = Frame::of(&points(rows, 100, 1, &host())).unwrap();
        assert!(f.scale < 1.0 && f.center[0].abs() < 1.0, "{} about {}", f.scale, f.center[0]);
    }
}
