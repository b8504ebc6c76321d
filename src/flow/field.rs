//! The velocity field of a Wasserstein gradient flow: v = −∇(δD/δP) at the particles.
use super::labels::Classes;
use crate::critic::{Ascent, Critic, Named};
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::under;
use crate::random::Rng;
use crate::ranks::{self, Splits, Spread};
use crate::record::Record;
use burn::tensor::Device;

/// A velocity at every particle, and what was measured on the way.
pub struct Velocity {
    /// v = −∇δD/δP, shape [n, d]
    pub v: Points,
    /// the estimate and the velocities where the particles are
    pub record: Record,
}

/// Anything that moves particles.
pub trait Field {
    /// The velocity at every particle, shape [n, d]; critics climb before.
    ///
    /// # Errors
    /// What fits of the critics report, and an interrupt.
    fn velocity(&mut self, particles: &Points) -> Result<Velocity>;
    /// The field of the particles last asked for, read at other places.
    ///
    /// # Errors
    /// Terms whose first variation is known at the particles alone, and what the critics report.
    fn velocity_at(&mut self, particles: &Points, x: &Points) -> Result<Points>;
    /// The function that the field of the particles last asked for is minus the gradient of, at other places, shape `[n]`; None
    /// where it has none there.
    ///
    /// # Errors
    /// What the critics report.
    fn level(&mut self, _: &Points) -> Result<Option<Values>> {
        Ok(None)
    }
}

/// One term with its weight and its own critic.
pub struct Part {
    /// w
    pub weight: f64,
    /// objective and space
    pub term: Term,
    /// φ
    pub critic: Box<dyn Critic>,
}

impl Part {
    /// Terms with their weights, and the critics that were made for them.
    pub fn all(terms: Vec<(f64, Term)>, critics: Vec<Box<dyn Critic>>) -> Vec<Part> {
        terms.into_iter().zip(critics).map(|((weight, term), critic)| Part { weight, term, critic }).collect()
    }
}

impl Clone for Part {
    fn clone(&self) -> Self {
        Part { weight: self.weight, term: self.term.clone(), critic: self.critic.boxed_clone() }
    }
}

/// The field of Σ wₖ Dₖ: each critic is improved from where it was, then differentiated at the particles.
pub struct CriticField<'a> {
    /// wₖ, Dₖ and φₖ
    pub parts: &'a mut [Part],
    /// rows x, shape [m, d], with the coordinates of their classes
    pub target: &'a Points,
    /// how far critics climb for a velocity
    pub ascent: &'a Ascent,
    /// extra ascent steps for the first velocity asked for
    pub warm_up: usize,
    /// classes that both samples carry; the target has their coordinates already
    pub classes: Option<&'a Classes>,
    /// points of each sample per ascent step, fresh ones for each, and where they are drawn from; 0 takes all
    pub batch: (usize, Rng),
    /// who has which rows of both samples, where those of this rank alone are here
    pub splits: Option<&'a Splits>,
}

impl CriticField<'_> {
    /// Improves the k-th critic between the particles and the target; its objective.
    fn fit(&mut self, k: usize, at: &Points, ascent: &Ascent) -> Result<Values> {
        let (part, (size, rng)) = (&mut self.parts[k], &mut self.batch);
        let splits = self.splits.cloned();
        if *size == 0 || ascent.steps == 0 || !part.critic.trains() {
            let ascent = Ascent { splits, ..ascent.clone() };
            return Ok(part.critic.fit(&part.term, at, self.target, &ascent)?.value);
        }
        let at = Spread::of(at.clone(), splits.as_ref().map(|s| &s.source));
        let target = Spread::of(self.target.clone(), splits.as_ref().map(|s| &s.target));
        let mut value = None;
        for i in 0..ascent.steps {
            ascent.interrupt.check()?;
            let (y, x) = (at.minibatch(*size, rng)?, target.minibatch(*size, rng)?);
            let one = Ascent { steps: 1, continues: i > 0, ..ascent.clone() };
            value = Some(part.critic.fit(&part.term, &y, &x, &one)?.value);
        }
        value.ok_or_else(|| Error::data("critic", "no step was taken"))
    }
    fn enter(&self, particles: &Points) -> Points {
        self.classes.map_or_else(|| particles.clone(), |c| c.of_source(particles))
    }
    /// What is computed row by row is for the rows that are here, and no other rank's concern.
    fn alone(&self) -> Option<ranks::Entered> {
        self.splits.map(|_| ranks::enter(None))
    }
    /// Velocities of labelled points without those of the labels, which stay.
    fn leave(&self, v: Points, particles: &Points) -> Points {
        if self.classes.is_some() { v.narrow(1, 0, particles.dims()[1]) } else { v }
    }
}

impl Field for CriticField<'_> {
    fn velocity(&mut self, particles: &Points) -> Result<Velocity> {
        let ascent = Ascent { steps: self.ascent.steps + std::mem::take(&mut self.warm_up), ..self.ascent.clone() };
        let at = self.enter(particles);
        let mut total: Option<(Points, Values)> = None;
        for k in 0..self.parts.len() {
            ascent.interrupt.check()?;
            let fitted = self.fit(k, &at, &ascent)?;
            let part = &self.parts[k];
            let _alone = self.alone();
            let gradient = part.critic.variation(&part.term, &at, self.target)?;
            let v = gradient.mul_scalar(-part.weight);
            let d = fitted.mul_scalar(part.weight);
            total = Some(match total {
                None => (v, d),
                Some((v0, d0)) => (v0 + v, d0 + d),
            });
        }
        let (v, divergence) = match total {
            Some((v, d)) => (self.leave(v, particles), d),
            None => (particles.zeros_like(), particles.clone().sum().mul_scalar(0.0)),
        };
        let record = Record::of(divergence, &v).on(self.splits.map(|s| &s.source));
        Ok(Velocity { record, v })
    }

    fn velocity_at(&mut self, _: &Points, x: &Points) -> Result<Points> {
        let at = self.enter(x);
        let mut total = at.zeros_like();
        for part in self.parts.iter() {
            if !part.term.varies_as_critic() {
                return Err(Error::Unsupported { what: "noise".into(), reason: "reads the first variation away from the particles, which a reversed, Renyi or variational divergence does not offer".into(), advice: "use the forward divergence, or leave the noise out".into() });
            }
            total = total - part.critic.gradient(&at)?.mul_scalar(part.weight);
        }
        Ok(self.leave(total, x))
    }

    fn level(&mut self, x: &Points) -> Result<Option<Values>> {
        if self.parts.iter().any(|part| !part.term.varies_as_critic()) {
            return Ok(None);
        }
        let at = self.enter(x);
        let _alone = self.alone();
        let weighed = |part: &Part| Ok(part.critic.value(&at)?.mul_scalar(part.weight));
        self.parts.iter().map(weighed).try_fold(None, |sum: Option<Values>, v: Result<Values>| {
            let v = v?;
            Ok(Some(match sum {
                None => v,
                Some(sum) => sum + v,
            }))
        })
    }
}

/// Copies of the critics; those that are solved for are solved at these samples.
///
/// # Errors
/// What the solvers report, and an interrupt.
pub fn fitted(
    parts: &[Part],
    particles: &Points,
    target: &Points,
    interrupt: &Interrupt,
) -> Result<Vec<(f64, Box<dyn Critic>)>> {
    let copy = |part: &Part| {
        let mut critic = part.critic.boxed_clone();
        // a solver's answer belongs to the particles it was asked for
        if !critic.trains() {
            critic.fit(&part.term, particles, target, &Ascent { interrupt: interrupt.clone(), ..Ascent::default() })?;
        }
        Ok((part.weight, critic))
    };
    parts.iter().map(copy).collect()
}

/// What the critics need to go on bit for bit, under their numbers.
///
/// # Errors
/// Weights that cannot be read from their device.
pub fn parts_state(parts: &[Part]) -> Result<Vec<Named>> {
    let mut out = vec![];
    for (k, part) in parts.iter().enumerate() {
        out.extend(
            part.critic.state()?.into_iter().map(|n| Named { name: format!("critic{k}.{}", n.name), data: n.data }),
        );
    }
    Ok(out)
}

/// The same put back.
///
/// # Errors
/// Tensors that are missing or of another shape.
pub fn restore_parts(parts: &mut [Part], tensors: &[Named], device: &Device) -> Result<()> {
    for (k, part) in parts.iter_mut().enumerate() {
        part.critic.restore(&under(tensors, &format!("critic{k}")), device)?;
    }
    Ok(())
}
