//! Rules of convex calculus, each with the conditions under which it holds on (0, ∞).
use super::powers::{self, Known, affine, log_convex, positive, positive_affine};
use super::sums;
use crate::generator::expr::{Expr, Kind};
use crate::generator::scalar::{Binary, Unary};

const KNOWN: Known = Known { convex, concave };

/// Convex and finite on all of (0, ∞), by which rule; none where no rule applies.
pub fn convex(e: &Expr) -> Option<String> {
    if affine(e).is_some() {
        return Some("affine".into());
    }
    match e.kind() {
        Kind::Unary(f, a) => of_function(*f, a),
        Kind::Binary(Binary::Max, a, b) => Some(format!("the larger of ({}) and ({})", convex(a)?, convex(b)?)),
        Kind::Sum(c, terms) if c.is_finite() => {
            sums::convex(terms, &KNOWN).map(|rules| format!("a sum of: {}", rules.join("; ")))
        }
        Kind::Prod(v) => powers::convex(e, v, &KNOWN),
        _ => None,
    }
}

/// f(a) convex.
fn of_function(f: Unary, a: &Expr) -> Option<String> {
    match f {
        Unary::Abs => affine(a).map(|_| "|affine|".into()),
        Unary::Exp | Unary::Expm1 => convex(a).map(|r| format!("e^convex ({r})")),
        Unary::Softplus => convex(a).map(|r| format!("ln(1 + e^convex) ({r})")),
        Unary::Ln if matches!(a.kind(), Kind::Sum(..)) => {
            log_convex(a, &KNOWN).then(|| "ln of a sum of e^convex".into())
        }
        Unary::Cosh | Unary::LogCosh if affine(a).is_some() => Some("cosh or ln cosh of affine".into()),
        // these rise on [0, ∞)
        Unary::Cosh | Unary::LogCosh | Unary::Sinh if a.is_nonnegative() => {
            convex(a).map(|r| format!("cosh, ln cosh or sinh of convex >= 0 ({r})"))
        }
        Unary::LnGamma if positive_affine(a) => Some("ln Gamma of affine > 0".into()),
        Unary::Polygamma(n) if n % 2 == 1 && positive_affine(a) => {
            Some("an odd derivative of psi of affine > 0".into())
        }
        _ => None,
    }
}

/// Concave and finite on all of (0, ∞), by which rule; none where no rule applies.
fn concave(e: &Expr) -> Option<String> {
    if affine(e).is_some() {
        return Some("affine".into());
    }
    match e.kind() {
        Kind::Binary(Binary::Min, a, b) => Some(format!("the smaller of ({}) and ({})", concave(a)?, concave(b)?)),
        Kind::Sum(c, terms) if c.is_finite() => {
            let flipped: Vec<(f64, Expr)> = terms.iter().map(|(k, t)| (-k, t.clone())).collect();
            sums::convex(&flipped, &KNOWN).map(|rules| format!("less a sum of: {}", rules.join("; ")))
        }
        Kind::Prod(v) => powers::concave(v, &KNOWN),
        // all of these rise and are concave on (0, ∞)
        Kind::Unary(f @ (Unary::Ln | Unary::Log1p | Unary::Tanh | Unary::Atan | Unary::Asinh), a)
        | Kind::Unary(f @ (Unary::Erf | Unary::Sigmoid), a)
            if positive(a) =>
        {
            let name = format!("{f:?}").to_lowercase();
            concave(a).map(|r| {
                if r == "affine" { format!("{name}(affine > 0)") } else { format!("{name}(concave > 0) ({r})") }
            })
        }
        Kind::Unary(Unary::Polygamma(n), a) if n % 2 == 0 && positive_affine(a) => {
            Some("psi or an even derivative of it of affine > 0".into())
        }
        _ => None,
    }
}
