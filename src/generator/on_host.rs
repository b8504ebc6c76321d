//! Tapes and conjugates on host memory: the numbers of `tape.rs` and `lower.rs` without tensors, a few lanes at a time.
use super::generator::Generator;
use super::lower::{Lowered, LoweredConjugate, Table};
use super::scalar::{Binary, Relation, Unary};
use super::tape::{Op, Tape};
use crate::scratch::{self, Scratch};
use crate::simd::{self, Real};

/// Numbers worked on together.
pub const LANES: usize = 64;
pub type Lanes = [f32; LANES];

/// f*, f*' and f*'' at some lanes.
pub struct ConjugateLanes {
    pub value: Lanes,
    pub gradient: Lanes,
    pub curvature: Lanes,
}

/// e^v for any v: near both ends of the range a factor is split off.
#[inline(always)]
fn exponential(v: f32) -> f32 {
    let (shift, factor) = if v < -60.0 {
        (40.0, 4.248_354_3e-18)
    } else if v > 80.0 {
        (-20.0, 4.851_652e8)
    } else {
        (0.0, 1.0)
    };
    // NaN compares false and stays NaN
    if v > 88.73 { f32::INFINITY } else { (v + shift).exponential() * factor }
}

/// ln v for any v.
#[inline(always)]
fn logarithm(v: f32) -> f32 {
    let tiny = v < f32::MIN_POSITIVE;
    let (scaled, back) = if tiny { (v * 16_777_216.0, 16.635_532) } else { (v, 0.0) };
    let l = scaled.logarithm() - back;
    let l = if v > 0.0 {
        l
    } else if v == 0.0 {
        f32::NEG_INFINITY
    } else {
        f32::NAN
    };
    if v == f32::INFINITY { v } else { l }
}

/// Wright's ω as in `tape.rs`: three third-order steps from a start good to a few per cent.
#[inline(always)]
fn omega(z: f32) -> f32 {
    let e = exponential(if z < 1.0 { z } else { 1.0 });
    let high = if z > 1.0 { z } else { 1.0 };
    let start = if z > 1.0 { high - logarithm(high) } else { e / (1.0 + 0.3 * e.sqrt() + 0.7 * e) };
    let mut w = if start > 1e-30 { start } else { 1e-30 };
    for _ in 0..3 {
        let r = z - w - logarithm(w);
        let q = 2.0 * (w + 1.0) * (w + 1.0 + 2.0 / 3.0 * r);
        w *= 1.0 + r / (w + 1.0) * (q - r) / (q - 2.0 * r);
    }
    // below −40 the equation has no f32 solution distinguishable from e^z
    if z < -40.0 { e } else { w }
}

/// Every lane of one or two arguments.
#[inline(always)]
fn each(out: &mut Lanes, a: &Lanes, f: impl Fn(f32) -> f32) {
    for l in 0..LANES {
        out[l] = f(a[l]);
    }
}
#[inline(always)]
fn both(out: &mut Lanes, a: &Lanes, b: &Lanes, f: impl Fn(f32, f32) -> f32) {
    for l in 0..LANES {
        out[l] = f(a[l], b[l]);
    }
}

fn unary(f: Unary, a: &Lanes, out: &mut Lanes) {
    match f {
        Unary::Exp => simd::run(
            #[inline(always)]
            || {
                each(
                    out,
                    a,
                    #[inline(always)]
                    |v| exponential(v),
                )
            },
        ),
        Unary::Ln => simd::run(
            #[inline(always)]
            || {
                each(
                    out,
                    a,
                    #[inline(always)]
                    |v| logarithm(v),
                )
            },
        ),
        Unary::Abs => each(out, a, f32::abs),
        Unary::Tanh => simd::run(
            #[inline(always)]
            || {
                each(
                    out,
                    a,
                    #[inline(always)]
                    |v| v.hyperbolic_tangent(),
                )
            },
        ),
        Unary::Sigmoid => simd::run(
            #[inline(always)]
            || {
                each(
                    out,
                    a,
                    #[inline(always)]
                    |v| 1.0 / (1.0 + exponential(-v)),
                )
            },
        ),
        Unary::Omega => simd::run(
            #[inline(always)]
            || {
                each(
                    out,
                    a,
                    #[inline(always)]
                    |v| omega(v),
                )
            },
        ),
        _ => each(out, a, |v| f.apply(f64::from(v)) as f32),
    }
}

impl Tape {
    /// All outputs at some lanes; `registers` holds LANES numbers per instruction.
    pub fn eval_lanes(&self, x: &Lanes, registers: &mut [f32]) {
        for (i, op) in self.ops().iter().enumerate() {
            let (before, here) = registers.split_at_mut(i * LANES);
            let Some(out) = here.first_chunk_mut::<LANES>() else { return };
            let (before, _) = before.as_chunks::<LANES>();
            let r = |i: &u32| &before[*i as usize];
            match op {
                Op::Const(v) => out.fill(*v as f32),
                Op::Input(_) => *out = *x,
                Op::Add(a, b) => both(out, r(a), r(b), |a, b| a + b),
                Op::Sub(a, b) => both(out, r(a), r(b), |a, b| a - b),
                Op::Mul(a, b) => both(out, r(a), r(b), |a, b| a * b),
                Op::Div(a, b) => both(out, r(a), r(b), |a, b| a / b),
                Op::AddScalar(a, k) => each(out, r(a), |v| v + *k as f32),
                Op::MulScalar(a, k) => each(out, r(a), |v| v * *k as f32),
                Op::RsubScalar(k, a) => each(out, r(a), |v| *k as f32 - v),
                Op::Square(a) => each(out, r(a), |v| v * v),
                Op::Sqrt(a) => each(out, r(a), f32::sqrt),
                Op::Recip(a) => each(out, r(a), |v| 1.0 / v),
                Op::PowScalar(a, k) => each(out, r(a), |v| v.powf(*k as f32)),
                Op::Pow(a, b) => both(out, r(a), r(b), f32::powf),
                Op::Unary(f, a) => unary(*f, r(a), out),
                Op::Binary(Binary::Max, a, b) => both(out, r(a), r(b), |a, b| if a >= b || a.is_nan() { a } else { b }),
                Op::Binary(Binary::Min, a, b) => both(out, r(a), r(b), |a, b| if a <= b || a.is_nan() { a } else { b }),
                Op::Compare(q, a, b) => {
                    let holds: fn(f32, f32) -> bool = match q {
                        Relation::Gt => |a, b| a > b,
                        Relation::Ge => |a, b| a >= b,
                        Relation::Lt => |a, b| a < b,
                        Relation::Le => |a, b| a <= b,
                        Relation::Eq => |a, b| a == b,
                        Relation::Ne => |a, b| a != b,
                    };
                    both(out, r(a), r(b), |a, b| f32::from(u8::from(holds(a, b))));
                }
                Op::Select(q, a, b) => {
                    let (q, a, b) = (r(q), r(a), r(b));
                    for l in 0..LANES {
                        out[l] = if q[l] != 0.0 { a[l] } else { b[l] };
                    }
                }
                Op::Native(f, order, a) => each(out, r(a), |v| f.derivative(*order, f64::from(v)) as f32),
            }
        }
    }
    /// Output i after an evaluation.
    fn lanes<'a>(&self, i: usize, registers: &'a [f32]) -> &'a Lanes {
        &registers.as_chunks::<LANES>().0[self.outs()[i] as usize]
    }
}

impl Table {
    fn eval_lanes(&self, y: &Lanes, registers: &mut [f32], out: &mut ConjugateLanes) {
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
        let mut x = [0.0; LANES];
        for step in 0..=self.polish {
            each(&mut x, &t, f32::exp);
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

impl LoweredConjugate {
    /// Memory that `eval_lanes` needs.
    fn registers(&self) -> Scratch {
        let tape = match &self.kind {
            Lowered::Closed(tape) => tape,
            Lowered::Table(table) => &table.jet,
        };
        scratch::take(tape.len() * LANES)
    }

    fn eval_lanes(&self, y: &Lanes, registers: &mut [f32], out: &mut ConjugateLanes) {
        match &self.kind {
            Lowered::Closed(tape) => {
                tape.eval_lanes(y, registers);
                out.value = *tape.lanes(0, registers);
                out.gradient = *tape.lanes(1, registers);
                out.curvature = *tape.lanes(2, registers);
            }
            Lowered::Table(table) => table.eval_lanes(y, registers, out),
        }
        // outside (f'(0⁺), f'(∞)] neither holds: x* = 0 below, f* = ∞ above
        let (d0, dinf) = (self.d0 as f32, self.dinf as f32);
        for l in 0..LANES {
            if self.d0.is_finite() && y[l] <= d0 {
                (out.value[l], out.gradient[l], out.curvature[l]) = (-self.f0 as f32, 0.0, 0.0);
            }
            if self.dinf.is_finite() && (y[l] > dinf || !self.attained && y[l] == dinf) {
                (out.value[l], out.gradient[l], out.curvature[l]) = (f32::INFINITY, f32::INFINITY, 0.0);
            }
        }
    }
}

impl Generator {
    /// f*, f*' and f*'' at y − shift for a list of y; `sink(where the piece begins, its length, lanes)` sees the results
    /// piece by piece.
    pub fn conjugate_lanes(&self, y: &[f32], shift: f32, mut sink: impl FnMut(usize, usize, &ConjugateLanes)) {
        let lowered = self.lowered();
        let mut registers = lowered.registers();
        let mut out = ConjugateLanes { value: [0.0; LANES], gradient: [0.0; LANES], curvature: [0.0; LANES] };
        for (i, piece) in y.chunks(LANES).enumerate() {
            // the rest of the last piece repeats its first number
            let mut lanes = [piece[0] - shift; LANES];
            lanes.iter_mut().zip(piece).for_each(|(l, y)| *l = y - shift);
            lowered.eval_lanes(&lanes, &mut registers, &mut out);
            sink(i * LANES, piece.len(), &out);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::device::{host, values};
    use crate::generator::{Generator, named};
    use burn::tensor::{Tensor, TensorData};

    /// Lanes against tensors for every named f and for functions whose conjugate is a table, with kinks, or clipped: the same
    /// formulas in f32 with other exponentials, 1e-5 of the values or infinite together.
    #[test]
    fn lanes_agree_with_tensors() {
        let mut all: Vec<Generator> = named::ALL.iter().map(|n| n.build(&vec![1.5; n.parameters]).unwrap()).collect();
        let x = crate::generator::expr::x();
        let square = crate::generator::expr::mul(&x, &x);
        all.push(
            Generator::new(
                "quartic",
                crate::generator::expr::add(
                    &crate::generator::expr::mul(&square, &square),
                    &crate::generator::expr::constant(-1.0),
                ),
            )
            .unwrap(),
        );
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
            let exact = g.conjugate_tensor(&tensor);
            let exact = [exact.value, exact.gradient, exact.curvature].map(|t| values(&t).unwrap());
            let mut seen = 0;
            g.conjugate_lanes(&y, shift, |at, n, out| {
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
