//! Nodes of f* from which f32 interpolates it: uniform in a warped y that follows the shape of the domain, with the exact x* as
//! the slopes of cubic Hermite pieces.
use super::numeric::NumericConjugate;
use super::warp::{End, Warp};
use crate::generator::tape::Tape;
use crate::interrupt;
use burn::tensor::{Tensor, TensorData};
use std::sync::OnceLock;

#[derive(Debug)]
pub(super) struct Interpolant {
    pub(super) warp: Warp,
    /// position of the first node, and from one to the next
    pub(super) v0: f64,
    pub(super) dv: f64,
    /// y, f*(y) and x* = f*'(y) at the nodes
    pub(super) y: Vec<f32>,
    pub(super) f: Vec<f32>,
    pub(super) x: Vec<f32>,
    /// Newton steps in ln x from the interpolated start, on f's own code
    pub(super) polish: usize,
    /// f, f' and f''
    pub(super) jet: Tape,
    /// the nodes as tensors, made when somebody needs them
    columns: OnceLock<[Tensor<1>; 3]>,
}

impl Interpolant {
    /// From k nodes of the f64 conjugate.
    pub(super) fn new(numeric: &NumericConjugate, k: usize, polish: usize) -> Interpolant {
        let (warp, near, far) = span(numeric);
        // at an end that is reached x* is every number beyond: the node there has that from inside
        let inside = match warp.high {
            End::Attained(b) if numeric.dinf.is_finite() => far.min(b - 1e-9 * (numeric.unit + b.abs())),
            _ => far,
        };
        let (v0, v1) = (warp.forward(near), warp.forward(far));
        let dv = (v1 - v0) / (k - 1) as f64;
        let mut regs = vec![];
        let (mut y, mut f, mut x) = (vec![], vec![], vec![]);
        for i in 0..k {
            let yi = warp.inverse(v0 + dv * i as f64);
            // rounded to f32 first, so that the tabulated pair belongs to the tabulated y
            let yi = (yi as f32) as f64;
            let (fi, xi) =
                if interrupt::poll().is_ok() { numeric.eval(yi.max(near).min(inside), &mut regs) } else { (0.0, 0.0) };
            y.push(yi as f32);
            f.push(fi as f32);
            x.push(xi as f32);
        }
        Interpolant { warp, v0, dv, y, f, x, polish, jet: numeric.tape().clone(), columns: OnceLock::new() }
    }

    /// y, f* and x* at the nodes, on the CPU.
    pub(super) fn columns(&self) -> &[Tensor<1>; 3] {
        let device = crate::device::host();
        self.columns.get_or_init(|| {
            [&self.y, &self.f, &self.x].map(|v| Tensor::<1>::from_data(TensorData::new(v.clone(), [v.len()]), &device))
        })
    }
}

/// The slope at an upper end up to which f' hardly rises any more, so that x* is steep there, and how near to it that is.
fn hardly_rises(numeric: &NumericConjugate) -> Option<(f64, f64)> {
    let (high, slope) = (numeric.bounds.high, numeric.slopes[1]);
    if !(high.is_finite() && slope.is_finite()) {
        return None;
    }
    // f'' a little before the end, as far on as from there to it
    let rise = numeric.jet(high * (1.0 - 1e-3), &mut vec![]).d2 * high;
    let width = (0.1 * rise).max(2e-4 * (numeric.unit + slope.abs()));
    (rise < 0.02 * numeric.unit).then_some((slope, width))
}

/// How the nodes are spaced, and the least and the largest y among them.
fn span(numeric: &NumericConjugate) -> (Warp, f64, f64) {
    let mut regs = vec![];
    // as far out as f' is an ordinary number of the device: that of exp(x) is not for long
    let bounds = &numeric.bounds;
    let mut end_slope = |outwards: i32| {
        let place = |power: f64| match outwards {
            -1 if bounds.low > 0.0 => bounds.low * (1.0 + 10f64.powf(-power)),
            1 if bounds.high.is_finite() => bounds.high * (1.0 - 10f64.powf(-power)),
            _ => 10f64.powf(f64::from(outwards) * power),
        };
        // where f has an end, ratios next to 0 matter to large potentials
        let most = if bounds.high.is_finite() && bounds.low == 0.0 && outwards < 0 { 56 } else { 28 };
        (0..=most).map(|k| numeric.jet(place(0.25 * f64::from(most - k)), &mut regs).d1).find(|d| d.abs() < 1e30)
    };
    let (mut near, mut far) = (end_slope(-1).unwrap_or(0.0), end_slope(1).unwrap_or(0.0));
    // beyond the slope at an end f* is a line, and so is what goes on beyond nodes that lie on it
    let beyond = |slope: f64| 0.02 * (numeric.unit + slope.abs());
    if bounds.low > 0.0 {
        near = numeric.slopes[0].max(near - beyond(near)) - beyond(near);
    }
    if bounds.high.is_finite() {
        far = numeric.slopes[1].min(far + beyond(far)) + beyond(far);
    }
    // a limit that f' equals already at moderate x is attained there; one it only comes close to far out is not
    let exact = if numeric.by_values { 1e-9 } else { 1e-13 };
    // a limit far beyond all nodes is none to them: y - a would have none of the digits of y
    let beyond = 100.0 * (numeric.unit + near.abs().max(far.abs()));
    let end = |limit: f64, reached: f64| {
        if !limit.is_finite() || limit.abs() > beyond {
            End::Infinite
        } else if (reached - limit).abs() <= exact * (numeric.unit + limit.abs()) {
            End::Attained(limit)
        } else {
            End::Open(limit)
        }
    };
    let warp = match hardly_rises(numeric) {
        Some((slope, width)) => Warp { low: End::Infinite, high: End::Attained(slope), per: 1.0 / width },
        None => Warp {
            low: end(numeric.d0, numeric.jet(1e-3, &mut regs).d1),
            high: end(numeric.dinf, numeric.jet(1e3, &mut regs).d1),
            per: 1.0 / numeric.unit,
        },
    };
    // nearer to an open end than this, numbers of the device cannot be told apart
    if let End::Open(a) = warp.low {
        near = near.max(a + 1e-9 * (numeric.unit + a.abs()));
    }
    if let End::Open(b) = warp.high {
        far = far.min(b - 1e-9 * (numeric.unit + b.abs()));
    }
    (warp, near, far)
}
