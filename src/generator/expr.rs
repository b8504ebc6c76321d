//! Symbolic scalar expressions in canonical form: sums of monomials over a shared graph.
//!
//! Two expressions are equal when their structural hashes are; constructors simplify as they build, knowing that
//! the primal variable x is positive.
use super::native::NativeFunction;
use super::scalar::{Binary, Relation, Unary};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a node of the graph is.
#[derive(Clone, Debug)]
pub enum Kind {
    Const(f64),
    /// The primal variable x > 0.
    X,
    /// The dual variable y.
    Y,
    /// A coordinate of a point, of any sign.
    Coordinate(u32),
    /// c₀ + Σ kᵢ eᵢ
    Sum(f64, Vec<(f64, Expr)>),
    /// Π bᵢ^pᵢ
    Prod(Vec<(Expr, Expr)>),
    Unary(Unary, Expr),
    Binary(Binary, Expr, Expr),
    Compare(Relation, Expr, Expr),
    /// condition, value where it holds, value elsewhere
    Where(Expr, Expr, Expr),
    /// the derivative of an order of a function known by its values, at an argument
    Native(NativeFunction, u8, Expr),
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    hash: u64,
    /// nodes of the tree this graph unfolds to: what recursive passes cost
    size: u64,
    /// whether it depends on the coordinates of a point
    of_point: bool,
}

/// A handle on a node of the expression graph; cloning is cheap.
#[derive(Clone, Debug)]
pub struct Expr(Arc<Node>);

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.hash == other.0.hash
    }
}
impl Eq for Expr {}
impl Hash for Expr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash.hash(state)
    }
}

fn node(kind: Kind) -> Expr {
    let mut h = std::collections::hash_map::DefaultHasher::new();
    std::mem::discriminant(&kind).hash(&mut h);
    match &kind {
        Kind::Const(c) => c.to_bits().hash(&mut h),
        Kind::X | Kind::Y => {}
        Kind::Coordinate(i) => i.hash(&mut h),
        Kind::Sum(c, terms) => {
            c.to_bits().hash(&mut h);
            for (k, t) in terms {
                k.to_bits().hash(&mut h);
                t.hash(&mut h);
            }
        }
        Kind::Prod(factors) => factors.hash(&mut h),
        Kind::Unary(f, a) => (f, a).hash(&mut h),
        Kind::Binary(f, a, b) => (f, a, b).hash(&mut h),
        Kind::Compare(r, a, b) => (r, a, b).hash(&mut h),
        Kind::Where(q, a, b) => (q, a, b).hash(&mut h),
        Kind::Native(f, order, a) => (f.id(), order, a).hash(&mut h),
    }
    let e = Expr(Arc::new(Node { of_point: matches!(kind, Kind::Coordinate(_)), kind, hash: h.finish(), size: 1 }));
    let size = e.children().iter().fold(1u64, |n, c| n.saturating_add(c.0.size));
    let of_point = e.0.of_point || e.children().iter().any(|c| c.0.of_point);
    match Arc::try_unwrap(e.0) {
        Ok(n) => Expr(Arc::new(Node { size, of_point, ..n })),
        Err(shared) => Expr(shared),
    }
}

pub fn constant(v: f64) -> Expr {
    node(Kind::Const(if v == 0.0 { 0.0 } else { v }))
}
pub fn x() -> Expr {
    node(Kind::X)
}
pub fn y() -> Expr {
    node(Kind::Y)
}
/// The i-th coordinate of a point.
pub fn coordinate(i: usize) -> Expr {
    node(Kind::Coordinate(i as u32))
}
/// f at an argument, for an f known by its values.
pub fn native(f: NativeFunction, a: &Expr) -> Expr {
    native_derivative(f, 0, a)
}
pub(super) fn native_derivative(f: NativeFunction, order: u8, a: &Expr) -> Expr {
    match a.as_const() {
        Some(v) => constant(f.derivative(order, v)),
        None => node(Kind::Native(f, order, a.clone())),
    }
}

impl Expr {
    /// Nodes of the tree the graph unfolds to.
    pub fn size(&self) -> u64 {
        self.0.size
    }
    /// Whether it depends on the coordinates of a point.
    pub fn of_point(&self) -> bool {
        self.0.of_point
    }
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }
    pub fn as_const(&self) -> Option<f64> {
        if let Kind::Const(v) = self.kind() { Some(*v) } else { None }
    }
    pub fn is(&self, v: f64) -> bool {
        self.as_const() == Some(v)
    }
    pub fn children(&self) -> Vec<Expr> {
        match self.kind() {
            Kind::Sum(_, v) => v.iter().map(|t| t.1.clone()).collect(),
            Kind::Prod(v) => v.iter().flat_map(|(b, e)| [b.clone(), e.clone()]).collect(),
            Kind::Unary(_, a) | Kind::Native(_, _, a) => vec![a.clone()],
            Kind::Binary(_, a, b) | Kind::Compare(_, a, b) => vec![a.clone(), b.clone()],
            Kind::Where(q, a, b) => vec![q.clone(), a.clone(), b.clone()],
            Kind::Const(_) | Kind::X | Kind::Y | Kind::Coordinate(_) => vec![],
        }
    }
    /// Whether any node of the graph satisfies the predicate.
    pub fn any(&self, pred: &dyn Fn(&Kind) -> bool) -> bool {
        pred(self.kind()) || self.children().iter().any(|e| e.any(pred))
    }
    pub fn has_x(&self) -> bool {
        self.any(&|k| matches!(k, Kind::X))
    }
    /// Whether some part is known only by its values.
    pub fn has_native(&self) -> bool {
        self.any(&|k| matches!(k, Kind::Native(..)))
    }
    pub fn has_y(&self) -> bool {
        self.any(&|k| matches!(k, Kind::Y))
    }
    /// Provably > 0 for every x > 0, from the structure alone.
    pub fn is_positive(&self) -> bool {
        match self.kind() {
            Kind::Const(v) => *v > 0.0,
            Kind::X => true,
            Kind::Unary(Unary::Exp | Unary::Sigmoid | Unary::Softplus | Unary::Omega, _) => true,
            Kind::Prod(v) => v.iter().all(|(b, _)| b.is_positive()),
            Kind::Sum(c, v) => *c >= 0.0 && v.iter().all(|(k, t)| *k > 0.0 && t.is_positive()),
            Kind::Where(_, a, b) => a.is_positive() && b.is_positive(),
            Kind::Binary(Binary::Max, a, b) => a.is_positive() || b.is_positive(),
            Kind::Binary(Binary::Min, a, b) => a.is_positive() && b.is_positive(),
            _ => false,
        }
    }
    /// Provably ≥ 0 for every x > 0.
    pub fn is_nonnegative(&self) -> bool {
        match self.kind() {
            Kind::Const(v) => *v >= 0.0,
            Kind::Unary(Unary::Abs, _) => true,
            Kind::Prod(v) => v.iter().all(|(b, e)| b.is_nonnegative() || is_even(e)),
            Kind::Sum(c, v) => *c >= 0.0 && v.iter().all(|(k, t)| *k > 0.0 && t.is_nonnegative()),
            Kind::Where(_, a, b) => a.is_nonnegative() && b.is_nonnegative(),
            Kind::Binary(Binary::Max, a, b) => a.is_nonnegative() || b.is_nonnegative(),
            _ => self.is_positive(),
        }
    }
    /// (coefficient, monomial)
    fn split_coefficient(&self) -> (f64, Expr) {
        match self.kind() {
            Kind::Const(v) => (*v, constant(1.0)),
            Kind::Sum(c, v) if *c == 0.0 && v.len() == 1 => (v[0].0, v[0].1.clone()),
            _ => (1.0, self.clone()),
        }
    }
    /// a + b·x as (a, b)
    pub fn as_affine(&self) -> Option<(f64, f64)> {
        match self.kind() {
            Kind::X => Some((0.0, 1.0)),
            Kind::Const(v) => Some((*v, 0.0)),
            Kind::Sum(c, v) if v.len() == 1 && matches!(v[0].1.kind(), Kind::X) => Some((*c, v[0].0)),
            _ => None,
        }
    }
}

fn is_even(e: &Expr) -> bool {
    e.as_const().is_some_and(|v| v % 2.0 == 0.0)
}
fn is_integer(e: &Expr) -> bool {
    e.as_const().is_some_and(|v| v.fract() == 0.0)
}

fn build_sum(c: f64, terms: Vec<(f64, Expr)>) -> Expr {
    let mut acc: Vec<(f64, Expr)> = Vec::with_capacity(terms.len());
    for (k, t) in terms {
        match acc.iter_mut().find(|p| p.1 == t) {
            Some(p) => p.0 += k,
            None => acc.push((k, t)),
        }
    }
    acc.retain(|p| p.0 != 0.0);
    acc.sort_by_key(|a| a.1.0.hash);
    if acc.is_empty() {
        return constant(c);
    }
    if c == 0.0 && acc.len() == 1 && acc[0].0 == 1.0 {
        return acc[0].1.clone();
    }
    node(Kind::Sum(c, acc))
}

pub fn add(a: &Expr, b: &Expr) -> Expr {
    let (mut c, mut terms) = (0.0, vec![]);
    for e in [a, b] {
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
pub fn scale(k: f64, a: &Expr) -> Expr {
    match a.kind() {
        Kind::Const(v) => constant(k * v),
        Kind::Sum(c, v) => build_sum(c * k, v.iter().map(|(q, t)| (q * k, t.clone())).collect()),
        _ => build_sum(0.0, vec![(k, a.clone())]),
    }
}
pub fn neg(a: &Expr) -> Expr {
    scale(-1.0, a)
}
pub fn sub(a: &Expr, b: &Expr) -> Expr {
    add(a, &neg(b))
}

fn build_product(factors: Vec<(Expr, Expr)>) -> Expr {
    let mut acc: Vec<(Expr, Expr)> = vec![];
    let mut exponent = constant(0.0); // of the single exp() factor
    for (b, e) in factors {
        if let Kind::Unary(Unary::Exp, u) = b.kind() {
            exponent = add(&exponent, &mul(u, &e));
        } else if let Some(p) = acc.iter_mut().find(|p| p.0 == b) {
            p.1 = add(&p.1, &e);
        } else {
            acc.push((b, e));
        }
    }
    if !exponent.is(0.0) {
        acc.push((node(Kind::Unary(Unary::Exp, exponent)), constant(1.0)));
    }
    acc.retain(|p| !p.1.is(0.0));
    acc.sort_by_key(|a| a.0.0.hash);
    if acc.is_empty() {
        return constant(1.0);
    }
    if acc.len() == 1 && acc[0].1.is(1.0) {
        return acc[0].0.clone();
    }
    node(Kind::Prod(acc))
}

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

pub fn div(a: &Expr, b: &Expr) -> Expr {
    mul(a, &pow(b, &constant(-1.0)))
}

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
            return v.iter().fold(constant(0.0), |acc, (b, e)| add(&acc, &mul(e, &ln(b))));
        }
        if v.len() == 1 && !is_even(&v[0].1) {
            return mul(&v[0].1, &ln(&v[0].0));
        }
    }
    node(Kind::Unary(Unary::Ln, a.clone()))
}

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
pub fn binary(f: Binary, a: &Expr, b: &Expr) -> Expr {
    if let (Some(p), Some(q)) = (a.as_const(), b.as_const()) {
        return constant(f.apply(p, q));
    }
    if a == b {
        return a.clone();
    }
    node(Kind::Binary(f, a.clone(), b.clone()))
}
pub fn max(a: &Expr, b: &Expr) -> Expr {
    binary(Binary::Max, a, b)
}
pub fn min(a: &Expr, b: &Expr) -> Expr {
    binary(Binary::Min, a, b)
}
pub fn compare(r: Relation, a: &Expr, b: &Expr) -> Expr {
    node(Kind::Compare(r, a.clone(), b.clone()))
}
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
        Kind::Sum(c, v) => v.iter().fold(constant(*c), |acc, (k, t)| add(&acc, &scale(*k, &go(t)))),
        Kind::Prod(v) => v.iter().fold(constant(1.0), |acc, (b, e)| mul(&acc, &pow(&go(b), &go(e)))),
        Kind::Unary(f, a) => unary(*f, &go(a)),
        Kind::Binary(f, a, b) => binary(*f, &go(a), &go(b)),
        Kind::Compare(r, a, b) => compare(*r, &go(a), &go(b)),
        Kind::Where(q, a, b) => select(&go(q), &go(a), &go(b)),
        Kind::Native(f, order, a) => native_derivative(f.clone(), *order, &go(a)),
        Kind::Const(_) | Kind::X | Kind::Y | Kind::Coordinate(_) => e.clone(),
    }
}
