//! Objectives on slices of the host: f-divergences without tensors, the others by `tensor.rs`, whose numbers they are.
use crate::device::{self, Values};
use crate::divergence::objective::Objective;
use crate::divergence::term::Term;
use crate::error::Result;
use crate::generator::infimum::lanes::infimum;
use burn::tensor::{Tensor, TensorData};

impl Term {
    /// The objective from φ on the particles and on the target, whose places its derivatives in them take. `nu` is the minimising
    /// ν, where there is one: it begins the next solve.
    ///
    /// # Errors
    /// Values that cannot be read, for objectives that tensors compute.
    pub fn evaluate_slices(&self, source: &mut [f32], target: &mut [f32], nu: &mut Option<f32>) -> Result<f64> {
        if let Objective::F(f) = &self.objective
            && f.kl_scale().is_none()
        {
            let (p, q) = if self.reversed { (target, source) } else { (source, target) };
            let mean = p.iter().map(|v| f64::from(*v)).sum::<f64>() / p.len() as f64;
            p.fill(1.0 / p.len() as f32);
            return Ok(infimum(f, mean, q, nu));
        }
        let device = device::host();
        let tensor = |v: &[f32]| -> Values { Tensor::from_data(TensorData::new(v.to_vec(), [v.len()]), &device) };
        let start = nu.map(|nu| tensor(&[nu]));
        let e = self.evaluate(&tensor(source), &tensor(target), start.as_ref());
        source.copy_from_slice(&device::values(&e.on_source)?);
        target.copy_from_slice(&device::values(&e.on_target)?);
        *nu = match e.nu {
            Some(nu) => device::values(&nu)?.first().copied(),
            None => None,
        };
        Ok(device::values(&e.value)?.first().map_or(f64::NAN, |v| f64::from(*v)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::values;
    use crate::divergence::objective::Renyi;
    use crate::generator::named;
    use crate::space::{Lipschitz, Space};
    use rand::Rng;
    use std::sync::Arc;

    /// Every objective on slices against tensors, forward and reversed, for every named f, in one and in several pieces, near 0 and
    /// far from it, narrow and wider than f'(∞): values to 1e-5 of the size of φ; derivatives to 1e-4 of the largest, because two
    /// roots ν differ by a few roundings and f*' of kinked f by the share of one point. Far away φ itself is rounded: there the mass
    /// of the derivatives is looked at, 1 to within what a rounding of ν does next to a pole.
    #[test]
    fn slices_agree_with_tensors() {
        let device = device::host();
        let space = || Space::Lipschitz(Lipschitz::new(1.0).unwrap());
        let mut objectives = vec![Objective::Ipm, Objective::Renyi(Renyi::order(2.0))];
        objectives
            .extend(named::ALL.iter().map(|n| Objective::F(Arc::new(n.build(&vec![1.5; n.parameters]).unwrap()))));
        for (k, objective) in objectives.into_iter().enumerate() {
            let cases = [
                (50, 70, 0.0, 0.5),
                (300, 9000, 0.0, 0.5),
                (200, 500, -5.0, 1.0),
                (200, 500, 3.0, 3.0),
                (200, 500, 30.0, 10.0),
            ];
            for ((n, m, offset, spread), reversed) in cases.into_iter().flat_map(|c| [(c, false), (c, true)]) {
                let mut rng = crate::random::rng(k as u64, 0);
                let mut draw = |n: usize| -> Vec<f32> {
                    (0..n).map(|_| offset + spread * rng.random_range(-1.0f32..1.0)).collect()
                };
                let (mut source, mut target) = (draw(n), draw(m));
                let term = Term { objective: objective.clone(), space: space(), reversed };
                let tensor =
                    |v: &[f32]| -> Values { Tensor::from_data(TensorData::new(v.to_vec(), [v.len()]), &device) };
                let exact = term.evaluate(&tensor(&source), &tensor(&target), None);
                let value = term.evaluate_slices(&mut source, &mut target, &mut None).unwrap();
                let expected = f64::from(values(&exact.value).unwrap()[0]);
                let size = 1.0 + expected.abs() + f64::from(offset.abs() + spread);
                let what = format!("objective {k}, offset {offset}, spread {spread}, reversed {reversed}");
                let f = match &term.objective {
                    Objective::F(f) => Some(f),
                    _ => None,
                };
                let near_pole = f.is_some_and(|f| f.slopes().1.is_finite()) && spread > 0.5;
                assert!(
                    (value - expected).abs() < if near_pole { 1e-3 } else { 1e-5 } * size,
                    "{what}: {value} and {expected}"
                );
                if f.is_some() {
                    let q = if reversed { &source } else { &target };
                    let mass: f64 = q.iter().map(|v| f64::from(*v)).sum();
                    let slack = if near_pole || f.is_some_and(|f| f.has_kinks()) { 5e-2 } else { 1e-4 };
                    assert!((mass + 1.0).abs() < slack, "{what}: derivatives sum to {mass}");
                }
                if spread > 0.5 {
                    continue;
                }
                for (got, exact) in [(&source, &exact.on_source), (&target, &exact.on_target)] {
                    let exact = values(exact).unwrap();
                    let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                    let off = got.iter().zip(&exact).filter(|(a, b)| (*a - *b).abs() > 1e-4 * scale).count();
                    assert!(
                        off <= usize::from(f.is_some_and(|f| f.has_kinks())) * 2,
                        "{what}: {off} of {} derivatives differ",
                        exact.len()
                    );
                }
            }
        }
    }
}
