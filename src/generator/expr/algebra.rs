//! Products, powers, exponentials and logarithms of expressions, simplified as they are made.
//!
//! Exponentials that would overflow against each other become what they are together: e^u/(1 + e^u) is a sigmoid and
//! ln(e^u + e^v) a softplus. Only formulas in x are rewritten so. Conjugates are inverted as they stand, and densities of points
//! keep their digits.
use super::guard::{in_x, is_limited, keep_domain, where_defined, where_nonnegative};
use super::node::{Expr, Kind, constant, is_even, is_integer, node};
use super::sums::{Places, add, build_sum, in_range, monic, neg, scale, sub, sum};
use crate::generator::scalar::Unary;
use std::f64::consts::LN_2;

/// Π bᵢ^eᵢ with equal bases collected, and all exponentials in one factor.
fn build_product(factors: Vec<(Expr, Expr)>) -> Expr {
    let mut acc: Vec<(Expr, Expr)> = vec![];
    let mut places = Places::new(factors.len());
    let mut exponents = vec![]; // of the single exp() factor
    let mut limited = vec![]; // whether a base had a power that negative numbers do not have
    for (b, e) in factors {
        if let Kind::Unary(Unary::Exp, u) = b.kind() {
            exponents.push(mul(u, &e));
        } else if let Some(i) = places.find(&b, &acc, |p| &p.0) {
            limited[i] |= !is_integer(&e);
            acc[i].1 = add(&acc[i].1, &e);
        } else {
            limited.push(!is_integer(&e));
            acc.push((b, e));
        }
    }
    keep_domain(&mut acc, &limited);
    let exponent = sum(exponents);
    if !exponent.is(0.0) {
        acc.push((node(Kind::Unary(Unary::Exp, exponent)), constant(1.0)));
    }
    acc.retain(|p| !p.1.is(0.0));
    acc.sort_by_key(|a| a.0.hash_code());
    if acc.is_empty() {
        return constant(1.0);
    }
    if acc.len() == 1 && acc[0].1.is(1.0) {
        return acc[0].0.clone();
    }
    if acc.len() > 1
        && let Some(e) = stable_product(&acc)
    {
        return e;
    }
    node(Kind::Prod(acc))
}

/// b^e, of something that had to be a number for b ≥ 0 only if so said: a whole power has lost that.
fn limited_pow(b: &Expr, e: &Expr, nonnegative: bool) -> Expr {
    let guard = if nonnegative && is_integer(e) { where_nonnegative(b) } else { None };
    let power = pow(b, e);
    guard.map_or(power.clone(), |g| mul(&power, &g))
}

/// a·b
pub fn mul(a: &Expr, b: &Expr) -> Expr {
    let ((ka, ta), (kb, tb)) = (a.split_coefficient(), b.split_coefficient());
    let mut k = ka * kb;
    if k == 0.0 {
        return build_sum(0.0, vec![(0.0, ta), (0.0, tb)]);
    }
    if ta.is(1.0) {
        return scale(k, &tb);
    }
    if tb.is(1.0) {
        return scale(k, &ta);
    }
    let mut factors = vec![];
    for t in [&ta, &tb] {
        match t.kind() {
            Kind::Prod(p) => factors.extend(p.iter().cloned()),
            Kind::Sum(..) => {
                // (2x+2) becomes 2·(x+1), so that equal factors meet
                let (m, q) = monic(t);
                let within = in_range(k * m);
                k = if within { k * m } else { k };
                factors.push((if within { q } else { t.clone() }, constant(1.0)));
            }
            _ => factors.push((t.clone(), constant(1.0))),
        }
    }
    scale(k, &build_product(factors))
}

/// a/b
pub fn div(a: &Expr, b: &Expr) -> Expr {
    mul(a, &pow(b, &constant(-1.0)))
}

/// bᵉ
pub fn pow(b: &Expr, e: &Expr) -> Expr {
    if e.is(0.0) {
        return if is_limited(b) { where_defined(b) } else { constant(1.0) };
    }
    if e.is(1.0) {
        return b.clone();
    }
    if let (Some(p), Some(q)) = (b.as_const(), e.as_const()) {
        return constant(p.powf(q));
    }
    let stays = |k: f64| e.as_const().is_none_or(|e| in_range(k.powf(e).abs()));
    let fits = |k: f64| k != 1.0 && (k > 0.0 || is_integer(e)) && stays(k);
    match b.kind() {
        Kind::Const(p) if *p > 0.0 => return exp(&scale(p.ln(), e)),
        Kind::Unary(Unary::Exp, u) => return exp(&mul(u, e)),
        Kind::Unary(Unary::Abs, u) if is_even(e) => return pow(u, e),
        Kind::Prod(v) if is_integer(e) || v.iter().all(|(b, _)| b.is_positive()) => {
            return v.iter().fold(constant(1.0), |acc, (b, p)| mul(&acc, &limited_pow(b, &mul(p, e), !is_integer(p))));
        }
        // √(u²) is |u|: the kink at u = 0 is seen, and derivatives there are numbers
        Kind::Prod(v) if e.as_const().is_some() && v.iter().all(|(b, p)| b.is_positive() || is_even(p)) => {
            return v.iter().fold(constant(1.0), |acc, (b, p)| mul(&acc, &pow(&unary(Unary::Abs, b), &mul(p, e))));
        }
        Kind::Sum(..) => {
            let (k, t) = b.split_coefficient();
            if fits(k) {
                return mul(&pow(&constant(k), e), &pow(&t, e));
            }
            let (k, t) = monic(b);
            if fits(k) {
                return mul(&pow(&constant(k), e), &build_product(vec![(t, e.clone())]));
            }
        }
        _ => {}
    }
    build_product(vec![(b.clone(), e.clone())])
}
/// √a
pub fn sqrt(a: &Expr) -> Expr {
    pow(a, &constant(0.5))
}

/// k·ln(u)·rest of a monomial as (u, rest), so that exp(k·rest·ln u) = u^(k·rest).
fn log_factor(p: &[(Expr, Expr)]) -> Option<(Expr, Expr)> {
    if p.len() > 2 {
        return None;
    }
    let i =
        p.iter().position(|(b, e)| e.is(1.0) && matches!(b.kind(), Kind::Unary(Unary::Ln, w) if w.is_positive()))?;
    let Kind::Unary(_, w) = p[i].0.kind() else { return None };
    let mut rest = p.to_vec();
    let w = w.clone();
    rest.remove(i);
    Some((w, build_product(rest)))
}

/// eᵃ
pub fn exp(a: &Expr) -> Expr {
    if let Some(v) = a.as_const() {
        return constant(v.exp());
    }
    let (k, t) = a.split_coefficient();
    if let Kind::Unary(Unary::Ln, u) = t.kind() {
        return limited_pow(u, &constant(k), true);
    }
    if let Kind::Sum(c, v) = a.kind() {
        let mut out = constant(1.0);
        let mut rest = vec![];
        for (k, t) in v {
            match t.kind() {
                Kind::Unary(Unary::Ln, u) => out = mul(&out, &limited_pow(u, &constant(*k), true)),
                Kind::Prod(p) => match log_factor(p) {
                    Some((w, q)) => out = mul(&out, &pow(&w, &scale(*k, &q))),
                    None => rest.push((*k, t.clone())),
                },
                _ => rest.push((*k, t.clone())),
            }
        }
        if rest.len() != v.len() {
            return mul(&out, &exp(&build_sum(*c, rest)));
        }
    }
    node(Kind::Unary(Unary::Exp, a.clone()))
}

/// ln a
pub fn ln(a: &Expr) -> Expr {
    if let Some(v) = a.as_const() {
        return constant(v.ln());
    }
    if let Kind::Unary(Unary::Exp, u) = a.kind() {
        return u.clone();
    }
    let (k, t) = a.split_coefficient();
    if k > 0.0 && k != 1.0 {
        return add(&constant(k.ln()), &ln(&t));
    }
    if k == 1.0
        && let Kind::Prod(v) = t.kind()
    {
        if v.iter().all(|(b, _)| b.is_positive()) {
            return sum(v.iter().map(|(b, e)| mul(e, &ln(b))));
        }
        if v.len() == 1 && !is_even(&v[0].1) {
            return mul(&v[0].1, &ln(&v[0].0));
        }
    }
    if let Some(e) = stable_logarithm(a) {
        return e;
    }
    node(Kind::Unary(Unary::Ln, a.clone()))
}

/// A function of one argument.
pub fn unary(f: Unary, a: &Expr) -> Expr {
    if f == Unary::Log1p
        && let Some(e) = stable_log1p(a)
    {
        return e;
    }
    if let (Unary::Asinh, Kind::Unary(Unary::Sinh, u)) = (f, a.kind()) {
        return u.clone();
    }
    match f {
        Unary::Exp => return exp(a),
        Unary::Ln => return ln(a),
        Unary::Abs if a.is_nonnegative() => return a.clone(),
        Unary::Sign if a.is_positive() && !is_limited(a) => return constant(1.0),
        _ => {}
    }
    match a.as_const() {
        Some(v) => constant(f.apply(v)),
        None => node(Kind::Unary(f, a.clone())),
    }
}

/// Most terms of a sum that is rewritten.
const MOST_TERMS: usize = 16;

/// A sum as e^exponent · factor, neither of which overflows while the sum's logarithm does not.
struct Split {
    exponent: Expr,
    factor: Expr,
    /// e^u of A + e^u, and A, where that is all there is
    single: Option<(Expr, Expr)>,
}

/// u with k·t = e^u, of a positive term that has an exponential in it.
fn exponent_of(k: f64, t: &Expr) -> Option<Expr> {
    let own = match t.kind() {
        Kind::Unary(Unary::Exp, u) => u.clone(),
        Kind::Prod(v) => {
            v.iter().find(|(b, _)| matches!(b.kind(), Kind::Unary(Unary::Exp, _)))?;
            let logarithm = |(b, e): &(Expr, Expr)| b.is_positive().then(|| mul(e, &ln(b)));
            sum(v.iter().map(logarithm).collect::<Option<Vec<Expr>>>()?)
        }
        _ => return None,
    };
    in_x(&own).then(|| add(&own, &constant(k.ln())))
}

/// The same of a positive term that grows as one: x^x, too.
fn growth_of(k: f64, t: &Expr) -> Option<Expr> {
    let power = |v: &[(Expr, Expr)]| v.iter().any(|(_, e)| e.has_x()) && v.iter().all(|(b, _)| b.is_positive());
    match t.kind() {
        Kind::Prod(v) if in_x(t) && power(v) => Some(add(&ln(t), &constant(k.ln()))),
        _ => exponent_of(k, t),
    }
}

/// A sum with exponentials, taken apart by what finds their exponents.
fn split(s: &Expr, exponent_of: fn(f64, &Expr) -> Option<Expr>) -> Option<Split> {
    if let Kind::Unary(Unary::Cosh, u) = s.kind() {
        return in_x(u).then(|| Split { exponent: unary(Unary::LogCosh, u), factor: constant(1.0), single: None });
    }
    let Kind::Sum(c, terms) = s.kind() else { return None };
    if *c == -1.0
        && let [(1.0, t)] = &terms[..]
        && let Kind::Unary(Unary::Exp, u) = t.kind()
        && u.is_positive()
        && in_x(u)
    {
        return Some(Split { exponent: u.clone(), factor: scale(-1.0, &unary(Unary::Expm1, &neg(u))), single: None });
    }
    if *c < 0.0 || terms.len() > MOST_TERMS || terms.iter().any(|(k, _)| *k <= 0.0) {
        return None;
    }
    let (mut exponents, mut rest) = (vec![], vec![constant(*c)]);
    for (k, t) in terms {
        match exponent_of(*k, t) {
            Some(u) => exponents.push(u),
            None if t.is_positive() => rest.push(scale(*k, t)),
            None => return None,
        }
    }
    let rest = sum(rest);
    let first = exponents.first()?.clone();
    let single = match &exponents[..] {
        [_] if !rest.is(0.0) => Some((first, rest.clone())),
        [_, second] if rest.is(0.0) => Some((first, exp(second))),
        _ => None,
    };
    Some(Split { exponent: log_sum_exp(exponents, &rest), factor: constant(1.0), single })
}

/// ln(rest + Σ e^uᵢ) as nested softplus.
fn log_sum_exp(mut exponents: Vec<Expr>, rest: &Expr) -> Expr {
    if rest.is(0.0)
        && let [a, b] = &exponents[..]
        && let (middle, half) = (scale(0.5, &add(a, b)), scale(0.5, &sub(a, b)))
        && middle.as_const().is_some()
    {
        return add(&add(&middle, &constant(LN_2)), &unary(Unary::LogCosh, &half));
    }
    let last = if rest.is(0.0) { exponents.pop() } else { None };
    let start = last.unwrap_or_else(|| ln(rest));
    exponents.iter().rev().fold(start, |all, u| add(&all, &unary(Unary::Softplus, &sub(u, &all))))
}

/// ln s of a sum with exponentials, of e^u − 1, of sigmoid and of hyperbolic functions.
fn stable_logarithm(s: &Expr) -> Option<Expr> {
    match s.kind() {
        Kind::Unary(Unary::Expm1, u) if u.is_positive() && in_x(u) => {
            Some(add(u, &ln(&neg(&unary(Unary::Expm1, &neg(u))))))
        }
        Kind::Unary(Unary::Sinh, u) if u.is_positive() && in_x(u) => {
            let below = neg(&unary(Unary::Expm1, &scale(-2.0, u)));
            Some(sub(&add(u, &ln(&below)), &constant(LN_2)))
        }
        Kind::Unary(Unary::Sigmoid, u) => Some(neg(&unary(Unary::Softplus, &neg(u)))),
        _ => {
            let s = split(s, growth_of)?;
            Some(if s.factor.is(1.0) { s.exponent } else { add(&s.exponent, &ln(&s.factor)) })
        }
    }
}

/// ln(1 + s) of nothing but exponentials, whose sum overflows first and has no digits beside 1 where it is small.
fn stable_log1p(s: &Expr) -> Option<Expr> {
    let (c, terms) = match s.kind() {
        Kind::Sum(c, terms) if terms.len() <= MOST_TERMS => (*c, terms.clone()),
        _ => (0.0, vec![(1.0, s.clone())]),
    };
    let exponent = |(k, t): &(f64, Expr)| if *k > 0.0 { growth_of(*k, t) } else { None };
    let exponents: Vec<Expr> = terms.iter().map(exponent).collect::<Option<_>>()?;
    (c == 0.0 && in_x(s)).then(|| log_sum_exp(exponents, &constant(1.0)))
}

/// A product in which exponentials overflow against each other, rewritten; the factors are (base, exponent).
fn stable_product(factors: &[(Expr, Expr)]) -> Option<Expr> {
    let at = factors.iter().position(|(b, _)| matches!(b.kind(), Kind::Unary(Unary::Exp, u) if in_x(u)));
    let sums: Vec<(usize, f64, Split)> =
        factors.iter().enumerate().filter_map(|(i, (b, e))| Some((i, e.as_const()?, split(b, exponent_of)?))).collect();
    if at.is_none() && sums.is_empty() {
        return None;
    }
    let others = |skip: &dyn Fn(usize) -> bool| {
        let left = factors.iter().enumerate().filter(|(i, _)| !skip(*i));
        left.fold(constant(1.0), |all, (_, (b, e))| mul(&all, &pow(b, e)))
    };
    if let Some((s, c, t)) = tangent(factors) {
        return Some(mul(&others(&|i| i == s || i == c), &t));
    }
    let below = sums.iter().any(|s| s.1 < 0.0);
    if (at.is_some() || below)
        && let Some((i, terms)) = numerator(factors, below)
    {
        let rest = others(&|k| k == i);
        return Some(sum(terms.iter().map(|t| mul(t, &rest))));
    }
    let both = below && sums.iter().any(|s| s.1 > 0.0);
    if sums.is_empty() || (at.is_none() && !both) {
        return None;
    }
    let exponent = at.map_or(constant(0.0), |i| match factors[i].0.kind() {
        Kind::Unary(_, u) => u.clone(),
        _ => constant(0.0),
    });
    let rest = others(&|k| Some(k) == at || sums.iter().any(|s| s.0 == k));
    let together = match &sums[..] {
        [(_, p, s)] => sigmoids(&exponent, *p, s),
        _ => None,
    };
    let together = together.unwrap_or_else(|| {
        let all = sums.iter().fold(exponent, |w, (_, p, s)| add(&w, &scale(*p, &s.exponent)));
        sums.iter().fold(exp(&all), |q, (_, p, s)| mul(&q, &pow(&s.factor, &constant(*p))))
    });
    Some(mul(&rest, &together))
}

/// sinh u and a negative power of cosh u: their places, and the two as a tangent and what is left of the power.
fn tangent(factors: &[(Expr, Expr)]) -> Option<(usize, usize, Expr)> {
    for (i, (b, p)) in factors.iter().enumerate() {
        let (Kind::Unary(Unary::Sinh, u), Some(p)) = (b.kind(), p.as_const()) else { continue };
        let cosh = unary(Unary::Cosh, u);
        let Some((j, q)) =
            factors.iter().enumerate().find_map(|(j, (b, q))| (*b == cosh).then_some((j, q.as_const()?)))
        else {
            continue;
        };
        if p > 0.0 && q < 0.0 && in_x(u) {
            let m = p.min(-q);
            let left = mul(&pow(b, &constant(p - m)), &pow(&cosh, &constant(q + m)));
            return Some((i, j, mul(&pow(&unary(Unary::Tanh, u), &constant(m)), &left)));
        }
    }
    None
}

/// A factor that is multiplied out, a sum of exponentials or a function that is one: its place and its terms. Over a
/// denominator, sums of positive terms stay together.
fn numerator(factors: &[(Expr, Expr)], below: bool) -> Option<(usize, Vec<Expr>)> {
    let has = |t: &Expr| exponent_of(1.0, t).is_some();
    factors.iter().enumerate().find_map(|(i, (b, e))| {
        if !e.is(1.0) || !in_x(b) {
            return None;
        }
        match b.kind() {
            Kind::Sum(c, v)
                if v.len() <= MOST_TERMS
                    && v.iter().any(|(_, t)| has(t))
                    && !(below && split(b, exponent_of).is_some()) =>
            {
                Some((i, std::iter::once(constant(*c)).chain(v.iter().map(|(k, t)| scale(*k, t))).collect()))
            }
            Kind::Unary(Unary::Sinh, u) => Some((i, vec![scale(0.5, &exp(u)), scale(-0.5, &exp(&neg(u)))])),
            _ => None,
        }
    })
}

/// e^w (A + e^u)^p as powers of σ(u − ln A) and σ(ln A − u), where that is what it is.
fn sigmoids(w: &Expr, p: f64, s: &Split) -> Option<Expr> {
    let (u, rest) = s.single.as_ref()?;
    let m = -p;
    if !(m > 0.0 && m <= 8.0 && is_integer(&constant(m))) {
        return None;
    }
    for j in 0..=m as i32 {
        let j = f64::from(j);
        let left = sub(w, &scale(j, u));
        let of_rest = pow(rest, &constant(j - m));
        // e^w is u's share, or u's and that of another exponential
        let outside = mul(&exp(&left), &of_rest);
        if left.as_const().is_some() || outside.as_const().is_some() {
            let v = sub(u, &ln(rest));
            let (above, below) = (unary(Unary::Sigmoid, &v), unary(Unary::Sigmoid, &neg(&v)));
            let sigmas = mul(&pow(&above, &constant(j)), &pow(&below, &constant(m - j)));
            return Some(mul(&outside, &sigmas));
        }
    }
    None
}
