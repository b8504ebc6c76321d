//! Transport costs as divergences: W_p^p, W_p, and the Sinkhorn divergence.
use super::kernels::level;
use super::objective::Objective;
use super::term::{Divergence, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::{Cost, Space};
use std::sync::Arc;

/// W_p^p with the cost |x − y|^p, or W_p itself.
pub struct Wasserstein {
    /// p ≥ 1
    pub power: f64,
    /// W_p itself, which is not linear in the plan
    pub root: bool,
}

impl Divergence for Wasserstein {
    fn name(&self) -> String {
        match (self.power == 2.0, self.root) {
            (true, true) => "w2()".into(),
            (true, false) => "w2_squared()".into(),
            (false, true) => format!("wasserstein({})", self.power),
            (false, false) => format!("wasserstein({}, #{{ root: false }})", self.power),
        }
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        let objective = if self.root { Objective::Root } else { Objective::Ipm };
        vec![(1.0, Term { objective, space: Space::Cost(Cost { scale: 1.0, power: self.power }), reversed: false })]
    }
    fn latex(&self) -> String {
        let p = self.power;
        let left = if self.root { format!("W_{{{p}}}(P,Q)^{{{p}}}") } else { format!("W_{{{p}}}^{{{p}}}(P,Q)") };
        format!(
            r"{left}=\min_{{\pi\in\Pi(P,Q)}}\int|x-y|^{{{p}}}d\pi=\sup_{{\varphi(x)-\psi(y)\le|x-y|^{{{p}}}}}\left\{{E_P[\varphi]-E_Q[\psi]\right\}}"
        )
    }
}

/// S_ε = OT_ε(P,Q) − ½OT_ε(P,P) − ½OT_ε(Q,Q) for the cost |x − y|^p. [feydy2019](crate::references#feydy2019)
///
/// ```
/// use gflow::divergence::transport::Sinkhorn;
/// use gflow::divergence::{Combination, Divergence};
/// use std::sync::Arc;
/// let s = Sinkhorn { epsilon: 0.1, power: 2.0 };
/// assert_eq!(s.name(), "sinkhorn(0.1)");
/// let half = Combination::new(vec![(0.5, Arc::new(s))])?;
/// assert_eq!((half.name().as_str(), half.terms()[0].0), ("0.5 * sinkhorn(0.1)", 0.5));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct Sinkhorn {
    /// ε, in the units of the cost
    pub epsilon: f64,
    /// p ≥ 1
    pub power: f64,
}

impl Divergence for Sinkhorn {
    fn name(&self) -> String {
        let power = if self.power == 2.0 { String::new() } else { format!(", #{{ p: {} }}", self.power) };
        format!("sinkhorn({}{power})", self.epsilon)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(
            1.0,
            Term {
                objective: Objective::Sinkhorn(self.epsilon),
                space: Space::Cost(Cost { scale: 1.0, power: self.power }),
                reversed: false,
            },
        )]
    }
    fn latex(&self) -> String {
        format!(
            r"S_\varepsilon(P,Q)=OT_\varepsilon(P,Q)-\tfrac12OT_\varepsilon(P,P)-\tfrac12OT_\varepsilon(Q,Q),\quad OT_\varepsilon=\min_{{\pi}}\int|x-y|^{{{}}}d\pi+\varepsilon\,KL(\pi\|P\otimes Q),\ \varepsilon={}",
            self.power, self.epsilon
        )
    }
}

/// min over π ≥ 0 of ⟨c, π⟩ + D_g(π1‖P) + D_f(πᵀ1‖Q): mass may be made and destroyed on both sides, f and g first
/// replaced by f − f'(1)(x − 1). [chizat2018](crate::references#chizat2018)
pub struct Unbalanced {
    source: Arc<Generator>,
    target: Arc<Generator>,
    name: String,
    cost: Cost,
}

impl Unbalanced {
    /// `other` is a multiple of w1() or of a p-th power of W_p.
    ///
    /// # Errors
    /// A third argument that is not one multiple of W₁ or of a power of W_p; an f that fails its checks without its
    /// slope at 1.
    pub fn new(source: Arc<Generator>, target: Arc<Generator>, other: Arc<dyn Divergence>) -> Result<Unbalanced> {
        let cost = match &other.terms()[..] {
            [(w, Term { objective: Objective::Ipm, space: Space::Cost(c), .. })] => Cost::new(w * c.scale, c.power)?,
            [(w, Term { objective: Objective::Ipm, space: Space::Lipschitz(l), .. })] => {
                Cost::new(w * l.constant, 1.0)?
            }
            _ => {
                return Err(Error::Unsupported {
                    what: format!("unbalanced({}, {}, {})", source.name(), target.name(), other.name()),
                    reason: "needs a transport cost that is linear in the plan".into(),
                    advice: "write unbalanced(kl(), w2_squared()), or w1(), wasserstein(p, #{ root: false }) or a multiple of one".into(),
                });
            }
        };
        // where masses differ a slope at 1 would pay for making mass
        let (g, f) = (level(&source)?, level(&target)?);
        let name = if Arc::ptr_eq(&source, &target) {
            target.name().to_string()
        } else {
            format!("{}, {}", source.name(), target.name())
        };
        Ok(Unbalanced { source: g, target: f, name: format!("unbalanced({name}, {})", other.name()), cost })
    }
}

impl Divergence for Unbalanced {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(
            1.0,
            Term {
                objective: Objective::Unbalanced { source: self.source.clone(), target: self.target.clone() },
                space: Space::Cost(self.cost),
                reversed: false,
            },
        )]
    }
    fn latex(&self) -> String {
        let (s, p) = (self.cost.scale, self.cost.power);
        format!(
            r"UOT(P,Q)=\min_{{\pi\ge0}}\int {s}|x-y|^{{{p}}}d\pi+D_g(\pi_1\|P)+D_f(\pi_2\|Q),\quad g(x)={},\ f(x)={}",
            self.source.latex(),
            self.target.latex()
        )
    }
}
