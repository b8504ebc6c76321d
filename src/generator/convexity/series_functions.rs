//! Calculating with series: functions of them, by their power series where those are known and by bounds else.
use super::jet::Ground;
use super::series::Series;
use crate::generator::interval::Interval;
use crate::generator::scalar::{Binary, Relation, Unary};
use crate::generator::tape::Algebra;
use std::f64::consts::TAU;

impl Series {
    /// ln Γ, or the derivative of an order of ψ, at an argument that tends to 0 from above or to ∞.
    fn gamma(&self, order: Option<u8>) -> Option<Series> {
        let point = |v: f64| self.number(Interval::point(v));
        if self.tends_to_zero()? {
            // what it is at 1 + u, and the pole
            let f = order.map_or(Unary::LnGamma, Unary::Polygamma);
            let above = self.bound(self.enclosure().add(&Interval::point(1.0)).unary(f));
            let pole = match order {
                None => self.logarithm()?.minus(),
                Some(n) => self.raised(-f64::from(n) - 1.0)?.multiplied(&point(-sign(n) * factorial(n)?)),
            };
            return Some(above.plus(&pole));
        }
        // two terms, of which the second is known to a factor
        let inverse = self.raised(-1.0)?;
        let within = |lo: f64, hi: f64| self.bound(Interval::new(lo, hi));
        Some(match order {
            None => {
                let log = self.logarithm()?;
                let half = Interval::new(TAU.next_down(), TAU.next_up()).unary(Unary::Ln).mul(&Interval::point(0.5));
                let lead = self.plus(&point(-0.5)).multiplied(&log).plus(&self.minus());
                lead.plus(&self.number(half)).plus(&within(0.0, 0.084).multiplied(&inverse))
            }
            Some(0) => self.logarithm()?.plus(&within(-1.0, -0.5).multiplied(&inverse)),
            Some(n) => {
                let (k, before) = (f64::from(n), factorial(n - 1)?);
                let lead = self.raised(-k)?.multiplied(&point(before));
                let rest = self.raised(-k - 1.0)?.multiplied(&within(0.5 * k * before, k * before));
                lead.plus(&rest).multiplied(&point(-sign(n)))
            }
        })
    }
}

/// (−1)ⁿ
fn sign(n: u8) -> f64 {
    if n.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// n!, where that is a double.
fn factorial(n: u8) -> Option<f64> {
    (n <= 18).then(|| (1..=n).fold(1.0, |p, k| p * f64::from(k)))
}

impl Algebra for Series {
    fn constant(&self, v: f64) -> Series {
        self.number(Interval::point(v))
    }
    fn add(&self, o: &Series) -> Series {
        self.plus(o)
    }
    fn neg(&self) -> Series {
        self.minus()
    }
    fn mul(&self, o: &Series) -> Series {
        self.multiplied(o)
    }
    fn recip(&self) -> Series {
        self.to_the(-1.0)
    }
    fn power(&self, k: f64) -> Series {
        self.to_the(k)
    }
    fn unary(&self, f: Unary) -> Series {
        let one = || self.constant(1.0);
        let known = match f {
            Unary::Ln => self.logarithm(),
            Unary::Log1p => one().add(self).logarithm(),
            Unary::Exp => self.exponential(),
            Unary::Expm1 => self.exponential().map(|e| e.add(&self.constant(-1.0))),
            Unary::Sigmoid => self.neg().exponential().map(|e| one().add(&e).recip()),
            Unary::Sinh => self.exponentials().map(|[p, q]| p.add(&q.neg()).mul(&self.constant(0.5))),
            Unary::Cosh => self.exponentials().map(|[p, q]| p.add(&q).mul(&self.constant(0.5))),
            Unary::Tanh => self.exponentials().map(|[p, q]| p.add(&q.neg()).mul(&p.add(&q).recip())),
            Unary::LogCosh => self.exponentials().and_then(|[p, q]| p.add(&q).mul(&self.constant(0.5)).logarithm()),
            Unary::LnGamma => self.gamma(None),
            Unary::Polygamma(order) => self.gamma(Some(order)),
            Unary::Softplus => self.exponential().and_then(|e| one().add(&e).logarithm()),
            _ => None,
        };
        known.unwrap_or_else(|| self.bound(self.enclosure().unary(f)))
    }
    fn binary(&self, _: Binary, _: &Series) -> Series {
        self.lost()
    }
    fn compare(&self, _: Relation, _: &Series) -> Series {
        self.lost()
    }
    fn select(&self, _: &Series, _: &Series) -> Series {
        self.lost()
    }
    fn native(&self, _: &dyn Fn(f64) -> f64) -> Series {
        self.lost()
    }
}

impl Ground for Series {
    fn is_zero(&self) -> bool {
        self.is_nothing()
    }
    fn undefined(&self) -> Series {
        self.lost()
    }
    fn sign(&self) -> Option<f64> {
        None
    }
    fn some(&self, of: Interval) -> Series {
        self.number(of)
    }
}
