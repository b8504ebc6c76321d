//! Is f convex? Proved, with a derivation; checked, to a size that is said; or violated, with three points that show it.
//!
//! A proof is by rules of convex calculus (`structure.rs`, with those for products and sums in `powers.rs` and `sums.rs`), or f'' ≥ 0 in interval arithmetic on intervals that cover
//! (0, ∞) (`cover.rs`), with leading terms and a bound of the rest towards 0, ∞ and places where f'' vanishes or f is not
//! smooth (`series.rs`), and slopes that rise where pieces meet (`proof.rs`). All of it holds for the f that is kept: its
//! numbers are doubles, and what is calculated with them is rounded outwards. [tucker2011](crate::references#tucker2011)
mod checked;
mod cover;
mod exponent;
mod growth;
mod jet;
mod pieces;
mod powers;
mod proof;
mod refute;
mod series;
mod series_functions;
mod structure;
mod study;
mod sums;
use super::conjugate::numeric::NumericConjugate;
use super::expr::{Expr, Kind as Node, constant, scale, sum};
use super::tape::Tape;
use proof::study;
pub use refute::{Kind as ViolationKind, Violation};
use std::iter::once;
use std::sync::Arc;

/// What is known about the convexity of f on (0, ∞).
#[derive(Clone, Debug, PartialEq)]
pub enum Convexity {
    /// Certain; the steps of the proof.
    Proved(Arc<Vec<String>>),
    /// No violation was found, and one of more than `relative` would have been.
    Checked {
        /// the largest violation that may have been missed, relative to f around it
        relative: f64,
        /// where the part that was looked at begins
        from: f64,
        /// where it ends
        to: f64,
    },
    /// Three points show that f is not convex.
    Violated(Violation),
}

impl Convexity {
    /// In a few words.
    pub fn summary(&self) -> String {
        match self {
            Convexity::Proved(_) => "proved".into(),
            Convexity::Checked { relative, from, to } if *relative < 0.1 => {
                format!("checked to relative {} for x from {from:.0e} to {to:.0e}", power_of_ten(*relative))
            }
            Convexity::Checked { from, to, .. } => {
                format!("checked at points only, x from {from:.0e} to {to:.0e}")
            }
            Convexity::Violated(v) => {
                format!(
                    "violated at x = {}: f lies above the chord from {} to {}",
                    v.points[1], v.points[0], v.points[2]
                )
            }
        }
    }
    /// The steps of the proof, or what was found instead, one a line.
    pub fn derivation(&self) -> String {
        match self {
            Convexity::Proved(steps) => format!("convex, proved\n  {}", steps.join("\n  ")),
            other => format!("convex, {}", other.summary()),
        }
    }
}

/// The power of ten above.
fn power_of_ten(v: f64) -> String {
    format!("1e{}", v.max(1e-16).log10().ceil())
}

/// What is known about f.
pub fn convexity(f: &Expr, numeric: &NumericConjugate) -> Convexity {
    if let Some(rule) = structure::convex(f) {
        return Convexity::Proved(Arc::new(vec![format!("by the rules of convex calculus: {rule}")]));
    }
    let refuter = refute::Refuter::new(Tape::new(std::slice::from_ref(f)), numeric.jet(1.0, &mut vec![]).d1);
    // where f is what its formula is everywhere, f(0) is its limit
    if f.any(&|k| matches!(k, Node::Where(..) | Node::Native(..)))
        && let Some(v) = refuter.at_zero()
    {
        return Convexity::Violated(v);
    }
    // what is convex with its kinks is set apart, where what is left can be proved alone
    if let Some((kinked, rest)) = apart(f) {
        let s = study(&rest, &[], &refuter);
        if s.violation.is_none() && s.is_complete() {
            let first = format!("by the rules of convex calculus: {kinked}; with g for what is left");
            let steps = once(first).chain(s.steps.iter().map(|s| s.replace("f''", "g''"))).collect();
            return Convexity::Proved(Arc::new(steps));
        }
    }
    if let Some(v) = refuter.in_sight(f) {
        return Convexity::Violated(v);
    }
    let s = study(f, &numeric.breaks, &refuter);
    if let Some(v) = s.violation {
        return Convexity::Violated(v);
    }
    if s.is_complete() {
        return Convexity::Proved(Arc::new(s.steps));
    }
    // a convex f is bounded below next to 0, and its slope rises
    if (numeric.f0 == f64::NEG_INFINITY || numeric.dinf == f64::NEG_INFINITY)
        && let Some(v) = refuter.far_out()
    {
        return Convexity::Violated(v);
    }
    match checked::look(numeric, &refuter, s) {
        Ok([relative, from, to]) => Convexity::Checked { relative, from, to },
        Err(v) => Convexity::Violated(v),
    }
}

/// A sum as convex terms with conditions, by their rules, and the smooth rest.
fn apart(f: &Expr) -> Option<(String, Expr)> {
    let Node::Sum(c, terms) = f.kind() else { return None };
    let (mut rules, mut rest) = (vec![], vec![]);
    for (k, t) in terms {
        if pieces::has_conditions(t) {
            rules.push(structure::convex(t).filter(|_| *k > 0.0)?);
        } else {
            rest.push(scale(*k, t));
        }
    }
    (!rules.is_empty()).then(|| (rules.join("; "), sum(once(constant(*c)).chain(rest))))
}
