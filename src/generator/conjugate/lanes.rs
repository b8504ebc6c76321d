//! f* on slices of the host, some numbers at a time and without memory of their own. Other bits than `tensor.rs`: exponentials are
//! those of lanes, and positions among the nodes are f64.
use super::bounds::Straight;
use super::interpolant::Interpolant;
use super::prepared::{Domain, Form, PreparedConjugate};
use super::values::Conjugates;
use crate::generator::tape::lanes::{LANES, Lanes};
use crate::scratch::{self, Scratch};

impl Interpolant {
    fn at_lanes(&self, y: &Lanes, registers: &mut [f32], out: &mut Conjugates<Lanes>) {
        let last = self.y.len() - 2;
        let (mut t0, mut t1, mut t) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            let position = ((self.warp.forward(f64::from(y[l])) - self.v0) / self.dv) as f32;
            // NaN, outside the domain, becomes 0: the caller masks those entries
            let i = (position.clamp(0.0, last as f32) as usize).min(last);
            let (y0, y1, f0, f1, x0, x1) =
                (self.y[i], self.y[i + 1], self.f[i], self.f[i + 1], self.x[i], self.x[i + 1]);
            let h = y1 - y0;
            let offset = y[l] - y0;
            let u = (offset / h.max(1e-30)).clamp(0.0, 1.0);
            if self.polish > 0 {
                (t0[l], t1[l]) = (x0.max(1e-30).ln(), x1.max(1e-30).ln());
                t[l] = t0[l] + u * (t1[l] - t0[l]);
                continue;
            }
            let m0 = h * x0;
            let a = f1 - f0 - m0;
            let b = h * (x1 - x0);
            let (c2, c3) = (3.0 * a - b, b - 2.0 * a);
            let inside = f0 + u * (m0 + u * (c2 + u * c3));
            out.gradient[l] = x0 + (x1 - x0) * u;
            // outside the table f* continues with the slope of its end
            out.value[l] = inside + (offset - u * h) * out.gradient[l];
            out.curvature[l] = (x1 - x0) / h.max(1e-30);
        }
        if self.polish == 0 {
            return;
        }
        for step in 0..=self.polish {
            let x = t.map(f32::exp);
            self.jet.eval_lanes(&x, registers);
            let (slope, curvature) = (self.jet.lanes(1, registers), self.jet.lanes(2, registers));
            if step == self.polish {
                let f = self.jet.lanes(0, registers);
                for l in 0..LANES {
                    (out.value[l], out.gradient[l], out.curvature[l]) = (y[l] * x[l] - f[l], x[l], 1.0 / curvature[l]);
                }
                return;
            }
            for l in 0..LANES {
                let next = t[l] - (slope[l] - y[l]) / (curvature[l] * x[l]);
                t[l] = if next < t0[l] {
                    t0[l]
                } else if next > t1[l] {
                    t1[l]
                } else {
                    next
                };
            }
        }
    }
}

/// Outside (f'(0⁺), f'(∞)] no form holds: x* = 0 below, f* = ∞ above. An end that is infinite is no question for every number.
fn outside(domain: &Domain, y: &Lanes, out: &mut Conjugates<Lanes>) {
    let Domain { d0: low, f0, dinf: high, attained, .. } = *domain;
    if low.is_finite() {
        for (l, y) in y.iter().enumerate() {
            if *y <= low as f32 {
                (out.value[l], out.gradient[l], out.curvature[l]) = (-f0 as f32, 0.0, 0.0);
            }
        }
    }
    if high.is_finite() {
        let end = high as f32;
        for (l, y) in y.iter().enumerate() {
            if *y > end || !attained && *y == end {
                (out.value[l], out.gradient[l], out.curvature[l]) = (f32::INFINITY, f32::INFINITY, 0.0);
            }
        }
    }
}

/// The line beyond an end of f, where `beyond` holds.
fn straight(s: &Straight, beyond: impl Fn(f32) -> bool, y: &Lanes, out: &mut Conjugates<Lanes>) {
    for (l, y) in y.iter().enumerate() {
        if beyond(*y) {
            (out.value[l], out.gradient[l], out.curvature[l]) = (s.x as f32 * y - s.f as f32, s.x as f32, 0.0);
        }
    }
}

impl PreparedConjugate {
    /// Memory that `eval_lanes` needs.
    fn registers(&self) -> Scratch {
        let tape = match &self.form {
            Form::Closed(tape) => tape,
            Form::Interpolated(nodes) => &nodes.jet,
        };
        scratch::take(tape.len() * LANES)
    }

    fn at_lanes(&self, y: &Lanes, registers: &mut [f32], out: &mut Conjugates<Lanes>) {
        match &self.form {
            Form::Closed(tape) => {
                tape.eval_lanes(y, registers);
                out.value = *tape.lanes(0, registers);
                out.gradient = *tape.lanes(1, registers);
                out.curvature = *tape.lanes(2, registers);
            }
            Form::Interpolated(nodes) => nodes.at_lanes(y, registers, out),
        }
        outside(&self.domain, y, out);
        // where f ends x* stays; the nodes of a table go on like that by themselves
        if let (Form::Closed(_), Some(s)) = (&self.form, &self.domain.floor) {
            straight(s, |y| y <= s.from as f32, y, out);
        }
        if let (Form::Closed(_), Some(s)) = (&self.form, &self.domain.ceiling) {
            straight(s, |y| y >= s.from as f32, y, out);
        }
    }
}

impl PreparedConjugate {
    /// f*, f*' and f*'' at y − shift for a list of y; `sink(where the piece begins, its length, lanes)` sees the results
    /// piece by piece.
    pub fn at_slice(&self, y: &[f32], shift: f32, mut sink: impl FnMut(usize, usize, &Conjugates<Lanes>)) {
        let mut registers = self.registers();
        let mut out = Conjugates { value: [0.0; LANES], gradient: [0.0; LANES], curvature: [0.0; LANES] };
        for (i, piece) in y.chunks(LANES).enumerate() {
            // the rest of the last piece repeats its first number
            let mut lanes = [piece[0] - shift; LANES];
            lanes.iter_mut().zip(piece).for_each(|(l, y)| *l = y - shift);
            self.at_lanes(&lanes, &mut registers, &mut out);
            sink(i * LANES, piece.len(), &out);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::device::{host, values};
    use crate::generator::expr::{add, constant, mul, x};
    use crate::generator::{Generator, named};
    use burn::tensor::{Tensor, TensorData};

    /// Lanes against tensors for every named f and for functions whose conjugate is a table, with kinks, or clipped: the same
    /// formulas in f32 with other exponentials, 1e-5 of the values or infinite together.
    #[test]
    fn lanes_agree_with_tensors() {
        let mut all: Vec<Generator> = named::ALL.iter().map(|n| n.build(&vec![1.5; n.parameters]).unwrap()).collect();
        let square = mul(&x(), &x());
        all.push(Generator::new("quartic", add(&mul(&square, &square), &constant(-1.0))).unwrap());
        for g in all {
            let (d0, dinf) = g.slopes();
            let (low, high) =
                (if d0.is_finite() { d0 - 0.5 } else { -6.0 }, if dinf.is_finite() { dinf + 0.5 } else { 6.0 });
            let y: Vec<f32> = (0..777).map(|i| (low + (high - low) * f64::from(i) / 776.0) as f32).collect();
            let shift = 0.125f32;
            let tensor: Tensor<1> = Tensor::from_data(
                TensorData::new(y.iter().map(|y| y - shift).collect::<Vec<f32>>(), [y.len()]),
                &host(),
            );
            let exact = g.on(&host()).at(&tensor);
            let exact = [exact.value, exact.gradient, exact.curvature].map(|t| values(&t).unwrap());
            let mut seen = 0;
            g.on_slices().at_slice(&y, shift, |at, n, out| {
                assert_eq!(at, seen);
                seen += n;
                for l in 0..n {
                    for (k, (got, exact)) in [out.value[l], out.gradient[l], out.curvature[l]]
                        .into_iter()
                        .zip(exact.iter().map(|e| e[at + l]))
                        .enumerate()
                    {
                        let near = (got - exact).abs() <= 1e-5 * (1.0 + exact.abs()) * if k == 2 { 10.0 } else { 1.0 };
                        assert!(
                            near || got == exact || got.is_nan() && exact.is_nan(),
                            "{} output {k} at {}: {got} and {exact}",
                            g.name(),
                            y[at + l]
                        );
                    }
                }
            });
            assert_eq!(seen, y.len());
        }
    }
}
