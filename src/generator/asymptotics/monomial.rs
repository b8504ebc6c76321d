//! What grows like t^a (ln t)^b (ln ln t)^c … e^(…) as t → ∞, compared exactly.
use super::order::sorted;
use std::cmp::Ordering;

/// Iterated logarithms that have a place: t, ln t, ln ln t, ln ln ln t.
const LOGS: usize = 4;

/// t^p₀ (ln t)^p₁ (ln ln t)^p₂ (ln ln ln t)^p₃ · exp(Σ kᵢ mᵢ), the mᵢ → ∞ from the fastest to the slowest, none an iterated
/// logarithm (those are powers).
#[derive(Clone, Debug, Default)]
pub(super) struct Monomial {
    powers: [f64; LOGS],
    exponent: Vec<(f64, Monomial)>,
}

impl Monomial {
    /// t^p
    pub(super) fn power(p: f64) -> Monomial {
        let mut m = Monomial::default();
        m.powers[0] = p;
        m
    }

    /// The k-fold logarithm of t.
    fn logarithm(k: usize) -> Option<Monomial> {
        let mut m = Monomial::default();
        *m.powers.get_mut(k)? = 1.0;
        Some(m)
    }

    /// exp(Σ kᵢ mᵢ) for mᵢ → ∞ in falling order; None where it is too deep to be followed.
    pub(super) fn exponential(of: &[(f64, Monomial)]) -> Option<Monomial> {
        let mut out = Monomial::default();
        for (k, m) in of {
            match m.as_logarithm() {
                Some(i) => out.powers[i - 1] += k,
                None => out.exponent.push((*k, m.clone())),
            }
        }
        (out.depth() <= 3).then_some(out)
    }

    /// ln of it as kᵢ, mᵢ; None where that takes a logarithm that has no place.
    pub(super) fn logarithms(&self) -> Option<Vec<(f64, Monomial)>> {
        let mut out = self.exponent.clone();
        for (k, p) in self.powers.iter().enumerate().filter(|(_, p)| **p != 0.0) {
            out.push((*p, Monomial::logarithm(k + 1)?));
        }
        Some(out)
    }

    /// k ≥ 1 where it is the k-fold logarithm itself.
    fn as_logarithm(&self) -> Option<usize> {
        let k = self.powers.iter().position(|p| *p != 0.0)?;
        let alone = self.exponent.is_empty() && self.powers.iter().filter(|p| **p != 0.0).count() == 1;
        (k > 0 && alone && self.powers[k] == 1.0).then_some(k)
    }

    fn depth(&self) -> usize {
        self.exponent.iter().map(|(_, m)| 1 + m.depth()).max().unwrap_or(0)
    }

    /// Its power p.
    pub(super) fn raised(&self, p: f64) -> Monomial {
        let mut out = self.clone();
        out.powers.iter_mut().for_each(|q| *q *= p);
        out.exponent.iter_mut().for_each(|(k, _)| *k *= p);
        if p == 0.0 {
            out.exponent.clear();
        }
        out
    }

    pub(super) fn times(&self, other: &Monomial) -> Monomial {
        let mut out = self.clone();
        out.powers.iter_mut().zip(other.powers).for_each(|(p, q)| *p = plus(*p, q));
        for (k, m) in &other.exponent {
            match out.exponent.iter().position(|(_, o)| o.compare(m) == Ordering::Equal) {
                Some(i) => out.exponent[i].0 = plus(out.exponent[i].0, *k),
                None => out.exponent.push((*k, m.clone())),
            }
        }
        out.exponent.retain(|(k, _)| *k != 0.0);
        out.exponent = sorted(out.exponent, |p, q| p.1.compare(&q.1));
        out
    }

    pub(super) fn over(&self, other: &Monomial) -> Monomial {
        self.times(&other.raised(-1.0))
    }

    /// Positive where it tends to ∞, 0 where it is 1, negative where it tends to 0: the sign of the leading term of its logarithm.
    pub(super) fn growth(&self) -> f64 {
        let slowest = self.powers.iter().position(|p| *p != 0.0);
        match (self.exponent.first(), slowest) {
            (None, None) => 0.0,
            (None, Some(k)) => self.powers[k],
            (Some((c, _)), None) => *c,
            (Some((c, m)), Some(k)) => match Monomial::logarithm(k + 1) {
                Some(log) if m.compare(&log) == Ordering::Less => self.powers[k],
                _ => *c,
            },
        }
    }

    /// Which of two grows faster.
    pub(super) fn compare(&self, other: &Monomial) -> Ordering {
        // the usual pair, without making a quotient
        if self.exponent.is_empty() && other.exponent.is_empty() {
            let of = |k: usize| plus(self.powers[k], -other.powers[k]);
            return (0..LOGS).map(of).find(|p| *p != 0.0).map_or(Ordering::Equal, |p| p.total_cmp(&0.0));
        }
        let growth = self.over(other).growth();
        growth.partial_cmp(&0.0).unwrap_or(Ordering::Equal)
    }
}

/// A sum of exponents, 0 where it is rounding.
fn plus(a: f64, b: f64) -> f64 {
    let s = a + b;
    if s.abs() <= 8.0 * f64::EPSILON * (a.abs() + b.abs()) { 0.0 } else { s }
}
