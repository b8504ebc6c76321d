//! Branches that one ratio alone takes: `if x < 1 {a} else if x > 1 {b} else {c}` has c at 1 and nowhere else.
//!
//! They become values of their own, `if x == 1 {c}`, as people write where their formula is 0/0, so that no slope is read off them.
use super::expr::{Expr, Kind, binary, compare, condition_on, constant, mul, pow, scale, select, sum, unary, x};
use super::scalar::Relation;
use std::iter::once;

/// Expressions whose trees are larger than this are left as they are.
const MOST: u64 = 20_000;

/// An interval of ratios, each end in it or not.
#[derive(Clone, Copy)]
struct Range {
    low: (f64, bool),
    high: (f64, bool),
}

impl Range {
    const ALL: Range = Range { low: (0.0, true), high: (f64::INFINITY, false) };

    fn is_empty(&self) -> bool {
        self.low.0 > self.high.0 || (self.low.0 == self.high.0 && !(self.low.1 && self.high.1))
    }
    fn point(&self) -> Option<f64> {
        (self.low.0 == self.high.0 && self.low.1 && self.high.1).then_some(self.low.0)
    }
    fn below(self, c: f64, with: bool) -> Range {
        let nearer = c < self.high.0 || (c == self.high.0 && !with);
        if nearer { Range { high: (c, with), ..self } } else { self }
    }
    fn above(self, c: f64, with: bool) -> Range {
        let nearer = c > self.low.0 || (c == self.low.0 && !with);
        if nearer { Range { low: (c, with), ..self } } else { self }
    }
    /// Without c, if that leaves an interval.
    fn without(self, c: f64) -> Range {
        let open = |end: (f64, bool)| if end.0 == c { (c, false) } else { end };
        Range { low: open(self.low), high: open(self.high) }
    }
    /// Where the condition x r c holds, and where it does not.
    fn split(self, r: Relation, c: f64) -> (Range, Range) {
        match r {
            Relation::Lt => (self.below(c, false), self.above(c, true)),
            Relation::Le => (self.below(c, true), self.above(c, false)),
            Relation::Gt => (self.above(c, false), self.below(c, true)),
            Relation::Ge => (self.above(c, true), self.below(c, false)),
            Relation::Eq => (self.above(c, true).below(c, true), self.without(c)),
            Relation::Ne => (self.without(c), self.above(c, true).below(c, true)),
        }
    }
}

/// The same f with such branches as values of their own; None where there are none.
pub(super) fn one_point(f: &Expr) -> Option<Expr> {
    let branches = f.any(&|k| matches!(k, Kind::Where(..)));
    if branches && f.size() <= MOST { go(f, Range::ALL) } else { None }
}

fn go(e: &Expr, range: Range) -> Option<Expr> {
    if let Kind::Where(q, a, b) = e.kind()
        && let Some((r, c)) = condition_on(q, &x())
    {
        let (holds, fails) = range.split(r, c);
        if holds.is_empty() || fails.is_empty() {
            let (of, range) = if holds.is_empty() { (b, fails) } else { (a, holds) };
            return Some(go(of, range).unwrap_or_else(|| of.clone()));
        }
        let (in_a, in_b) = (go(a, holds), go(b, fails));
        let or = |new: &Option<Expr>, old: &Expr| new.clone().unwrap_or_else(|| old.clone());
        let at = |c: f64| compare(Relation::Eq, &x(), &constant(c));
        // f(0) is its limit, whatever was written
        let own = |range: Range| range.point().filter(|c| *c > 0.0);
        return match (own(holds), own(fails)) {
            (Some(c), None) if r != Relation::Eq => Some(select(&at(c), &or(&in_a, a), &or(&in_b, b))),
            (None, Some(c)) if r != Relation::Ne => Some(select(&at(c), &or(&in_b, b), &or(&in_a, a))),
            _ if in_a.is_none() && in_b.is_none() => None,
            _ => Some(select(q, &or(&in_a, a), &or(&in_b, b))),
        };
    }
    let children = e.children();
    let new: Vec<Option<Expr>> = children.iter().map(|c| go(c, range)).collect();
    if new.iter().all(Option::is_none) {
        return None;
    }
    let mut all = new.into_iter().zip(children).map(|(new, old)| new.unwrap_or(old));
    let mut next = || all.next().unwrap_or_else(|| constant(f64::NAN));
    Some(match e.kind() {
        Kind::Sum(c, v) => {
            sum(once(constant(*c)).chain(v.iter().map(|(k, _)| scale(*k, &next())).collect::<Vec<Expr>>()))
        }
        Kind::Prod(v) => v.iter().fold(constant(1.0), |all, _| mul(&all, &pow(&next(), &next()))),
        Kind::Unary(f, _) => unary(*f, &next()),
        Kind::Binary(f, ..) => binary(*f, &next(), &next()),
        Kind::Compare(r, ..) => compare(*r, &next(), &next()),
        Kind::Where(..) => select(&next(), &next(), &next()),
        _ => return None,
    })
}
