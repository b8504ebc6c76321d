//! Tapes in f64, one point at a time: what certificates and f64 conjugates rest on, with the functions of the standard library.
use super::code::{Op, Tape};

impl Tape {
    /// All outputs at one point; `regs` is scratch space, reused between calls.
    pub fn eval(&self, x: f64, regs: &mut Vec<f64>) {
        self.eval_point(&[x], regs)
    }
    /// The same for a formula in several variables.
    pub fn eval_point(&self, x: &[f64], regs: &mut Vec<f64>) {
        regs.clear();
        regs.reserve(self.len());
        for op in self.ops() {
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
        regs[self.outs()[i] as usize]
    }
}
