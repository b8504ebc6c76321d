//! Sums, products, powers and functions of expressions, simplified as they are made.
use super::node::{Expr, Kind, constant, is_even, is_integer, native_derivative, node};
use super::stable;
use crate::generator::scalar::{Binary, Relation, Unary};
use std::collections::HashMap;
use std::iter::once;

/// Finds where an expression is in a list, in a time that does not grow with the list.
struct Places {
    seen: HashMap<Expr, usize>,
    /// few are found faster by looking at them
    few: bool,
}

impl Places {
    fn new(most: usize) -> Places {
        Places { seen: HashMap::new(), few: most <= 16 }
    }
    /// The place of an expression among those of the list, or none, and then it is noted for the end of the list.
    fn find<T>(&mut self, e: &Expr, list: &[T], of: impl Fn(&T) -> &Expr) -> Option<usize> {
        if self.few {
            return list.iter().position(|p| of(p) == e);
        }
        let place = *self.seen.entry(e.clone()).or_insert(list.len());
        (place < list.len()).then_some(place)
    }
}

/// c + Σ kᵢ tᵢ with equal terms collected.
fn build_sum(c: f64, terms: Vec<(f64, Expr)>) -> Expr {
    let mut acc: Vec<(f64, Expr)> = Vec::with_capacity(terms.len());
    let mut places = Places::new(terms.len());
    for (k, t) in terms {
        match places.find(&t, &acc, |p| &p.1) {
            Some(i) => acc[i].0 += k,
            None => acc.push((k, t)),
        }
    }
    acc.retain(|p| p.0 != 0.0);
    acc.sort_by_key(|a| a.1.hash_code());
    // −0 is 0, as in constants: what is read back is what was written
    let c = if c == 0.0 { 0.0 } else { c };
    if acc.is_empty() {
        return constant(c);
    }
    if c == 0.0 && acc.len() == 1 && acc[0].0 == 1.0 {
        return acc[0].1.clone();
    }
    node(Kind::Sum(c, acc))
}

/// a + b
pub fn add(a: &Expr, b: &Expr) -> Expr {
    sum([a, b])
}

/// The sum of any number of expressions, in a time in proportion to the number of terms.
pub fn sum(parts: impl IntoIterator<Item = impl std::borrow::Borrow<Expr>>) -> Expr {
    let (mut c, mut terms) = (0.0, vec![]);
    for e in parts {
        let e = e.borrow();
        match e.kind() {
            Kind::Const(k) => c += k,
            Kind::Sum(k, t) => {
                c += k;
                terms.extend(t.iter().cloned());
            }
            _ => terms.push((1.0, e.clone())),
        }
    }
    build_sum(c, terms)
}
/// k·a
pub fn scale(k: f64, a: &Expr) -> Expr {
    match a.kind() {
        Kind::Const(v) => constant(k * v),
        Kind::Sum(c, v) => build_sum(c * k, v.iter().map(|(q, t)| (q * k, t.clone())).collect()),
        _ => build_sum(0.0, vec![(k, a.clone())]),
    }
}
/// −a
pub fn neg(a: &Expr) -> Expr {
    scale(-1.0, a)
}
/// a − b
pub fn sub(a: &Expr, b: &Expr) -> Expr {
    add(a, &neg(b))
}

/// Π bᵢ^eᵢ with equal bases collected, and all exponentials in one factor.
fn build_product(factors: Vec<(Expr, Expr)>) -> Expr {
    let mut acc: Vec<(Expr, Expr)> = vec![];
    let mut places = Places::new(factors.len());
    let mut exponents = vec![]; // of the single exp() factor
    for (b, e) in factors {
        if let Kind::Unary(Unary::Exp, u) = b.kind() {
            exponents.push(mul(u, &e));
        } else if let Some(i) = places.find(&b, &acc, |p| &p.0) {
            acc[i].1 = add(&acc[i].1, &e);
        } else {
            acc.push((b, e));
        }
    }
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
        && let Some(e) = stable::product(&acc)
    {
        return e;
    }
    node(Kind::Prod(acc))
}

/// a·b
pub fn mul(a: &Expr, b: &Expr) -> Expr {
    let ((ka, ta), (kb, tb)) = (a.split_coefficient(), b.split_coefficient());
    let mut k = ka * kb;
    if k == 0.0 {
        return constant(0.0);
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
                k *= m;
                factors.push((q, constant(1.0)));
            }
            _ => factors.push((t.clone(), constant(1.0))),
        }
    }
    scale(k, &build_product(factors))
}

/// A sum as leading coefficient times a sum whose first term (in canonical order) has coefficient one.
fn monic(s: &Expr) -> (f64, Expr) {
    if let Kind::Sum(_, v) = s.kind()
        && let Some((k, _)) = v.first()
        && *k != 1.0
    {
        return (*k, scale(1.0 / k, s));
    }
    (1.0, s.clone())
}

/// a/b
pub fn div(a: &Expr, b: &Expr) -> Expr {
    mul(a, &pow(b, &constant(-1.0)))
}

/// bᵉ
pub fn pow(b: &Expr, e: &Expr) -> Expr {
    if e.is(0.0) {
        return constant(1.0);
    }
    if e.is(1.0) {
        return b.clone();
    }
    if let (Some(p), Some(q)) = (b.as_const(), e.as_const()) {
        return constant(p.powf(q));
    }
    match b.kind() {
        Kind::Const(p) if *p > 0.0 => return exp(&scale(p.ln(), e)),
        Kind::Unary(Unary::Exp, u) => return exp(&mul(u, e)),
        Kind::Unary(Unary::Abs, u) if is_even(e) => return pow(u, e),
        Kind::Prod(v) if is_integer(e) || v.iter().all(|(b, _)| b.is_positive()) => {
            return v.iter().fold(constant(1.0), |acc, (b, p)| mul(&acc, &pow(b, &mul(p, e))));
        }
        Kind::Sum(..) => {
            let (k, t) = b.split_coefficient();
            if k != 1.0 && (k > 0.0 || is_integer(e)) {
                return mul(&pow(&constant(k), e), &pow(&t, e));
            }
            let (k, t) = monic(b);
            if k != 1.0 && (k > 0.0 || is_integer(e)) {
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
        return pow(u, &constant(k));
    }
    if let Kind::Sum(c, v) = a.kind() {
        let mut out = constant(1.0);
        let mut rest = vec![];
        for (k, t) in v {
            match t.kind() {
                Kind::Unary(Unary::Ln, u) => out = mul(&out, &pow(u, &constant(*k))),
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
    if let Some(e) = stable::logarithm(a) {
        return e;
    }
    node(Kind::Unary(Unary::Ln, a.clone()))
}

/// A function of one argument.
pub fn unary(f: Unary, a: &Expr) -> Expr {
    match f {
        Unary::Exp => return exp(a),
        Unary::Ln => return ln(a),
        Unary::Abs if a.is_nonnegative() => return a.clone(),
        Unary::Sign if a.is_positive() => return constant(1.0),
        _ => {}
    }
    match a.as_const() {
        Some(v) => constant(f.apply(v)),
        None => node(Kind::Unary(f, a.clone())),
    }
}
/// A function of two arguments.
pub fn binary(f: Binary, a: &Expr, b: &Expr) -> Expr {
    if let (Some(p), Some(q)) = (a.as_const(), b.as_const()) {
        return constant(f.apply(p, q));
    }
    if a == b {
        return a.clone();
    }
    node(Kind::Binary(f, a.clone(), b.clone()))
}
/// The larger of two.
pub fn max(a: &Expr, b: &Expr) -> Expr {
    binary(Binary::Max, a, b)
}
/// The smaller of two.
pub fn min(a: &Expr, b: &Expr) -> Expr {
    binary(Binary::Min, a, b)
}
/// 1 where the relation holds, 0 elsewhere.
pub fn compare(r: Relation, a: &Expr, b: &Expr) -> Expr {
    node(Kind::Compare(r, a.clone(), b.clone()))
}
/// a where the condition q is not 0, b elsewhere.
pub fn select(q: &Expr, a: &Expr, b: &Expr) -> Expr {
    if a == b { a.clone() } else { node(Kind::Where(q.clone(), a.clone(), b.clone())) }
}

/// Replaces every occurrence of `from` by `to` and simplifies again.
pub fn substitute(e: &Expr, from: &Expr, to: &Expr) -> Expr {
    if e == from {
        return to.clone();
    }
    let go = |e: &Expr| substitute(e, from, to);
    match e.kind() {
        Kind::Sum(c, v) => sum(once(constant(*c)).chain(v.iter().map(|(k, t)| scale(*k, &go(t))))),
        Kind::Prod(v) => v.iter().fold(constant(1.0), |acc, (b, e)| mul(&acc, &pow(&go(b), &go(e)))),
        Kind::Unary(f, a) => unary(*f, &go(a)),
        Kind::Binary(f, a, b) => binary(*f, &go(a), &go(b)),
        Kind::Compare(r, a, b) => compare(*r, &go(a), &go(b)),
        Kind::Where(q, a, b) => select(&go(q), &go(a), &go(b)),
        Kind::Native(f, order, a) => native_derivative(f.clone(), *order, &go(a)),
        Kind::Const(_) | Kind::X | Kind::Y | Kind::Coordinate(_) => e.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::diff::diff;
    use crate::generator::expand::expand;
    use crate::generator::expr::x;
    use crate::generator::tape::Tape;

    /// The sum of many is what adding one by one gives, whether they are few or not, and whatever cancels.
    #[test]
    fn a_sum_is_what_adding_gives() {
        let term = |i: usize| match i % 4 {
            0 => scale(0.1 * i as f64, &exp(&scale(-((i % 7) as f64), &x()))),
            1 => constant(0.3),
            2 => scale(if i % 8 == 2 { 1.5 } else { -1.5 }, &pow(&x(), &constant((i % 3) as f64 + 2.0))),
            _ => add(&x(), &ln(&add(&x(), &constant((i % 5) as f64)))),
        };
        for n in [0, 1, 2, 5, 16, 17, 200] {
            let folded = (0..n).fold(constant(0.0), |a, i| add(&a, &term(i)));
            let at_once = sum((0..n).map(term).collect::<Vec<Expr>>());
            assert!(folded == at_once, "{n} terms");
        }
    }

    /// Hundreds of terms, squared, and hundreds of factors, against central differences: 1e-6 is what a step of 1e-5 leaves.
    /// Each is done in a fraction of a second; once it took minutes.
    #[test]
    fn long_formulas_are_differentiated() {
        let begun = std::time::Instant::now();
        let long = (1..400).fold(x(), |y, i| add(&y, &scale(1e-3, &exp(&scale(-0.01 * f64::from(i), &x())))));
        let squared = expand(&mul(&long, &long));
        let factors = (1..200).fold(x(), |y, i| mul(&y, &add(&x(), &constant(0.02 * f64::from(i)))));
        for f in [long, squared, ln(&factors), factors] {
            let tape = Tape::new(&[f.clone(), diff(&f, &x())]);
            let at = |v: f64| {
                let mut registers = vec![];
                tape.eval(v, &mut registers);
                (tape.out(0, &registers), tape.out(1, &registers))
            };
            let (v, h) = (0.37, 1e-5);
            let difference = (at(v + h).0 - at(v - h).0) / (2.0 * h);
            let exact = at(v).1;
            assert!((difference - exact).abs() <= 1e-6 * (1e-300 + exact.abs()), "{difference} and {exact}");
        }
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }
}
