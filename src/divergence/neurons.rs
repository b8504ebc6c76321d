//! The regression loss between two-layer networks, as the MMD² of their neurons. [arbel2019](crate::references#arbel2019)
use super::objective::Objective;
use super::term::{Divergence, Term};
use crate::space::Space;
use crate::space::neurons::Neurons;
use std::sync::Arc;

/// E_z |f_P(z) − f_Q(z)|².
pub struct TwoLayer {
    /// the inputs z and the nonlinearity σ
    pub neurons: Arc<Neurons>,
}

impl Divergence for TwoLayer {
    fn name(&self) -> String {
        format!("two_layer({} inputs of dimension {})", self.neurons.inputs.len() / self.neurons.k, self.neurons.k)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(1.0, Term { objective: Objective::Ipm, space: Space::Neurons(self.neurons.clone()), reversed: false })]
    }
    fn latex(&self) -> String {
        r"MMD^2(P,Q)=E_z\left|E_P[a\,\sigma(w\cdot z+b)]-E_Q[a\,\sigma(w\cdot z+b)]\right|^2".into()
    }
}
