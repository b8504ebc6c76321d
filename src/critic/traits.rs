//! What every critic answers, and what makes one.
use super::ascent::{Ascent, Fit};
use super::mlp::recipe::MlpBuilder;
use super::solution::Solution;
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::Result;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Frame, Named};
use burn::tensor::Device;
use std::sync::Arc;

/// M · ∂value/∂φ(yᵢ) · ∇φ(yᵢ) from φ and ∇φ at the particles and φ on the target: ∇φ itself for a forward f-divergence.
///
/// # Errors
/// What `on_target` reports.
pub fn scored_variation(
    (phi, gradient): (Values, Points),
    term: &Term,
    on_target: impl FnOnce() -> Result<Values>,
) -> Result<Points> {
    if term.varies_as_critic() {
        return Ok(gradient);
    }
    let n = phi.dims()[0];
    let on_source = term.evaluate(&phi, &on_target()?, None).on_source;
    Ok(gradient * on_source.mul_scalar(n as f64).reshape([n, 1]))
}

/// Anything that returns a potential φ.
///
/// ```
/// use gflow::critic::mlp::{MlpBuilder, MlpOptions};
/// use gflow::critic::{Ascent, CriticBuilder, Frame};
/// use gflow::device::{host, points};
/// use gflow::divergence::{Divergence, Ipm};
/// use gflow::space::Lipschitz;
///
/// // the potential of W₁ between samples of the plane, after ten ascent steps
/// let p = points(vec![0.0, 0.0, 1.0, 0.0, 0.0, 1.0], 3, 2, &host());
/// let q = points(vec![3.0, 3.0, 4.0, 3.0], 2, 2, &host());
/// let (_, term) = Ipm { space: Lipschitz::new(1.0)? }.terms().remove(0);
/// let mut critic = MlpBuilder::new(vec![8], MlpOptions::default())?.build(&term, &Frame::of(&q)?, 0, 0)?;
/// critic.fit(&term, &p, &q, &Ascent { steps: 10, ..Ascent::default() })?;
/// assert_eq!(critic.value(&p)?.dims(), [3]);
/// assert_eq!(critic.gradient(&p)?.dims(), [3, 2]);
/// assert!(critic.lipschitz_bound()?.is_some_and(|l| l < 1.1));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub trait Critic: Send + Sync {
    /// Improves φ for a term between the samples, `[n, d]` and `[m, d]`, from where the last fit left it.
    ///
    /// # Errors
    /// Weights beside a network, bounds that contradict each other, a device that fails, an interrupt.
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit>;
    /// Makes the constraint hold as exactly as it can, once the ascent is over.
    fn settle(&mut self);
    /// Multiplies the learning rate of the steps to come, where there are any.
    fn slow(&mut self, _share: f64) {}
    /// Dimension of the points it takes.
    fn dim(&self) -> usize;
    /// φ at points, shape `[n]`.
    ///
    /// # Errors
    /// A solver that has met no samples, points that cannot be read, an interrupt.
    fn value(&self, x: &Points) -> Result<Values>;
    /// φ and ∇φ at points, shapes `[n]` and `[n, d]`.
    ///
    /// # Errors
    /// As [`Critic::value`].
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)>;
    /// ∇φ at points, shape `[n, d]`.
    ///
    /// # Errors
    /// As [`Critic::value`].
    fn gradient(&self, x: &Points) -> Result<Points> {
        Ok(self.value_and_gradient(x)?.1)
    }
    /// ∇δD/δP at the particles the critic was just fitted to, shape `[n, d]`.
    ///
    /// # Errors
    /// A solver that met another number of particles, or knows no gradient for a reversed term; and as
    /// [`Critic::value`].
    fn variation(&self, term: &Term, particles: &Points, target: &Points) -> Result<Points> {
        scored_variation(self.value_and_gradient(particles)?, term, || self.value(target))
    }
    /// Whether a fit climbs from where the last one ended, instead of solving anew.
    fn trains(&self) -> bool {
        true
    }
    /// What it climbs, at the samples and without climbing.
    ///
    /// # Errors
    /// As [`Critic::value`].
    fn objective(&self, term: &Term, source: &Points, target: &Points) -> Result<Values> {
        term.reached(&self.value(source)?, &self.value(target)?)
    }
    /// What a solver found, for critics that are solved for.
    fn solution(&self) -> Option<Arc<Solution>> {
        None
    }
    /// An upper bound on the Lipschitz constant, if the critic has one; f64, never an estimate from below.
    ///
    /// # Errors
    /// As [`Critic::value`].
    fn lipschitz_bound(&self) -> Result<Option<f64>>;
    /// Everything a bit-identical continuation needs.
    ///
    /// # Errors
    /// Weights that cannot be read from their device.
    fn state(&self) -> Result<Vec<Named>>;
    /// Takes the state that [`Critic::state`] gave.
    ///
    /// # Errors
    /// Entries that are missing or of another shape.
    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()>;
    /// A copy that goes its own way.
    fn boxed_clone(&self) -> Box<dyn Critic>;
}

/// How a flow or an estimate makes the critic of a term.
pub trait CriticBuilder: Send + Sync {
    /// A critic of a term that works in the frame of the target; `stream` tells apart the critics made under one seed.
    ///
    /// # Errors
    /// A term it does not support, and layers that cannot take points of this dimension.
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>>;
    /// Whether it can make a critic for this term.
    fn supports(&self, term: &Term) -> bool;
    /// Why its objective is no estimate of the divergence it is used for, if it is none.
    fn no_estimate(&self) -> Option<&'static str> {
        None
    }
    /// Whether there is an ascent whose length and optimiser can be chosen.
    fn trains(&self) -> bool {
        true
    }
    /// The network it is, for those who want its layers for something else.
    fn network(&self) -> Option<&MlpBuilder> {
        None
    }
    /// Rows of a group of a sample of so many points of dimension d, where the critic can be trained on ranks that hold whole groups of
    /// both samples alone; None where it needs all points.
    fn rows_of_a_group(&self, _rows: usize, _d: usize) -> Option<usize> {
        None
    }
    /// The critic as a flow wants it, where that differs from what an estimate wants.
    fn for_flow(&self) -> Option<Arc<dyn CriticBuilder>> {
        None
    }
    /// As it is written: `mlp([32, 32], groupsort, spectral)`.
    fn describe(&self) -> String;
    /// The same critic trained by another optimiser.
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder>;
    /// The builder as data, for saved runs.
    fn to_json(&self) -> serde_json::Value;
}
