//! A network with its parameters and the rule that trains them: what critics, generators and codecs hold.
use super::Named;
use super::flat::Flat;
use super::optimizer::{Optimizer, OptimizerOptions};
use super::shape::Shape;
use super::spectral::{Normalised, PowerIteration};
use super::weights::Weights;
use crate::error::{Error, Result};
use burn::tensor::Device;
use rand::Rng;
use std::sync::Arc;

/// Parameters, their constraint, their optimiser.
#[derive(Clone)]
pub struct Trained {
    pub shape: Shape,
    pub theta: Flat,
    /// under a hard constraint, with its iterations per step
    power: Option<(PowerIteration, usize)>,
    optimizer: Optimizer,
    device: Device,
}

/// How a hard constraint is kept up: power iterations per step, and Björck's behind them.
#[derive(Clone, Copy, Debug)]
pub struct Hard {
    pub power: usize,
    pub bjorck: usize,
}

/// The layers one step is taken with.
pub enum Prepared {
    Free(Weights),
    Hard(Normalised),
}

impl Prepared {
    pub fn weights(&self) -> &Weights {
        match self {
            Prepared::Free(weights) => weights,
            Prepared::Hard(normalised) => &normalised.weights,
        }
    }
}

impl Trained {
    /// Fresh parameters, under a hard constraint or none.
    pub fn new(
        shape: Shape,
        hard: Option<Hard>,
        optimizer: OptimizerOptions,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Trained {
        let theta = Flat::new(shape.draw(rng), device);
        let power = hard.map(|hard| {
            let mut power = PowerIteration::new(&shape, hard.bjorck, rng, device);
            power.advance(&theta, 20);
            (power, hard.power)
        });
        Trained { shape, theta, power, optimizer: Optimizer::new(optimizer), device: device.clone() }
    }

    /// The layers as they are used: normalised under a hard constraint.
    pub fn weights(&self) -> Weights {
        match &self.power {
            Some((p, _)) => p.clone().prepare(&self.theta, 0).weights,
            None => Weights::of(&self.theta, &self.shape),
        }
    }
    /// The layers for one step.
    pub fn prepare(&mut self) -> Prepared {
        match &mut self.power {
            Some((power, iterations)) => Prepared::Hard(power.prepare(&self.theta, *iterations)),
            None => Prepared::Free(Weights::of(&self.theta, &self.shape)),
        }
    }
    /// One step of the optimiser up a gradient in the prepared layers.
    pub fn climb(&mut self, prepared: Prepared, gradient: Flat) {
        let gradient = match (&self.power, &prepared) {
            (Some((power, _)), Prepared::Hard(normalised)) => {
                if normalised.ascend(power, &mut self.optimizer, &mut self.theta, &gradient) {
                    return;
                }
                normalised.pull_back(power, gradient)
            }
            _ => gradient,
        };
        self.optimizer.ascend(&mut self.theta, &gradient);
    }
    /// The same on the host, from a gradient that is used up.
    pub fn climb_on_host(&mut self, prepared: &Prepared, gradient: &mut [f32]) {
        if let (Some((power, _)), Prepared::Hard(normalised)) = (&self.power, prepared) {
            normalised.pull_back_on_host(power, gradient);
        }
        if let Flat::Host(theta) = &mut self.theta {
            self.optimizer.ascend_on_host(Arc::make_mut(theta).as_mut_slice(), gradient);
        }
    }
    /// Called at the start of a fit.
    pub fn begin(&mut self) {
        self.optimizer.begin();
    }
    /// Makes the constraint hold as exactly as it can.
    pub fn settle(&mut self) {
        if let Some((p, _)) = &mut self.power {
            p.advance(&self.theta, 100);
        }
    }

    /// Everything a bit-identical continuation needs.
    pub fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named { name: "theta".into(), data: self.theta.to_vec()? }];
        if let Some((p, _)) = &self.power {
            out.extend(p.state()?);
        }
        out.extend(self.optimizer.state()?);
        Ok(out)
    }
    pub fn restore(&mut self, state: &[Named]) -> Result<()> {
        self.theta = self.read(state, "theta")?;
        if let Some((p, _)) = &mut self.power {
            p.restore(state, &self.device)?;
        }
        self.optimizer.restore(state, self.shape.len(), &self.device)
    }
    /// A vector of the length of the parameters.
    pub fn read(&self, state: &[Named], name: &str) -> Result<Flat> {
        match state.iter().find(|n| n.name == name && n.data.len() == self.shape.len()) {
            Some(n) => Ok(Flat::new(n.data.clone(), &self.device)),
            None => Err(Error::data("saved network", format!("`{name}` does not fit the network described beside it"))),
        }
    }
}
