//! What a flow of a generated law finds by itself, where nobody said it.
//!
//! - The map of a found rate is led: the points of a minibatch are moved along their velocities by Polyak's step
//!   ([`crate::flow::pace`]), and the map takes some descents towards where they went, as in persistent training
//!   [huang2024w2](crate::references#huang2024w2). One descent down φ says which way, not how far, and Adam then goes as far as its rate is
//!   long; with several the map learns a shape, not a mean shift.
//! - Its rate is one of a network between coordinates of order 1, whatever the units of the samples, and both rates fade like
//!   1/√step, so that two players that chase each other come to rest; what is looked at is the average over the last steps.
//! - The critic that leads a map need be no steeper than 1 over the size of the target: a functional of values that differ by
//!   thousands is led by the few points where they are largest. Its functions are among those with slope L.
//! - Losses are measured in units of the target, because Adam's ε is none.
use super::options::{Pursuit, PushforwardOptions};
use crate::divergence::{Objective, Term};
use crate::error::Result;
use crate::flow::field::Part;
use crate::network::optimizer::OptimizerOptions;
use crate::network::perceptron::Average;
use crate::space::{Lipschitz, Space};

/// Learning rate of the map at the start.
const RATE: f64 = 2e-3;
/// Steps after which rates fade.
const FADES: f64 = 50.0;
/// Descents of the map per step.
const DESCENTS: usize = 8;
/// The share of the steps so far that the average of the map's parameters is taken over.
const LAST: f64 = 0.1;
/// Most points of a minibatch.
const BATCH: usize = 512;
/// Slope of critics at most, in units of 1 over the size of the target.
const STEEPEST: f64 = 1.0;

/// What rates are multiplied by at a step.
pub(super) fn fading(step: usize) -> f64 {
    1.0 / (1.0 + step as f64 / FADES).sqrt()
}

impl PushforwardOptions {
    /// The learning rate of the map at the start.
    pub fn rate(&self) -> f64 {
        self.generator_lr.or(RATE)
    }
    /// Rows of a minibatch; 0 takes all.
    pub fn rows(&self) -> usize {
        self.batch.or(BATCH)
    }
    /// Descents of the map per step.
    pub fn descents(&self) -> usize {
        self.persistent.or(DESCENTS)
    }
    /// Which average of its parameters the map keeps.
    pub(super) fn average(&self) -> Average {
        match self.ema.is_auto() {
            true => Average::Last(LAST),
            false => Some(self.ema.or(0.0)).filter(|decay| *decay > 0.0).map_or(Average::Never, Average::Decay),
        }
    }
    /// Whether the map is led to where points went, by critics of these terms. Functions without any bound of their slope say
    /// nothing about how far.
    pub(super) fn leads(&self, pursuit: Pursuit, terms: &[(f64, Term)]) -> bool {
        let bounded = || terms.iter().all(|(_, t)| !matches!(t.space, Space::Networks));
        match pursuit {
            Pursuit::Euler => true,
            Pursuit::Adversarial => self.generator_lr.is_auto() && bounded(),
            Pursuit::Potential => false,
        }
    }
}

/// The terms with spaces that the critics are made for, beside a target of this size.
///
/// # Errors
/// None: a slope > 0 that is made smaller is one.
pub(super) fn no_steeper(terms: &[(f64, Term)], size: f64) -> Result<Vec<(f64, Term)>> {
    let one = |(weight, term): &(f64, Term)| {
        let mut term = term.clone();
        if let (Space::Lipschitz(l), Objective::F(_)) = (&term.space, &term.objective)
            && l.constant > STEEPEST / size
        {
            term.space = Space::Lipschitz(Lipschitz::new(STEEPEST / size)?);
        }
        Ok((*weight, term))
    };
    terms.iter().map(one).collect()
}

/// The slope that the first critic of an f was held below, where that is less than its L: D is a lower bound of the one asked for.
pub(super) fn held_slope(parts: &[Part], size: f64) -> Option<f64> {
    let l = parts.iter().find(|p| matches!(p.term.objective, Objective::F(_)))?.term.lipschitz()?;
    (l > STEEPEST / size).then_some(STEEPEST / size)
}

/// The optimiser with an ε in units of what the gradients of a critic are: of φ for differences of means, and of the smaller of
/// that and 1 for other functionals.
pub(super) fn in_units(optimizer: &OptimizerOptions, terms: &[(f64, Term)], size: f64) -> OptimizerOptions {
    let height = |(_, t): &(f64, Term)| t.lipschitz().map(|l| (l * size, matches!(t.objective, Objective::Ipm)));
    let unit = match terms.iter().find_map(height) {
        Some((height, true)) => height,
        Some((height, false)) => height.min(1.0),
        None => 1.0,
    };
    OptimizerOptions { epsilon: optimizer.epsilon * unit, ..optimizer.clone() }
}
