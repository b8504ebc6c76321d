//! f* on a GPU, a launch for all three values: nodes fine enough for f32, made and sent there when somebody first asks.
use super::interpolant::Interpolant;
use super::numeric::NumericConjugate;
use super::prepared::Domain;
use super::values::{Conjugates, VectorConjugate};
use crate::device::Values;
use crate::device::ops::tables::{ConvexNodes, ConvexTable, NEAR, NearNodes, interpolate};
use crate::interrupt;
use burn::tensor::Device;

/// Cubic pieces between so many nodes are as good as f32; where f*' jumps inside a piece, f* is off by an eighth of its
/// length times the jump.
const NODES: usize = 8192;
pub(super) const NODES_OF_KINKS: usize = 1 << 16;

/// The nodes of f* on a device, which hold what lies outside its domain and f'(1⁻), f'(1⁺) too.
pub(in crate::generator) fn table(
    numeric: &NumericConjugate,
    domain: Domain,
    at_one: (f64, f64),
    near: NearNodes,
    device: &Device,
) -> ConvexTable {
    let nodes = if numeric.breaks.is_empty() { NODES } else { NODES_OF_KINKS };
    let Interpolant { warp, v0, dv, y, f, x, .. } = &Interpolant::new(numeric, nodes, 0);
    let (growth, ends) = warp.growth();
    let nodes = ConvexNodes {
        y,
        g: f,
        slope: x,
        growth,
        ends,
        first: *v0,
        step: *dv,
        flat_below: domain.d0,
        flat_value: -domain.f0,
        end: domain.dinf,
        attained: domain.attained,
        unit_slope: [at_one.0, at_one.1],
        near,
    };
    ConvexTable::new(&nodes, device)
}

/// The smallest s that has digits of its own, in units of the reach.
const SMALL: f64 = 1e-7;

/// Nodes of what f* exceeds its tangent by, from that and x* − 1 at s, where potentials differ by less than `reach`; it is 0
/// where nothing is known there.
pub(in crate::generator) fn near(reach: f64, excess: impl Fn(f64) -> (f64, f64, f64)) -> NearNodes {
    let unit = (SMALL * reach).max(1e-30);
    let last = (reach / unit).asinh();
    let node = |i: usize| {
        let s = unit * (last * (2.0 * i as f64 / (NEAR - 1) as f64 - 1.0)).sinh();
        // rounded first, so that what is tabulated belongs to the s that is
        let s = (s.clamp(-reach, reach) as f32) as f64;
        let (rest, slope, _) = if reach > 0.0 && interrupt::poll().is_ok() { excess(s) } else { (0.0, 0.0, 0.0) };
        (s as f32, (rest as f32, slope as f32))
    };
    let (s, (rest, slope)) = (0..NEAR).map(node).unzip();
    NearNodes { s, rest, slope, unit, reach }
}

impl VectorConjugate for ConvexTable {
    fn at(&self, y: &Values) -> Conjugates<Values> {
        let [value, gradient, curvature] = interpolate(y, self);
        Conjugates { value, gradient, curvature }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::named;

    /// The nodes are those of the f64 conjugate, as near as f32 tells them apart: 1e-6. The last before an end that is not reached
    /// may be rounded onto it.
    #[test]
    fn nodes_are_points_of_the_conjugate() {
        for n in named::ALL {
            let g = n.build(&vec![1.5; n.parameters]).unwrap();
            let table = Interpolant::new(g.numeric(), NODES, 0);
            for i in (0..NODES).step_by(97) {
                let (y, f) = (f64::from(table.y[i]), f64::from(table.f[i]));
                let exact = g.conjugate(y);
                if (y - g.slopes().1).abs() < 1e-6 * (1.0 + y.abs()) {
                    continue;
                }
                assert!(
                    !exact.is_finite() || (f - exact).abs() <= 1e-6 * (1.0 + exact.abs()),
                    "{} at {y}: {f} and {exact}",
                    g.name()
                );
            }
        }
    }
}
