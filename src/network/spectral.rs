//! Singular vectors for the hard constraints, under which every linear map is divided by its largest singular value, and made
//! orthonormal where that is asked for: `host/power.rs`, `tensor/power.rs` and `tensor/packed.rs` do it before each step.
//!
//! They come from power iteration, carried from step to step, which converges to the norm from below; the bound that is
//! reported comes from `norms.rs`. "Spectral norm" here is never the norm of the flattened matrix, nor for a
//! convolution that of its kernel. [miyato2018](crate::references#miyato2018)
use super::linear::Linear;
use super::named::Named;
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::simd;
use rand::Rng;
use rand_distr::StandardNormal;

/// Singular vectors of the linear map of every layer: u of its inputs, v of its outputs.
#[derive(Clone)]
pub struct SingularVectors {
    /// one vector of `ins` entries a layer
    pub u: Vec<Vec<f32>>,
    /// one vector of `outs` entries a layer
    pub v: Vec<Vec<f32>>,
}

/// Σ aᵢ bᵢ in f64, in lanes.
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    #[inline(always)]
    fn in_lanes((a, b): (&[f32], &[f32])) -> f64 {
        let mut lanes = [0.0f64; 8];
        let ((whole, rest), (others, last)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
        for (a, b) in whole.iter().zip(others) {
            for l in 0..8 {
                lanes[l] += f64::from(a[l]) * f64::from(b[l]);
            }
        }
        lanes.iter().sum::<f64>() + rest.iter().zip(last).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
    }
    simd::run(
        #[inline(always)]
        || in_lanes((a, b)),
    )
}

/// v/|v| in its place; |v|.
pub fn make_unit(v: &mut [f32]) -> f64 {
    let norm = dot(v, v).sqrt();
    let scale = 1.0 / (norm + 1e-12) as f32;
    v.iter_mut().for_each(|v| *v *= scale);
    norm
}

impl SingularVectors {
    /// Random directions u, and v not known yet.
    pub fn new(shape: &Shape, rng: &mut impl Rng) -> SingularVectors {
        let mut normal = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.sample::<f32, _>(StandardNormal)).collect() };
        let mut u: Vec<Vec<f32>> = shape.linears().iter().map(|l| normal(l.ins())).collect();
        for u in &mut u {
            make_unit(u);
        }
        SingularVectors { u, v: shape.linears().iter().map(|l| vec![0.0; l.outs()]).collect() }
    }
    /// As they are saved, layer by layer.
    pub fn state(self) -> Vec<Named> {
        let mut out = vec![];
        for (l, (u, v)) in self.u.into_iter().zip(self.v).enumerate() {
            out.push(Named::new(format!("power_u{l}"), u));
            out.push(Named::new(format!("power_v{l}"), v));
        }
        out
    }
    /// Those of a saved state; an error if some are missing.
    pub fn of(state: &[Named], shape: &Shape) -> Result<SingularVectors> {
        let find = |name: String, n: usize| {
            let found = state.iter().find(|s| s.name == name && s.data.len() == n);
            found.map(|s| s.data.clone()).ok_or_else(|| Error::data("saved network", format!("`{name}` is missing")))
        };
        let all = |name: &str, len: fn(&Linear) -> usize| -> Result<Vec<Vec<f32>>> {
            shape.linears().iter().enumerate().map(|(l, linear)| find(format!("{name}{l}"), len(linear))).collect()
        };
        Ok(SingularVectors { u: all("power_u", Linear::ins)?, v: all("power_v", Linear::outs)? })
    }
}
