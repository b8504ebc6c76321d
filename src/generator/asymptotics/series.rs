//! Σ cᵢ mᵢ + O(m) as t → ∞, with sums, products, powers, logarithms and exponentials.
use super::monomial::Monomial;
use super::order::sorted;
use std::cmp::Ordering;

/// Terms that are kept: the rest of longer sums is remembered by its order.
const MOST: usize = 40;

/// c·m, where c is known up to an error of rounding: a sum of coefficients below it is 0.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) c: f64,
    error: f64,
    pub(super) m: Monomial,
}

/// Terms from the fastest to the slowest, and the order of what was left off; none where nothing was.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    pub(super) terms: Vec<Term>,
    pub(super) rest: Option<Monomial>,
}

/// A series by what its terms tend to.
pub(super) struct Parts {
    /// to ±∞
    pub(super) large: Vec<(f64, Monomial)>,
    /// the limit of what has one, and its error
    pub(super) limit: f64,
    uncertain: f64,
    /// to 0
    pub(super) small: Series,
}

impl Series {
    pub(super) fn term(c: f64, m: Monomial) -> Series {
        let terms = if c == 0.0 { vec![] } else { vec![Term { c, error: f64::EPSILON * c.abs(), m }] };
        Series { terms, rest: None }
    }

    pub(super) fn constant(c: f64) -> Series {
        Series::term(c, Monomial::default())
    }

    /// Sorts, adds what is of one order, and leaves off what the rest hides; None where a coefficient is no number.
    fn collect(parts: Vec<Term>, rest: Option<Monomial>) -> Option<Series> {
        let mut terms: Vec<Term> = vec![];
        for p in sorted(parts, |p, q| p.m.compare(&q.m)) {
            if !p.c.is_finite() {
                return None;
            }
            match terms.last_mut() {
                Some(q) if q.m.compare(&p.m) == Ordering::Equal => {
                    q.c += p.c;
                    q.error += p.error + 0.5 * f64::EPSILON * q.c.abs();
                }
                _ => terms.push(p),
            }
        }
        terms.retain(|p| p.c.abs() > 2.0 * p.error);
        if let Some(r) = &rest {
            terms.retain(|p| p.m.compare(r) == Ordering::Greater);
        }
        let rest = if terms.len() > MOST { Some(terms[MOST].m.clone()) } else { rest };
        terms.truncate(MOST);
        Some(Series { terms, rest })
    }

    /// Σ kᵢ sᵢ
    pub(super) fn sum(parts: &[(f64, Series)]) -> Option<Series> {
        let mut terms = vec![];
        let mut rest = None;
        for (k, s) in parts {
            rest = slower(rest, s.rest.clone());
            terms.extend(s.terms.iter().map(|p| p.scaled(*k)));
        }
        Series::collect(terms, rest)
    }

    pub(super) fn minus(&self, other: &Series) -> Option<Series> {
        Series::sum(&[(1.0, self.clone()), (-1.0, other.clone())])
    }

    pub(super) fn times(&self, other: &Series) -> Option<Series> {
        if self.is_zero() || other.is_zero() {
            return Some(Series::default());
        }
        let mut rest = None;
        for (a, b) in [(self, other), (other, self)] {
            if let (Some(r), Some(lead)) = (&a.rest, b.order()) {
                rest = slower(rest, Some(r.times(lead)));
            }
        }
        let terms = self.terms.iter().flat_map(|p| {
            other.terms.iter().map(move |q| {
                let c = p.c * q.c;
                let error = p.c.abs() * q.error + q.c.abs() * p.error + 0.5 * f64::EPSILON * c.abs();
                Term { c, error, m: p.m.times(&q.m) }
            })
        });
        Series::collect(terms.collect(), rest)
    }

    fn is_zero(&self) -> bool {
        self.terms.is_empty() && self.rest.is_none()
    }

    /// What it grows like at most.
    pub(super) fn order(&self) -> Option<&Monomial> {
        self.terms.first().map(|p| &p.m).or(self.rest.as_ref())
    }

    /// −1, 0 or 1 far out; None where the rest hides it.
    pub(super) fn sign(&self) -> Option<f64> {
        match self.terms.first() {
            Some(p) => Some(p.c.signum()),
            None => self.rest.is_none().then_some(0.0),
        }
    }

    /// The leading term c·m and δ → 0 with c·m·(1 + δ).
    fn factored(&self) -> Option<(&Term, Series)> {
        let lead = self.terms.first()?;
        let relative = |p: &Term| Term {
            c: p.c / lead.c,
            error: (p.error + (p.c / lead.c).abs() * lead.error) / lead.c.abs(),
            m: p.m.over(&lead.m),
        };
        let delta = self.terms[1..].iter().map(relative).collect();
        let rest = self.rest.as_ref().map(|r| r.over(&lead.m));
        Some((lead, Series { terms: delta, rest }))
    }

    /// Σ a(k) δᵏ, k from 0 up to n, for δ → 0; `ends` where a is 0 beyond.
    pub(super) fn powers(&self, a: &dyn Fn(usize) -> f64, n: usize, ends: bool) -> Option<Series> {
        let mut parts = vec![(1.0, Series::constant(a(0)))];
        if self.is_zero() {
            return Series::sum(&parts);
        }
        if self.order().is_none_or(|m| m.growth() >= 0.0) {
            return None;
        }
        let mut power = Series::constant(1.0);
        for k in 1..=n {
            power = power.times(self)?;
            let hidden = power.terms.is_empty();
            parts.push((a(k), power.clone()));
            if hidden {
                return Series::sum(&parts);
            }
        }
        if !ends {
            let rest = power.times(self)?.order().cloned();
            parts.push((1.0, Series { terms: vec![], rest }));
        }
        Series::sum(&parts)
    }

    /// Its power p, by n terms of the binomial series; None where it has none or the leading term is hidden.
    pub(super) fn raised(&self, p: f64, n: usize) -> Option<Series> {
        if self.is_zero() && p > 0.0 {
            return Some(Series::default());
        }
        let (lead, delta) = self.factored()?;
        let whole = p.fract() == 0.0;
        if lead.c < 0.0 && !whole {
            return None;
        }
        let c = lead.c.powf(p);
        let error = c.abs() * (p.abs() * lead.error / lead.c.abs() + f64::EPSILON);
        let front = Series { terms: vec![Term { c, error, m: lead.m.raised(p) }], rest: None };
        let ends = whole && p >= 0.0 && p <= n as f64;
        let up_to = if ends { p as usize } else { n };
        let binomial = |k: usize| (0..k).fold(1.0, |b, i| b * (p - i as f64) / (i + 1) as f64);
        front.times(&delta.powers(&binomial, up_to, ends)?)
    }

    /// ln of it.
    pub(super) fn logarithm(&self, n: usize) -> Option<Series> {
        let (lead, delta) = self.factored()?;
        if lead.c <= 0.0 {
            return None;
        }
        let one = Monomial::default();
        let error = lead.error / lead.c + f64::EPSILON * lead.c.ln().abs();
        let mut front = vec![Term { c: lead.c.ln(), error, m: one }];
        for (k, m) in lead.m.logarithms()? {
            front.push(Term { c: k, error: f64::EPSILON * k.abs(), m });
        }
        let front = Series::collect(front, None)?;
        let of = |k: usize| if k == 0 { 0.0 } else { (if k % 2 == 1 { 1.0 } else { -1.0 }) / k as f64 };
        Series::sum(&[(1.0, front), (1.0, delta.powers(&of, n, false)?)])
    }

    /// Its parts by what they tend to; None where the rest does not tend to 0.
    pub(super) fn split(&self) -> Option<Parts> {
        if self.rest.as_ref().is_some_and(|r| r.growth() >= 0.0) {
            return None;
        }
        let small = Series { terms: vec![], rest: self.rest.clone() };
        let mut parts = Parts { large: vec![], limit: 0.0, uncertain: 0.0, small };
        for p in &self.terms {
            let growth = p.m.growth();
            if growth > 0.0 {
                parts.large.push((p.c, p.m.clone()));
            } else if growth < 0.0 {
                parts.small.terms.push(p.clone());
            } else {
                (parts.limit, parts.uncertain) = (p.c, p.error);
            }
        }
        Some(parts)
    }

    /// e to the power of it.
    pub(super) fn exponential(&self, n: usize) -> Option<Series> {
        let Parts { large, limit, uncertain, small } = self.split()?;
        let c = limit.exp();
        if c == 0.0 {
            return None;
        }
        let front = Term { c, error: c * (uncertain + f64::EPSILON), m: Monomial::exponential(&large)? };
        let inverse_factorial = |k: usize| (1..=k).fold(1.0, |b, i| b / i as f64);
        Series { terms: vec![front], rest: None }.times(&small.powers(&inverse_factorial, n, false)?)
    }
}

impl Term {
    fn scaled(&self, k: f64) -> Term {
        let c = k * self.c;
        Term { c, error: k.abs() * self.error + 0.5 * f64::EPSILON * c.abs(), m: self.m.clone() }
    }
}

/// The order of a sum of two rests: that of the one which falls more slowly.
fn slower(a: Option<Monomial>, b: Option<Monomial>) -> Option<Monomial> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.compare(&b) == Ordering::Less { b } else { a }),
        (a, b) => a.or(b),
    }
}
