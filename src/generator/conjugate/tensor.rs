//! f* on tensors of the CPU, an operation of tensors each. Other bits than `lanes.rs`: exponentials are the backend's, and positions
//! among the nodes are f32.
use super::interpolant::Interpolant;
use super::prepared::{Domain, Form, PreparedConjugate};
use super::values::{Conjugates, VectorConjugate};
use crate::device::Values;
use burn::tensor::{Int, Tensor};

impl VectorConjugate for PreparedConjugate {
    fn at(&self, y: &Values) -> Conjugates<Values> {
        let inside = match &self.form {
            Form::Closed(tape) => {
                let mut out = tape.eval_tensor(y);
                let curvature = out.remove(2);
                let gradient = out.remove(1);
                Conjugates { value: out.remove(0), gradient, curvature }
            }
            Form::Interpolated(nodes) => nodes.at(y),
        };
        self.clip(y, inside)
    }
}

impl PreparedConjugate {
    /// Outside (f'(0⁺), f'(∞)] the closed form or table does not hold: x* = 0 below, f* = ∞ above.
    fn clip(&self, y: &Values, inside: Conjugates<Values>) -> Conjugates<Values> {
        let Conjugates { mut value, mut gradient, mut curvature } = inside;
        let Domain { d0, f0, dinf, attained, floor, ceiling } = self.domain;
        if d0.is_finite() {
            let below = y.clone().lower_equal_scalar(d0);
            value = value.mask_fill(below.clone(), -f0);
            gradient = gradient.mask_fill(below.clone(), 0.0);
            curvature = curvature.mask_fill(below, 0.0);
        }
        if dinf.is_finite() {
            let above = if attained { y.clone().greater_scalar(dinf) } else { y.clone().greater_equal_scalar(dinf) };
            value = value.mask_fill(above.clone(), f32::INFINITY);
            gradient = gradient.mask_fill(above.clone(), f32::INFINITY);
            curvature = curvature.mask_fill(above, 0.0);
        }
        // where f ends x* stays; the nodes of a table go on like that by themselves
        let ends = if matches!(self.form, Form::Closed(_)) { [floor, ceiling] } else { [None; 2] };
        for (k, s) in ends.into_iter().enumerate().filter_map(|(k, s)| Some((k, s?))) {
            let beyond =
                if k == 0 { y.clone().lower_equal_scalar(s.from) } else { y.clone().greater_equal_scalar(s.from) };
            value = value.mask_where(beyond.clone(), y.clone().mul_scalar(s.x).sub_scalar(s.f));
            gradient = gradient.mask_fill(beyond.clone(), s.x);
            curvature = curvature.mask_fill(beyond, 0.0);
        }
        Conjugates { value, gradient, curvature }
    }
}

impl Interpolant {
    fn at(&self, y: &Values) -> Conjugates<Values> {
        let k = self.y.len();
        let [ys, fs, xs] = self.columns();
        let position = self.warp.tensor(y.clone()).sub_scalar(self.v0).div_scalar(self.dv);
        // NaN (outside the domain) must not become an index: the caller masks those entries
        let nan = position.clone().is_nan();
        let i = position.mask_fill(nan, 0.0).clamp(0.0, (k - 2) as f64).int();
        let j = i.clone().add_scalar(1);
        let at = |t: &Values, i: &Tensor<1, Int>| t.clone().select(0, i.clone());
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
        Conjugates { value, gradient, curvature: (x1 - x0) / h.clamp_min(1e-30) }
    }

    /// f'(x) = y by Newton's method in ln x, kept inside the cell [x0, x1]; then f* = y x − f(x).
    fn newton(&self, y: &Values, x0: Values, x1: Values, u: Values) -> Conjugates<Values> {
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
        let value = y.clone() * x.clone() - jet[0].clone();
        Conjugates { value, gradient: x, curvature: jet[2].clone().recip() }
    }
}
