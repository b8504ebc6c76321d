//! The decisions of a closure that is read as a formula, along the path being run.
use crate::generator::expr::{Expr, Kind, sub};
use crate::generator::scalar::Relation;

/// Answers comparisons of symbols: what earlier answers imply, then as prescribed, then true.
#[derive(Default)]
pub struct Oracle {
    /// whether a closure is being read
    pub active: bool,
    /// whether it is being read once more, only to see that it is the same: what it prints was printed
    pub again: bool,
    /// the answers to give first
    pub prefix: Vec<bool>,
    /// what was asked, and what was answered
    pub log: Vec<(Expr, bool)>,
    /// how many of them were no comparisons of x with numbers
    pub others: usize,
    /// where x is, by the answers
    pub range: Range,
}

/// A comparison of x with a number.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    relation: Relation,
    place: f64,
    /// whether it was written so; elsewhere the place has been rounded
    exact: bool,
}

/// The x for which comparisons with numbers had the answers they had: between two ends that belong to it or do not.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    low: (f64, bool),
    high: (f64, bool),
    exact: [bool; 2],
}

impl Default for Range {
    fn default() -> Range {
        Range { low: (f64::NEG_INFINITY, true), high: (f64::INFINITY, true), exact: [true; 2] }
    }
}

/// How far a place that was calculated may be off, as a part of it.
const ROUNDED: f64 = 1e-12;

/// What holds where the relation does not.
fn opposite(r: Relation) -> Relation {
    match r {
        Relation::Gt => Relation::Le,
        Relation::Ge => Relation::Lt,
        Relation::Lt => Relation::Ge,
        Relation::Le => Relation::Gt,
        Relation::Eq => Relation::Ne,
        Relation::Ne => Relation::Eq,
    }
}

impl Bound {
    /// a r b as one of x, if their difference is affine in it.
    pub fn of(r: Relation, a: &Expr, b: &Expr) -> Option<Bound> {
        let written = |a: &Expr, b: &Expr| matches!(a.kind(), Kind::X).then(|| b.as_const()).flatten();
        if let Some(place) = written(a, b) {
            return Some(Bound { relation: r, place, exact: true });
        }
        if let Some(place) = written(b, a) {
            return Some(Bound { relation: r.turned(), place, exact: true });
        }
        let (c, slope) = sub(a, b).as_affine().filter(|(c, k)| *k != 0.0 && c.is_finite() && k.is_finite())?;
        Some(Bound { relation: if slope > 0.0 { r } else { r.turned() }, place: -c / slope, exact: false })
    }
}

impl Range {
    /// What a comparison is for every x of the range, if it is one thing.
    pub fn implies(&self, b: &Bound) -> Option<bool> {
        let c = b.place;
        let clear = |d: f64, end: f64, exact: bool| {
            let slack = if exact && b.exact { 0.0 } else { ROUNDED * (c.abs() + end.abs()) };
            d > slack
        };
        let touches = |end: (f64, bool), exact: bool| exact && b.exact && end.0 == c;
        let (low, high) = (self.low, self.high);
        // all x are above, or not below
        let above = clear(low.0 - c, low.0, self.exact[0]) || touches(low, self.exact[0]) && !low.1;
        let not_below = above || touches(low, self.exact[0]);
        let below = clear(c - high.0, high.0, self.exact[1]) || touches(high, self.exact[1]) && !high.1;
        let not_above = below || touches(high, self.exact[1]);
        let told = |yes: bool, no: bool| if yes { Some(true) } else { no.then_some(false) };
        match b.relation {
            Relation::Gt => told(above, not_above),
            Relation::Ge => told(not_below, below),
            Relation::Lt => told(below, not_below),
            Relation::Le => told(not_above, above),
            Relation::Eq => told(not_below && not_above, above || below),
            Relation::Ne => told(above || below, not_below && not_above),
        }
    }

    /// The part of it where a comparison has an answer.
    pub fn narrow(&mut self, b: &Bound, answer: bool) {
        let relation = if answer { b.relation } else { opposite(b.relation) };
        let closed = matches!(relation, Relation::Ge | Relation::Le | Relation::Eq);
        if matches!(relation, Relation::Gt | Relation::Ge | Relation::Eq)
            && (b.place > self.low.0 || b.place == self.low.0 && !closed)
        {
            (self.low, self.exact[0]) = ((b.place, closed), b.exact);
        }
        if matches!(relation, Relation::Lt | Relation::Le | Relation::Eq)
            && (b.place < self.high.0 || b.place == self.high.0 && !closed)
        {
            (self.high, self.exact[1]) = ((b.place, closed), b.exact);
        }
    }
}
