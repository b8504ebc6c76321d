//! Exact symbolic derivatives.
use super::asymptotics;
use super::expr::*;
use super::scalar::{Binary, Relation, Unary};
use crate::interrupt;
use std::collections::HashMap;
use std::f64::consts::FRAC_2_SQRT_PI;

/// ∂e/∂w for a variable w. At kinks of abs, max, min and `if` one of the two one-sided derivatives is taken.
pub fn diff(e: &Expr, w: &Expr) -> Expr {
    go(e, w, &mut HashMap::new())
}

fn go(e: &Expr, w: &Expr, memo: &mut HashMap<Expr, Expr>) -> Expr {
    if e == w {
        return constant(1.0);
    }
    // whoever was asked to stop does not look at the rest
    if interrupt::poll().is_err() {
        return constant(0.0);
    }
    if let Some(r) = memo.get(e) {
        return r.clone();
    }
    let r = match e.kind() {
        Kind::Const(_) | Kind::X | Kind::Y | Kind::Coordinate(_) | Kind::Compare(..) => constant(0.0),
        Kind::Sum(_, v) => sum(v.iter().map(|(k, t)| scale(*k, &go(t, w, memo))).collect::<Vec<Expr>>()),
        Kind::Prod(v) => product(v, w, memo),
        Kind::Unary(f, a) => {
            let da = go(a, w, memo);
            if da.is(0.0) { constant(0.0) } else { mul(&outer(*f, e, a), &da) }
        }
        Kind::Binary(f, a, b) => {
            let r = if *f == Binary::Max { Relation::Gt } else { Relation::Lt };
            select(&compare(r, a, b), &go(a, w, memo), &go(b, w, memo))
        }
        Kind::Native(f, order, a) => {
            let da = go(a, w, memo);
            if da.is(0.0) { constant(0.0) } else { mul(&native_derivative(f.clone(), order + 1, a), &da) }
        }
        Kind::Where(q, a, b) => match single(q, w) {
            // what a formula is at one place says nothing of its slope there
            Some((c, true)) => through(q, c, &go(b, w, memo), w),
            Some((c, false)) => through(&negated(q), c, &go(a, w, memo), w),
            None => select(q, &go(a, w, memo), &go(b, w, memo)),
        },
    };
    memo.insert(e.clone(), r.clone());
    r
}

/// The place c of a condition w = c, with true, or w ≠ c.
fn single(q: &Expr, w: &Expr) -> Option<(f64, bool)> {
    match condition_on(q, w)? {
        (Relation::Eq, c) => Some((c, true)),
        (Relation::Ne, c) => Some((c, false)),
        _ => None,
    }
}

/// w = c for w ≠ c.
fn negated(q: &Expr) -> Expr {
    match q.kind() {
        Kind::Compare(_, a, b) => compare(Relation::Eq, a, b),
        _ => q.clone(),
    }
}

/// A derivative beside c, continued to c: as it is where it has a value there, by its limit from the right where it is 0/0.
fn through(q: &Expr, c: f64, beside: &Expr, w: &Expr) -> Expr {
    let value = substitute(beside, w, &constant(c)).as_const();
    if c <= 0.0 || *w != x() || value.is_some_and(f64::is_finite) {
        return beside.clone();
    }
    let moved = substitute(beside, w, &sum([constant(c), x()]));
    match asymptotics::at_zero(&moved) {
        Some((limit, _)) if limit.is_finite() => select(q, &constant(limit), beside),
        _ => beside.clone(),
    }
}

/// Factors of a product up to which what is left without one of them is multiplied anew for each.
const FEW: usize = 8;

fn product(v: &[(Expr, Expr)], w: &Expr, memo: &mut HashMap<Expr, Expr>) -> Expr {
    let one = constant(1.0);
    // products of the factors before each, and of those behind it
    let (mut before, mut behind) = (vec![one.clone()], vec![one.clone()]);
    if v.len() > FEW {
        for (b, e) in v {
            before.push(mul(&before[before.len() - 1], &pow(b, e)));
        }
        for (b, e) in v.iter().rev() {
            behind.push(mul(&behind[behind.len() - 1], &pow(b, e)));
        }
    }
    let without = |i: usize| {
        if v.len() > FEW {
            return mul(&before[i], &behind[v.len() - 1 - i]);
        }
        v.iter().enumerate().filter(|(j, _)| *j != i).fold(one.clone(), |a, (_, (b, e))| mul(&a, &pow(b, e)))
    };
    let mut terms = vec![];
    for (i, (b, p)) in v.iter().enumerate() {
        if interrupt::poll().is_err() {
            break;
        }
        let (db, dp) = (go(b, w, memo), go(p, w, memo));
        if db.is(0.0) && dp.is(0.0) {
            continue;
        }
        let rest = without(i);
        if !db.is(0.0) {
            terms.push(mul(&rest, &mul(&mul(p, &pow(b, &sub(p, &one))), &db)));
        }
        if !dp.is(0.0) {
            terms.push(mul(&rest, &mul(&mul(&pow(b, p), &ln(b)), &dp)));
        }
    }
    sum(terms)
}

/// The derivative of f at a, where e = f(a).
fn outer(f: Unary, e: &Expr, a: &Expr) -> Expr {
    let one = constant(1.0);
    match f {
        Unary::Exp => e.clone(),
        Unary::Ln => pow(a, &constant(-1.0)),
        Unary::Abs => unary(Unary::Sign, a),
        Unary::Sign => constant(0.0),
        // 1 − tanh² and σ(1 − σ) would lose what is left of them far out, and are not seen to be positive
        Unary::Tanh => pow(&unary(Unary::Cosh, a), &constant(-2.0)),
        Unary::Log1p => pow(&add(&one, a), &constant(-1.0)),
        Unary::Expm1 => exp(a),
        Unary::Sigmoid => mul(e, &unary(Unary::Sigmoid, &neg(a))),
        Unary::Softplus => unary(Unary::Sigmoid, a),
        Unary::Sin => unary(Unary::Cos, a),
        Unary::Cos => neg(&unary(Unary::Sin, a)),
        Unary::Omega => div(e, &add(&one, e)),
        Unary::Sinh => unary(Unary::Cosh, a),
        Unary::Cosh => unary(Unary::Sinh, a),
        Unary::LogCosh => unary(Unary::Tanh, a),
        Unary::Atan => pow(&add(&one, &pow(a, &constant(2.0))), &constant(-1.0)),
        Unary::Asinh => pow(&add(&one, &pow(a, &constant(2.0))), &constant(-0.5)),
        Unary::Erf => scale(FRAC_2_SQRT_PI, &exp(&neg(&pow(a, &constant(2.0))))),
        Unary::LnGamma => unary(Unary::Polygamma(0), a),
        Unary::Polygamma(order) => unary(Unary::Polygamma(order.saturating_add(1)), a),
    }
}
