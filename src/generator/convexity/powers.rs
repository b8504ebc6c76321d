//! Rules for products and powers, each with the conditions under which it holds on (0, ∞). Sums of exponents are rounded towards the
//! side on which nothing follows.
use crate::generator::expr::{Expr, Kind, constant};
use crate::generator::interval::Interval;
use crate::generator::scalar::Unary;

/// What else is known.
pub trait Known {
    /// By which rule an expression is convex and finite on (0, ∞), if by one.
    fn convex(&self, e: &Expr) -> Option<String>;
    /// By which it is concave.
    fn concave(&self, e: &Expr) -> Option<String>;
}

/// a + b x with numbers a and b.
pub fn affine(e: &Expr) -> Option<(f64, f64)> {
    e.as_affine().filter(|(a, b)| a.is_finite() && b.is_finite())
}

/// a + b x, positive on all of (0, ∞).
pub fn positive_affine(e: &Expr) -> bool {
    affine(e).is_some_and(|(a, b)| a >= 0.0 && b >= 0.0 && a + b > 0.0)
}

/// Positive on (0, ∞).
pub fn positive(e: &Expr) -> bool {
    let above_one = |u: &Expr| affine(u).is_some_and(|(a, b)| a >= 1.0 && b >= 0.0 && (a > 1.0 || b > 0.0));
    positive_affine(e) || e.is_positive() || matches!(e.kind(), Kind::Unary(Unary::Ln, u) if above_one(u))
}

fn total(v: impl Iterator<Item = f64>) -> Interval {
    v.fold(Interval::point(0.0), |s, p| s.add(&Interval::point(p)))
}

/// |affine|^r: r, where it is at least 1.
fn size_power(e: &Expr) -> Option<f64> {
    let (base, r) = match e.kind() {
        Kind::Prod(v) => match v.as_slice() {
            [(b, p)] => (b, p.as_const()?),
            _ => return None,
        },
        _ => (e, 1.0),
    };
    let size = match base.kind() {
        Kind::Unary(Unary::Abs, a) => affine(a).is_some(),
        _ => positive_affine(base) || (r % 2.0 == 0.0 && affine(base).is_some()),
    };
    (size && r >= 1.0 && r.is_finite()).then_some(r)
}

/// c + Σ k |affine|^r with c ≥ 0 and k > 0: r. Its 1/r-th power is a norm of affine functions.
fn norm(e: &Expr) -> Option<f64> {
    let Kind::Sum(c, terms) = e.kind() else { return size_power(e) };
    let powers: Vec<f64> =
        terms.iter().map(|(k, t)| size_power(t).filter(|_| *k > 0.0 && k.is_finite())).collect::<Option<_>>()?;
    let r = *powers.first()?;
    (*c >= 0.0 && c.is_finite() && powers.iter().all(|p| *p == r)).then_some(r)
}

/// a + b x + c x² as intervals of a, b and c.
fn quadratic(e: &Expr) -> Option<[Interval; 3]> {
    let point = Interval::point;
    let square = |t: &Expr| match t.kind() {
        Kind::Prod(v) => match v.as_slice() {
            [(u, p)] if p.is(2.0) => affine(u),
            _ => None,
        },
        _ => None,
    };
    let Kind::Sum(c, terms) = e.kind() else { return None };
    let mut all = [point(*c), point(0.0), point(0.0)];
    for (k, t) in terms {
        let of_term = match (affine(t), square(t)) {
            (Some((a, b)), _) => [point(a), point(b), point(0.0)],
            (_, Some((a, b))) => {
                let (a, b) = (point(a), point(b));
                [a.power(2.0), a.mul(&b).mul(&point(2.0)), b.power(2.0)]
            }
            _ => return None,
        };
        for (sum, v) in all.iter_mut().zip(of_term) {
            *sum = sum.add(&v.mul(&point(*k)));
        }
    }
    Some(all)
}

/// Whether a + b x + c x² ≥ 0 for all x: then it is the square of a norm of affine functions.
fn is_square_of_norm(e: &Expr) -> bool {
    let Some([a, b, c]) = quadratic(e) else { return false };
    let rest = a.mul(&c).mul(&Interval::point(4.0)).sub(&b.power(2.0));
    rest.defined && c.lo > 0.0 && rest.lo >= 0.0
}

/// A power of one base.
fn power(b: &Expr, p: f64, known: &dyn Known) -> Option<String> {
    if !p.is_finite() {
        return None;
    }
    if positive_affine(b) && !(0.0..1.0).contains(&p) {
        return Some("(affine > 0)^p with p < 0 or p >= 1".into());
    }
    if p > 0.0 && p % 2.0 == 0.0 && affine(b).is_some() {
        return Some("an even power of affine".into());
    }
    if let Kind::Unary(Unary::Abs, a) = b.kind()
        && p >= 1.0
    {
        return affine(a).map(|_| "|affine|^p with p >= 1".into());
    }
    // a power p ≥ 1 increases on [0, ∞)
    if p >= 1.0 && b.is_nonnegative() {
        return known.convex(b).map(|r| format!("(convex >= 0)^p with p >= 1 ({r})"));
    }
    if p < 0.0 && positive(b) {
        return known.concave(b).map(|r| format!("(concave > 0)^p with p < 0 ({r})"));
    }
    let reaches_one = |r: f64| Interval::point(r).mul(&Interval::point(p)).lo >= 1.0;
    if p > 0.0 && (norm(b).is_some_and(reaches_one) || (reaches_one(2.0) && is_square_of_norm(b))) {
        return Some("a power of a norm of affine".into());
    }
    None
}

/// Several powers: all negative; or one positive, of a size, that is larger than all others by 1.
fn powers(v: &[(Expr, Expr)]) -> Option<String> {
    let p: Vec<f64> = v.iter().map(|(_, p)| p.as_const().filter(|p| p.is_finite())).collect::<Option<_>>()?;
    let positive: Vec<usize> = (0..p.len()).filter(|i| p[*i] > 0.0).collect();
    let others = |skip: Option<usize>| (0..p.len()).all(|i| Some(i) == skip || positive_affine(&v[i].0));
    match positive[..] {
        [] => others(None).then(|| "a product of (affine > 0)^p with p < 0".into()),
        [i] => {
            let (b, q) = (&v[i].0, p[i]);
            let size = positive_affine(b)
                || (q % 2.0 == 0.0 && affine(b).is_some())
                || matches!(b.kind(), Kind::Unary(Unary::Abs, a) if affine(a).is_some());
            let rule = "|affine|^p over powers of affine > 0 that sum to p - 1 at most";
            (size && others(Some(i)) && total(p.iter().copied()).lo >= 1.0).then(|| rule.into())
        }
        _ => None,
    }
}

/// e^convex as a product of such.
pub fn log_convex(e: &Expr, known: &dyn Known) -> bool {
    let factor = |(b, p): &(Expr, Expr)| {
        let number = p.as_const().filter(|p| p.is_finite());
        match b.kind() {
            Kind::Unary(Unary::Exp, u) => number.is_some_and(|p| p > 0.0) && known.convex(u).is_some(),
            Kind::Unary(Unary::Cosh, u) => number.is_some_and(|p| p > 0.0) && affine(u).is_some(),
            // x^(a + b x) = e^(a ln x + b x ln x)
            Kind::X if number.is_none() => affine(p).is_some_and(|(a, b)| a <= 0.0 && b >= 0.0),
            _ => number.is_some_and(|p| p <= 0.0) && positive(b) && known.concave(b).is_some(),
        }
    };
    match e.kind() {
        Kind::Const(c) => *c > 0.0 && c.is_finite(),
        Kind::Prod(v) => v.iter().all(factor),
        Kind::Sum(c, v) => {
            *c >= 0.0 && c.is_finite() && v.iter().all(|(k, t)| *k > 0.0 && k.is_finite() && log_convex(t, known))
        }
        Kind::Unary(Unary::Exp | Unary::Cosh, _) => factor(&(e.clone(), constant(1.0))),
        _ => false,
    }
}

/// A convex product, by which rule.
pub fn convex(e: &Expr, v: &[(Expr, Expr)], known: &dyn Known) -> Option<String> {
    if let [(b, p)] = v
        && let Some(p) = p.as_const()
        && let Some(rule) = power(b, p, known)
    {
        return Some(rule);
    }
    // x ln x, also of an affine one
    if let [(a, p), (b, q)] = v
        && p.is(1.0)
        && q.is(1.0)
    {
        let is = |u: &Expr, l: &Expr| matches!(l.kind(), Kind::Unary(Unary::Ln, w) if w == u) && positive_affine(u);
        if is(a, b) || is(b, a) {
            return Some("u ln u with u affine > 0".into());
        }
    }
    powers(v).or_else(|| log_convex(e, known).then(|| "a product of e^convex".into()))
}

/// A concave product, by which rule.
pub fn concave(v: &[(Expr, Expr)], known: &dyn Known) -> Option<String> {
    if let [(b, p)] = v
        && positive(b)
        && p.as_const().is_some_and(|p| p > 0.0 && p < 1.0)
    {
        let of_affine = || "(affine > 0)^p with 0 < p < 1".to_string();
        let of_concave = |r: String| format!("(concave > 0)^p with 0 < p < 1 ({r})");
        return if affine(b).is_some() { Some(of_affine()) } else { known.concave(b).map(of_concave) };
    }
    let p: Vec<f64> = v.iter().map(|(_, p)| p.as_const().filter(|p| *p > 0.0)).collect::<Option<_>>()?;
    let mean = v.iter().all(|(b, _)| positive_affine(b)) && total(p.into_iter()).hi <= 1.0;
    mean.then(|| "a product of (affine > 0)^p with p > 0 that sum to 1 at most".into())
}
