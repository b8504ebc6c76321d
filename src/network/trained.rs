//! A network with its parameters and the rule that trains them: what critics, generators and codecs hold.
use super::Named;
use super::flat::Flat;
use super::host::HostLayers;
use super::optimizer::{Optimizer, OptimizerOptions};
use super::shape::Shape;
use super::spectral::{PowerIteration, Scales};
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
    /// under the spectral constraint, with its iterations per step
    power: Option<(PowerIteration, usize)>,
    optimizer: Optimizer,
    device: Device,
}

/// The layers one step is taken with.
pub struct Prepared {
    pub weights: Weights,
    scales: Scales,
}

impl Trained {
    /// Fresh parameters; `spectral` is the number of power iterations per step under that constraint.
    pub fn new(shape: Shape, spectral: Option<usize>, optimizer: OptimizerOptions, rng: &mut impl Rng, device: &Device) -> Trained {
        let theta = Flat::new(shape.draw(rng), device);
        let power = spectral.map(|iterations| {
            let mut power = PowerIteration::new(&shape, rng, device);
            power.advance(&theta, 20);
            (power, iterations)
        });
        Trained { shape, theta, power, optimizer: Optimizer::new(optimizer), device: device.clone() }
    }

    /// The layers as they are used: normalised under the spectral constraint.
    pub fn weights(&self) -> Weights {
        match &self.power {
            Some((p, _)) => p.clone().normalise(&self.theta).0,
            None => Weights::of(&self.theta, &self.shape),
        }
    }
    /// The layers for one step.
    pub fn prepare(&mut self) -> Prepared {
        let (weights, scales) = match &mut self.power {
            Some((power, iterations)) => {
                power.advance(&self.theta, *iterations);
                power.normalise(&self.theta)
            }
            None => (Weights::of(&self.theta, &self.shape), Scales::Host),
        };
        Prepared { weights, scales }
    }
    /// One step of the optimiser up a gradient in the prepared layers.
    pub fn climb(&mut self, prepared: Prepared, gradient: Flat) {
        let gradient = match &self.power {
            Some((power, _)) => power.pull_back(gradient, &prepared.weights, &prepared.scales),
            None => gradient,
        };
        self.optimizer.ascend(&mut self.theta, &gradient);
    }
    /// The same on the host, from a gradient that is used up.
    pub fn climb_on_host(&mut self, layers: &HostLayers, gradient: &mut [f32]) {
        if let Some((power, _)) = &self.power {
            power.pull_back_on_host(gradient, layers);
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
        self.optimizer.restore(state, &self.device);
        Ok(())
    }
    /// A vector of the length of the parameters.
    pub fn read(&self, state: &[Named], name: &str) -> Result<Flat> {
        match state.iter().find(|n| n.name == name && n.data.len() == self.shape.len()) {
            Some(n) => Ok(Flat::new(n.data.clone(), &self.device)),
            None => Err(Error::data("saved network", format!("`{name}` does not fit the network described beside it"))),
        }
    }
}
