//! Points on their way through a network, on whichever path suits where they live.
use super::flat::{Flat, vector};
use super::host::Block;
use super::kept;
use crate::scratch::Scratch;
use super::sweep;
use super::layers::{self, Layers};
use super::tangent::tangent_gradient;
use super::weights::Weights;
use crate::device::{Points, Values, is_cpu, points, rows, values};
use crate::error::{Error, Result};
use burn::tensor::Device;

/// Rows in the coordinates of the network.
pub enum Batch {
    /// row-major, in host memory
    Host { data: Vec<f32>, d: usize, device: Device },
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
    Tensors { passes: Vec<layers::Pass>, counts: Vec<usize> },
}

/// The cotangents of net itself, of one output, from which tangents go on.
pub enum Slopes {
    Host(Vec<Scratch>),
    Tensors(Vec<Vec<Points>>),
}

impl Batch {
    pub fn new(x: &Points) -> Result<Batch> {
        if is_cpu(&x.device()) { Ok(Batch::Host { data: rows(x)?, d: x.dims()[1], device: x.device() }) } else { Ok(Batch::Tensors(x.clone())) }
    }

    /// net and ∇net at every row.
    pub fn value_and_input_gradient(&self, weights: &Weights) -> Result<(Values, Points)> {
        match (self, weights) {
            (Batch::Tensors(t), Weights::Tensors(layers, shape)) => Ok(layers::value_and_input_gradient(layers, &layers::blocks(t, shape), shape)),
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

fn apart() -> Error {
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
        Weights::Tensors(layers, shape) => {
            let mut all = vec![];
            for b in batches {
                let Batch::Tensors(t) = b else { return Err(apart()) };
                all.push(layers::blocks(t, shape));
            }
            let counts = all.iter().map(Vec::len).collect();
            Passes::Tensors { passes: layers::forward_blocks(layers, &all.iter().flatten().collect::<Vec<_>>(), shape), counts }
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
                        layers::join(here)
                    })
                    .collect()
            }
        }
    }

    /// The parameter gradient of Σ seedᵢ net(xᵢ), one seed vector per batch.
    pub fn gradient(&self, seeds: &[Values]) -> Result<Flat> {
        match (&self.passes, self.weights) {
            (Passes::Host { blocks, .. }, Weights::Host(layers)) => Ok(Flat::host(kept::gradient(layers, blocks, &flat(seeds)?))),
            (Passes::Tensors { passes, counts }, Weights::Tensors(layers, shape)) => Ok(Flat::Device(layers::backward_blocks(layers, passes, &pieces(passes, counts, seeds), shape).flatten())),
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
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers, shape)) => {
                let (g, x) = layers::both_gradients(layers, passes, &layers::split(seed, passes), shape);
                Ok((Flat::Device(g.flatten()), x))
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
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers, shape)) => {
                let seeds = layers::split(seed, passes);
                Ok(layers::concat(passes.iter().zip(seeds).map(|(p, s)| layers::slopes(layers, p, s, shape).1).collect()))
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
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers, shape)) => {
                let (slopes, gradients): (Vec<_>, Vec<_>) = passes.iter().map(|p| layers::slopes(layers, p, p.out.ones_like(), shape)).unzip();
                Ok((Slopes::Tensors(slopes), layers::concat(gradients)))
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
            (Passes::Tensors { passes, .. }, Weights::Tensors(layers, shape), Slopes::Tensors(slopes)) => {
                let mut at = 0;
                let parts = passes.iter().zip(slopes).map(|(p, s)| {
                    let n = p.h[0].dims()[0];
                    at += n;
                    tangent_gradient(layers, p, s, v.clone().narrow(0, at - n, n), shape)
                });
                let (gradients, inputs): (Vec<Layers>, Vec<_>) = parts.unzip();
                Ok((Flat::Device(layers::sum(gradients).flatten()), inputs.into_iter().collect::<Option<Vec<_>>>().map(layers::concat)))
            }
            _ => Err(apart()),
        }
    }
}

/// One seed vector per batch as one per pass.
fn pieces(passes: &[layers::Pass], counts: &[usize], seeds: &[Values]) -> Vec<Values> {
    let mut rest = passes;
    let mut out = vec![];
    for (n, s) in counts.iter().zip(seeds) {
        let (here, after) = rest.split_at(*n);
        rest = after;
        out.extend(layers::split(s, here));
    }
    out
}
