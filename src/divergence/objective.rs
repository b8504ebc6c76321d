//! The functionals of φ that divergences are suprema of.
use crate::generator::Generator;
use std::sync::Arc;

/// The functional of φ a term maximises.
#[derive(Clone)]
pub enum Objective {
    /// E_P φ − inf_ν { ν + E_Q f*(φ − ν) }; for KL the infimum is the log-mean-exp.
    F(Arc<Generator>),
    /// E_P φ − E_Q f*(φ), with f'(1) = 0: the mass of the minimising measure is free. [glaser2021](crate::references#glaser2021)
    FreeMass(Arc<Generator>),
    /// E_P φ − E_Q φ
    Ipm,
    /// The p-th root of the transport cost E_P φ − E_Q φ reaches: W_p.
    Root,
    /// The debiased entropic cost OT_ε(P,Q) − ½OT_ε(P,P) − ½OT_ε(Q,Q). [feydy2019](crate::references#feydy2019)
    Sinkhorn(f64),
    /// −E_P g*(−φ) − E_Q f*(ψ): both marginals of the plan are free, at the prices D_g and D_f. [chizat2018](crate::references#chizat2018)
    Unbalanced {
        /// g, the price of what becomes of P
        source: Arc<Generator>,
        /// f, the price of what becomes of Q
        target: Arc<Generator>,
    },
    /// E_P φ − E_Q f*(φ) for φ = f'(e^V), the form every φ ≤ f'(∞) can be given: V is then an estimate of ln dP/dQ, and
    /// for Jensen–Shannon the logit of a discriminator. [nowozin2016](crate::references#nowozin2016), [goodfellow2014](crate::references#goodfellow2014)
    Variational(Arc<Generator>),
    /// E_Q g + c ln E_P |g|^e + k for g = −softplus(βφ)/β < 0. [birrell2023](crate::references#birrell2023)
    Renyi(Renyi),
}

impl Objective {
    /// A power of two of the size of its f, 1 where that is ordinary or there is none.
    pub fn unit(&self) -> f64 {
        match self {
            Objective::F(f) | Objective::FreeMass(f) | Objective::Variational(f) => f.unit(),
            _ => 1.0,
        }
    }
}

/// β of the softplus that makes a Rényi critic positive; |g| is about 1/α where P and Q agree.
pub(super) const SHARPNESS: f64 = 16.0;

/// The numbers of a Rényi objective, E_Q g + c ln E_P |g|^e + k.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Renyi {
    /// c
    pub factor: f64,
    /// e
    pub exponent: f64,
    /// k
    pub constant: f64,
}

impl Renyi {
    /// R_α/… as in [birrell2023](crate::references#birrell2023): with 1/(α(α − 1)) in front of ln E_Q (dP/dQ)^α.
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
