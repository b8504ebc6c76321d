//! One variational term: the objective of a potential φ from its values on the two samples, and the space φ lives in.
use super::nu;
use crate::device::Values;
use crate::device::ops::passes::{Other, Weighing};
use crate::generator::Generator;
use crate::space::Space;
use burn::tensor::{Device, activation};
use std::sync::Arc;

/// The functional of φ a term maximises.
#[derive(Clone)]
pub enum Objective {
    /// E_P φ − inf_ν { ν + E_Q f*(φ − ν) }; for KL the infimum is the log-mean-exp.
    F(Arc<Generator>),
    /// E_P φ − E_Q f*(φ), with f'(1) = 0: the mass of the minimising measure is free. [glaser2021]
    FreeMass(Arc<Generator>),
    /// E_P φ − E_Q φ
    Ipm,
    /// The p-th root of the transport cost E_P φ − E_Q φ reaches: W_p.
    Root,
    /// The debiased entropic cost OT_ε(P,Q) − ½OT_ε(P,P) − ½OT_ε(Q,Q). [feydy2019]
    Sinkhorn(f64),
    /// −E_P g*(−φ) − E_Q f*(ψ): both marginals of the plan are free, at the prices D_g and D_f. [chizat2018]
    Unbalanced { source: Arc<Generator>, target: Arc<Generator> },
    /// E_P φ − E_Q f*(φ) for φ = f'(e^V), the form every φ ≤ f'(∞) can be given: V is then an estimate of ln dP/dQ, and
    /// for Jensen–Shannon the logit of a discriminator. [nowozin2016], [goodfellow2014]
    Variational(Arc<Generator>),
    /// E_Q g + c ln E_P |g|^e + k for g = −softplus(βφ)/β < 0. [birrell2023]
    Renyi(Renyi),
}

/// β of the softplus that makes a Rényi critic positive; |g| is about 1/α where P and Q agree.
const SHARPNESS: f64 = 16.0;

/// The numbers of a Rényi objective.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Renyi {
    pub factor: f64,
    pub exponent: f64,
    pub constant: f64,
}

impl Renyi {
    /// R_α/… as in [birrell2023]: with 1/(α(α − 1)) in front of ln E_Q (dP/dQ)^α.
    pub fn order(alpha: f64) -> Renyi {
        Renyi { factor: 1.0 / (alpha - 1.0), exponent: (alpha - 1.0) / alpha, constant: (alpha.ln() + 1.0) / alpha }
    }
    /// lim α R_α^{Γ_{L/α}} as α → ∞: the worst-case regret.
    pub fn regret() -> Renyi {
        Renyi { factor: 1.0, exponent: 1.0, constant: 1.0 }
    }
    /// |g| = ln(1 + e^{βφ})/β: as steep as φ except within 1/β of 0.
    pub fn magnitude(phi: f64) -> f64 {
        phi.max(0.0) + (-(SHARPNESS * phi).abs()).exp().ln_1p() / SHARPNESS
    }
    /// α, infinite for the worst-case regret.
    pub fn alpha(&self) -> f64 {
        let a = 1.0 / (1.0 - self.exponent);
        // 1/(1 − (α − 1)/α) is α but for the last digit
        if a.is_finite() { (a * 1e12).round() / 1e12 } else { a }
    }
}

/// An objective, the space of its critic, and whether P and Q change places.
#[derive(Clone)]
pub struct Term {
    pub objective: Objective,
    pub space: Space,
    pub reversed: bool,
}

/// How the derivatives of an objective in φ's values are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shares {
    /// all equal: E_P φ − E_Q φ
    Means,
    /// equal on P, proportional to e^(φ/a) on Q: E_P φ − a ln E_Q e^(φ/a)
    Exponential(f64),
    /// from all values together
    Joint,
}

/// The objective at a critic, and its derivatives in the critic's values.
pub struct Scores {
    /// shape [1]
    pub value: Values,
    /// ∂value/∂φ(yᵢ); Σ is +1, or −1 when reversed, for an f-divergence or an IPM
    pub on_source: Values,
    /// ∂value/∂φ(xⱼ)
    pub on_target: Values,
    /// the minimising ν, shape [1], to start the next solve from
    pub nu: Option<Values>,
}

impl Term {
    /// L, where the critic is confined to Lipschitz functions.
    pub fn lipschitz(&self) -> Option<f64> {
        match &self.space {
            Space::Lipschitz(l) => Some(l.constant),
            _ => None,
        }
    }

    /// Whether the objective is a functional of φ's values alone, which ascent can climb.
    pub fn can_be_scored(&self) -> bool {
        matches!(
            (&self.objective, &self.space),
            (Objective::F(_) | Objective::Ipm | Objective::Renyi(_), Space::Lipschitz(_))
                | (Objective::Variational(_), Space::Networks)
        )
    }

    /// What the derivatives of the objective in φ's values look like.
    pub fn shares(&self) -> Shares {
        match &self.objective {
            Objective::Ipm | Objective::Root | Objective::Sinkhorn(_) | Objective::Unbalanced { .. } => Shares::Means,
            Objective::F(f) => f.kl_scale().map_or(Shares::Joint, Shares::Exponential),
            Objective::FreeMass(_) | Objective::Variational(_) | Objective::Renyi(_) => Shares::Joint,
        }
    }
    /// How a device weighs φ = height · net on both samples, the source first, in one launch; `nu` is that of an earlier φ.
    pub fn weighing(&self, source: usize, height: f64, nu: Option<&Values>, device: &Device) -> Option<Weighing> {
        let other = match (self.shares(), &self.objective) {
            (Shares::Means, _) => Other::Mean,
            (Shares::Exponential(a), _) => Other::Exponential(a),
            (Shares::Joint, Objective::F(f)) => Other::Priced(nu::on_device(f, nu, device)),
            (Shares::Joint, Objective::Variational(f)) => Other::Ratio(f.ratio_table(device)),
            (Shares::Joint, _) => return None,
        };
        Some(Weighing { first: source, means_first: !self.reversed, height, other })
    }
    /// Whether the objective has an infimum over ν without a closed form.
    pub(super) fn nu_is_sought(&self) -> bool {
        matches!(&self.objective, Objective::F(f) if f.kl_scale().is_none())
    }

    /// Whether the first variation in P is the critic itself, whatever its values.
    pub fn varies_as_critic(&self) -> bool {
        !self.reversed && !matches!(self.objective, Objective::Renyi(_) | Objective::Variational(_))
    }

    /// The objective and its gradient from φ on the particles and φ on the target.
    ///
    /// The gradient of the first variation of D in P at particle i is M · on_source[i] · ∇φ(yᵢ): ∇φ itself, or
    /// −f*'(φ − ν)∇φ for the reversed divergence.
    pub fn score(&self, source: &Values, target: &Values, nu: Option<&Values>) -> Scores {
        if self.reversed {
            let s = self.forward(target, source, nu);
            Scores { value: s.value, on_source: s.on_target, on_target: s.on_source, nu: s.nu }
        } else {
            self.forward(source, target, nu)
        }
    }

    fn forward(&self, p: &Values, q: &Values, nu: Option<&Values>) -> Scores {
        let on_p = p.full_like(1.0 / p.dims()[0] as f64);
        let n = q.dims()[0] as f64;
        let mean_p = p.clone().mean();
        match &self.objective {
            Objective::Ipm | Objective::Root | Objective::Sinkhorn(_) | Objective::Unbalanced { .. } => {
                Scores { value: mean_p - q.clone().mean(), on_source: on_p, on_target: q.full_like(-1.0 / n), nu: None }
            }
            Objective::FreeMass(f) => {
                let c = f.conjugate_tensor(q);
                Scores {
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
                    Scores { value: mean_p - log_mean_exp, on_source: on_p, on_target: e / sum.neg(), nu: None }
                }
                None => {
                    let (nu, c) = nu::solve(f, q, nu);
                    let value = mean_p - nu.clone() - c.value.mean();
                    Scores { value, on_source: on_p, on_target: c.gradient.div_scalar(-n), nu: Some(nu) }
                }
            },
            Objective::Renyi(r) => renyi(r, p, q),
            Objective::Variational(f) => {
                let (on_p_ratio, on_q_ratio) = (f.log_ratio(p), f.log_ratio(q));
                let value = on_p_ratio.phi.mean() - on_q_ratio.conjugate.mean();
                Scores {
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
fn renyi(r: &Renyi, p: &Values, q: &Values) -> Scores {
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
    Scores { value, on_source: on_p.mul_scalar(r.factor * r.exponent), on_target: slope(q).div_scalar(-n), nu: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open, values};
    use crate::differences::partial;
    use crate::generator::named;
    use burn::tensor::{Tensor, TensorData};

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
                let s = term.score(&vector(vec![a, a, b]), &vector(vec![a, b, b]), None);
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
