//! The graph an expression is: nodes, handles on them, the leaves, and what can be told from the structure alone.
use crate::generator::native::NativeFunction;
use crate::generator::scalar::{Binary, Relation, Unary};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a node of the graph is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A number.
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
    /// a function of one argument
    Unary(Unary, Expr),
    /// a function of two arguments
    Binary(Binary, Expr, Expr),
    /// 1 where the relation holds, 0 elsewhere
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
    facts: Facts,
}

/// What is asked of a node again and again, from its kind and from what is known of its children.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    /// nodes of the tree this graph unfolds to: what recursive passes cost
    size: u64,
    /// whether coordinates of a point, x, y and functions known by their values occur
    of_point: bool,
    has_x: bool,
    has_y: bool,
    has_native: bool,
    /// > 0 and ≥ 0 for every x > 0
    positive: bool,
    nonnegative: bool,
    /// a number for every x > 0
    defined: bool,
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

/// A node of this kind, as it is: the constructors of `algebra.rs` simplify first.
pub(super) fn node(kind: Kind) -> Expr {
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
    let facts = Facts::of(&kind);
    Expr(Arc::new(Node { kind, hash: h.finish(), facts }))
}

impl Facts {
    fn of(kind: &Kind) -> Facts {
        let mut f = Facts {
            size: 1,
            of_point: matches!(kind, Kind::Coordinate(_)),
            has_x: matches!(kind, Kind::X),
            has_y: matches!(kind, Kind::Y),
            has_native: matches!(kind, Kind::Native(..)),
            positive: kind.is_positive(),
            nonnegative: false,
            defined: kind.is_defined(),
        };
        f.nonnegative = kind.is_nonnegative() || f.positive;
        for c in kind.children() {
            let child = c.0.facts;
            f.size = f.size.saturating_add(child.size);
            f.of_point |= child.of_point;
            f.has_x |= child.has_x;
            f.has_y |= child.has_y;
            f.has_native |= child.has_native;
        }
        f
    }
}

/// A number; −0 is 0.
pub fn constant(v: f64) -> Expr {
    node(Kind::Const(if v == 0.0 { 0.0 } else { v }))
}
/// The primal variable x > 0.
pub fn x() -> Expr {
    node(Kind::X)
}
/// The dual variable y.
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
/// Its derivative of an order; a number where the argument is one.
pub(in crate::generator) fn native_derivative(f: NativeFunction, order: u8, a: &Expr) -> Expr {
    match a.as_const() {
        Some(v) => constant(f.derivative(order, v)),
        None => node(Kind::Native(f, order, a.clone())),
    }
}

impl Kind {
    /// The nodes it is made of; of a product each base and its exponent.
    fn children(&self) -> Vec<Expr> {
        match self {
            Kind::Sum(_, v) => v.iter().map(|t| t.1.clone()).collect(),
            Kind::Prod(v) => v.iter().flat_map(|(b, e)| [b.clone(), e.clone()]).collect(),
            Kind::Unary(_, a) | Kind::Native(_, _, a) => vec![a.clone()],
            Kind::Binary(_, a, b) | Kind::Compare(_, a, b) => vec![a.clone(), b.clone()],
            Kind::Where(q, a, b) => vec![q.clone(), a.clone(), b.clone()],
            Kind::Const(_) | Kind::X | Kind::Y | Kind::Coordinate(_) => vec![],
        }
    }
    /// Provably > 0 for every x > 0, from the structure alone.
    fn is_positive(&self) -> bool {
        match self {
            Kind::Const(v) => *v > 0.0,
            Kind::X => true,
            Kind::Unary(Unary::Exp | Unary::Sigmoid | Unary::Softplus | Unary::Omega | Unary::Cosh, _) => true,
            Kind::Unary(Unary::Sign, a) => a.is_positive(),
            Kind::Unary(Unary::Tanh | Unary::Sinh | Unary::Atan | Unary::Asinh | Unary::Erf, a)
            | Kind::Unary(Unary::Expm1 | Unary::Log1p, a) => a.is_positive(),
            // the odd derivatives of ψ have no poles on the positive axis, and are positive there
            Kind::Unary(Unary::Polygamma(order), a) => !order.is_multiple_of(2) && a.is_positive(),
            Kind::Prod(v) => v.iter().all(|(b, _)| b.is_positive()),
            Kind::Sum(c, v) => *c >= 0.0 && v.iter().all(|(k, t)| *k > 0.0 && t.is_positive()),
            Kind::Where(_, a, b) => a.is_positive() && b.is_positive(),
            Kind::Binary(Binary::Max, a, b) => a.is_positive() || b.is_positive(),
            Kind::Binary(Binary::Min, a, b) => a.is_positive() && b.is_positive(),
            _ => false,
        }
    }
    /// Provably a number for every x > 0, from the structure alone, but for single places as the pole of 1/(x − 2).
    fn is_defined(&self) -> bool {
        match self {
            Kind::Unary(Unary::Ln | Unary::LnGamma | Unary::Polygamma(_), a) => a.is_defined() && a.is_positive(),
            Kind::Unary(Unary::Log1p, a) => a.is_defined() && a.is_nonnegative(),
            Kind::Prod(v) => {
                let whole =
                    |b: &Expr, e: &Expr| is_integer(e) || b.is_positive() || b.is_nonnegative() && e.is_positive();
                v.iter().all(|(b, e)| b.is_defined() && e.is_defined() && whole(b, e))
            }
            Kind::Const(v) => v.is_finite(),
            Kind::Native(..) => false,
            _ => self.children().iter().all(Expr::is_defined),
        }
    }
    /// Provably ≥ 0 for every x > 0.
    fn is_nonnegative(&self) -> bool {
        match self {
            Kind::Const(v) => *v >= 0.0,
            Kind::Unary(Unary::Abs | Unary::LogCosh, _) => true,
            // 0 where it is a number
            Kind::Unary(Unary::Ln, a) => matches!(a.kind(), Kind::Unary(Unary::Sign, s) if s.is_positive()),
            Kind::Prod(v) => v.iter().all(|(b, e)| b.is_nonnegative() || is_even(e)),
            Kind::Sum(c, v) => *c >= 0.0 && v.iter().all(|(k, t)| *k > 0.0 && t.is_nonnegative()),
            Kind::Where(_, a, b) => a.is_nonnegative() && b.is_nonnegative(),
            Kind::Binary(Binary::Max, a, b) => a.is_nonnegative() || b.is_nonnegative(),
            _ => false,
        }
    }
}

impl Expr {
    /// What terms and factors are ordered by.
    pub(super) fn hash_code(&self) -> u64 {
        self.0.hash
    }
    /// Nodes of the tree the graph unfolds to.
    pub fn size(&self) -> u64 {
        self.0.facts.size
    }
    /// Whether it depends on the coordinates of a point.
    pub fn of_point(&self) -> bool {
        self.0.facts.of_point
    }
    /// What the node is.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }
    /// The number it is, if it is one.
    pub fn as_const(&self) -> Option<f64> {
        if let Kind::Const(v) = self.kind() { Some(*v) } else { None }
    }
    /// Whether it is this number.
    pub fn is(&self, v: f64) -> bool {
        self.as_const() == Some(v)
    }
    /// The nodes it is made of; of a product each base and its exponent.
    pub fn children(&self) -> Vec<Expr> {
        self.kind().children()
    }
    /// Whether any node of the graph satisfies the predicate.
    pub fn any(&self, pred: &dyn Fn(&Kind) -> bool) -> bool {
        pred(self.kind()) || self.children().iter().any(|e| e.any(pred))
    }
    /// Whether x occurs.
    pub fn has_x(&self) -> bool {
        self.0.facts.has_x
    }
    /// Whether some part is known only by its values.
    pub fn has_native(&self) -> bool {
        self.0.facts.has_native
    }
    /// Whether y occurs.
    pub fn has_y(&self) -> bool {
        self.0.facts.has_y
    }
    /// Provably > 0 for every x > 0, from the structure alone.
    pub fn is_positive(&self) -> bool {
        self.0.facts.positive
    }
    /// Provably ≥ 0 for every x > 0.
    pub fn is_nonnegative(&self) -> bool {
        self.0.facts.nonnegative
    }
    /// Provably a number for every x > 0, but for single places.
    pub(super) fn is_defined(&self) -> bool {
        self.0.facts.defined
    }
    /// (coefficient, monomial)
    pub(super) fn split_coefficient(&self) -> (f64, Expr) {
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

/// Whether it is an even number.
pub(super) fn is_even(e: &Expr) -> bool {
    e.as_const().is_some_and(|v| v % 2.0 == 0.0)
}
/// Whether it is a whole number.
pub(super) fn is_integer(e: &Expr) -> bool {
    e.as_const().is_some_and(|v| v.fract() == 0.0)
}
