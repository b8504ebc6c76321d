//! Points on their way through a network, on whichever path suits where they live.
use super::host::{self, HostLayers};
use super::layers::{self, Layers};
use super::shape::Shape;
use super::tangent::tangent_gradient;
use crate::device::{Points, Values, is_cpu, points, rows, values};
use crate::error::Result;
use burn::tensor::{Device, Tensor, TensorData};

/// Rows in the coordinates of the network.
pub enum Batch {
    /// row-major, in host memory
    Host { data: Vec<f32>, d: usize, device: Device },
    Tensors(Vec<Points>),
}

/// A forward pass over several batches, ready to go back.
pub enum Forward {
    Host { layers: HostLayers, blocks: Vec<host::Block>, rows: Vec<usize>, device: Device },
    Tensors { passes: Vec<layers::Pass>, counts: Vec<usize> },
}

/// The cotangents of net itself, of one output, from which tangents go on.
pub enum Slopes {
    Host(Vec<host::Cotangents>),
    Tensors(Vec<Vec<Points>>),
}

impl Batch {
    pub fn new(x: &Points) -> Result<Batch> {
        if is_cpu(&x.device()) { Ok(Batch::Host { data: rows(x)?, d: x.dims()[1], device: x.device() }) } else { Ok(Batch::Tensors(layers::blocks(x))) }
    }

    /// The blocks of a tensor batch; none for host memory.
    fn tensors(&self) -> &[Points] {
        match self {
            Batch::Tensors(t) => t,
            Batch::Host { .. } => &[],
        }
    }

    /// net and ∇net at every row.
    pub fn value_and_input_gradient(&self, layers: &Layers, shape: &Shape) -> Result<(Values, Points)> {
        match self {
            Batch::Tensors(t) => Ok(layers::value_and_input_gradient(layers, t, shape)),
            Batch::Host { data, d, device } => {
                let layers = HostLayers::new(layers, shape)?;
                let (v, g) = host::value_and_input_gradient(&layers, &layers.cut(data));
                let n = v.len();
                Ok((vector(v, device), points(g, n, *d, device)))
            }
        }
    }
}

fn vector(v: Vec<f32>, device: &Device) -> Values {
    let n = v.len();
    Tensor::from_data(TensorData::new(v, [n]), device)
}

/// Runs batches of one kind through the network together, so that all their blocks share the threads.
pub fn forward(layers: &Layers, batches: &[&Batch], shape: &Shape) -> Result<Forward> {
    if let Some(Batch::Host { device, .. }) = batches.first() {
        let host_layers = HostLayers::new(layers, shape)?;
        let (mut pieces, mut counts) = (vec![], vec![]);
        for b in batches {
            if let Batch::Host { data, d, .. } = b {
                counts.push(data.len() / d * shape.outs());
                pieces.extend(host_layers.cut(data));
            }
        }
        let blocks = host::forward_blocks(&host_layers, &pieces);
        return Ok(Forward::Host { layers: host_layers, blocks, rows: counts, device: device.clone() });
    }
    let all: Vec<&Points> = batches.iter().flat_map(|b| b.tensors()).collect();
    let passes = layers::forward_blocks(layers, &all, shape);
    Ok(Forward::Tensors { passes, counts: batches.iter().map(|b| b.tensors().len()).collect() })
}

fn flat(seeds: &[Values]) -> Result<Vec<f32>> {
    let mut out = vec![];
    for s in seeds {
        out.extend(values(s)?);
    }
    Ok(out)
}

impl Forward {
    /// net on each batch, row by row: shape [rows · outs].
    pub fn outputs(&self) -> Vec<Values> {
        match self {
            Forward::Host { blocks, rows, device, .. } => {
                let all: Vec<f32> = blocks.iter().flat_map(|b| b.out.iter().copied()).collect();
                let mut at = 0;
                rows.iter()
                    .map(|n| {
                        at += n;
                        vector(all[at - n..at].to_vec(), device)
                    })
                    .collect()
            }
            Forward::Tensors { passes, counts } => {
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
    pub fn gradient(&self, layers: &Layers, seeds: &[Values], shape: &Shape) -> Result<Layers> {
        match self {
            Forward::Host { layers: host_layers, blocks, device, .. } => {
                let g = host::gradient_blocks(host_layers, blocks, &flat(seeds)?);
                Ok(Layers::from_flat(&vector(g, device), shape))
            }
            Forward::Tensors { passes, counts } => Ok(layers::backward_blocks(layers, passes, &pieces(passes, counts, seeds), shape)),
        }
    }

    /// The gradients of Σ seedᵢ net(xᵢ) in the parameters and in the inputs, for one batch.
    pub fn both_gradients(&self, layers: &Layers, seed: &Values, shape: &Shape) -> Result<(Layers, Points)> {
        match self {
            Forward::Host { layers: host_layers, blocks, device, .. } => {
                let (g, x) = host::both_gradients(host_layers, blocks, &values(seed)?);
                let n = x.len() / shape.ins();
                Ok((Layers::from_flat(&vector(g, device), shape), points(x, n, shape.ins(), device)))
            }
            Forward::Tensors { passes, .. } => Ok(layers::both_gradients(layers, passes, &layers::split(seed, passes), shape)),
        }
    }

    /// ∇net at every row of one batch, of one output, and what `tangent` goes on from.
    pub fn slopes(&self, layers: &Layers, shape: &Shape) -> (Slopes, Points) {
        match self {
            Forward::Host { layers: host_layers, blocks, device, .. } => {
                let (slopes, g) = host::cotangent_blocks(host_layers, blocks);
                let n = g.len() / shape.ins();
                (Slopes::Host(slopes), points(g, n, shape.ins(), device))
            }
            Forward::Tensors { passes, .. } => {
                let (slopes, gradients): (Vec<_>, Vec<_>) = passes.iter().map(|p| layers::slopes(layers, p, shape)).unzip();
                (Slopes::Tensors(slopes), layers::concat(gradients))
            }
        }
    }

    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, in the parameters and, for curved activations, in x.
    pub fn tangent(&self, layers: &Layers, slopes: &Slopes, v: &Points, shape: &Shape) -> Result<(Layers, Option<Points>)> {
        match (self, slopes) {
            (Forward::Host { layers: host_layers, blocks, device, .. }, Slopes::Host(slopes)) => {
                let (g, x) = host::tangent_blocks(host_layers, blocks, slopes, &rows(v)?);
                let [n, d] = v.dims();
                Ok((Layers::from_flat(&vector(g, device), shape), x.map(|x| points(x, n, d, device))))
            }
            (Forward::Tensors { passes, .. }, Slopes::Tensors(slopes)) => {
                let mut at = 0;
                let parts = passes.iter().zip(slopes).map(|(p, s)| {
                    let n = p.h[0].dims()[0];
                    at += n;
                    tangent_gradient(layers, p, s, v.clone().narrow(0, at - n, n), shape)
                });
                let (gradients, inputs): (Vec<_>, Vec<_>) = parts.unzip();
                Ok((layers::sum(gradients), inputs.into_iter().collect::<Option<Vec<_>>>().map(layers::concat)))
            }
            _ => Err(crate::error::Error::data("network", "a pass and its slopes live in different places")),
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
