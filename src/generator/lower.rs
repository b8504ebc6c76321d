//! The conjugate on tensors of the CPU: f*, its exact derivative and its curvature, elementwise, no script in sight. A GPU has a finer
//! table (`on_device.rs`).
//!
//! A verified closed form becomes straight-line tensor code; otherwise a table of 1024 nodes, uniform in a warped y
//! that follows the shape of the domain, is interpolated by cubic Hermite pieces whose slopes are the exact x*.
use super::diff::diff;
use super::expr::y;
use super::invert::ClosedForm;
use super::numeric::NumericConjugate;
use super::tape::Tape;
use crate::device::ops::conjugates::Growth;
use burn::tensor::{Int, Tensor, TensorData};
use std::sync::OnceLock;

/// f*(y), f*'(y) = x*, and f*''(y) where it exists (0 on flat pieces).
pub struct ConjugateValues {
    pub value: Tensor<1>,
    pub gradient: Tensor<1>,
    pub curvature: Tensor<1>,
}

/// The conjugate prepared for f32.
#[derive(Debug)]
pub struct LoweredConjugate {
    pub(super) kind: Lowered,
    pub(super) d0: f64,
    pub(super) f0: f64,
    pub(super) dinf: f64,
    /// whether f* is finite at f'(∞)
    pub(super) attained: bool,
}

#[derive(Debug)]
pub(super) enum Lowered {
    /// outputs f*, x*, dx*/dy
    Closed(Tape),
    Table(Table),
}

impl LoweredConjugate {
    pub fn new(closed: Option<&ClosedForm>, numeric: &NumericConjugate) -> LoweredConjugate {
        let with = |kind| LoweredConjugate {
            kind,
            d0: numeric.d0,
            f0: numeric.f0,
            dinf: numeric.dinf,
            attained: numeric.f_at_dinf.is_finite(),
        };
        let table = || {
            let nodes = if numeric.by_values { 8192 } else { 1024 };
            let plain = with(Lowered::Table(Table::new(numeric, nodes, 0)));
            // Newton needs f'' > 0 between the nodes, which kinks and flat pieces deny, and f on the device
            if numeric.by_values || !numeric.breaks.is_empty() || plain.error(numeric) < 2e-6 {
                return plain;
            }
            let polished = with(Lowered::Table(Table::new(numeric, 1024, 3)));
            if polished.error(numeric) < plain.error(numeric) { polished } else { plain }
        };
        let Some(c) = closed else { return table() };
        let closed =
            with(Lowered::Closed(Tape::new(&[c.value.clone(), c.maximiser.clone(), diff(&c.maximiser, &y())])));
        // a form exact in f64 may cancel in f32: then the table is the better device code
        let error = closed.error(numeric);
        if error < 2e-6 {
            return closed;
        }
        let table = table();
        if table.error(numeric) < error { table } else { closed }
    }

    pub fn eval(&self, y: &Tensor<1>) -> ConjugateValues {
        let (value, gradient, curvature) = match &self.kind {
            Lowered::Closed(tape) => {
                let mut out = tape.eval_tensor(y);
                let curvature = out.remove(2);
                let gradient = out.remove(1);
                (out.remove(0), gradient, curvature)
            }
            Lowered::Table(table) => table.eval(y),
        };
        self.clip(y, value, gradient, curvature)
    }

    /// Outside (f'(0⁺), f'(∞)] the closed form or table does not hold: x* = 0 below, f* = ∞ above.
    fn clip(
        &self,
        y: &Tensor<1>,
        mut value: Tensor<1>,
        mut gradient: Tensor<1>,
        mut curvature: Tensor<1>,
    ) -> ConjugateValues {
        if self.d0.is_finite() {
            let below = y.clone().lower_equal_scalar(self.d0);
            value = value.mask_fill(below.clone(), -self.f0);
            gradient = gradient.mask_fill(below.clone(), 0.0);
            curvature = curvature.mask_fill(below, 0.0);
        }
        if self.dinf.is_finite() {
            let above = if self.attained {
                y.clone().greater_scalar(self.dinf)
            } else {
                y.clone().greater_equal_scalar(self.dinf)
            };
            value = value.mask_fill(above.clone(), f32::INFINITY);
            gradient = gradient.mask_fill(above.clone(), f32::INFINITY);
            curvature = curvature.mask_fill(above, 0.0);
        }
        ConjugateValues { value, gradient, curvature }
    }

    /// The largest relative error of f* against the f64 conjugate, for x* from 1e-3 to 1e3, in f32 on the CPU.
    pub fn error(&self, numeric: &NumericConjugate) -> f64 {
        let mut regs = vec![];
        let ys: Vec<f32> =
            (0..241).map(|i| numeric.jet(10f64.powf(-3.0 + 6.0 * i as f64 / 240.0), &mut regs).d1 as f32).collect();
        let n = ys.len();
        let device = crate::device::host();
        let out = self.eval(&Tensor::from_data(TensorData::new(ys.clone(), [n]), &device)).value;
        let Ok(out) = out.try_into_vec_as::<f32>() else { return f64::NAN };
        ys.iter()
            .zip(out)
            .filter_map(|(y, v)| {
                let exact = numeric.eval(*y as f64, &mut regs).0;
                let wrong = (v as f64 - exact).abs() / (1.0 + exact.abs());
                exact.is_finite().then(|| if wrong.is_nan() { f64::INFINITY } else { wrong })
            })
            .fold(0.0, f64::max)
    }
}

/// How one end of the range of f' looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Infinite,
    /// a finite limit never reached
    Open(f64),
    /// a finite limit reached at a finite x
    Attained(f64),
}

/// A monotone change of variable that makes the nodes dense where x* changes fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Warp {
    low: End,
    high: End,
}

impl Warp {
    pub(super) fn forward(self, y: f64) -> f64 {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => ((y - a) / (b - y)).ln(),
            (End::Open(a), _) => (y - a).ln(),
            (_, End::Open(b)) => -(b - y).ln(),
            (End::Attained(_), End::Attained(_)) => y,
            (End::Attained(a), End::Infinite) => (y - a).asinh(),
            (End::Infinite, End::Attained(b)) => -(b - y).asinh(),
            (End::Infinite, End::Infinite) => y.asinh(),
        }
    }
    fn inverse(self, v: f64) -> f64 {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => a + (b - a) / (1.0 + (-v).exp()),
            (End::Open(a), _) => a + v.exp(),
            (_, End::Open(b)) => b - (-v).exp(),
            (End::Attained(_), End::Attained(_)) => v,
            (End::Attained(a), End::Infinite) => a + v.sinh(),
            (End::Infinite, End::Attained(b)) => b - (-v).sinh(),
            (End::Infinite, End::Infinite) => v.sinh(),
        }
    }
    /// The same for kernels, with its ends.
    pub(super) fn growth(self) -> (Growth, [f64; 2]) {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => (Growth::Logit, [a, b]),
            (End::Open(a), _) => (Growth::FromLow, [a, 0.0]),
            (_, End::Open(b)) => (Growth::FromHigh, [0.0, b]),
            (End::Attained(_), End::Attained(_)) => (Growth::Linear, [0.0, 0.0]),
            (End::Attained(a), End::Infinite) => (Growth::SinhLow, [a, 0.0]),
            (End::Infinite, End::Attained(b)) => (Growth::SinhHigh, [0.0, b]),
            (End::Infinite, End::Infinite) => (Growth::Sinh, [0.0, 0.0]),
        }
    }
    fn tensor(self, y: Tensor<1>) -> Tensor<1> {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => (y.clone().sub_scalar(a) / y.neg().add_scalar(b)).log(),
            (End::Open(a), _) => y.sub_scalar(a).log(),
            (_, End::Open(b)) => y.neg().add_scalar(b).log().neg(),
            (End::Attained(_), End::Attained(_)) => y,
            (End::Attained(a), End::Infinite) => y.sub_scalar(a).asinh(),
            (End::Infinite, End::Attained(b)) => y.neg().add_scalar(b).asinh().neg(),
            (End::Infinite, End::Infinite) => y.asinh(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Table {
    pub(super) warp: Warp,
    pub(super) v0: f64,
    pub(super) dv: f64,
    pub(super) y: Vec<f32>,
    pub(super) f: Vec<f32>,
    pub(super) x: Vec<f32>,
    /// Newton steps in ln x from the interpolated start, on f's own code
    pub(super) polish: usize,
    pub(super) jet: Tape,
    columns: OnceLock<[Tensor<1>; 3]>,
}

impl Table {
    pub(super) fn new(numeric: &NumericConjugate, k: usize, polish: usize) -> Table {
        let mut regs = vec![];
        // as far out as f' is an ordinary number of the device: that of exp(x) is not for long
        let mut end_slope = |outwards: i32| {
            (0..=28)
                .map(|k| numeric.jet(10f64.powf(f64::from(outwards) * (7.0 - 0.25 * f64::from(k))), &mut regs).d1)
                .find(|d| d.abs() < 1e30)
        };
        let (mut near, mut far) = (end_slope(-1).unwrap_or(0.0), end_slope(1).unwrap_or(0.0));
        // a limit that f' equals already at moderate x is attained there; one it only comes close to far out is not
        let exact = if numeric.by_values { 1e-9 } else { 1e-13 };
        let end = |limit: f64, reached: f64| {
            if !limit.is_finite() {
                End::Infinite
            } else if (reached - limit).abs() <= exact * (1.0 + limit.abs()) {
                End::Attained(limit)
            } else {
                End::Open(limit)
            }
        };
        let warp = Warp {
            low: end(numeric.d0, numeric.jet(1e-3, &mut regs).d1),
            high: end(numeric.dinf, numeric.jet(1e3, &mut regs).d1),
        };
        // nearer to an open end than this, numbers of the device cannot be told apart
        if let End::Open(a) = warp.low {
            near = near.max(a + 1e-9 * (1.0 + a.abs()));
        }
        if let End::Open(b) = warp.high {
            far = far.min(b - 1e-9 * (1.0 + b.abs()));
        }
        // at an end that is reached x* is every number beyond: the node there has that from inside
        let inside = if let End::Attained(b) = warp.high { far.min(b - 1e-9 * (1.0 + b.abs())) } else { far };
        let (v0, v1) = (warp.forward(near), warp.forward(far));
        let dv = (v1 - v0) / (k - 1) as f64;
        let (mut y, mut f, mut x) = (vec![], vec![], vec![]);
        for i in 0..k {
            let yi = warp.inverse(v0 + dv * i as f64);
            // rounded to f32 first, so that the tabulated pair belongs to the tabulated y
            let yi = (yi as f32) as f64;
            let (fi, xi) = numeric.eval(yi.max(near).min(inside), &mut regs);
            y.push(yi as f32);
            f.push(fi as f32);
            x.push(xi as f32);
        }
        Table { warp, v0, dv, y, f, x, polish, jet: numeric.tape().clone(), columns: OnceLock::new() }
    }

    fn eval(&self, y: &Tensor<1>) -> (Tensor<1>, Tensor<1>, Tensor<1>) {
        let k = self.y.len();
        let [ys, fs, xs] = self.columns();
        let position = self.warp.tensor(y.clone()).sub_scalar(self.v0).div_scalar(self.dv);
        // NaN (outside the domain) must not become an index: the caller masks those entries
        let nan = position.clone().is_nan();
        let i = position.mask_fill(nan, 0.0).clamp(0.0, (k - 2) as f64).int();
        let j = i.clone().add_scalar(1);
        let at = |t: &Tensor<1>, i: &Tensor<1, Int>| t.clone().select(0, i.clone());
        let (y0, y1) = (at(ys, &i), at(ys, &j));
        let (f0, f1) = (at(fs, &i), at(fs, &j));
        let (x0, x1) = (at(xs, &i), at(xs, &j));
        let h = y1 - y0.clone();
        // near an open end neighbouring nodes can be one f32 number: such a cell has no inside
        let offset = y.clone() - y0;
        let u = (offset.clone() / h.clone().clamp_min(1e-30)).clamp(0.0, 1.0);
        let m0 = h.clone() * x0.clone();
        let a = f1 - f0.clone() - m0.clone();
        let b = h.clone() * (x1.clone() - x0.clone());
        let c2 = a.clone().mul_scalar(3.0) - b.clone();
        let c3 = b - a.mul_scalar(2.0);
        if self.polish > 0 {
            return self.newton(y, x0, x1, u);
        }
        let inside = f0 + u.clone() * (m0 + u.clone() * (c2 + u.clone() * c3));
        let gradient = x0.clone() + (x1.clone() - x0.clone()) * u.clone();
        // outside the table f* continues with the slope of its end
        let value = inside + (offset - u * h.clone()) * gradient.clone();
        let slope = (x1 - x0) / h.clamp_min(1e-30);
        (value, gradient, slope)
    }

    /// f'(x) = y by Newton's method in ln x, kept inside the cell [x0, x1]; then f* = y x − f(x).
    fn newton(&self, y: &Tensor<1>, x0: Tensor<1>, x1: Tensor<1>, u: Tensor<1>) -> (Tensor<1>, Tensor<1>, Tensor<1>) {
        let (t0, t1) = (x0.clamp_min(1e-30).log(), x1.clamp_min(1e-30).log());
        let mut t = t0.clone() + u * (t1.clone() - t0.clone());
        for _ in 0..self.polish {
            let x = t.clone().exp();
            let jet = self.jet.eval_tensor(&x);
            let step = (jet[1].clone() - y.clone()) / (jet[2].clone() * x);
            t = (t - step).max_pair(t0.clone()).min_pair(t1.clone());
        }
        let x = t.exp();
        let jet = self.jet.eval_tensor(&x);
        (y.clone() * x.clone() - jet[0].clone(), x, jet[2].clone().recip())
    }

    fn columns(&self) -> &[Tensor<1>; 3] {
        let device = crate::device::host();
        self.columns.get_or_init(|| {
            [&self.y, &self.f, &self.x].map(|v| Tensor::<1>::from_data(TensorData::new(v.clone(), [v.len()]), &device))
        })
    }
}
