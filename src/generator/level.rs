//! f without an affine part that would hide the rest of it.
//!
//! Between probability measures, D_f is that of g(x) = f(x) − s (x − 1) for every s. Where s = f'(1) is large beside g, f and f* are
//! small differences of large numbers: bounds lose their digits, and single precision all of them.
use super::conjugate::jet::beside;
use super::expr::{Expr, Kind, add, constant, scale, sub, sum, x};
use super::long;

/// A slope at 1 that is larger than g nearby by this factor hides it.
const HIDES: f64 = 1e3;

/// g with g(1) = g'(1) = 0, without a cancellation where the affine part is written out; none where nothing is hidden.
pub(super) fn level(f: &Expr) -> Option<Expr> {
    // terms that are not affine, and the coefficient of x
    let (rest, explicit) = match f.kind() {
        Kind::Sum(_, terms) => {
            let affine = |t: &&(f64, Expr)| matches!(t.1.kind(), Kind::X);
            let others = terms.iter().filter(|t| !affine(t)).map(|(k, t)| scale(*k, t));
            (sum(others), terms.iter().find(affine).map_or(0.0, |t| t.0))
        }
        _ => (f.clone(), 0.0),
    };
    let (value, slope) = at(&rest, 1.0)?;
    let g = sub(&add(&rest, &scale(-slope, &x())), &constant(value - slope));
    let size = [0.5, 2.0].into_iter().filter_map(|v| at(&g, v)).fold(0.0, |m: f64, (v, _)| m.max(v.abs()));
    let hidden = size > 0.0 && (slope + explicit).abs() > HIDES * size;
    hidden.then_some(g)
}

/// The value and the slope at x, if they are finite.
fn at(e: &Expr, x0: f64) -> Option<(f64, f64)> {
    let (tape, _) = long::code(e);
    let mut registers = vec![];
    tape.eval(x0, &mut registers);
    let (v, s) = (tape.out(0, &registers), tape.out(1, &registers));
    // where a condition changes, the slope beside it
    let s = if e.any(&|k| matches!(k, Kind::Where(..) | Kind::Binary(..))) {
        beside(&tape, x0).map_or(s, |b| b.0)
    } else {
        s
    };
    (v.is_finite() && s.is_finite()).then_some((v, s))
}
