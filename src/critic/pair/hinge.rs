//! The hinge of two potentials over pairs of points: E φ + E ψ − λ E(φ(y) + ψ(x) − c(y, x))₊.
use super::slices;
use crate::critic::place::is_on_host;
use crate::device::{Points, Values, rows, values, vector};
use crate::error::Result;
use crate::memory;
use crate::space::Cost;
use burn::tensor::Tensor;

/// Costs between points, and the objective under them.
pub trait Costs {
    /// The objective, shape `[1]`, and its gradients in φ on the particles and in ψ on the targets.
    fn hinge(&self, phi: &Values, psi: &Values, lambda: f64) -> Result<(Values, Values, Values)>;
}

/// Of all pairs in host memory, row-major.
pub struct Slices(pub Vec<f32>);
/// Of all pairs, `[m, n]`.
struct AllPairs(Tensor<2>);
/// Of the i-th with the i-th, `[m, 1]`.
struct Diagonal(Tensor<2>);

/// c between all rows, both already moved by the centre of the samples.
///
/// # Errors
/// More pairs than memory holds, and points that cannot be read.
pub fn all(y: &Points, x: &Points, cost: &Cost) -> Result<Box<dyn Costs>> {
    let (m, n) = (y.dims()[0], x.dims()[0]);
    // the costs, and on a device what is made of them
    let each = if is_on_host(x) { 4 } else { 16 };
    memory::check(&format!("pair, all {m} × {n} pairs of points"), memory::product(&[m, n, each]))?;
    if is_on_host(x) {
        return Ok(Box::new(Slices(slices::costs(&rows(y)?, &rows(x)?, x.dims()[1], cost))));
    }
    Ok(Box::new(AllPairs(all_costs(y, x, cost))))
}

/// c between the i-th rows.
pub fn diagonal(y: &Points, x: &Points, cost: &Cost) -> Box<dyn Costs> {
    Box::new(Diagonal(diagonal_costs(y, x, cost)))
}

/// c from |y − x|².
fn powered(squares: Tensor<2>, cost: &Cost) -> Tensor<2> {
    let powered = if cost.power == 2.0 { squares } else { squares.powf_scalar(0.5 * cost.power) };
    powered.mul_scalar(cost.scale)
}

fn all_costs(y: &Points, x: &Points, cost: &Cost) -> Tensor<2> {
    let square = |p: &Points| (p.clone() * p.clone()).sum_dim(1);
    let n = x.dims()[0];
    let inner = y.clone().matmul(x.clone().transpose()).mul_scalar(2.0);
    powered((square(y) + square(x).reshape([1, n]) - inner).clamp_min(0.0), cost)
}

fn diagonal_costs(y: &Points, x: &Points, cost: &Cost) -> Tensor<2> {
    let d = y.clone() - x.clone();
    powered((d.clone() * d).sum_dim(1), cost)
}

/// φ + ψ − c of so many pairs, as the objective and which of them are active.
fn objective(phi: &Values, psi: &Values, excess: Tensor<2>, share: f64) -> (Values, Tensor<2>) {
    let active = excess.clone().greater_scalar(0.0).float();
    let value = phi.clone().mean() + psi.clone().mean() - excess.clamp_min(0.0).sum().mul_scalar(share);
    (value, active)
}

/// The gradient in one potential from the active pairs of each of its points.
fn gradient(active: Values, share: f64) -> Values {
    let count = active.dims()[0] as f64;
    active.mul_scalar(-share).add_scalar(1.0 / count)
}

impl Costs for Slices {
    fn hinge(&self, phi: &Values, psi: &Values, lambda: f64) -> Result<(Values, Values, Values)> {
        let (value, on_phi, on_psi) = slices::hinge(&values(phi)?, &values(psi)?, &self.0, lambda);
        let device = phi.device();
        Ok((vector(vec![value], &device), vector(on_phi, &device), vector(on_psi, &device)))
    }
}

impl Costs for AllPairs {
    fn hinge(&self, phi: &Values, psi: &Values, lambda: f64) -> Result<(Values, Values, Values)> {
        let (m, n) = (phi.dims()[0], psi.dims()[0]);
        let share = lambda / (m * n) as f64;
        let excess = phi.clone().reshape([m, 1]) + psi.clone().reshape([1, n]) - self.0.clone();
        let (value, active) = objective(phi, psi, excess, share);
        let (on_phi, on_psi) = (active.clone().sum_dim(1).reshape([m]), active.sum_dim(0).reshape([n]));
        Ok((value, gradient(on_phi, share), gradient(on_psi, share)))
    }
}

impl Costs for Diagonal {
    fn hinge(&self, phi: &Values, psi: &Values, lambda: f64) -> Result<(Values, Values, Values)> {
        let m = phi.dims()[0];
        let share = lambda / m as f64;
        let excess = phi.clone().reshape([m, 1]) + psi.clone().reshape([m, 1]) - self.0.clone();
        let (value, active) = objective(phi, psi, excess, share);
        let active = active.reshape([m]);
        Ok((value, gradient(active.clone(), share), gradient(active, share)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, points, rows_f64};
    use crate::random;
    use rand::Rng as _;

    /// The objective and its gradients against loops; f32 sums keep 1e-5.
    #[test]
    fn hinge_is_what_it_says() {
        let device = host();
        let mut rng = random::rng(1, 0);
        let (m, n, lambda) = (7, 43, 3.0);
        let draw =
            |rng: &mut random::Rng, k: usize| (0..k).map(|_| rng.random_range(-1.0f32..1.0)).collect::<Vec<f32>>();
        let (phi, psi, c) = (draw(&mut rng, m), draw(&mut rng, n), draw(&mut rng, m * n));
        let on_device = |v: &[f32]| vector(v.to_vec(), &device);
        let cost = points(c.clone(), m, n, &device);
        let mean = |v: &[f32]| v.iter().map(|v| f64::from(*v)).sum::<f64>() / v.len() as f64;
        let mut expected = mean(&phi) + mean(&psi);
        let (mut g, mut h) = (vec![1.0 / m as f64; m], vec![1.0 / n as f64; n]);
        for i in 0..m {
            for j in 0..n {
                let excess = f64::from(phi[i] + psi[j] - c[i * n + j]);
                if excess > 0.0 {
                    expected -= lambda / (m * n) as f64 * excess;
                    g[i] -= lambda / (m * n) as f64;
                    h[j] -= lambda / (m * n) as f64;
                }
            }
        }
        let costs: [Box<dyn Costs>; 2] = [Box::new(Slices(c)), Box::new(AllPairs(cost))];
        for costs in costs {
            let (value, on_phi, on_psi) = costs.hinge(&on_device(&phi), &on_device(&psi), lambda).unwrap();
            let value = f64::from(values(&value).unwrap()[0]);
            assert!((value - expected).abs() < 1e-5, "{value} and {expected}");
            for (got, wanted) in [(on_phi, &g), (on_psi, &h)] {
                let got = values(&got).unwrap();
                assert!(
                    got.iter().zip(wanted).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-5),
                    "{got:?} and {wanted:?}"
                );
            }
        }
    }

    /// The costs of all pairs on slices and on tensors, few dimensions and many, and of the diagonal: |x|² + |y|² − 2xy in f32
    /// keeps 1e-4.
    #[test]
    fn costs_are_powers_of_distances() {
        for (d, power) in [(2, 2.0), (11, 2.0), (3, 1.0), (9, 1.5)] {
            let mut rng = random::rng(2, 0);
            let mut draw = || points((0..12 * d).map(|_| rng.random_range(-3.0..3.0)).collect(), 12, d, &host());
            let (y, x) = (draw(), draw());
            let cost = Cost::new(2.0, power).unwrap();
            let (a, b) = (rows_f64(&y).unwrap(), rows_f64(&x).unwrap());
            let exact = |i: usize, j: usize| {
                2.0 * (0..d).map(|k| (a[d * i + k] - b[d * j + k]).powi(2)).sum::<f64>().powf(0.5 * power)
            };
            let every: Vec<f64> = (0..144).map(|k| exact(k / 12, k % 12)).collect();
            let own: Vec<f64> = (0..12).map(|k| exact(k, k)).collect();
            for (what, got, wanted) in [
                ("slices", slices::costs(&rows(&y).unwrap(), &rows(&x).unwrap(), d, &cost), &every),
                ("tensors", rows(&all_costs(&y, &x, &cost)).unwrap(), &every),
                ("diagonal", rows(&diagonal_costs(&y, &x, &cost)).unwrap(), &own),
            ] {
                assert_eq!(got.len(), wanted.len());
                for (got, wanted) in got.iter().zip(wanted) {
                    assert!(
                        (f64::from(*got) - wanted).abs() < 1e-4 * (1.0 + wanted),
                        "{what}, d {d}, power {power}: {got} and {wanted}"
                    );
                }
            }
        }
    }
}
