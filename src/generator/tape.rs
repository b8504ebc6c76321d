//! Straight-line code for expressions: common subexpressions once, evaluated in f64 or on tensors.
use super::expr::{Expr, Kind};
use super::native::NativeFunction;
use super::scalar::{Binary, Relation, Unary};
use burn::tensor::{Tensor, TensorData, activation};
use std::collections::HashMap;

/// One instruction; operands are indices of earlier instructions.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
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

/// A function of one variable with one output, as instructions.
#[derive(Clone, Debug)]
pub struct Tape {
    ops: Vec<Op>,
    outs: Vec<u32>,
}

struct Lowering {
    ops: Vec<Op>,
    memo: HashMap<Expr, u32>,
}

impl Lowering {
    fn push(&mut self, op: Op) -> u32 {
        if let Some(i) = self.ops.iter().position(|o| *o == op) {
            return i as u32;
        }
        self.ops.push(op);
        (self.ops.len() - 1) as u32
    }
    fn go(&mut self, e: &Expr) -> u32 {
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
    pub fn new(outputs: &[Expr]) -> Tape {
        let mut l = Lowering { ops: vec![], memo: HashMap::new() };
        let outs = outputs.iter().map(|e| l.go(e)).collect();
        Tape { ops: l.ops, outs }
    }
    pub fn len(&self) -> usize {
        self.ops.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }
    pub(super) fn ops(&self) -> &[Op] {
        &self.ops
    }
    pub(super) fn outs(&self) -> &[u32] {
        &self.outs
    }
    /// All outputs at one point; `regs` is scratch space, reused between calls.
    pub fn eval(&self, x: f64, regs: &mut Vec<f64>) {
        self.eval_point(&[x], regs)
    }
    /// The same for a formula in several variables.
    pub fn eval_point(&self, x: &[f64], regs: &mut Vec<f64>) {
        regs.clear();
        for op in &self.ops {
            let r = |i: &u32| regs[*i as usize];
            let v = match op {
                Op::Const(v) => *v,
                Op::Input(i) => x[*i as usize],
                Op::Add(a, b) => r(a) + r(b),
                Op::Sub(a, b) => r(a) - r(b),
                Op::Mul(a, b) => r(a) * r(b),
                Op::Div(a, b) => r(a) / r(b),
                Op::AddScalar(a, k) => r(a) + k,
                Op::MulScalar(a, k) => r(a) * k,
                Op::RsubScalar(k, a) => k - r(a),
                Op::Square(a) => r(a) * r(a),
                Op::Sqrt(a) => r(a).sqrt(),
                Op::Recip(a) => 1.0 / r(a),
                Op::PowScalar(a, k) => r(a).powf(*k),
                Op::Pow(a, b) => r(a).powf(r(b)),
                Op::Unary(f, a) => f.apply(r(a)),
                Op::Binary(f, a, b) => f.apply(r(a), r(b)),
                Op::Native(f, order, a) => f.derivative(*order, r(a)),
                Op::Compare(q, a, b) => f64::from(u8::from(q.holds(r(a), r(b)))),
                Op::Select(q, a, b) => {
                    if r(q) != 0.0 {
                        r(a)
                    } else {
                        r(b)
                    }
                }
            };
            regs.push(v);
        }
    }
    /// Output i after an evaluation.
    pub fn out(&self, i: usize, regs: &[f64]) -> f64 {
        regs[self.outs[i] as usize]
    }
    /// All outputs on a tensor of points, elementwise.
    pub fn eval_tensor(&self, x: &Tensor<1>) -> Vec<Tensor<1>> {
        self.eval_columns(std::slice::from_ref(x))
    }
    /// The same for a formula in several variables, one tensor each.
    pub fn eval_columns(&self, columns: &[Tensor<1>]) -> Vec<Tensor<1>> {
        let x = &columns[0];
        let mut regs: Vec<Tensor<1>> = Vec::with_capacity(self.ops.len());
        for op in &self.ops {
            let r = |i: &u32| regs[*i as usize].clone();
            let v = match op {
                Op::Const(v) => x.full_like(*v),
                Op::Input(i) => columns[*i as usize].clone(),
                Op::Add(a, b) => r(a) + r(b),
                Op::Sub(a, b) => r(a) - r(b),
                Op::Mul(a, b) => r(a) * r(b),
                Op::Div(a, b) => r(a) / r(b),
                Op::AddScalar(a, k) => r(a).add_scalar(*k),
                Op::MulScalar(a, k) => r(a).mul_scalar(*k),
                Op::RsubScalar(k, a) => r(a).neg().add_scalar(*k),
                Op::Square(a) => r(a) * r(a),
                Op::Sqrt(a) => r(a).sqrt(),
                Op::Recip(a) => r(a).recip(),
                Op::PowScalar(a, k) => r(a).powf_scalar(*k),
                Op::Pow(a, b) => r(a).powf(r(b)),
                Op::Unary(f, a) => unary_tensor(*f, r(a)),
                Op::Binary(Binary::Max, a, b) => r(a).max_pair(r(b)),
                Op::Binary(Binary::Min, a, b) => r(a).min_pair(r(b)),
                Op::Compare(q, a, b) => {
                    let (a, b) = (r(a), r(b));
                    match q {
                        Relation::Gt => a.greater(b),
                        Relation::Ge => a.greater_equal(b),
                        Relation::Lt => a.lower(b),
                        Relation::Le => a.lower_equal(b),
                        Relation::Eq => a.equal(b),
                        Relation::Ne => a.not_equal(b),
                    }
                    .float()
                }
                Op::Select(q, a, b) => r(b).mask_where(r(q).not_equal_scalar(0.0), r(a)),
                Op::Native(f, order, a) => native_tensor(f, *order, r(a)),
            };
            regs.push(v);
        }
        self.outs.iter().map(|i| regs[*i as usize].clone()).collect()
    }
}

/// Through the host, the only place where such a function exists.
fn native_tensor(f: &NativeFunction, order: u8, a: Tensor<1>) -> Tensor<1> {
    let (device, n) = (a.device(), a.dims()[0]);
    let Ok(values) = a.clone().try_into_vec_as::<f32>() else { return a.full_like(f32::NAN) };
    let out: Vec<f32> = values.into_iter().map(|v| f.derivative(order, f64::from(v)) as f32).collect();
    Tensor::from_data(TensorData::new(out, [n]), &device)
}

fn unary_tensor(f: Unary, a: Tensor<1>) -> Tensor<1> {
    match f {
        Unary::Exp => a.exp(),
        Unary::Ln => a.log(),
        Unary::Abs => a.abs(),
        Unary::Sign => a.sign(),
        Unary::Tanh => a.tanh(),
        Unary::Log1p => a.log1p(),
        // e^a − 1 without cancellation: 2t/(1−t) with t = tanh(a/2); far out, where t rounds to 1, the plain form
        Unary::Expm1 => {
            let t = a.clone().mul_scalar(0.5).tanh();
            let near = t.clone().mul_scalar(2.0) / t.neg().add_scalar(1.0);
            let far = a.clone().exp().sub_scalar(1.0);
            near.mask_where(a.abs().greater_scalar(1.0), far)
        }
        Unary::Sigmoid => activation::sigmoid(a),
        Unary::Softplus => a.clone().clamp_min(0.0) + a.abs().neg().exp().log1p(),
        Unary::Sin => a.sin(),
        Unary::Cos => a.cos(),
        Unary::Omega => omega_tensor(a),
    }
}

/// Wright's ω on a tensor: three third-order steps from a start good to a few per cent reach f32 precision.
fn omega_tensor(z: Tensor<1>) -> Tensor<1> {
    let low = z.clone().clamp_max(1.0);
    let e = low.exp();
    let start = e.clone() / (e.clone().sqrt().mul_scalar(0.3) + e.clone().mul_scalar(0.7)).add_scalar(1.0);
    let high = z.clone().clamp_min(1.0);
    let start = start.mask_where(z.clone().greater_scalar(1.0), high.clone() - high.log());
    let mut w = start.clamp_min(1e-30);
    for _ in 0..3 {
        let r = z.clone() - w.clone() - w.clone().log();
        let w1 = w.clone().add_scalar(1.0);
        let q = w1.clone().mul_scalar(2.0) * (w1.clone() + r.clone().mul_scalar(2.0 / 3.0));
        let step = r.clone() / w1 * (q.clone() - r.clone()) / (q - r.mul_scalar(2.0));
        w = w * step.add_scalar(1.0);
    }
    // below −40 the equation has no f32 solution distinguishable from e^z
    w.mask_where(z.clone().lower_scalar(-40.0), z.exp())
}
