//! Points on their way through the network, on whichever path suits where they live.
use super::host::{self, HostLayers};
use super::layers::{self, Layers, Shape};
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
pub enum Forward<'a> {
    Host { layers: HostLayers, blocks: Vec<host::Block>, rows: Vec<usize>, device: &'a Device },
    Tensors { passes: Vec<layers::Pass>, counts: Vec<usize> },
}

impl Batch {
    /// `tensors` keeps points as tensors even on the CPU: penalties are written in tensor operations.
    pub fn new(x: &Points, tensors: bool) -> Result<Batch> {
        if is_cpu(&x.device()) && !tensors {
            Ok(Batch::Host { data: rows(x)?, d: x.dims()[1], device: x.device() })
        } else {
            Ok(Batch::Tensors(layers::blocks(x)))
        }
    }

    /// The blocks of a tensor batch; none for host memory.
    pub fn tensors(&self) -> &[Points] {
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
                let (v, g) = host::value_and_input_gradient(&HostLayers::new(layers, shape)?, &host::cut(data, *d));
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
pub fn forward<'a>(layers: &Layers, batches: &[&'a Batch], shape: &Shape) -> Result<Forward<'a>> {
    if let Some(Batch::Host { device, .. }) = batches.first() {
        let host_layers = HostLayers::new(layers, shape)?;
        let (mut pieces, mut counts) = (vec![], vec![]);
        for b in batches {
            if let Batch::Host { data, d, .. } = b {
                counts.push(data.len() / d * shape.outs());
                pieces.extend(host::cut(data, *d));
            }
        }
        let blocks = host::forward_blocks(&host_layers, &pieces);
        return Ok(Forward::Host { layers: host_layers, blocks, rows: counts, device });
    }
    let all: Vec<&Points> = batches.iter().flat_map(|b| b.tensors()).collect();
    let passes = layers::forward_blocks(layers, &all, shape);
    Ok(Forward::Tensors { passes, counts: batches.iter().map(|b| b.tensors().len()).collect() })
}

impl Forward<'_> {
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
                let mut flat = vec![];
                for s in seeds {
                    flat.extend(values(s)?);
                }
                let g = host::gradient_blocks(host_layers, blocks, &flat);
                Ok(Layers::from_flat(&vector(g, device), shape))
            }
            Forward::Tensors { passes, counts } => {
                let mut rest = &passes[..];
                let mut pieces = vec![];
                for (n, s) in counts.iter().zip(seeds) {
                    let (here, after) = rest.split_at(*n);
                    rest = after;
                    pieces.extend(layers::split(s, here));
                }
                Ok(layers::backward_blocks(layers, passes, &pieces, shape))
            }
        }
    }
}
