//! Inf-convolutions: inf_μ { D(P, μ) + D_f(μ‖Q) }, the divergence between P and its cheapest proxy.
use super::objective::Objective;
use super::regularized::conjugate_mean;
use super::term::{Divergence, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::{Cost, Lipschitz, Penalty, Space};
use std::sync::Arc;

/// inf_μ { D(P, μ) + D_f(μ‖Q) } for D a multiple of L·W₁, of W_p^p or of MMD²: in each case a known critic space.
/// [birrell2022](crate::references#birrell2022), [baptista2025](crate::references#baptista2025)
pub struct InfConv {
    generator: Arc<Generator>,
    other: Arc<dyn Divergence>,
    space: Space,
    /// what is solved for in an RKHS: a power of two of the size of f, and f over it
    ordinary: (f64, Arc<Generator>),
}

impl InfConv {
    /// The reasons for a refusal are those of mathematics: the dual of the sum must be one supremum.
    ///
    /// # Errors
    /// A second divergence that is not one multiple of W₁, of a power of W_p or of the biased MMD².
    pub fn new(generator: Arc<Generator>, other: Arc<dyn Divergence>) -> Result<InfConv> {
        let refuse = |reason: &str| {
            Error::Unsupported {
            what: format!("infconv({}, {})", generator.name(), other.name()),
            reason: reason.into(),
            advice: "the second argument is w1(), ipm(lipschitz(L)), w2_squared(), wasserstein(p, #{ root: false }), mmd(k), or a multiple of one".into(),
        }
        };
        let space = match &other.terms()[..] {
            [(w, t)] => match (&t.objective, &t.space) {
                (Objective::Ipm, Space::Lipschitz(l)) => Space::Lipschitz(Lipschitz::new(l.constant * w)?),
                (Objective::Ipm, Space::Cost(c)) => Space::Cost(Cost::new(c.scale * w, c.power)?),
                // the conjugate of w MMD² is ‖h‖²/(4w)
                (Objective::Ipm, Space::Rkhs(k)) if !k.unbiased => {
                    Space::Rkhs(Penalty { lambda: k.lambda / w, ..k.clone() })
                }
                (Objective::Ipm, Space::Neurons(_) | Space::Networks) => {
                    return Err(refuse("takes transport costs and kernels; two_layer compares networks"));
                }
                (Objective::Ipm, Space::Rkhs(_)) => {
                    return Err(refuse("needs the biased MMD: the unbiased one is not convex"));
                }
                (Objective::Root, _) => {
                    return Err(refuse("needs a power of the distance: its root is not a linear cost of the plan"));
                }
                (Objective::Sinkhorn(_), _) => {
                    return Err(refuse("has no critic: the Sinkhorn divergence is not a supremum over one space"));
                }
                (
                    Objective::F(_)
                    | Objective::FreeMass(_)
                    | Objective::Renyi(_)
                    | Objective::Unbalanced { .. }
                    | Objective::Variational(_),
                    _,
                ) => return Err(refuse("has two discrepancies and no metric between P and its proxy")),
            },
            _ => return Err(refuse("of a sum is not a sum of inf-convolutions")),
        };
        let ordinary =
            if matches!(space, Space::Rkhs(_)) { generator.level().ordinary() } else { (1.0, generator.level()) };
        Ok(InfConv { generator, other, space, ordinary })
    }
}

impl Divergence for InfConv {
    fn name(&self) -> String {
        format!("infconv({}, {})", self.generator.name(), self.other.name())
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        let (unit, f) = &self.ordinary;
        let space = match &self.space {
            Space::Rkhs(k) => Space::Rkhs(Penalty { lambda: k.lambda * unit, ..k.clone() }),
            other => other.clone(),
        };
        vec![(*unit, Term { objective: Objective::F(f.clone()), space, reversed: false })]
    }
    fn latex(&self) -> String {
        let inner = conjugate_mean(&self.generator);
        let (near, dual) = match &self.space {
            Space::Lipschitz(l) => (
                format!("{}\\,W_1(P,\\mu)", l.constant),
                format!(r"\sup_{{\mathrm{{Lip}}(\varphi)\le {}}}\left\{{E_P[\varphi]-{inner}\right\}}", l.constant),
            ),
            Space::Cost(c) => {
                let (s, p) = (c.scale, c.power);
                let inner = inner.replace(r"\varphi", r"\psi");
                (
                    format!("{s}\\,W_{{{p}}}^{{{p}}}(P,\\mu)"),
                    format!(r"\sup_{{\varphi(x)-\psi(y)\le {s}|x-y|^{{{p}}}}}\left\{{E_P[\varphi]-{inner}\right\}}"),
                )
            }
            Space::Neurons(_) | Space::Networks => ("MMD^2(P,\\mu)".into(), inner.to_string()),
            Space::Rkhs(k) => (
                format!("{}\\,MMD^2(P,\\mu)", 0.5 / k.lambda),
                format!(
                    r"\sup_{{\varphi\in\mathcal H}}\left\{{E_P[\varphi]-{inner}-\tfrac{{{}}}{{2}}\|\varphi\|^2_{{\mathcal H}}\right\}}",
                    k.lambda
                ),
            ),
        };
        format!(r"D(P\|Q)=\inf_\mu\left\{{{near}+D_f(\mu\|Q)\right\}}={dual},\quad f(x)={}", self.generator.latex())
    }
}
