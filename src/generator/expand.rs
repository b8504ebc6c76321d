//! Rewriting sums and products so that f' collapses to something invertible.
use super::expr::*;
use crate::interrupt;
use std::iter::once;

/// Products of terms that are worth multiplying out: what has more does not collapse to something that can be inverted.
const MOST: usize = 4096;

/// Distributes products over sums and small integer powers.
pub fn expand(e: &Expr) -> Expr {
    match e.kind() {
        Kind::Sum(c, v) => sum(once(constant(*c)).chain(v.iter().map(|(k, t)| scale(*k, &expand(t))))),
        Kind::Prod(v) => v.iter().fold(constant(1.0), |a, (b, p)| {
            let b = expand(b);
            match p.as_const() {
                Some(k) if k > 0.0 && k <= 4.0 && k.fract() == 0.0 => {
                    (0..k as usize).fold(a, |a, _| distribute(&a, &b))
                }
                _ => distribute(&a, &pow(&b, p)),
            }
        }),
        Kind::Unary(f, a) => unary(*f, &expand(a)),
        _ => e.clone(),
    }
}

fn distribute(a: &Expr, b: &Expr) -> Expr {
    let terms = |e: &Expr| -> Vec<Expr> {
        match e.kind() {
            Kind::Sum(c, v) => {
                let mut t: Vec<Expr> = v.iter().map(|(k, q)| scale(*k, q)).collect();
                if *c != 0.0 {
                    t.push(constant(*c));
                }
                t
            }
            _ => vec![e.clone()],
        }
    };
    let (ta, tb) = (terms(a), terms(b));
    if ta.len() * tb.len() > MOST || interrupt::poll().is_err() {
        return mul(a, b);
    }
    sum(ta.iter().flat_map(|p| tb.iter().map(move |q| mul(p, q))))
}

/// x^k (x+a)^−n as a Laurent polynomial in u = x+a: partial fractions, which make f' of JS or Le Cam collapse.
pub fn partial_fractions(e: &Expr) -> Expr {
    match e.kind() {
        Kind::Sum(c, v) => sum(once(constant(*c)).chain(v.iter().map(|(k, t)| scale(*k, &partial_fractions(t))))),
        Kind::Prod(v) => {
            let pole = v.iter().find(|(b, p)| {
                matches!(b.kind(), Kind::Sum(..))
                    && b.as_affine().is_some()
                    && p.as_const().is_some_and(|k| k < 0.0 && k.fract() == 0.0)
            });
            let Some((u, _)) = pole else { return e.clone() };
            let Some((a, b)) = u.as_affine() else { return e.clone() };
            let x_of_u = scale(1.0 / b, &sub(&x(), &constant(a)));
            let mut out = constant(1.0);
            for (base, p) in v {
                if base == u {
                    out = mul(&out, &pow(&x(), p));
                } else if let (Some(_), Some(k)) = (base.as_affine(), p.as_const()) {
                    if !(k > 0.0 && k.fract() == 0.0 && k < 6.0) {
                        return e.clone();
                    }
                    out = mul(&out, &pow(&substitute(base, &x(), &x_of_u), p));
                } else {
                    return e.clone();
                }
            }
            substitute(&expand(&out), &x(), u)
        }
        _ => e.clone(),
    }
}
