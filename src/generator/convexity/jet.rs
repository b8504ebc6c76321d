//! Values with their first derivatives in x, by the chain rule, of whatever can be calculated with.
//!
//! Derivatives of formulas are simplified in floating point; these are not, so that what intervals say of them is true of
//! the f that was written.
use crate::generator::interval::Interval;
use crate::generator::scalar::{Binary, Relation, Unary};
use crate::generator::tape::Algebra;
use std::f64::consts::FRAC_2_SQRT_PI;

/// What jets need to know besides calculating.
pub trait Ground: Algebra {
    /// Whether it is the number 0 for certain.
    fn is_zero(&self) -> bool;
    /// Nothing is known of it.
    fn undefined(&self) -> Self;
    /// 1 where it is ≥ 0 for certain, −1 where it is ≤ 0.
    fn sign(&self) -> Option<f64>;
    /// Some number of an interval.
    fn some(&self, of: Interval) -> Self;
}

impl Ground for Interval {
    fn is_zero(&self) -> bool {
        Interval::is_zero(self)
    }
    fn undefined(&self) -> Interval {
        Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY, defined: false }
    }
    fn sign(&self) -> Option<f64> {
        if !self.defined {
            None
        } else if self.lo >= 0.0 {
            Some(1.0)
        } else {
            (self.hi <= 0.0).then_some(-1.0)
        }
    }
    fn some(&self, of: Interval) -> Interval {
        of
    }
}

/// f, f', f'', and f''' where it is asked for.
#[derive(Clone, Debug)]
pub struct Jet<A>(pub A, pub A, pub A, pub Option<A>);

impl<A: Ground> Jet<A> {
    /// The variable itself, for two derivatives.
    pub fn variable(x: A) -> Jet<A> {
        let (one, zero) = (x.constant(1.0), x.constant(0.0));
        Jet(x, one, zero, None)
    }
    /// The variable itself, for three derivatives.
    pub fn third(x: A) -> Jet<A> {
        let third = Some(x.constant(0.0));
        Jet { 3: third, ..Jet::variable(x) }
    }
    /// g(u) for g and its derivatives at u; those are asked for where they matter.
    fn chain(&self, g: A, derivative: impl Fn(usize) -> A) -> Jet<A> {
        let Jet(u, d1, d2, d3) = self;
        let zero = u.constant(0.0);
        let flat = d3.as_ref().is_none_or(A::is_zero);
        if d1.is_zero() && d2.is_zero() && flat {
            return Jet(g, zero.clone(), zero.clone(), d3.as_ref().map(|_| zero));
        }
        let (g1, g2) = (derivative(1), derivative(2));
        let bend = g2.mul(&d1.power(2.0)).add(&product(&g1, d2));
        let third = d3.as_ref().map(|d3| {
            let cross = product(&g2.mul(d1), d2).mul(&u.constant(3.0));
            derivative(3).mul(&d1.power(3.0)).add(&cross).add(&product(&g1, d3))
        });
        Jet(g, g1.mul(d1), bend, third)
    }
    fn lost(&self) -> Jet<A> {
        let lost = self.0.undefined();
        Jet(lost.clone(), lost.clone(), lost.clone(), self.3.as_ref().map(|_| lost))
    }
    fn zip(&self, o: &Jet<A>, f: impl Fn(&A, &A) -> A) -> Jet<A> {
        let third = self.3.as_ref().zip(o.3.as_ref()).map(|(a, b)| f(a, b));
        Jet(f(&self.0, &o.0), f(&self.1, &o.1), f(&self.2, &o.2), third)
    }
    /// k(k − 1)…(k − n + 1) u^(k − n)
    fn falling(u: &A, k: f64, n: usize) -> A {
        let mut factor = u.constant(1.0);
        for i in 0..n {
            factor = factor.mul(&u.constant(k).add(&u.constant(-(i as f64))));
        }
        let n = n as f64;
        let less = Interval::point(k).sub(&Interval::point(n));
        if k == n {
            factor
        } else if less.lo == less.hi {
            factor.mul(&u.power(less.lo))
        } else {
            // k − n is no double
            factor.mul(&u.power(k).mul(&u.power(-n)))
        }
    }
}

fn product<A: Ground>(a: &A, b: &A) -> A {
    if a.is_zero() || b.is_zero() { a.constant(0.0) } else { a.mul(b) }
}

/// The n-th derivative of a function at u, for n from 1 to 3; g is its value.
fn derivative<A: Ground>(f: Unary, u: &A, g: &A, n: usize) -> A {
    let times = |k: f64, a: &A| a.mul(&u.constant(k));
    let plus = |k: f64, a: &A| u.constant(k).add(a);
    let circular = |own: &A, next: Unary, sign: f64| times(sign, &if n == 2 { own.clone() } else { u.unary(next) });
    match f {
        Unary::Exp => g.clone(),
        Unary::Expm1 => u.unary(Unary::Exp),
        Unary::Ln => Jet::falling(u, -1.0, n - 1),
        Unary::Log1p => Jet::falling(&plus(1.0, u), -1.0, n - 1),
        Unary::Sin => circular(g, Unary::Cos, if n == 1 { 1.0 } else { -1.0 }),
        Unary::Cos => circular(g, Unary::Sin, if n == 3 { 1.0 } else { -1.0 }),
        Unary::Sinh => circular(g, Unary::Cosh, 1.0),
        Unary::Cosh => circular(g, Unary::Sinh, 1.0),
        Unary::Tanh | Unary::LogCosh => {
            // 1 − tanh² as a product, which is not negative
            let v = u.add(u);
            let slope = times(4.0, &v.unary(Unary::Sigmoid).mul(&v.neg().unary(Unary::Sigmoid)));
            let t = u.unary(Unary::Tanh);
            match n + usize::from(f == Unary::Tanh) {
                1 => t,
                2 => slope,
                3 => times(-2.0, &slope.mul(&t)),
                _ => slope.mul(&plus(-2.0, &times(6.0, &t.power(2.0)))),
            }
        }
        Unary::Sigmoid | Unary::Softplus => {
            let s = u.unary(Unary::Sigmoid);
            let slope = s.mul(&u.neg().unary(Unary::Sigmoid));
            match n + usize::from(f == Unary::Sigmoid) {
                1 => s,
                2 => slope,
                // 1 − 2σ
                3 => slope.mul(&times(0.5, u).unary(Unary::Tanh).neg()),
                _ => slope.mul(&plus(1.0, &times(-6.0, &slope))),
            }
        }
        Unary::Omega => {
            let inverse = plus(1.0, g).recip();
            let front = g.mul(&inverse.power(2.0 * n as f64 - 1.0));
            if n == 3 { front.mul(&plus(1.0, &times(-2.0, g))) } else { front }
        }
        _ => of_special(f, u, n),
    }
}

/// The same of those that are integrals.
fn of_special<A: Ground>(f: Unary, u: &A, n: usize) -> A {
    let times = |k: f64, a: &A| a.mul(&u.constant(k));
    let plus = |k: f64, a: &A| u.constant(k).add(a);
    match f {
        Unary::Atan | Unary::Asinh => {
            // (1 + u²)^p, p = −1 and −1/2, and its derivatives
            let p = if f == Unary::Atan { -1.0 } else { -0.5 };
            let (square, base) = (u.power(2.0), plus(1.0, &u.power(2.0)));
            match n {
                1 => base.power(p),
                2 => times(2.0 * p, &u.mul(&base.power(p - 1.0))),
                _ => times(2.0 * p, &plus(1.0, &times(2.0 * p - 1.0, &square)).mul(&base.power(p - 2.0))),
            }
        }
        Unary::Erf => {
            let factor = FRAC_2_SQRT_PI;
            let slope = u.power(2.0).neg().unary(Unary::Exp);
            let slope = slope.mul(&u.some(Interval::new(factor.next_down(), factor.next_up())));
            match n {
                1 => slope,
                2 => times(-2.0, &u.mul(&slope)),
                _ => slope.mul(&plus(-2.0, &times(4.0, &u.power(2.0)))),
            }
        }
        Unary::LnGamma => u.unary(Unary::Polygamma(n as u8 - 1)),
        Unary::Polygamma(order) => u.unary(Unary::Polygamma(order.saturating_add(n as u8))),
        _ => u.undefined(),
    }
}

impl<A: Ground> Algebra for Jet<A> {
    fn constant(&self, v: f64) -> Jet<A> {
        let zero = self.0.constant(0.0);
        Jet(self.0.constant(v), zero.clone(), zero.clone(), self.3.as_ref().map(|_| zero))
    }
    fn add(&self, o: &Jet<A>) -> Jet<A> {
        self.zip(o, A::add)
    }
    fn neg(&self) -> Jet<A> {
        self.zip(self, |a, _| a.neg())
    }
    fn mul(&self, o: &Jet<A>) -> Jet<A> {
        let (a, b) = (self, o);
        let slope = product(&a.1, &b.0).add(&product(&a.0, &b.1));
        let cross = product(&a.1, &b.1);
        let bend = product(&a.2, &b.0).add(&cross.add(&cross)).add(&product(&a.0, &b.2));
        let third = a.3.as_ref().zip(b.3.as_ref()).map(|(a3, b3)| {
            let cross = product(&a.2, &b.1).add(&product(&a.1, &b.2));
            let three = a.0.constant(3.0);
            product(a3, &b.0).add(&product(&cross, &three)).add(&product(&a.0, b3))
        });
        Jet(a.0.mul(&b.0), slope, bend, third)
    }
    fn recip(&self) -> Jet<A> {
        self.power(-1.0)
    }
    fn power(&self, k: f64) -> Jet<A> {
        if k == 1.0 {
            return self.clone();
        }
        let u = &self.0;
        self.chain(u.power(k), |n| Jet::falling(u, k, n))
    }
    fn unary(&self, f: Unary) -> Jet<A> {
        let u = &self.0;
        let g = u.unary(f);
        match f {
            Unary::Abs => match u.sign() {
                Some(sign) if sign > 0.0 => self.clone(),
                Some(_) => self.neg(),
                None => self.lost(),
            },
            Unary::Sign => {
                let known = [1.0, -1.0].into_iter().find(|s| g.add(&u.constant(-s)).is_zero());
                known.map_or(self.lost(), |s| self.constant(s))
            }
            _ => self.chain(g.clone(), |n| derivative(f, u, &g, n)),
        }
    }
    fn binary(&self, f: Binary, o: &Jet<A>) -> Jet<A> {
        match self.0.add(&o.0.neg()).sign() {
            Some(sign) if (sign > 0.0) == (f == Binary::Max) => self.clone(),
            Some(_) => o.clone(),
            None => self.lost(),
        }
    }
    fn compare(&self, r: Relation, o: &Jet<A>) -> Jet<A> {
        let holds = self.0.compare(r, &o.0);
        let (zero, one) = (holds.constant(0.0), holds.constant(1.0));
        if holds.is_zero() {
            self.constant(0.0)
        } else if holds.add(&one.neg()).is_zero() {
            self.constant(1.0)
        } else {
            Jet(holds, zero.undefined(), zero.undefined(), self.3.as_ref().map(|_| zero.undefined()))
        }
    }
    fn select(&self, a: &Jet<A>, b: &Jet<A>) -> Jet<A> {
        if self.0.is_zero() {
            b.clone()
        } else if self.0.add(&self.0.constant(-1.0)).is_zero() {
            a.clone()
        } else {
            self.lost()
        }
    }
    fn native(&self, _: &dyn Fn(f64) -> f64) -> Jet<A> {
        self.lost()
    }
}
