//! What a running flow is: it steps, it can be saved, and it can be looked at.
use crate::critic::{Critic, Named};
use crate::device::Points;
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::record::{Record, State};
use std::sync::Arc;

/// How a flow moves the law of its particles.
pub trait Step: Send + Sync {
    /// One step of the scheme, and the record of the state it starts from.
    ///
    /// # Errors
    /// What critics, solvers and maps report, and an interrupt; the run loop then goes back to its copy.
    fn step(&mut self, state: State) -> Result<(State, Record)>;
    /// The record at a state, with the critics as they are and nothing moved.
    ///
    /// # Errors
    /// What critics and solvers report, and an interrupt.
    fn measure(&self, state: &State) -> Result<Record>;
    /// Whom long steps ask whether to stop.
    fn set_interrupt(&mut self, interrupt: Interrupt);
    /// The particles of a source at time 0, in the space they move in.
    ///
    /// # Errors
    /// A source that the map or the encoder cannot take.
    fn initial(&self, source: &Points) -> Result<Points> {
        Ok(source.clone())
    }
    /// Whether a step moves the particles along the velocities of its record, by their length times Δt.
    fn advects(&self) -> bool {
        true
    }
    /// The particles as the push-forward of the source under the map of now, for flows whose steps move a map.
    ///
    /// # Errors
    /// What the map reports.
    fn push_forward(&self, _: &mut State) -> Result<()> {
        Ok(())
    }
}

/// What a saved run needs to go on bit for bit.
pub trait Saved: Send + Sync {
    /// The recipe it was started from, as data.
    fn to_json(&self) -> serde_json::Value;
    /// Weights, moments and whatever else changes from step to step.
    ///
    /// # Errors
    /// Numbers that cannot be read from their device.
    fn tensors(&self) -> Result<Vec<Named>>;
    /// The same put back. Errors if one is missing or of another shape.
    fn restore(&mut self, tensors: &[Named]) -> Result<()>;
}

/// Fitted critics with their weights, and what they were fitted for.
pub struct Critics {
    /// D = Σ wₖ Dₖ, term by term
    pub divergence: Arc<dyn Divergence>,
    /// wₖ and φₖ
    pub parts: Vec<(f64, Box<dyn Critic>)>,
}

/// How a flow looks from outside.
pub trait Viewed: Send + Sync {
    /// One line: the algorithm, its divergence and its critic.
    fn describe(&self) -> String;
    /// Copies of the critics with their weights: networks as the last step left them, solvers at the state.
    ///
    /// # Errors
    /// What the solvers report, and an interrupt.
    fn critics(&self, state: &State) -> Result<Critics>;
    /// The target in the space the particles move in.
    ///
    /// # Errors
    /// What the encoder of a latent flow reports.
    fn encode_target(&self, target: &Points) -> Result<Points> {
        Ok(target.clone())
    }
    /// Particles in the space of the data.
    ///
    /// # Errors
    /// What the decoder of a latent flow reports.
    fn decode(&self, particles: &Points) -> Result<Points> {
        Ok(particles.clone())
    }
    /// New samples of the law the flow has reached. Errors for flows that have no map.
    fn sample(&self, _: &Points, _: usize, _: u64) -> Result<Points> {
        Err(Error::Unsupported {
            what: self.describe(),
            reason: "moves its particles and has no map for new ones".into(),
            advice: "run.particles are the sample; start from more of them, or use a generator flow such as w2_fe"
                .into(),
        })
    }
    /// Whether particles are codes, which live about another origin than points.
    fn moves_codes(&self) -> bool {
        false
    }
    /// Whether its critics compare codes.
    fn compares_codes(&self) -> bool {
        false
    }
    /// Whether every point of the target draws every particle in every step, so that particles can come to match its points.
    fn takes_all(&self) -> bool {
        false
    }
    /// Numbers about the flow itself, by name.
    ///
    /// # Errors
    /// Numbers that cannot be read from their device.
    fn report(&self, _: &State) -> Result<Vec<(&'static str, f64)>> {
        Ok(vec![])
    }
}

/// A flow between the law P of the particles and a target Q it holds: ∂P/∂t = ∇·(P ∇ δD/δP) for gradient flows of D(P‖Q),
/// which particles follow by dY/dt = −∇(δD/δP)(Y). [jko1998](crate::references#jko1998),
/// [gu2024gpa](crate::references#gu2024gpa) [`Run`](super::Run) runs one.
pub trait Flow: Step + Saved + Viewed {
    /// A copy: the run loop goes back to one when a step fails.
    fn boxed_clone(&self) -> Box<dyn Flow>;
}

impl<T: Step + Saved + Viewed + Clone + 'static> Flow for T {
    fn boxed_clone(&self) -> Box<dyn Flow> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Flow> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}
