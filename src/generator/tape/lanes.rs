//! Tapes on lanes, some numbers at a time in registers: f32, with exponentials and logarithms that vectorise.
use super::code::{Op, Tape};
use crate::generator::scalar::{Binary, Relation, Unary};
use crate::simd::{self, Real};

/// Numbers worked on together.
pub const LANES: usize = 64;
/// Numbers that go through an instruction together.
pub type Lanes = [f32; LANES];

/// e^v for any v: near both ends of the range a factor is split off.
#[inline(always)]
fn exponential(v: f32) -> f32 {
    let (shift, factor) = if v < -60.0 {
        (40.0, 4.248_354e-18)
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

/// Wright's ω as in `tensor.rs`: three third-order steps from a start good to a few per cent.
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

/// The same in the widest registers the processor has.
fn wide(out: &mut Lanes, a: &Lanes, f: impl Fn(f32) -> f32) {
    simd::run(
        #[inline(always)]
        || each(out, a, f),
    );
}

// closures carry inline(always) into the vector code; functions passed by their names would not
#[allow(clippy::redundant_closure)]
fn unary(f: Unary, a: &Lanes, out: &mut Lanes) {
    match f {
        Unary::Exp => wide(
            out,
            a,
            #[inline(always)]
            |v| exponential(v),
        ),
        Unary::Ln => wide(
            out,
            a,
            #[inline(always)]
            |v| logarithm(v),
        ),
        Unary::Abs => each(out, a, f32::abs),
        Unary::Tanh => wide(
            out,
            a,
            #[inline(always)]
            |v| v.hyperbolic_tangent(),
        ),
        Unary::Sigmoid => wide(
            out,
            a,
            #[inline(always)]
            |v| 1.0 / (1.0 + exponential(-v)),
        ),
        Unary::Omega => wide(
            out,
            a,
            #[inline(always)]
            |v| omega(v),
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
    pub(in crate::generator) fn lanes<'a>(&self, i: usize, registers: &'a [f32]) -> &'a Lanes {
        &registers.as_chunks::<LANES>().0[self.outs()[i] as usize]
    }
}
