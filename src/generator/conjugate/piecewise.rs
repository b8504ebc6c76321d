//! The conjugate of a piecewise linear f, from its breakpoints.
use super::closed::ClosedForm;
use super::numeric::NumericConjugate;
use crate::generator::diff::diff;
use crate::generator::expr::{self, Expr, y};

/// What rounding leaves of a difference of slopes.
const SAME: f64 = 1e-11;

/// For a piecewise linear f, f* = max over its breakpoints of x_k y − f(x_k), with x = 0 among them: exact.
pub(in crate::generator) fn piecewise_linear(f: &Expr, numeric: &NumericConjugate) -> Option<ClosedForm> {
    if numeric.kinks.is_empty() || !(numeric.dinf.is_finite() || numeric.bounds.high.is_finite()) {
        return None;
    }
    let mut regs = vec![];
    let curved = (0..200).any(|i| numeric.jet(numeric.sample(8.0, i, 199), &mut regs).d2 != 0.0);
    if curved || !straight(numeric) || !f.any(&|k| !matches!(k, expr::Kind::Const(_) | expr::Kind::X)) {
        return None;
    }
    let lines = std::iter::once((0.0, numeric.f0)).filter(|p| p.1.is_finite());
    let lines: Vec<(f64, f64)> = lines.chain(numeric.kinks.iter().map(|k| (k.x, numeric.value(k.x)))).collect();
    let line = |p: &(f64, f64)| expr::sub(&expr::scale(p.0, &y()), &expr::constant(p.1));
    let value = lines.iter().skip(1).fold(line(lines.first()?), |acc, p| expr::max(&line(p), &acc));
    let maximiser = diff(&value, &y());
    Some(ClosedForm { value, maximiser })
}

/// Whether f' from one kink to the next is what it was behind the first, as of lines: between them no grid needs to look.
fn straight(numeric: &NumericConjugate) -> bool {
    let same = |a: f64, b: f64| !a.is_finite() || !b.is_finite() || (a - b).abs() <= SAME * (1.0 + a.abs());
    let behind = std::iter::once(numeric.d0).chain(numeric.kinks.iter().map(|k| k.right));
    let before = numeric.kinks.iter().map(|k| k.left).chain(std::iter::once(numeric.dinf));
    behind.zip(before).all(|(a, b)| same(a, b))
}
