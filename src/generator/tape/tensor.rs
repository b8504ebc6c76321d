//! Tapes on tensors, a tensor operation each: f32, with the functions of the backend the tensors are on.
use super::code::{Op, Tape};
use crate::generator::scalar::{Binary, Relation, Unary};
use crate::interrupt;
use burn::tensor::{Tensor, TensorData, activation};

impl Tape {
    /// All outputs on a tensor of points, elementwise.
    pub fn eval_tensor(&self, x: &Tensor<1>) -> Vec<Tensor<1>> {
        self.eval_columns(std::slice::from_ref(x))
    }
    /// The same for a formula in several variables, one tensor each.
    pub fn eval_columns(&self, columns: &[Tensor<1>]) -> Vec<Tensor<1>> {
        let x = &columns[0];
        let mut regs: Vec<Tensor<1>> = Vec::with_capacity(self.len());
        for op in self.ops() {
            // asked to stop, what is left of a long formula is not computed
            if !regs.is_empty() && interrupt::poll().is_err() {
                regs.push(x.clone());
                continue;
            }
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
                Op::Native(f, order, a) => through_host(r(a), |v| f.derivative(*order, v)),
            };
            regs.push(v);
        }
        self.outs().iter().map(|i| regs[*i as usize].clone()).collect()
    }
}

/// Through the host, the only place where such a function exists.
fn through_host(a: Tensor<1>, f: impl Fn(f64) -> f64) -> Tensor<1> {
    let (device, n) = (a.device(), a.dims()[0]);
    let Ok(values) = a.clone().try_into_vec_as::<f32>() else { return a.full_like(f32::NAN) };
    let out: Vec<f32> = values.into_iter().map(|v| f(f64::from(v)) as f32).collect();
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
        Unary::Expm1 => expm1_tensor(a),
        Unary::Sigmoid => activation::sigmoid(a),
        Unary::Softplus => a.clone().clamp_min(0.0) + a.abs().neg().exp().log1p(),
        Unary::Sin => a.sin(),
        Unary::Cos => a.cos(),
        Unary::Omega => omega_tensor(a),
        Unary::Sinh => (expm1_tensor(a.clone()) - expm1_tensor(a.neg())).mul_scalar(0.5),
        Unary::Cosh => (a.clone().exp() + a.neg().exp()).mul_scalar(0.5),
        Unary::LogCosh => {
            // |a| + ln(1 + (e^−2|a| − 1)/2)
            let a = a.abs();
            a.clone() + expm1_tensor(a.mul_scalar(-2.0)).mul_scalar(0.5).log1p()
        }
        Unary::Atan => a.atan(),
        // ln(1 + (|a| + a²/(1 + √(1 + a²)))) with the sign of a; far out, where a² would overflow, ln 2|a|
        Unary::Asinh => {
            let size = a.clone().abs();
            let low = size.clone().clamp_max(1e6);
            let square = low.clone() * low.clone();
            let near = (low + square.clone() / square.add_scalar(1.0).sqrt().add_scalar(1.0)).log1p();
            let far = size.clone().log().add_scalar(std::f64::consts::LN_2);
            near.mask_where(size.greater_scalar(1e6), far) * a.sign()
        }
        Unary::Erf => a.erf(),
        Unary::LnGamma | Unary::Polygamma(_) => through_host(a, |v| f.apply(v)),
    }
}

/// e^a − 1 without cancellation: 2t/(1−t) with t = tanh(a/2); far out, where t rounds to 1, the plain form.
fn expm1_tensor(a: Tensor<1>) -> Tensor<1> {
    let t = a.clone().mul_scalar(0.5).tanh();
    let near = t.clone().mul_scalar(2.0) / t.neg().add_scalar(1.0);
    let far = a.clone().exp().sub_scalar(1.0);
    near.mask_where(a.abs().greater_scalar(1.0), far)
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
