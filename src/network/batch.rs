//! Points on their way through a network, on whichever path suits where they live.
use super::flat::{Flat, vector};
use super::host::Block;
use super::kept;
use super::on_device::{self, DevicePass, Opened};
use super::sweep;
use super::weights::Weights;
use crate::device::ops::functionals::{Evaluated, Functional};
use crate::device::{Points, Values, is_cpu, points, rows, values};
use crate::error::{Error, Result};
use crate::scratch::Scratch;
use burn::tensor::Device;

/// Rows in the coordinates of the network.
pub enum Batch {
    /// row-major, in host memory
    Host {
        data: Vec<f32>,
        d: usize,
        device: Device,
    },
    Tensors(Points),
}

/// A forward pass over several batches, ready to go back.
pub struct Forward<'a> {
    weights: &'a Weights,
    passes: Passes,
}

enum Passes {
    /// `rows` counts the outputs of every batch
    Host { blocks: Vec<Block<'static>>, rows: Vec<usize>, device: Device },
    /// `counts` counts the passes of every batch
    Tensors { passes: Vec<DevicePass>, counts: Vec<usize> },
}

/// The cotangents of net itself, of one output, from which tangents go on.
pub enum Slopes {
    Host(Vec<Scratch>),
    Tensors(Vec<Opened>),
}

impl Batch {
    pub fn new(x: &Points) -> Result<Batch> {
        if is_cpu(&x.device()) {
            Ok(Batch::Host { data: rows(x)?, d: x.dims()[1], device: x.device() })
        } else {
            Ok(Batch::Tensors(x.clone()))
        }
    }

    /// net and ∇net at every row.
    pub fn value_and_input_gradient(&self, weights: &Weights) -> Result<(Values, Points)> {
        match (self, weights) {
            (Batch::Tensors(x), Weights::Tensors(layers)) => layers.value_and_input_gradient(x),
            (Batch::Host { data, d, device }, Weights::Host(layers)) => {
                let n = data.len() / d;
                let (mut v, mut g) = (vec![0.0; n], vec![0.0; data.len()]);
                sweep::values_and_slopes(layers, data, &mut v, &mut g);
                Ok((vector(v, device), points(g, n, *d, device)))
            }
            _ => Err(apart()),
        }
    }
}

pub(super) fn apart() -> Error {
    Error::data("network", "its parameters and the points live in different places")
}

/// Runs batches of one kind through the network together, so that all their blocks share the threads.
pub fn forward<'a>(weights: &'a Weights, batches: &[&Batch]) -> Result<Forward<'a>> {
    let passes = match weights {
        Weights::Host(layers) => {
            let (mut samples, mut rows, mut place) = (vec![], vec![], None);
            for b in batches {
                let Batch::Host { data, d, device } = b else { return Err(apart()) };
                rows.push(data.len() / d * layers.shape().outs());
                samples.push(&data[..]);
                place = Some(device.clone());
            }
            let device = place.ok_or_else(apart)?;
            Passes::Host { blocks: kept::forward(layers, &samples), rows, device }
        }
        Weights::Tensors(layers) => {
            let (mut passes, mut counts) = (vec![], vec![]);
            for b in batches {
                let Batch::Tensors(t) = b else { return Err(apart()) };
                let here = layers.forward(t);
                counts.push(here.len());
                passes.extend(here);
            }
            Passes::Tensors { passes, counts }
        }
    };
    Ok(Forward { weights, passes })
}

fn flat(seeds: &[Values]) -> Result<Vec<f32>> {
    let mut out = vec![];
    for s in seeds {
        out.extend(values(s)?);
    }
    Ok(out)
}

impl Forward<'_> {
    /// net on each batch, row by row: shape [rows · outs].
    pub fn outputs(&self) -> Vec<Values> {
        match &self.passes {
            Passes::Host { blocks, rows, device } => {
                let all: Vec<f32> = blocks.iter().flat_map(|b| b.out(self.weights.shape()).iter().copied()).collect();
                let mut at = 0;
                rows.iter()
                    .map(|n| {
                        at += n;
                        vector(all[at - n..at].to_vec(), device)
                    })
                    .collect()
            }
            Passes::Tensors { passes, counts } => {
                let mut rest = &passes[..];
                counts
                    .iter()
                    .map(|n| {
                        let (here, after) = rest.split_at(*n);
                        rest = after;
                        on_device::join(here)
                    })
                    .collect()
            }
        }
    }

    /// A functional of net on one batch, in one launch where that is possible.
    pub fn evaluate(&self, f: &Functional) -> Option<Evaluated> {
        match &self.passes {
            Passes::Tensors { passes, .. } => on_device::evaluate(passes, f),
            Passes::Host { .. } => None,
        }
    }

    /// The parameter gradient of Σ seedᵢ net(xᵢ), one seed vector per batch.
    pub fn gradient(&self, seeds: &[Values]) -> Result<Flat> {
        match (&self.passes, self.weights) {
            (Passes::Host { blocks, .. }, Weights::Host(layers)) => {
                Ok(Flat::host(kept::gradient(layers, blocks, &flat(seeds)?)))
            }
            (Passes::Tensors { passes, counts }, Weights::Tensors(layers)) => {
                Ok(Flat::Device(layers.gradient(passes, &pieces(passes, counts, seeds))?))
            }
            _ => Err(apart()),
        }
    }

    /// The gradients of Σ seedᵢ net(xᵢ) in the parameters and in the inputs, for one batch.
    pub fn both_gradients(&self, seed: &Values) -> Result<(Flat, Points)> {
        match (&self.passes, self.weights) {
            (Passes::Host { blocks, device, .. }, Weights::Host(layers)) => {
                let (g, x) = kept::both_gradients(layers, blocks, &values(seed)?);
                let d = layers.shape().ins();
                let n = x.len() / d;
                Ok((Flat::host(g), points(x, n, d, device)))
            }
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers)) => {
                let (g, x) = layers.both_gradients(passes, &on_device::split(seed, passes))?;
                Ok((Flat::Device(g), x))
            }
            _ => Err(apart()),
        }
    }

    /// The gradient of Σ seedᵢ net(xᵢ) in the inputs alone, for one batch.
    pub fn input_gradient(&self, seed: &Values) -> Result<Points> {
        match (&self.passes, self.weights) {
            (Passes::Host { blocks, device, .. }, Weights::Host(layers)) => {
                let x = kept::slopes(layers, blocks, &values(seed)?).1;
                let d = layers.shape().ins();
                let n = x.len() / d;
                Ok(points(x, n, d, device))
            }
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers)) => {
                layers.input_gradient(passes, &on_device::split(seed, passes))
            }
            _ => Err(apart()),
        }
    }

    /// ∇net at every row of one batch, of one output, and what `tangent` goes on from.
    pub fn slopes(&self) -> Result<(Slopes, Points)> {
        match (&self.passes, self.weights) {
            (Passes::Host { blocks, rows, device }, Weights::Host(layers)) => {
                let n: usize = rows.iter().sum();
                let (slopes, g) = kept::slopes(layers, blocks, &vec![1.0; n]);
                Ok((Slopes::Host(slopes), points(g, n, layers.shape().ins(), device)))
            }
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers)) => {
                let (slopes, gradient) = layers.slopes(passes);
                Ok((Slopes::Tensors(slopes), gradient))
            }
            _ => Err(apart()),
        }
    }

    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, in the parameters and, for curved activations, in x.
    pub fn tangent(&self, slopes: &Slopes, v: &Points) -> Result<(Flat, Option<Points>)> {
        match (&self.passes, self.weights, slopes) {
            (Passes::Host { blocks, device, .. }, Weights::Host(layers), Slopes::Host(slopes)) => {
                let (g, x) = kept::tangent(layers, blocks, slopes, &rows(v)?);
                let [n, d] = v.dims();
                Ok((Flat::host(g), x.map(|x| points(x, n, d, device))))
            }
            (Passes::Tensors { .. }, Weights::Tensors(layers), Slopes::Tensors(slopes)) => {
                let (g, x) = layers.tangent(slopes, v);
                Ok((Flat::Device(g), x))
            }
            _ => Err(apart()),
        }
    }
}

/// One seed vector per batch as one per pass.
fn pieces(passes: &[DevicePass], counts: &[usize], seeds: &[Values]) -> Vec<Values> {
    let mut rest = passes;
    let mut out = vec![];
    for (n, s) in counts.iter().zip(seeds) {
        let (here, after) = rest.split_at(*n);
        rest = after;
        out.extend(on_device::split(s, here));
    }
    out
}
