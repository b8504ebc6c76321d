//! Signed measures as elements of a kernel's Hilbert space, Σ w_z k(z, ·), and how far rounding may be off.
//!
//! Points that lie in both samples count once, with the difference of their weights: what both have in common cancels
//! before anything is summed, not after.
use super::kernel::Kernel;
use super::kernel_sum::KernelSum;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::sums::{ROUNDING, Sum, dot};
use std::collections::HashMap;

/// Weights of both signs at points that are all different.
pub struct Signed {
    /// z, row-major, `[n, d]`
    pub points: Vec<f64>,
    /// w, none of them 0, `[n]`
    pub weights: Vec<f64>,
    /// dimension of the points
    pub d: usize,
}

impl Signed {
    /// Σ a δ_x − Σ b δ_y, points in the order in which they come first.
    pub fn difference((x, a): (&[f64], &[f64]), (y, b): (&[f64], &[f64]), d: usize) -> Signed {
        let mut order: Vec<(&[f64], Sum)> = vec![];
        let mut seen: HashMap<Vec<u64>, usize> = HashMap::new();
        let minus = b.iter().map(|w| -w);
        for (row, w) in x.chunks(d).zip(a.iter().copied()).chain(y.chunks(d).zip(minus)) {
            // adding 0 makes −0 the same number as 0
            let key = row.iter().map(|v| (v + 0.0).to_bits()).collect();
            let at = *seen.entry(key).or_insert_with(|| {
                order.push((row, Sum::default()));
                order.len() - 1
            });
            order[at].1.add(w);
        }
        let kept: Vec<(&[f64], f64)> =
            order.into_iter().map(|(row, w)| (row, w.value())).filter(|e| e.1 != 0.0).collect();
        Signed {
            points: kept.iter().flat_map(|e| e.0).copied().collect(),
            weights: kept.iter().map(|e| e.1).collect(),
            d,
        }
    }

    /// Σ |w|
    pub fn mass(&self) -> f64 {
        self.weights.iter().map(|w| w.abs()).sum()
    }

    /// How far rounding may have ‖Σ w_z k(z, ·)‖² off.
    pub fn rounding(&self, kernel: &Kernel) -> f64 {
        rounding(kernel, &self.points, &self.points, self.d, self.weights.len()) * self.mass() * self.mass()
    }

    /// Σ w_z k(z, x) at rows x.
    ///
    /// # Errors
    /// An interrupt.
    pub fn at(&self, kernel: &Kernel, x: &[f64], interrupt: &Interrupt) -> Result<Vec<f64>> {
        if self.weights.is_empty() {
            return Ok(vec![0.0; x.len() / self.d]);
        }
        Ok(KernelSum::<f64>::new(kernel, &self.points, self.d, Some(&self.weights)).at(x, interrupt)?.0)
    }

    /// ‖Σ w_z k(z, ·)‖².
    ///
    /// # Errors
    /// An interrupt.
    pub fn norm_squared(&self, kernel: &Kernel, interrupt: &Interrupt) -> Result<f64> {
        Ok(dot(&self.weights, &self.at(kernel, &self.points, interrupt)?).value())
    }
}

/// How far a sum of n kernels at samples in the box around x and y may be off, per unit of |weight|: evaluation and
/// summation, each at its worst.
pub fn rounding(kernel: &Kernel, x: &[f64], y: &[f64], d: usize, n: usize) -> f64 {
    if x.is_empty() && y.is_empty() {
        return 0.0;
    }
    let spread = |k: usize| {
        let column = x.iter().skip(k).step_by(d).chain(y.iter().skip(k).step_by(d));
        let (low, high) = column.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        (high - low) * (high - low)
    };
    let r2: f64 = (0..d).map(spread).sum();
    let largest = kernel.of_squared(0.0).abs().max(kernel.of_squared(r2).abs());
    let (dimension, widths) = (d as f64, r2.sqrt() / kernel.smallest_width());
    // distances from coordinates that were moved: those of f32 differ by 2⁻²⁴ of themselves or not at all, which bounds what
    // is lost of any distance; in many dimensions |x|² + |y|² − 2xy is off by a part of |x|²
    let moved = 4.0 * dimension.sqrt() * widths * ROUNDING;
    let single = || x.iter().chain(y).all(|v| f64::from(*v as f32) == *v);
    let moved = if moved > 1e-8 && single() { 1e-8 } else { moved };
    let products = if d >= 8 { (8.0 * widths * widths * ROUNDING).min(1e-10) } else { 0.0 };
    let units = 32.0 + 4.0 * dimension + n as f64 / 8.0;
    largest * (units * ROUNDING + moved + products)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What both samples have in common is gone, and the rest is 2 − 2 e^{−1/2} of a quarter of the mass each.
    #[test]
    fn common_points_cancel() {
        let (x, y) = ([0.0, 5.0, 5.0, 1e12], [1.0, 5.0, 5.0, 1e12]);
        let s = Signed::difference((&x, &[0.25; 4]), (&y, &[0.25; 4]), 1);
        assert_eq!((&s.points[..], &s.weights[..]), (&[0.0, 1.0][..], &[0.25, -0.25][..]));
        let norm = s.norm_squared(&Kernel::Gaussian(1.0), &Interrupt::default()).unwrap();
        assert!((norm - (2.0 - 2.0 * (-0.5f64).exp()) / 16.0).abs() < 1e-16);
        let none = Signed::difference((&x, &[0.25; 4]), (&x, &[0.25; 4]), 1);
        assert_eq!(none.norm_squared(&Kernel::Energy, &Interrupt::default()).unwrap(), 0.0);
    }
}
