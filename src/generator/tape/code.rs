//! Instructions, and how expressions become them.
use crate::generator::expr::{Expr, Kind};
use crate::generator::native::NativeFunction;
use crate::generator::scalar::{Binary, Relation, Unary};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// One instruction; operands are indices of earlier instructions.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Op {
    Const(f64),
    /// a variable: x or y of a scalar formula, a coordinate of a point
    Input(u32),
    Add(u32, u32),
    Sub(u32, u32),
    Mul(u32, u32),
    Div(u32, u32),
    AddScalar(u32, f64),
    MulScalar(u32, f64),
    /// k − a
    RsubScalar(f64, u32),
    Square(u32),
    Sqrt(u32),
    Recip(u32),
    PowScalar(u32, f64),
    Pow(u32, u32),
    Unary(Unary, u32),
    Binary(Binary, u32, u32),
    Compare(Relation, u32, u32),
    Select(u32, u32, u32),
    /// a derivative of a function known by its values
    Native(NativeFunction, u8, u32),
}

/// Functions of some variables as instructions, common subexpressions once.
#[derive(Clone, Debug)]
pub struct Tape {
    ops: Vec<Op>,
    outs: Vec<u32>,
}

/// Instructions that are being made.
#[derive(Default)]
pub(super) struct Lowering {
    pub(super) ops: Vec<Op>,
    memo: HashMap<Expr, u32>,
    /// where instructions of a digest are; equal ones have one digest
    places: HashMap<u64, Vec<u32>>,
}

impl Op {
    /// The instructions it takes its arguments from.
    pub(super) fn operands(&self) -> Vec<u32> {
        match self {
            Op::Const(_) | Op::Input(_) => vec![],
            Op::Square(a) | Op::Sqrt(a) | Op::Recip(a) | Op::AddScalar(a, _) | Op::MulScalar(a, _) => vec![*a],
            Op::RsubScalar(_, a) | Op::PowScalar(a, _) | Op::Unary(_, a) | Op::Native(_, _, a) => vec![*a],
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) | Op::Pow(a, b) => vec![*a, *b],
            Op::Binary(_, a, b) | Op::Compare(_, a, b) => vec![*a, *b],
            Op::Select(q, a, b) => vec![*q, *a, *b],
        }
    }
    /// The same with its arguments elsewhere.
    pub(super) fn moved(&self, to: impl Fn(u32) -> u32) -> Op {
        match self {
            Op::Const(_) | Op::Input(_) => self.clone(),
            Op::Square(a) => Op::Square(to(*a)),
            Op::Sqrt(a) => Op::Sqrt(to(*a)),
            Op::Recip(a) => Op::Recip(to(*a)),
            Op::AddScalar(a, k) => Op::AddScalar(to(*a), *k),
            Op::MulScalar(a, k) => Op::MulScalar(to(*a), *k),
            Op::RsubScalar(k, a) => Op::RsubScalar(*k, to(*a)),
            Op::PowScalar(a, k) => Op::PowScalar(to(*a), *k),
            Op::Unary(f, a) => Op::Unary(*f, to(*a)),
            Op::Native(f, order, a) => Op::Native(f.clone(), *order, to(*a)),
            Op::Add(a, b) => Op::Add(to(*a), to(*b)),
            Op::Sub(a, b) => Op::Sub(to(*a), to(*b)),
            Op::Mul(a, b) => Op::Mul(to(*a), to(*b)),
            Op::Div(a, b) => Op::Div(to(*a), to(*b)),
            Op::Pow(a, b) => Op::Pow(to(*a), to(*b)),
            Op::Binary(f, a, b) => Op::Binary(*f, to(*a), to(*b)),
            Op::Compare(r, a, b) => Op::Compare(*r, to(*a), to(*b)),
            Op::Select(q, a, b) => Op::Select(to(*q), to(*a), to(*b)),
        }
    }
    /// A number that equal instructions share.
    fn digest(&self) -> u64 {
        let mut h = std::collections::hash_map::DefaultHasher::new();
        std::mem::discriminant(self).hash(&mut h);
        // 0 and −0 are equal
        let bits = |k: f64| (k + 0.0).to_bits();
        match self {
            Op::Const(k) => bits(*k).hash(&mut h),
            Op::Input(a) | Op::Square(a) | Op::Sqrt(a) | Op::Recip(a) => a.hash(&mut h),
            Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) | Op::Pow(a, b) => (a, b).hash(&mut h),
            Op::AddScalar(a, k) | Op::MulScalar(a, k) | Op::RsubScalar(k, a) | Op::PowScalar(a, k) => {
                (a, bits(*k)).hash(&mut h);
            }
            Op::Unary(f, a) => (f, a).hash(&mut h),
            Op::Binary(f, a, b) => (f, a, b).hash(&mut h),
            Op::Compare(r, a, b) => (r, a, b).hash(&mut h),
            Op::Select(q, a, b) => (q, a, b).hash(&mut h),
            Op::Native(f, order, a) => (f.id(), order, a).hash(&mut h),
        }
        h.finish()
    }
}

impl Lowering {
    /// The place of an instruction, an earlier one if there is the same.
    pub(super) fn push(&mut self, op: Op) -> u32 {
        let places = self.places.entry(op.digest()).or_default();
        if let Some(i) = places.iter().find(|i| self.ops[**i as usize] == op) {
            return *i;
        }
        let i = self.ops.len() as u32;
        places.push(i);
        self.ops.push(op);
        i
    }
    /// The place of the last instruction of a formula.
    pub(super) fn go(&mut self, e: &Expr) -> u32 {
        if let Some(&i) = self.memo.get(e) {
            return i;
        }
        let i = match e.kind() {
            Kind::Const(v) => self.push(Op::Const(*v)),
            Kind::X | Kind::Y => self.push(Op::Input(0)),
            Kind::Coordinate(i) => self.push(Op::Input(*i)),
            Kind::Sum(c, v) => self.sum(*c, v),
            Kind::Prod(v) => self.product(v),
            Kind::Unary(f, a) => {
                let i = self.go(a);
                self.push(Op::Unary(*f, i))
            }
            Kind::Binary(f, a, b) => {
                let (i, j) = (self.go(a), self.go(b));
                self.push(Op::Binary(*f, i, j))
            }
            Kind::Compare(r, a, b) => {
                let (i, j) = (self.go(a), self.go(b));
                self.push(Op::Compare(*r, i, j))
            }
            Kind::Where(q, a, b) => {
                let (i, j, k) = (self.go(q), self.go(a), self.go(b));
                self.push(Op::Select(i, j, k))
            }
            Kind::Native(f, order, a) => {
                let i = self.go(a);
                self.push(Op::Native(f.clone(), *order, i))
            }
        };
        self.memo.insert(e.clone(), i);
        i
    }
    fn sum(&mut self, c: f64, terms: &[(f64, Expr)]) -> u32 {
        let mut terms = terms.to_vec();
        terms.sort_by(|a, b| b.0.total_cmp(&a.0)); // positive terms first: subtractions need no negation
        let mut rest = c;
        let mut acc: Option<u32> = None;
        for (k, t) in terms {
            let ti = self.go(&t);
            acc = Some(match (acc, k) {
                (None, 1.0) => ti,
                (None, -1.0) if rest != 0.0 => self.push(Op::RsubScalar(std::mem::take(&mut rest), ti)),
                (None, _) => self.push(Op::MulScalar(ti, k)),
                (Some(p), 1.0) => self.push(Op::Add(p, ti)),
                (Some(p), -1.0) => self.push(Op::Sub(p, ti)),
                (Some(p), _) => {
                    let q = self.push(Op::MulScalar(ti, k));
                    self.push(Op::Add(p, q))
                }
            });
        }
        match acc {
            Some(a) if rest != 0.0 => self.push(Op::AddScalar(a, rest)),
            Some(a) => a,
            None => self.push(Op::Const(c)),
        }
    }
    fn product(&mut self, factors: &[(Expr, Expr)]) -> u32 {
        let (mut num, mut den): (Option<u32>, Option<u32>) = (None, None);
        for (b, e) in factors {
            let bi = self.go(b);
            let (p, below) = match e.as_const() {
                Some(k) => (self.power(bi, k.abs()), k < 0.0),
                None => {
                    let ei = self.go(e);
                    (self.push(Op::Pow(bi, ei)), false)
                }
            };
            let slot = if below { den } else { num };
            let value = match slot {
                None => p,
                Some(q) => self.push(Op::Mul(q, p)),
            };
            if below { den = Some(value) } else { num = Some(value) }
        }
        match (num, den) {
            (Some(n), None) => n,
            (Some(n), Some(d)) => self.push(Op::Div(n, d)),
            (None, Some(d)) => self.push(Op::Recip(d)),
            (None, None) => self.push(Op::Const(1.0)),
        }
    }
    fn power(&mut self, b: u32, k: f64) -> u32 {
        if k == 1.0 {
            b
        } else if k == 2.0 {
            self.push(Op::Square(b))
        } else if k == 0.5 {
            self.push(Op::Sqrt(b))
        } else if k == 1.5 {
            let s = self.push(Op::Sqrt(b));
            self.push(Op::Mul(b, s))
        } else if k == 3.0 {
            let s = self.push(Op::Square(b));
            self.push(Op::Mul(b, s))
        } else if k == 4.0 {
            let s = self.push(Op::Square(b));
            self.push(Op::Square(s))
        } else {
            self.push(Op::PowScalar(b, k))
        }
    }
}

impl Tape {
    /// Code for these outputs, in their order.
    pub fn new(outputs: &[Expr]) -> Tape {
        let mut l = Lowering::default();
        let outs = outputs.iter().map(|e| l.go(e)).collect();
        Tape { ops: l.ops, outs }
    }
    /// The number of instructions, which is that of the registers an evaluation needs.
    pub fn len(&self) -> usize {
        self.ops.len()
    }
    /// Whether there is nothing to compute.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }
    /// Code that is known.
    pub(super) fn of(ops: Vec<Op>, outs: Vec<u32>) -> Tape {
        Tape { ops, outs }
    }
    pub(super) fn ops(&self) -> &[Op] {
        &self.ops
    }
    pub(super) fn outs(&self) -> &[u32] {
        &self.outs
    }
}
