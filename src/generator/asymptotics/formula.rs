//! The series of a formula at an end of (0, ∞).
use super::monomial::Monomial;
use super::series::Series;
use crate::generator::expr::{Expr, Kind};
use crate::generator::scalar::{Binary, Relation, Unary};
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
                self.function(*f, &a)
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

    fn function(&self, f: Unary, a: &Series) -> Option<Series> {
        let n = self.terms;
        let one = || Series::constant(1.0);
        let one_plus_exp =
            |k: f64| Series::sum(&[(1.0, one()), (1.0, Series::sum(&[(k, a.clone())])?.exponential(n)?)]);
        match f {
            Unary::Exp => a.exponential(n),
            Unary::Ln => a.logarithm(n),
            Unary::Abs => Series::sum(&[(if a.sign()? < 0.0 { -1.0 } else { 1.0 }, a.clone())]),
            Unary::Sign => Some(Series::constant(a.sign()?)),
            Unary::Log1p => Series::sum(&[(1.0, one()), (1.0, a.clone())])?.logarithm(n),
            Unary::Expm1 => a.exponential(n)?.minus(&one()),
            Unary::Sigmoid => one_plus_exp(-1.0)?.raised(-1.0, n),
            Unary::Softplus => one_plus_exp(1.0)?.logarithm(n),
            Unary::Tanh => Series::sum(&[(1.0, one()), (-2.0, one_plus_exp(2.0)?.raised(-1.0, n)?)]),
            Unary::Sin => circular(a, 3, n),
            Unary::Cos => circular(a, 0, n),
            // what is not followed here is measured
            _ => None,
        }
    }
}

/// cos(a + kπ/2) for k quarters of a turn, where a has a limit: its derivatives there go round.
fn circular(a: &Series, quarters: usize, n: usize) -> Option<Series> {
    let parts = a.split()?;
    if !parts.large.is_empty() {
        return None;
    }
    let (sin, cos) = parts.limit.sin_cos();
    let derivatives = [cos, -sin, -cos, sin];
    let of = |k: usize| (1..=k).fold(derivatives[(quarters + k) % 4], |b, i| b / i as f64);
    parts.small.powers(&of, n, false)
}

fn holds(r: Relation, difference: f64) -> bool {
    r.holds(difference, 0.0)
}
