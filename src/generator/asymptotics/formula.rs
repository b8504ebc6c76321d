//! The series of a formula at an end of (0, ∞).
use super::functions::function;
use super::monomial::Monomial;
use super::series::Series;
use crate::generator::expr::{Expr, Kind};
use crate::generator::scalar::{Binary, Relation};
use crate::interrupt;
use std::collections::HashMap;

/// Formulas larger than this are not followed.
const LARGEST: u64 = 100_000;

/// Reads formulas with x = t or x = 1/t, t → ∞, by so many terms of each power series.
pub(super) struct Reader {
    x: Series,
    terms: usize,
    memo: HashMap<Expr, Option<Series>>,
}

impl Reader {
    pub(super) fn new(at_zero: bool, terms: usize) -> Reader {
        let power = if at_zero { -1.0 } else { 1.0 };
        Reader { x: Series::term(1.0, Monomial::power(power)), terms, memo: HashMap::new() }
    }

    /// The series of e; None where it has none that can be told.
    pub(super) fn read(&mut self, e: &Expr) -> Option<Series> {
        if e.size() > LARGEST || interrupt::poll().is_err() {
            return None;
        }
        if let Some(s) = self.memo.get(e) {
            return s.clone();
        }
        let s = self.node(e);
        self.memo.insert(e.clone(), s.clone());
        s
    }

    fn node(&mut self, e: &Expr) -> Option<Series> {
        match e.kind() {
            Kind::Const(c) => c.is_finite().then(|| Series::constant(*c)),
            Kind::X => Some(self.x.clone()),
            Kind::Sum(c, v) => {
                let mut parts = vec![(1.0, c.is_finite().then(|| Series::constant(*c))?)];
                for (k, t) in v {
                    parts.push((*k, self.read(t)?));
                }
                Series::sum(&parts)
            }
            Kind::Prod(v) => {
                let mut product = Series::constant(1.0);
                for (b, p) in v {
                    product = product.times(&self.power(b, p)?)?;
                }
                Some(product)
            }
            Kind::Unary(f, a) => {
                let a = self.read(a)?;
                function(*f, &a, self.terms)
            }
            Kind::Binary(f, a, b) => {
                let (a, b) = (self.read(a)?, self.read(b)?);
                let above = a.minus(&b)?.sign()? > 0.0;
                Some(if above == (*f == Binary::Max) { a } else { b })
            }
            Kind::Compare(r, a, b) => {
                let (a, b) = (self.read(a)?, self.read(b)?);
                let holds = holds(*r, a.minus(&b)?.sign()?);
                Some(Series::constant(f64::from(u8::from(holds))))
            }
            Kind::Where(q, a, b) => {
                let holds = self.read(q)?.sign()? != 0.0;
                self.read(if holds { a } else { b })
            }
            Kind::Native(..) | Kind::Y | Kind::Coordinate(_) => None,
        }
    }

    fn power(&mut self, b: &Expr, p: &Expr) -> Option<Series> {
        let b = self.read(b)?;
        match p.as_const() {
            Some(p) => b.raised(p, self.terms),
            None => self.read(p)?.times(&b.logarithm(self.terms)?)?.exponential(self.terms),
        }
    }
}

fn holds(r: Relation, difference: f64) -> bool {
    r.holds(difference, 0.0)
}
