//! Rules of convex calculus, each with the conditions under which it holds on (0, ∞).
use super::powers::{self, Known, affine, log_convex, positive, positive_affine};
use super::sums;
use crate::generator::expr::{Expr, Kind};
use crate::generator::scalar::{Binary, Unary};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Expressions that are looked at for one f: more than a formula by hand has.
const MOST: usize = 20_000;
/// Letters of a rule, which may have others in it.
const LONGEST: usize = 1000;

type Memo = RefCell<HashMap<Expr, Option<String>>>;

/// Rules, and what they have said: of each expression once.
struct Rules {
    convex: Memo,
    concave: Memo,
    left: Cell<usize>,
}

/// Convex and finite on all of (0, ∞), by which rule; none where no rule applies.
pub fn convex(e: &Expr) -> Option<String> {
    Rules { convex: Memo::default(), concave: Memo::default(), left: Cell::new(MOST) }.convex(e)
}

impl Known for Rules {
    fn convex(&self, e: &Expr) -> Option<String> {
        self.once(&self.convex, e, convex_by)
    }
    fn concave(&self, e: &Expr) -> Option<String> {
        self.once(&self.concave, e, concave_by)
    }
}

impl Rules {
    fn once(&self, memo: &Memo, e: &Expr, by: fn(&Rules, &Expr) -> Option<String>) -> Option<String> {
        if let Some(known) = memo.borrow().get(e) {
            return known.clone();
        }
        self.left.set(self.left.get().checked_sub(1)?);
        let short =
            |r: String| if r.len() > LONGEST { r.chars().take(LONGEST).chain("…".chars()).collect() } else { r };
        let said = by(self, e).map(short);
        memo.borrow_mut().insert(e.clone(), said.clone());
        said
    }
}

fn convex_by(known: &Rules, e: &Expr) -> Option<String> {
    if affine(e).is_some() {
        return Some("affine".into());
    }
    match e.kind() {
        Kind::Unary(f, a) => of_function(known, *f, a),
        Kind::Binary(Binary::Max, a, b) => {
            Some(format!("the larger of ({}) and ({})", known.convex(a)?, known.convex(b)?))
        }
        Kind::Sum(c, terms) if c.is_finite() => {
            sums::convex(terms, known).map(|rules| format!("a sum of: {}", rules.join("; ")))
        }
        Kind::Prod(v) => powers::convex(e, v, known),
        _ => None,
    }
}

/// f(a) convex.
fn of_function(known: &Rules, f: Unary, a: &Expr) -> Option<String> {
    match f {
        Unary::Abs => affine(a).map(|_| "|affine|".into()),
        Unary::Exp | Unary::Expm1 => known.convex(a).map(|r| format!("e^convex ({r})")),
        Unary::Softplus => known.convex(a).map(|r| format!("ln(1 + e^convex) ({r})")),
        Unary::Ln if matches!(a.kind(), Kind::Sum(..)) => {
            log_convex(a, known).then(|| "ln of a sum of e^convex".into())
        }
        Unary::Cosh | Unary::LogCosh if affine(a).is_some() => Some("cosh or ln cosh of affine".into()),
        // these rise on [0, ∞)
        Unary::Cosh | Unary::LogCosh | Unary::Sinh if a.is_nonnegative() => {
            known.convex(a).map(|r| format!("cosh, ln cosh or sinh of convex >= 0 ({r})"))
        }
        Unary::LnGamma if positive_affine(a) => Some("ln Gamma of affine > 0".into()),
        Unary::Polygamma(n) if n % 2 == 1 && positive_affine(a) => {
            Some("an odd derivative of psi of affine > 0".into())
        }
        _ => None,
    }
}

/// Concave and finite on all of (0, ∞), by which rule; none where no rule applies.
fn concave_by(known: &Rules, e: &Expr) -> Option<String> {
    if affine(e).is_some() {
        return Some("affine".into());
    }
    match e.kind() {
        Kind::Binary(Binary::Min, a, b) => {
            Some(format!("the smaller of ({}) and ({})", known.concave(a)?, known.concave(b)?))
        }
        Kind::Sum(c, terms) if c.is_finite() => {
            let flipped: Vec<(f64, Expr)> = terms.iter().map(|(k, t)| (-k, t.clone())).collect();
            sums::convex(&flipped, known).map(|rules| format!("less a sum of: {}", rules.join("; ")))
        }
        Kind::Prod(v) => powers::concave(v, known),
        // all of these rise and are concave on (0, ∞)
        Kind::Unary(f @ (Unary::Ln | Unary::Log1p | Unary::Tanh | Unary::Atan | Unary::Asinh), a)
        | Kind::Unary(f @ (Unary::Erf | Unary::Sigmoid), a)
            if positive(a) =>
        {
            let name = format!("{f:?}").to_lowercase();
            known.concave(a).map(|r| {
                if r == "affine" { format!("{name}(affine > 0)") } else { format!("{name}(concave > 0) ({r})") }
            })
        }
        Kind::Unary(Unary::Polygamma(n), a) if n % 2 == 0 && positive_affine(a) => {
            Some("psi or an even derivative of it of affine > 0".into())
        }
        _ => None,
    }
}
