//! Tapes without conditions: the formula that a tape is around a place, with every abs, max, min and `if` decided there.
use super::code::{Op, Tape};
use super::over::Algebra;
use crate::generator::interval::Interval;
use crate::generator::scalar::{Binary, Unary};

/// What an abs, a sign, a max, a min or a comparison looks at: the sign of the difference of two instructions, or of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    at: u32,
    a: u32,
    b: Option<u32>,
    /// whether f can jump where it changes
    pub jumps: bool,
}

/// A tape whose conditions are decided, and those it was decided by.
#[derive(Debug)]
pub struct Branch {
    /// the same instructions without conditions
    pub tape: Tape,
    /// the conditions that mattered
    pub needed: Vec<Condition>,
}

impl Condition {
    /// What its sign is that of, from all registers.
    pub fn difference<A: Algebra>(&self, registers: &[A]) -> A {
        let a = &registers[self.a as usize];
        match self.b {
            Some(b) => a.add(&registers[b as usize].neg()),
            None => a.clone(),
        }
    }
}

impl Tape {
    fn condition(&self, at: u32) -> Option<Condition> {
        let (a, b, jumps) = match &self.ops()[at as usize] {
            // 1 where something is a number
            Op::Unary(Unary::Sign, a) if matches!(self.ops()[*a as usize], Op::Unary(Unary::Cosh, _)) => return None,
            Op::Unary(f @ (Unary::Abs | Unary::Sign), a) => (*a, None, *f == Unary::Sign),
            Op::Binary(_, a, b) => (*a, Some(*b), false),
            Op::Compare(_, a, b) => (*a, Some(*b), true),
            _ => return None,
        };
        Some(Condition { at, a, b, jumps })
    }
    /// All of its conditions.
    pub fn conditions(&self) -> Vec<Condition> {
        (0..self.len() as u32).filter_map(|i| self.condition(i)).collect()
    }
    /// Whether its only output is ∞, or a sum with that.
    pub fn is_infinite(&self) -> bool {
        let mut left = vec![self.outs()[0]];
        while let Some(i) = left.pop() {
            match &self.ops()[i as usize] {
                Op::Const(v) if *v == f64::INFINITY => return true,
                Op::MulScalar(a, k) if *k > 0.0 => left.push(*a),
                Op::AddScalar(a, _) => left.push(*a),
                Op::Add(a, b) => left.extend([*a, *b]),
                Op::Sub(a, _) => left.push(*a),
                _ => {}
            }
        }
        false
    }
    /// The formula of its only output at x; none where a condition cannot be decided there.
    pub fn branch(&self, x: f64) -> Option<Branch> {
        let registers = self.registers(&Interval::point(x));
        let value = |i: u32| &registers[i as usize];
        let mut ops = vec![Op::Const(0.0); self.len()];
        let mut needed = vec![];
        let mut seen = vec![false; self.len()];
        let mut left = vec![self.outs()[0]];
        while let Some(i) = left.pop() {
            if std::mem::replace(&mut seen[i as usize], true) {
                continue;
            }
            let op = &self.ops()[i as usize];
            let same = |a: u32| Op::MulScalar(a, 1.0);
            let sign = match self.condition(i) {
                Some(c) => {
                    let d = c.difference(&registers);
                    needed.push(c);
                    left.extend([c.a, c.b.unwrap_or(c.a)]);
                    if !d.defined || d.has_zero() {
                        return None;
                    }
                    d.lo.signum()
                }
                None => 0.0,
            };
            ops[i as usize] = match op {
                Op::Unary(Unary::Abs, a) => Op::MulScalar(*a, sign),
                Op::Unary(Unary::Sign, _) => Op::Const(sign),
                Op::Binary(f, a, b) => same(if (sign > 0.0) == (*f == Binary::Max) { *a } else { *b }),
                Op::Compare(r, ..) => Op::Const(f64::from(u8::from(r.holds(sign, 0.0)))),
                Op::Select(q, a, b) => {
                    let (q, v) = (*q, value(*q));
                    let chosen = match (v.has_zero(), v.is_zero()) {
                        (false, _) => *a,
                        (_, true) => *b,
                        _ => return None,
                    };
                    left.extend([q, chosen]);
                    same(chosen)
                }
                other => {
                    left.extend(other.operands());
                    other.clone()
                }
            };
        }
        Some(Branch { tape: Tape::of(ops, self.outs().to_vec()), needed })
    }
}
