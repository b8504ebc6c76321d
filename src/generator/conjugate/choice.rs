//! Which form of f* serves f32 best: each is compared with the f64 conjugate.
use super::closed::ClosedForm;
use super::interpolant::Interpolant;
use super::kernel::NODES_OF_KINKS;
use super::numeric::NumericConjugate;
use super::prepared::{Domain, Form, PreparedConjugate};
use super::values::VectorConjugate;
use crate::generator::diff::diff;
use crate::generator::expr::y;
use crate::generator::long;
use crate::generator::tape::Tape;
use crate::interrupt;
use burn::tensor::{Tensor, TensorData};

/// Where potentials are large.
const FAR: [f64; 8] = [-3e4, -3e3, -3e2, -50.0, 50.0, 3e2, 3e3, 3e4];

impl PreparedConjugate {
    /// The closed form, where it keeps its digits in f32; else nodes, refined by Newton steps where they alone are too coarse.
    pub fn new(closed: Option<&ClosedForm>, numeric: &NumericConjugate) -> PreparedConjugate {
        let [floor, ceiling] = numeric.straight();
        let attained = numeric.f_at_dinf.is_finite();
        let domain = Domain { d0: numeric.d0, f0: numeric.f0, dinf: numeric.dinf, attained, floor, ceiling };
        let with = |form| PreparedConjugate { form, domain };
        let nodes = |k, polish| with(Form::Interpolated(Box::new(Interpolant::new(numeric, k, polish))));
        let interpolated = || {
            let usual = if numeric.by_values { 8192 } else { 1024 };
            // each is a dozen times f and its slopes
            let plain = nodes(long::points(12 * usual, 4, numeric.tape()) / 12, 0);
            if numeric.bounds.is_bounded() {
                // steps of f*' lie between nodes: these are as many as a device has
                return if plain.error(numeric) < 2e-6 { plain } else { nodes(NODES_OF_KINKS, 0) };
            }
            // Newton needs f'' > 0 between the nodes, which kinks and flat pieces deny, and f on the device
            if numeric.by_values || numeric.is_long || !numeric.breaks.is_empty() || plain.error(numeric) < 2e-6 {
                return plain;
            }
            let polished = nodes(1024, 3);
            if polished.error(numeric) < plain.error(numeric) { polished } else { plain }
        };
        let Some(c) = closed else { return interpolated() };
        let closed = with(Form::Closed(Tape::new(&[c.value.clone(), c.maximiser.clone(), diff(&c.maximiser, &y())])));
        // a form exact in f64 may cancel in f32: then the nodes are the better code
        let error = closed.error(numeric);
        if error < 2e-6 && closed.holds_far(numeric) {
            return closed;
        }
        let other = interpolated();
        if error < 2e-6 || other.error(numeric) < error { other } else { closed }
    }

    /// Whether a form that is good where ratios are ordinary is no less far out, where exponentials of single precision end.
    fn holds_far(&self, numeric: &NumericConjugate) -> bool {
        let mut good = true;
        let y = FAR.map(|y| (y * numeric.unit) as f32);
        self.at_slice(&y, 0.0, |at, n, out| {
            for (i, y) in y[at..at + n].iter().enumerate() {
                let exact = numeric.eval(f64::from(*y), &mut vec![]).0;
                let close = (f64::from(out.value[i]) - exact).abs() <= 1e-4 * (numeric.unit + exact.abs());
                good &= close || !exact.is_finite() || exact.abs() > 1e37;
            }
        });
        good
    }

    /// The largest relative error of f* against the f64 conjugate, for x* from 1e-3 to 1e3, in f32 on the CPU.
    pub fn error(&self, numeric: &NumericConjugate) -> f64 {
        let mut regs = vec![];
        let x = |i: usize| match numeric.bounds.is_bounded() {
            true => numeric.sample(1e3f64.ln(), i, 240),
            false => 10f64.powf(-3.0 + 6.0 * i as f64 / 240.0),
        };
        let ys: Vec<f32> = (0..241).map(|i| numeric.jet(x(i), &mut regs).d1 as f32).collect();
        let n = ys.len();
        let device = crate::device::host();
        let out = self.at(&Tensor::from_data(TensorData::new(ys.clone(), [n]), &device)).value;
        let Ok(out) = out.try_into_vec_as::<f32>() else { return f64::NAN };
        ys.iter()
            .zip(out)
            .take_while(|_| interrupt::poll().is_ok())
            .filter_map(|(y, v)| {
                let exact = numeric.eval(*y as f64, &mut regs).0;
                let wrong = (v as f64 - exact).abs() / (numeric.unit + exact.abs());
                exact.is_finite().then(|| if wrong.is_nan() { f64::INFINITY } else { wrong })
            })
            .fold(0.0, f64::max)
    }
}
