//! What f does towards 0, ∞ or a place: a few leading terms with a bound of all the rest.
//!
//! With s = x towards 0, s = 1/x towards ∞ and s = |x − b| at a place b, and ℓ = −ln s, a series is
//! Σ c s^a ℓ^q + ρ s^b ℓ^r: each c is a number in an interval that does not depend on s, and ρ a function of s with values in
//! one, for all s in (0, `reach`]. Exponents are exact. What cancels leaves nothing where c is exact, so that the sign of a
//! slowly decaying f'' is told, as in 1/(2x) − 1/(2(x + 1)). All of it may have a factor e^g, where g grows towards the end.
use super::exponent::Exponent;
use super::growth::{Growth, POWER, decay};
use crate::generator::interval::Interval;
use crate::generator::scalar::Unary;
use std::cmp::Ordering;

/// How near to an end, in x, 1/x or |x − b|, leading terms are tried.
pub const REACHES: [f64; 14] = [0.25, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-8, 1e-12, 1e-20, 1e-40];
/// Terms that are kept, and terms of the power series of a function.
const MOST: usize = 6;
const ORDER: usize = 4;

/// c s^a ℓ^q
#[derive(Clone, Copy, Debug)]
struct Term {
    a: Exponent,
    q: i32,
    c: Interval,
}

/// Leading terms, largest first, and the rest.
#[derive(Clone, Debug)]
pub struct Series {
    reach: f64,
    terms: Vec<Term>,
    rest: Option<Term>,
    /// of all of it
    growth: Growth,
    defined: bool,
}

/// What 1 + h is in for |h| ≤ most.
fn around_one(most: f64) -> Interval {
    Interval::point(1.0).add(&Interval::new(-most, most))
}

fn order(p: &Term, q: &Term) -> Ordering {
    p.a.partial_cmp(&q.a).unwrap_or(Ordering::Equal).then(q.q.cmp(&p.q))
}

impl Term {
    fn constant(c: Interval) -> Term {
        Term { a: Exponent::ZERO, q: 0, c }
    }
    /// Its product with another; none where the exponent is no exact sum.
    fn times(&self, o: &Term) -> Option<Term> {
        Some(Term { a: self.a.plus(&o.a)?, q: self.q + o.q, c: self.c.mul(&o.c) })
    }
    /// What it is a multiple of another by, without their numbers.
    fn over(&self, o: &Term) -> Option<Term> {
        Some(Term { a: self.a.plus(&o.a.negated())?, q: self.q - o.q, c: self.c })
    }
    fn is_constant(&self) -> bool {
        self.a == Exponent::ZERO && self.q == 0
    }
    /// Whether it tends to 0 with s.
    fn is_small(&self) -> bool {
        self.a > Exponent::ZERO || (self.a == Exponent::ZERO && self.q < 0)
    }
}

impl Series {
    /// x = b + k s^p, for s in (0, reach].
    pub fn x(b: f64, k: f64, p: f64, reach: f64) -> Series {
        let empty = Series { reach, terms: vec![], rest: None, growth: Growth::default(), defined: true };
        let power = Term { a: Exponent::of(p), q: 0, c: Interval::point(k) };
        empty.of(vec![Term::constant(Interval::point(b)), power], None)
    }
    pub(super) fn lost(&self) -> Series {
        Series { defined: false, terms: vec![], rest: None, growth: Growth::default(), reach: self.reach }
    }
    /// With that factor instead of its own; lost where there is none.
    fn with(self, growth: Option<Growth>) -> Series {
        match growth {
            Some(growth) => Series { growth, ..self },
            None => self.lost(),
        }
    }
    fn without(&self) -> Series {
        Series { growth: Growth::default(), ..self.clone() }
    }
    /// The exponent of a factor.
    fn exponent(&self, g: &Growth) -> Series {
        self.of(g.terms().iter().map(|(a, q, c)| Term { a: *a, q: *q, c: Interval::point(*c) }).collect(), None)
    }
    /// e^−u by a power of s that is above it, for u → ∞.
    fn decaying(&self, u: &Series) -> Option<Series> {
        let (lead, _, most) = u.split()?;
        let k = Interval::point(1.0).sub(&Interval::point(most)).mul(&lead.c).lo;
        let grows = k > 0.0 && lead.q >= 0 && lead.a < Exponent::ZERO && self.reach <= 0.25;
        let most = grows.then(|| decay(k, &lead.a, self.reach)).flatten()?;
        Some(self.of(vec![], Some(Term { a: Exponent::of(POWER), q: 0, c: Interval::new(0.0, most) })))
    }
    /// What it is beside a factor that is larger by e^u.
    fn beside(&self, u: &Growth) -> Option<Series> {
        Some(self.without().multiplied(&self.decaying(&self.exponent(u))?))
    }
    fn of(&self, mut all: Vec<Term>, rest: Option<Term>) -> Series {
        let mut s = Series { terms: vec![], rest, growth: Growth::default(), ..self.clone() };
        all.sort_by(order);
        for t in all {
            match s.terms.last_mut() {
                Some(l) if l.a == t.a && l.q == t.q => l.c = l.c.add(&t.c),
                _ => s.terms.push(t),
            }
        }
        s.defined &= s.terms.iter().chain(&s.rest).all(|t| t.c.defined);
        s.terms.retain(|t| !t.c.is_zero());
        while s.terms.len() > MOST {
            if let Some(t) = s.terms.pop() {
                match s.join(s.rest, t) {
                    Some(r) => s.rest = Some(r),
                    None => return s.lost(),
                }
            }
        }
        s
    }
    /// Two rests as one.
    fn join(&self, rest: Option<Term>, t: Term) -> Option<Term> {
        let Some(r) = rest else { return Some(t) };
        let (big, small) = if order(&r, &t).is_le() { (r, t) } else { (t, r) };
        Some(Term { c: big.c.add(&small.c.mul(&self.range(&small.over(&big)?))), ..big })
    }
    /// s^a ℓ^q over all s.
    fn range(&self, t: &Term) -> Interval {
        if t.is_constant() {
            return Interval::point(1.0);
        }
        let (a, q) = (t.a.rounded(), t.q);
        let log = Interval::point(self.reach).unary(Unary::Ln).neg();
        let at_reach = t.a.power_of(self.reach).mul(&log.power(f64::from(q)));
        if t.is_small() {
            // the numbers below are rounded, and the largest value hardly depends on where it is looked for
            let mut most = at_reach.hi * (1.0 + 1e-12);
            // ℓ^q e^(−aℓ) is largest at ℓ = q/a
            let peak = f64::from(q) / a;
            if q > 0 && peak > log.lo * (1.0 - 1e-12) {
                most = (peak.powi(q) * (-f64::from(q)).exp() * (1.0 + 1e-12)).max(most);
            }
            return Interval::new(0.0, most);
        }
        // it grows, unless powers of ℓ undo that at first: then nothing better than 0 is said
        let grows = q >= 0 || f64::from(q) / a < log.lo * (1.0 - 1e-12);
        Interval::new(if grows { at_reach.lo.max(0.0) * (1.0 - 1e-12) } else { 0.0 }, f64::INFINITY)
    }
    fn all(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().chain(&self.rest)
    }
    /// An interval that holds all values.
    pub fn enclosure(&self) -> Interval {
        let mut v = self.all().fold(Interval::point(0.0), |v, t| v.add(&t.c.mul(&self.range(t))));
        if !self.growth.is_none() {
            v = v.mul(&self.exponent(&self.growth).enclosure().unary(Unary::Exp));
        }
        Interval { defined: v.defined && self.defined, ..v }
    }
    /// The largest term, and everything as a multiple of it.
    fn relative(&self) -> Option<(Term, Interval)> {
        let lead = *self.all().min_by(|p, q| order(p, q))?;
        let mut v = Interval::point(0.0);
        for t in self.all() {
            v = v.add(&t.c.mul(&self.range(&t.over(&lead)?)));
        }
        Some((lead, v))
    }
    /// Whether it is ≥ 0 for certain, and why, for people; s is written as `name`.
    pub fn nonnegative(&self, name: &str) -> Option<String> {
        if !self.defined {
            return None;
        }
        if self.all().next().is_none() {
            return Some("is 0".into());
        }
        if let Some((lead, relative)) = self.relative()
            && relative.defined
            && relative.lo >= 0.0
        {
            let power = if lead.a == Exponent::ZERO { String::new() } else { format!(" {name}^{}", lead.a.rounded()) };
            let log = if lead.q == 0 { String::new() } else { format!(" |ln {name}|^{}", lead.q) };
            let factor = if self.growth.is_none() { "" } else { " times an exponential" };
            return Some(format!("is at least {:.3e}{power}{log}{factor}", relative.lo));
        }
        let v = self.enclosure();
        (v.defined && v.lo >= 0.0).then(|| format!("is at least {:.3e}", v.lo))
    }
    /// Whether it tends to 0 from above, or else to ∞; none where it does neither as a power.
    pub(super) fn tends_to_zero(&self) -> Option<bool> {
        let (lead, ..) = self.split()?;
        let power = self.growth.is_none() && lead.c.lo > 0.0 && lead.q == 0 && lead.a != Exponent::ZERO;
        power.then_some(lead.a > Exponent::ZERO)
    }
    /// Whether it has no zero, for certain.
    pub fn is_nowhere_zero(&self) -> bool {
        self.split().is_some()
    }
    /// Whether all operations were within their domains.
    pub fn is_defined(&self) -> bool {
        self.defined
    }
    pub(super) fn bound(&self, c: Interval) -> Series {
        self.of(vec![], Some(Term::constant(c)))
    }
    pub(super) fn number(&self, c: Interval) -> Series {
        self.of(vec![Term::constant(c)], None)
    }
    /// The leading term c and h of c (1 + h), and a bound of |h| below 1/2.
    fn split(&self) -> Option<(Term, Series, f64)> {
        let lead = *self.terms.first()?;
        let dominated = self.rest.is_none_or(|r| order(&lead, &r).is_lt());
        if lead.c.has_zero() || !dominated || !self.defined {
            return None;
        }
        let scaled = |t: &Term| t.over(&lead).map(|o| Term { c: t.c.div(&lead.c), ..o });
        let rest = match &self.rest {
            Some(r) => Some(scaled(r)?),
            None => None,
        };
        let h = self.of(self.terms[1..].iter().map(scaled).collect::<Option<Vec<Term>>>()?, rest);
        let most = h.enclosure();
        (most.defined && most.magnitude() < 0.5).then_some((lead, h, most.magnitude()))
    }
    /// Σ k_j h^j with a bound for what is left out, as a multiple of h^ORDER.
    fn power_series(&self, h: &Series, k: &[Interval], left: Interval) -> Series {
        let mut power = self.number(Interval::point(1.0));
        let mut out = self.number(Interval::point(0.0));
        for k in k {
            out = out.plus(&power.multiplied(&self.number(*k)));
            power = power.multiplied(h);
        }
        out.plus(&power.multiplied(&self.bound(left)))
    }
    pub(super) fn raised(&self, k: f64) -> Option<Series> {
        let (lead, h, most) = self.split()?;
        let whole = k.fract() == 0.0 && k.abs() < 1e6;
        if !(whole || (lead.c.lo > 0.0 && lead.q == 0)) {
            return None;
        }
        let mut binomials = vec![Interval::point(1.0)];
        for j in 0..ORDER {
            let step = Interval::point(k).sub(&Interval::point(j as f64)).div(&Interval::point(j as f64 + 1.0));
            binomials.push(binomials[j].mul(&step));
        }
        let near = around_one(most);
        let left = binomials[ORDER].mul(&near.power(k).mul(&near.power(-(ORDER as f64))));
        let s = self.power_series(&h, &binomials[..ORDER], left);
        let front = Term { a: lead.a.times(k)?, q: if whole { lead.q * k as i32 } else { 0 }, c: lead.c.power(k) };
        Some(s.multiplied(&self.of(vec![front], None)).with(self.growth.times(k)))
    }
    pub(super) fn logarithm(&self) -> Option<Series> {
        let (lead, h, most) = self.split()?;
        if lead.c.lo <= 0.0 || lead.q != 0 {
            return None;
        }
        let mut k = vec![Interval::point(0.0)];
        k.extend(
            (1..ORDER).map(|j| Interval::point(if j % 2 == 1 { 1.0 } else { -1.0 }).div(&Interval::point(j as f64))),
        );
        let near = around_one(most).power(-(ORDER as f64));
        let left = near.div(&Interval::point(if ORDER % 2 == 1 { ORDER as f64 } else { -(ORDER as f64) }));
        let s = self.power_series(&h, &k, left);
        let log = Term { a: Exponent::ZERO, q: 1, c: lead.a.interval().neg() };
        let front = self.of(vec![Term::constant(lead.c.unary(Unary::Ln)), log], None);
        Some(s.plus(&front).plus(&self.exponent(&self.growth)))
    }
    pub(super) fn exponential(&self) -> Option<Series> {
        let front = self.terms.iter().find(|t| t.is_constant()).map(|t| t.c);
        let others = self.terms.iter().filter(|t| !t.is_constant());
        let (others, large): (Vec<Term>, Vec<Term>) = others.partition(|t| t.is_small());
        if !self.rest.iter().all(Term::is_small) || !self.defined || !self.growth.is_none() {
            return None;
        }
        let factor = self.factor(large)?;
        let h = self.of(others, self.rest);
        let most = h.enclosure();
        if !most.defined || most.magnitude() > 0.5 {
            return None;
        }
        let one = Interval::point(1.0);
        let mut k = vec![one];
        for j in 1..=ORDER {
            k.push(k[j - 1].div(&Interval::point(j as f64)));
        }
        let near = Interval::new(-most.magnitude(), most.magnitude()).unary(Unary::Exp);
        let s = self.power_series(&h, &k[..ORDER], k[ORDER].mul(&near));
        let s = s.multiplied(&self.number(front.map_or(one, |c| c.unary(Unary::Exp))));
        Some(s.multiplied(&factor))
    }
}

impl Series {
    /// e^u of what grows: exactly, or bounded where it decays.
    fn factor(&self, large: Vec<Term>) -> Option<Series> {
        let one = self.number(Interval::point(1.0));
        if !large.iter().all(|t| t.a < Exponent::ZERO) {
            return None;
        }
        if large.iter().all(|t| t.c.lo == t.c.hi) {
            return Some(one.with(Some(Growth::of(large.iter().map(|t| (t.a, t.q, t.c.lo)).collect()))));
        }
        self.decaying(&self.of(large, None).minus())
    }
    /// e^u and e^−u
    pub(super) fn exponentials(&self) -> Option<[Series; 2]> {
        Some([self.exponential()?, self.minus().exponential()?])
    }
}

impl Series {
    /// Their sum.
    pub(super) fn plus(&self, o: &Series) -> Series {
        if self.growth != o.growth {
            return self.of_different(o).unwrap_or_else(|| self.lost());
        }
        let rest = match (self.rest, o.rest) {
            (r, Some(t)) => self.join(r, t),
            (r, None) => r,
        };
        if !(self.defined && o.defined) || (rest.is_none() && (self.rest.is_some() || o.rest.is_some())) {
            return self.lost();
        }
        let all = self.terms.iter().chain(&o.terms).copied().collect();
        self.of(all, rest).with(Some(self.growth.clone()))
    }
    /// The sum of two with different factors: the smaller one is a rest.
    fn of_different(&self, o: &Series) -> Option<Series> {
        for (large, small) in [(self, o), (o, self)] {
            if small.is_nothing() {
                return Some(large.clone());
            }
            let above = large.growth.plus(&small.growth.times(-1.0)?)?;
            if above.terms().first().is_some_and(|t| t.2 > 0.0) {
                return Some(large.without().plus(&small.beside(&above)?).with(Some(large.growth.clone())));
            }
        }
        None
    }
    /// Whether it is 0.
    pub(super) fn is_nothing(&self) -> bool {
        self.defined && self.terms.is_empty() && self.rest.is_none_or(|r| r.c.is_zero())
    }
    /// −1 times it.
    pub(super) fn minus(&self) -> Series {
        let minus = |t: &Term| Term { c: t.c.neg(), ..*t };
        Series { terms: self.terms.iter().map(minus).collect(), rest: self.rest.as_ref().map(minus), ..self.clone() }
    }
    /// Their product.
    pub(super) fn multiplied(&self, o: &Series) -> Series {
        if !(self.defined && o.defined) {
            return self.lost();
        }
        let (mut terms, mut rest) = (vec![], None);
        for (i, p) in self.all().enumerate() {
            for (j, q) in o.all().enumerate() {
                let Some(t) = p.times(q) else { return self.lost() };
                if i < self.terms.len() && j < o.terms.len() {
                    terms.push(t);
                } else {
                    rest = self.join(rest, t);
                    if rest.is_none() {
                        return self.lost();
                    }
                }
            }
        }
        self.of(terms, rest).with(self.growth.plus(&o.growth))
    }
    /// Its power.
    pub(super) fn to_the(&self, k: f64) -> Series {
        if k == 1.0 {
            return self.clone();
        }
        if k == 2.0 && self.terms.is_empty() {
            // a square is not negative
            let square = |t: Term| t.times(&t).map(|p| Term { c: t.c.power(2.0), ..p });
            return match self.rest.map(square) {
                Some(None) => self.lost(),
                rest => self.of(vec![], rest.flatten()).with(self.growth.times(2.0)),
            };
        }
        if k == 2.0 {
            return self.multiplied(self);
        }
        self.raised(k).unwrap_or_else(|| self.bound(self.enclosure().power(k)))
    }
}
