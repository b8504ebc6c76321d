//! Transport costs as divergences: W_p^p, W_p, and the Sinkhorn divergence.
use super::{Divergence, Objective, Term};
use crate::space::{Cost, Space};

/// W_p^p with the cost |x − y|^p, or W_p itself.
pub struct Wasserstein {
    pub power: f64,
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
        format!(r"{left}=\min_{{\pi\in\Pi(P,Q)}}\int|x-y|^{{{p}}}d\pi=\sup_{{\varphi(x)-\psi(y)\le|x-y|^{{{p}}}}}\left\{{E_P[\varphi]-E_Q[\psi]\right\}}")
    }
}

/// S_ε = OT_ε(P,Q) − ½OT_ε(P,P) − ½OT_ε(Q,Q) for the cost |x − y|^p. [feydy2019]
pub struct Sinkhorn {
    pub epsilon: f64,
    pub power: f64,
}

impl Divergence for Sinkhorn {
    fn name(&self) -> String {
        let power = if self.power == 2.0 { String::new() } else { format!(", #{{ p: {} }}", self.power) };
        format!("sinkhorn({}{power})", self.epsilon)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(1.0, Term { objective: Objective::Sinkhorn(self.epsilon), space: Space::Cost(Cost { scale: 1.0, power: self.power }), reversed: false })]
    }
    fn latex(&self) -> String {
        format!(
            r"S_\varepsilon(P,Q)=OT_\varepsilon(P,Q)-\tfrac12OT_\varepsilon(P,P)-\tfrac12OT_\varepsilon(Q,Q),\quad OT_\varepsilon=\min_{{\pi}}\int|x-y|^{{{}}}d\pi+\varepsilon\,KL(\pi\|P\otimes Q),\ \varepsilon={}",
            self.power, self.epsilon
        )
    }
}
