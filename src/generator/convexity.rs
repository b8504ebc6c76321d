//! Is f convex? Proved from its structure, checked on a grid, or violated at a point.
use super::conjugate::numeric::NumericConjugate;
use super::diff::diff;
use super::expr::{Expr, Kind, constant, scale, sum, x};
use super::native::rounding;
use super::scalar::{Binary, Unary};
use crate::interrupt;
use std::iter::once;

/// What is known about the convexity of f on (0, ∞).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Convexity {
    /// Follows from the structure of f.
    Proved,
    /// f' increases on a grid of 20001 points from e⁻²⁰ to e²⁰ and at every kink.
    Checked,
    /// f' falls near this x.
    Violated {
        /// where
        x: f64,
        /// f' to the left of it
        before: f64,
        /// f' to the right of it
        after: f64,
    },
    /// f jumps at x, from one value to another.
    Jump {
        /// where
        x: f64,
        /// f to the left of it
        before: f64,
        /// f to the right of it
        after: f64,
    },
}

fn is_smooth(e: &Expr) -> bool {
    !e.any(&|k| {
        matches!(
            k,
            Kind::Where(..)
                | Kind::Native(..)
                | Kind::Unary(Unary::Abs | Unary::Sign, _)
                | Kind::Binary(..)
                | Kind::Compare(..)
        )
    })
}

/// Convex by the rules of convex calculus: sums, |affine|, maxima, and smooth parts whose f'' is a sum of positive terms.
fn by_structure(e: &Expr) -> bool {
    if e.as_affine().is_some() {
        return true;
    }
    match e.kind() {
        Kind::Unary(Unary::Abs, a) => a.as_affine().is_some(),
        Kind::Binary(Binary::Max, a, b) => by_structure(a) && by_structure(b),
        _ if is_smooth(e) => diff(&diff(e, &x()), &x()).is_nonnegative(),
        Kind::Sum(c, terms) => {
            let (smooth, rest): (Vec<_>, Vec<_>) = terms.iter().partition(|(_, t)| is_smooth(t));
            let smooth = sum(once(constant(*c)).chain(smooth.iter().map(|(k, t)| scale(*k, t))));
            by_structure(&smooth) && rest.iter().all(|(k, t)| *k > 0.0 && by_structure(t))
        }
        _ => false,
    }
}

/// What is known about f: the rules of convex calculus first, and in any case a look at a grid.
pub fn convexity(f: &Expr, numeric: &NumericConjugate) -> Convexity {
    // structure proves f'' ≥ 0 where f is finite; a pole inside (0, ∞) would escape it, so the grid looks as well
    let proved = by_structure(f);
    let mut regs = vec![];
    for &b in &numeric.breaks {
        let eps = 1e-9;
        let (left, right) = (numeric.jet(b * (1.0 - eps), &mut regs), numeric.jet(b * (1.0 + eps), &mut regs));
        let scale = 1.0 + left.f.abs() + left.d1.abs() + right.d1.abs();
        if (left.f - right.f).abs() > 1e-7 * scale {
            return Convexity::Jump { x: b, before: left.f, after: right.f };
        }
        if right.d1 < left.d1 - 1e-7 * scale {
            return Convexity::Violated { x: b, before: left.d1, after: right.d1 };
        }
    }
    let by_values = f.has_native();
    let mut before = f64::NEG_INFINITY;
    for i in 0..=20000 {
        // whoever was asked to stop takes no verdict home
        if interrupt::poll().is_err() {
            break;
        }
        let v = (-20.0 + 40.0 * i as f64 / 20000.0f64).exp();
        let j = numeric.jet(v, &mut regs);
        // f rising beyond the largest number is no violation, and neither is a pole at 0
        if j.f == f64::INFINITY && (before > 0.0 || before == f64::NEG_INFINITY) {
            if before > 0.0 {
                break;
            }
            continue;
        }
        let slack = if by_values { 2e-6 * (1.0 + before.abs()) + 2.0 * rounding(1.0 + j.f.abs(), v) } else { 0.0 };
        if !j.f.is_finite() || j.d1 < before - 1e-9 * (1.0 + before.abs()) - slack {
            return worst(numeric, v, before, j.d1);
        }
        before = j.d1;
    }
    if proved { Convexity::Proved } else { Convexity::Checked }
}

/// The most telling point: where f'' is most negative relative to 1 + |f'| in the neighbourhood people look at.
fn worst(numeric: &NumericConjugate, x: f64, before: f64, after: f64) -> Convexity {
    let mut regs = vec![];
    let worst = (0..=600)
        .map(|i| (-3.0 + 6.0 * i as f64 / 600.0f64).exp())
        .map(|v| (v, numeric.jet(v, &mut regs)))
        .filter(|(_, j)| j.d2.is_finite() && j.d2 < 0.0)
        .min_by(|a, b| a.1.d2.total_cmp(&b.1.d2));
    match worst {
        Some((v, j)) => Convexity::Violated { x: v, before: j.d1, after: j.d1 + 0.01 * v * j.d2 },
        None => Convexity::Violated { x, before, after },
    }
}
