//! Objectives on tensors, in tensor operations.
use super::evaluation::Evaluation;
use crate::device::Values;
use crate::divergence::objective::{Objective, Renyi, SHARPNESS};
use crate::divergence::term::Term;
use crate::generator::infimum::tensor::infimum;
use burn::tensor::activation;

impl Term {
    /// The objective and its derivatives from φ on the particles, shape `[n]`, and φ on the target, shape `[m]`; `nu` is that of an
    /// earlier, similar φ.
    ///
    /// The gradient of the first variation of D in P at particle i is `M · on_source[i] · ∇φ(yᵢ)`: ∇φ itself, or
    /// −f*'(φ − ν)∇φ for the reversed divergence.
    pub fn evaluate(&self, source: &Values, target: &Values, nu: Option<&Values>) -> Evaluation {
        if self.reversed {
            let e = self.forward(target, source, nu);
            Evaluation { value: e.value, on_source: e.on_target, on_target: e.on_source, nu: e.nu }
        } else {
            self.forward(source, target, nu)
        }
    }

    fn forward(&self, p: &Values, q: &Values, nu: Option<&Values>) -> Evaluation {
        let on_p = p.full_like(1.0 / p.dims()[0] as f64);
        let n = q.dims()[0] as f64;
        let mean_p = p.clone().mean();
        match &self.objective {
            Objective::Ipm | Objective::Root | Objective::Sinkhorn(_) | Objective::Unbalanced { .. } => Evaluation {
                value: mean_p - q.clone().mean(),
                on_source: on_p,
                on_target: q.full_like(-1.0 / n),
                nu: None,
            },
            Objective::FreeMass(f) => {
                let c = f.conjugate_tensor(q);
                Evaluation {
                    value: mean_p - c.value.mean(),
                    on_source: on_p,
                    on_target: c.gradient.div_scalar(-n),
                    nu: None,
                }
            }
            Objective::F(f) => match f.kl_scale() {
                Some(a) => {
                    let top = q.clone().max();
                    let e = (q.clone() - top.clone()).div_scalar(a).exp();
                    let sum = e.clone().sum();
                    let log_mean_exp = sum.clone().div_scalar(n).log().mul_scalar(a) + top;
                    Evaluation { value: mean_p - log_mean_exp, on_source: on_p, on_target: e / sum.neg(), nu: None }
                }
                None => {
                    let (nu, c) = infimum(f, q, nu);
                    let value = mean_p - nu.clone() - c.value.mean();
                    Evaluation { value, on_source: on_p, on_target: c.gradient.div_scalar(-n), nu: Some(nu) }
                }
            },
            Objective::Renyi(r) => renyi(r, p, q),
            Objective::Variational(f) => {
                let (on_p_ratio, on_q_ratio) = (f.log_ratio(p), f.log_ratio(q));
                let value = on_p_ratio.phi.mean() - on_q_ratio.conjugate.mean();
                Evaluation {
                    value,
                    on_source: on_p_ratio.phi_slope * on_p,
                    on_target: on_q_ratio.conjugate_slope.div_scalar(-n),
                    nu: None,
                }
            }
        }
    }
}

/// With u = softplus φ on P: c ln mean u^e has the gradient c e u^(e−1) σ(φ)/Σ u^e.
fn renyi(r: &Renyi, p: &Values, q: &Values) -> Evaluation {
    let softplus = |v: &Values| {
        v.clone().clamp_min(0.0) + v.clone().abs().mul_scalar(-SHARPNESS).exp().log1p().div_scalar(SHARPNESS)
    };
    let slope = |v: &Values| activation::sigmoid(v.clone().mul_scalar(SHARPNESS));
    let n = q.dims()[0] as f64;
    let log_u = softplus(p).clamp_min(1e-30).log();
    let powers = log_u.clone().mul_scalar(r.exponent);
    let top = powers.clone().max();
    let weights = (powers - top.clone()).exp();
    let sum = weights.clone().sum();
    let log_mean = sum.clone().div_scalar(p.dims()[0] as f64).log() + top;
    let value = log_mean.mul_scalar(r.factor).add_scalar(r.constant) - softplus(q).mean();
    let on_p = weights / sum * log_u.neg().exp() * slope(p);
    Evaluation {
        value,
        on_source: on_p.mul_scalar(r.factor * r.exponent),
        on_target: slope(q).div_scalar(-n),
        nu: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open, values};
    use crate::differences::partial;
    use crate::generator::named;
    use crate::space::Space;
    use burn::tensor::{Tensor, TensorData};
    use std::sync::Arc;

    /// The variational form at V = ln dP/dQ is D_f itself, and stationary there; elsewhere it is less, with the slope of its
    /// differences. P has a twice and b once, Q the reverse: D = f(2)/3 + 2f(1/2)/3. f32: 1e-5, slopes 1e-3 of differences and
    /// 1e-4 of zero, which is what the table interpolates them to.
    #[test]
    fn variational_forms_are_largest_at_the_log_ratio() {
        let device = open(Choice::Cpu).unwrap().device;
        for entry in named::ALL.iter().filter(|n| n.entry.name != "tv") {
            let arguments = vec![2.0; entry.parameters];
            let f = Arc::new(entry.build(&arguments).unwrap());
            let exact = f.f(2.0) / 3.0 + 2.0 * f.f(0.5) / 3.0;
            let term = Term { objective: Objective::Variational(f), space: Space::Networks, reversed: false };
            let score = |a: f32, b: f32| {
                let vector = |v: Vec<f32>| Tensor::<1>::from_data(TensorData::new(v, [3]), &device);
                let s = term.evaluate(&vector(vec![a, a, b]), &vector(vec![a, b, b]), None);
                let (p, q) = (values(&s.on_source).unwrap(), values(&s.on_target).unwrap());
                (f64::from(values(&s.value).unwrap()[0]), f64::from(p[0] + p[1] + q[0]), f64::from(p[2] + q[1] + q[2]))
            };
            let l = 2.0f32.ln();
            let (value, on_a, on_b) = score(l, -l);
            assert!(
                (value - exact).abs() < 1e-5 && on_a.abs() < 1e-4 && on_b.abs() < 1e-4,
                "{}: {value} and {exact}, slopes {on_a}, {on_b}",
                entry.entry.name
            );
            let (a, b) = (0.3, 0.4);
            let (less, on_a, on_b) = score(a, b);
            assert!(less < exact, "{}", entry.entry.name);
            let [slope_a, slope_b] = [0, 1].map(|i| partial(&[a, b], i, 1e-2, |v| score(v[0], v[1]).0));
            assert!(
                (slope_a - on_a).abs() < 1e-3 && (slope_b - on_b).abs() < 1e-3,
                "{}: {slope_a}, {slope_b} and {on_a}, {on_b}",
                entry.entry.name
            );
        }
    }
}
