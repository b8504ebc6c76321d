//! Tapes over anything that can be calculated with: intervals, series, and both with their derivatives.
use super::code::{Op, Tape};
use crate::generator::interval::Interval;
use crate::generator::scalar::{Binary, Relation, Unary};

/// What a tape asks of the things it calculates with.
pub trait Algebra: Clone {
    /// A number.
    fn constant(&self, v: f64) -> Self;
    /// a + b
    fn add(&self, o: &Self) -> Self;
    /// −a
    fn neg(&self) -> Self;
    /// a·b
    fn mul(&self, o: &Self) -> Self;
    /// 1/a
    fn recip(&self) -> Self;
    /// a^k
    fn power(&self, k: f64) -> Self;
    /// a function of one argument
    fn unary(&self, f: Unary) -> Self;
    /// the larger or the smaller of two
    fn binary(&self, f: Binary, o: &Self) -> Self;
    /// 1 where the relation holds, 0 elsewhere
    fn compare(&self, r: Relation, o: &Self) -> Self;
    /// a where this is not 0, b where it is
    fn select(&self, a: &Self, b: &Self) -> Self;
    /// a function known by its values, of which v are its values at single numbers
    fn native(&self, v: &dyn Fn(f64) -> f64) -> Self;
}

impl Tape {
    /// The outputs at x.
    pub fn over<A: Algebra>(&self, x: &A) -> Vec<A> {
        let regs = self.registers(x);
        self.outs().iter().map(|i| regs[*i as usize].clone()).collect()
    }
    /// The first output at x, without what only the others need.
    pub fn first_over<A: Algebra>(&self, x: &A) -> Option<A> {
        let last = *self.outs().first()? as usize;
        self.registers_up_to(last + 1, x).pop()
    }
    /// What every instruction is at x.
    pub fn registers<A: Algebra>(&self, x: &A) -> Vec<A> {
        self.registers_up_to(self.ops().len(), x)
    }
    fn registers_up_to<A: Algebra>(&self, n: usize, x: &A) -> Vec<A> {
        let mut regs: Vec<A> = Vec::with_capacity(n);
        for op in &self.ops()[..n] {
            let r = |i: &u32| &regs[*i as usize];
            let v = match op {
                Op::Const(v) => x.constant(*v),
                Op::Input(_) => x.clone(),
                Op::Add(a, b) => r(a).add(r(b)),
                Op::Sub(a, b) => r(a).add(&r(b).neg()),
                Op::Mul(a, b) => r(a).mul(r(b)),
                Op::Div(a, b) => r(a).mul(&r(b).recip()),
                Op::AddScalar(a, k) => r(a).add(&x.constant(*k)),
                Op::MulScalar(a, k) => r(a).mul(&x.constant(*k)),
                Op::RsubScalar(k, a) => x.constant(*k).add(&r(a).neg()),
                Op::Square(a) => r(a).power(2.0),
                Op::Sqrt(a) => r(a).power(0.5),
                Op::Recip(a) => r(a).recip(),
                Op::PowScalar(a, k) => r(a).power(*k),
                Op::Pow(a, b) => r(a).unary(Unary::Ln).mul(r(b)).unary(Unary::Exp),
                Op::Unary(f, a) => r(a).unary(*f),
                Op::Binary(f, a, b) => r(a).binary(*f, r(b)),
                Op::Compare(q, a, b) => r(a).compare(*q, r(b)),
                Op::Select(q, a, b) => r(q).select(r(a), r(b)),
                Op::Native(f, order, a) => r(a).native(&|v| f.derivative(*order, v)),
            };
            regs.push(v);
        }
        regs
    }
}

impl Algebra for Interval {
    fn constant(&self, v: f64) -> Interval {
        Interval::point(v)
    }
    fn add(&self, o: &Interval) -> Interval {
        Interval::add(self, o)
    }
    fn neg(&self) -> Interval {
        Interval::neg(self)
    }
    fn mul(&self, o: &Interval) -> Interval {
        Interval::mul(self, o)
    }
    fn recip(&self) -> Interval {
        Interval::point(1.0).div(self)
    }
    fn power(&self, k: f64) -> Interval {
        Interval::power(self, k)
    }
    fn unary(&self, f: Unary) -> Interval {
        Interval::unary(self, f)
    }
    fn binary(&self, f: Binary, o: &Interval) -> Interval {
        let pick = |a: f64, b: f64| if f == Binary::Max { a.max(b) } else { a.min(b) };
        Interval { lo: pick(self.lo, o.lo), hi: pick(self.hi, o.hi), defined: self.defined && o.defined }
    }
    fn compare(&self, r: Relation, o: &Interval) -> Interval {
        Interval::compare(self, r, o)
    }
    fn select(&self, a: &Interval, b: &Interval) -> Interval {
        if !self.has_zero() {
            Interval { defined: a.defined && self.defined, ..*a }
        } else if self.is_zero() {
            *b
        } else {
            let hull = a.hull(b);
            Interval { defined: hull.defined && self.defined, ..hull }
        }
    }
    /// Known at single numbers only, and there to the rounding of whoever wrote it.
    fn native(&self, v: &dyn Fn(f64) -> f64) -> Interval {
        if self.lo != self.hi {
            return Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY, defined: false };
        }
        let v = v(self.lo);
        let slack = 64.0 * f64::EPSILON * v.abs();
        Interval { defined: self.defined, ..Interval::new(v - slack, v + slack) }
    }
}
