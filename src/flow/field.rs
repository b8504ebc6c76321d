//! The velocity field of a Wasserstein gradient flow: v = −∇(δD/δP) at the particles.
use super::Record;
use crate::critic::{Ascent, Critic};
use crate::device::Points;
use crate::divergence::Term;
use crate::error::Result;

/// A velocity at every particle, and what was measured on the way.
pub struct Velocity {
    pub v: Points,
    pub record: Record,
}

/// Anything that moves particles.
pub trait Field {
    fn velocity(&mut self, particles: &Points) -> Result<Velocity>;
}

/// One term with its weight and its own critic.
pub struct Part {
    pub weight: f64,
    pub term: Term,
    pub critic: Box<dyn Critic>,
}

impl Clone for Part {
    fn clone(&self) -> Self {
        Part { weight: self.weight, term: self.term.clone(), critic: self.critic.boxed_clone() }
    }
}

/// The field of Σ wₖ Dₖ: each critic is improved from where it was, then differentiated at the particles.
pub struct CriticField<'a> {
    pub parts: &'a mut [Part],
    pub target: &'a Points,
    pub ascent: &'a Ascent,
    /// extra ascent steps for the first velocity asked for
    pub warm_up: usize,
}

impl Field for CriticField<'_> {
    fn velocity(&mut self, particles: &Points) -> Result<Velocity> {
        let ascent = Ascent { steps: self.ascent.steps + std::mem::take(&mut self.warm_up), ..self.ascent.clone() };
        let mut total: Option<(Points, crate::device::Values)> = None;
        for part in self.parts.iter_mut() {
            let fitted = part.critic.fit(&part.term, particles, self.target, &ascent)?.value;
            let gradient = part.critic.variation(&part.term, particles, self.target)?;
            let v = gradient.mul_scalar(-part.weight);
            let d = fitted.mul_scalar(part.weight);
            total = Some(match total {
                None => (v, d),
                Some((v0, d0)) => (v0 + v, d0 + d),
            });
        }
        let (v, divergence) = match total {
            Some(t) => t,
            None => (particles.zeros_like(), particles.clone().sum().mul_scalar(0.0)),
        };
        let squared = (v.clone() * v.clone()).sum_dim(1);
        let speeds = squared.clone().sqrt();
        let record = Record { divergence, fisher: squared.mean(), speed: speeds.clone().mean(), fastest: speeds.max() };
        Ok(Velocity { v, record })
    }
}
