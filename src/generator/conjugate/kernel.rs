//! f* on a GPU, a launch for all three values: nodes fine enough for f32, made and sent there when somebody first asks.
use super::interpolant::Interpolant;
use super::numeric::NumericConjugate;
use super::prepared::Domain;
use super::values::{Conjugates, VectorConjugate};
use crate::device::Values;
use crate::device::ops::tables::{ConvexNodes, ConvexTable, interpolate};
use burn::tensor::Device;

/// Cubic pieces between so many nodes are as good as f32; where f*' jumps inside a piece, f* is off by an eighth of its
/// length times the jump.
const NODES: usize = 8192;
const NODES_OF_KINKS: usize = 1 << 16;

/// The nodes of f* on a device, which hold what lies outside its domain and f'(1⁻), f'(1⁺) too.
pub(in crate::generator) fn table(
    numeric: &NumericConjugate,
    domain: Domain,
    at_one: (f64, f64),
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
    };
    ConvexTable::new(&nodes, device)
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
