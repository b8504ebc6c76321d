//! Expressions as data, so that a saved run carries the f it was made with.
use super::expr::{self, Expr, Kind};
use super::scalar::{Binary, Relation, Unary};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The expression tree in a form that serialises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Portable {
    /// a number
    Const(#[serde(with = "crate::wire")] f64),
    /// the primal variable
    X,
    /// the dual variable
    Y,
    /// a coordinate of a point
    Coordinate(u32),
    /// c₀ + Σ kᵢ eᵢ
    Sum(f64, Vec<(f64, Portable)>),
    /// Π bᵢ^pᵢ
    Prod(Vec<(Portable, Portable)>),
    /// a function of one argument
    Unary(Unary, Box<Portable>),
    /// a function of two arguments
    Binary(Binary, Box<Portable>, Box<Portable>),
    /// 1 where the relation holds, 0 elsewhere
    Compare(Relation, Box<Portable>, Box<Portable>),
    /// condition, value where it holds, value elsewhere
    Where(Box<Portable>, Box<Portable>, Box<Portable>),
    /// a function made in Rust: its name; the function itself cannot be kept in a file
    Native(String),
    /// an earlier entry of a shared graph
    Ref(u32),
}

impl Portable {
    /// The name of a function made in Rust, which no file can hold.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Portable::Native(name) => Some(name),
            Portable::Const(_) | Portable::X | Portable::Y | Portable::Coordinate(_) | Portable::Ref(_) => None,
            Portable::Sum(_, v) => v.iter().find_map(|t| t.1.missing()),
            Portable::Prod(v) => v.iter().find_map(|(b, e)| b.missing().or_else(|| e.missing())),
            Portable::Unary(_, a) => a.missing(),
            Portable::Binary(_, a, b) | Portable::Compare(_, a, b) => a.missing().or_else(|| b.missing()),
            Portable::Where(q, a, b) => q.missing().or_else(|| a.missing()).or_else(|| b.missing()),
        }
    }
}

/// One node, its children made by `child`.
fn shallow(e: &Expr, child: &mut dyn FnMut(&Expr) -> Portable) -> Portable {
    let mut go = |e: &Expr| Box::new(child(e));
    match e.kind() {
        Kind::Const(v) => Portable::Const(*v),
        Kind::X => Portable::X,
        Kind::Y => Portable::Y,
        Kind::Coordinate(i) => Portable::Coordinate(*i),
        Kind::Sum(c, v) => Portable::Sum(*c, v.iter().map(|(k, t)| (*k, *go(t))).collect()),
        Kind::Prod(v) => Portable::Prod(v.iter().map(|(b, p)| (*go(b), *go(p))).collect()),
        Kind::Unary(f, a) => Portable::Unary(*f, go(a)),
        Kind::Binary(f, a, b) => Portable::Binary(*f, go(a), go(b)),
        Kind::Compare(r, a, b) => Portable::Compare(*r, go(a), go(b)),
        Kind::Where(q, a, b) => Portable::Where(go(q), go(a), go(b)),
        Kind::Native(f, _, _) => Portable::Native(f.name().to_string()),
    }
}

impl From<&Expr> for Portable {
    fn from(e: &Expr) -> Portable {
        shallow(e, &mut |e| Portable::from(e))
    }
}

/// The expression, with the entries of a shared graph for its references.
fn build(p: &Portable, table: &[Expr]) -> Expr {
    let go = |p: &Portable| build(p, table);
    match p {
        Portable::Const(v) => expr::constant(*v),
        Portable::X => expr::x(),
        Portable::Y => expr::y(),
        Portable::Coordinate(i) => expr::coordinate(*i as usize),
        Portable::Sum(c, v) => v.iter().fold(expr::constant(*c), |a, (k, t)| expr::add(&a, &expr::scale(*k, &go(t)))),
        Portable::Prod(v) => v.iter().fold(expr::constant(1.0), |a, (b, p)| expr::mul(&a, &expr::pow(&go(b), &go(p)))),
        Portable::Unary(f, a) => expr::unary(*f, &go(a)),
        Portable::Binary(f, a, b) => expr::binary(*f, &go(a), &go(b)),
        Portable::Compare(r, a, b) => expr::compare(*r, &go(a), &go(b)),
        Portable::Where(q, a, b) => expr::select(&go(q), &go(a), &go(b)),
        // refused before it is asked: see `missing`
        Portable::Native(_) => expr::constant(f64::NAN),
        Portable::Ref(i) => table.get(*i as usize).cloned().unwrap_or_else(|| expr::constant(f64::NAN)),
    }
}

impl From<&Portable> for Expr {
    fn from(p: &Portable) -> Expr {
        build(p, &[])
    }
}

/// A graph whose shared parts are written once; the last entry is the expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graph(Vec<Portable>);

impl Graph {
    /// The graph of an expression.
    pub fn of(e: &Expr) -> Graph {
        fn visit(e: &Expr, nodes: &mut Vec<Portable>, seen: &mut HashMap<Expr, u32>) -> Portable {
            if let Some(i) = seen.get(e) {
                return Portable::Ref(*i);
            }
            let node = shallow(e, &mut |child| visit(child, nodes, seen));
            nodes.push(node);
            let at = (nodes.len() - 1) as u32;
            seen.insert(e.clone(), at);
            Portable::Ref(at)
        }
        let mut nodes = vec![];
        visit(e, &mut nodes, &mut HashMap::new());
        Graph(nodes)
    }
    /// The expression again; NaN where a function made in Rust was.
    pub fn expr(&self) -> Expr {
        let mut table: Vec<Expr> = vec![];
        for p in &self.0 {
            let e = build(p, &table);
            table.push(e);
        }
        table.pop().unwrap_or_else(|| expr::constant(f64::NAN))
    }
    /// The name of a function made in Rust, which no file can hold.
    pub fn missing(&self) -> Option<&str> {
        self.0.iter().find_map(Portable::missing)
    }
}
