//! Sums of expressions, simplified as they are made.
use super::guard::{is_limited, is_nothing, nothing};
use super::node::{Expr, Kind, constant, node};
use crate::generator::scalar::Unary;
use std::collections::HashMap;

/// Finds where an expression is in a list, in a time that does not grow with the list.
pub(super) struct Places {
    seen: HashMap<Expr, usize>,
    /// few are found faster by looking at them
    few: bool,
}

impl Places {
    pub(super) fn new(most: usize) -> Places {
        Places { seen: HashMap::new(), few: most <= 16 }
    }
    /// The place of an expression among those of the list, or none, and then it is noted for the end of the list.
    pub(super) fn find<T>(&mut self, e: &Expr, list: &[T], of: impl Fn(&T) -> &Expr) -> Option<usize> {
        if self.few {
            return list.iter().position(|p| of(p) == e);
        }
        let place = *self.seen.entry(e.clone()).or_insert(list.len());
        (place < list.len()).then_some(place)
    }
}

/// c + Σ kᵢ tᵢ with equal terms collected.
pub(super) fn build_sum(c: f64, terms: Vec<(f64, Expr)>) -> Expr {
    let mut acc: Vec<(f64, Expr)> = Vec::with_capacity(terms.len());
    let mut places = Places::new(terms.len());
    for (k, t) in terms {
        match places.find(&t, &acc, |p| &p.1) {
            Some(i) => acc[i].0 += k,
            None => acc.push((k, t)),
        }
    }
    // what is left of a term that is gone is where it was a number
    let lost: Vec<Expr> = acc.iter().filter(|p| p.0 == 0.0 && is_limited(&p.1)).map(|p| nothing(&p.1)).collect();
    acc.retain(|p| p.0 != 0.0);
    acc.extend(lost.into_iter().map(|e| (1.0, e)));
    for p in acc.iter_mut().filter(|p| is_nothing(&p.1)) {
        p.0 = 1.0;
    }
    acc.sort_by_key(|a| a.1.hash_code());
    // −0 is 0, as in constants: what is read back is what was written
    let c = if c == 0.0 { 0.0 } else { c };
    if acc.is_empty() {
        return constant(c);
    }
    if c == 0.0 && acc.len() == 1 && acc[0].0 == 1.0 {
        return acc[0].1.clone();
    }
    stable_difference(c, &acc).unwrap_or_else(|| node(Kind::Sum(c, acc)))
}

/// 1 − sigmoid, 1 − tanh and 1 + tanh as what they are where one of the terms has all digits of the other.
fn stable_difference(c: f64, terms: &[(f64, Expr)]) -> Option<Expr> {
    let [(k, t)] = terms else { return None };
    let sigmoid = |k: f64, u: Expr| build_sum(0.0, vec![(k, node(Kind::Unary(Unary::Sigmoid, u)))]);
    match t.kind() {
        Kind::Unary(Unary::Sigmoid, u) if c == -k => Some(sigmoid(c, neg(u))),
        Kind::Unary(Unary::Tanh, u) if c == -k => Some(sigmoid(2.0 * c, scale(-2.0, u))),
        Kind::Unary(Unary::Tanh, u) if c == *k => Some(sigmoid(2.0 * c, scale(2.0, u))),
        _ => None,
    }
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

/// Whether a coefficient, taken out of products, leaves them in the range of numbers.
pub(super) fn in_range(k: f64) -> bool {
    (1e-100..1e100).contains(&k.abs())
}

/// A sum as leading coefficient times a sum whose first term (in canonical order) has coefficient one.
pub(super) fn monic(s: &Expr) -> (f64, Expr) {
    if let Kind::Sum(_, v) = s.kind()
        && let Some((k, _)) = v.first()
        && *k != 1.0
    {
        return (*k, scale(1.0 / k, s));
    }
    (1.0, s.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::diff::diff;
    use crate::generator::expand::expand;
    use crate::generator::expr::{exp, ln, mul, pow, x};
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
