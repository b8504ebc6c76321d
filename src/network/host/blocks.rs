//! Samples in blocks, shared among threads.
//!
//! A block is a few rows that stay in cache from their first layer to their gradient; blocks in a row make a group, whose
//! gradients are summed in order by one thread, and groups are summed in order in the end. Neither depends on the number of
//! threads, so the result does not either. Memory is borrowed from `scratch.rs`: passes allocate nothing.
use super::activation::add_scaled;
use super::block::{Block, Rows};
use super::layers::HostLayers;
use crate::interrupt;
use crate::scratch::{self, Scratch};
use rayon::prelude::*;

/// Rows of a block at most, and the entries it may have where rows are wide.
const BLOCK: usize = 128;
const ENTRIES: usize = 1 << 18;
/// Groups of a sample at most, and the entries their gradients may take together.
const GROUPS: usize = 64;
const GRADIENTS: usize = 1 << 22;
/// Samples a pass takes together.
const MOST_SAMPLES: usize = 4;
/// Multiplications above which threads pay: waking them costs tens of microseconds.
const WORTH_THREADS: usize = 2_000_000;

/// How many gradients of their own the groups of a sample may have.
pub fn most_groups(layers: &HostLayers) -> usize {
    (GRADIENTS / layers.shape().parameters().max(1)).clamp(2, GROUPS)
}

/// How a sample is taken apart.
#[derive(Clone, Copy)]
pub struct Blocking {
    /// entries of the points of a block
    pub block: usize,
    /// entries of the points of a group
    pub group: usize,
    groups: usize,
}

impl Blocking {
    /// Of a sample on its way through these layers.
    pub fn of(layers: &HostLayers, points: &[f32]) -> Blocking {
        let shape = layers.shape();
        let block = (ENTRIES / shape.widest()).clamp(1, BLOCK) * shape.ins();
        let blocks = points.len().div_ceil(block);
        let group = blocks.div_ceil(most_groups(layers)).max(1) * block;
        Blocking { block, group, groups: points.len().div_ceil(group) }
    }
}

/// Whether a pass over this many rows is worth several threads.
pub fn is_wide(layers: &HostLayers, rows: usize) -> bool {
    rows * layers.shape().work() > WORTH_THREADS
}

/// Memory of one thread for the blocks of a group.
pub struct Workspace {
    values: Scratch,
    cotangents: Scratch,
    seeds: Scratch,
}

impl Workspace {
    /// For blocks of a sample.
    pub fn new(layers: &HostLayers, blocking: &Blocking) -> Workspace {
        let rows = blocking.block / layers.shape().ins();
        let (values, cotangents) = layers.workspace_len(rows);
        Workspace {
            values: scratch::take(values),
            cotangents: scratch::take(cotangents),
            seeds: scratch::take(rows * layers.shape().outs()),
        }
    }
    /// Runs net on rows of points and hands the block over, with memory for seeds and cotangents.
    /// Nothing happens once the thread is asked to stop.
    pub fn with(&mut self, layers: &HostLayers, x: &[f32], f: impl FnOnce(&Block, &mut [f32], &mut [f32])) {
        if interrupt::poll().is_err() {
            return;
        }
        let block = Block::forward(layers, Rows::Lent(x), std::mem::take(&mut self.values));
        let seeds = &mut self.seeds[..block.rows * layers.shape().outs()];
        f(&block, seeds, &mut self.cotangents);
        self.values = block.into_memory();
    }
}

/// What a group comes to besides its gradient.
#[derive(Clone, Copy)]
pub struct GroupSum {
    /// the largest output, where outputs are exponents
    pub top: f32,
    /// of whatever is summed
    pub sum: f64,
}

/// One group of a sample.
pub struct Group<'a> {
    /// the number of its sample
    pub sample: usize,
    /// where its points begin among those of the sample
    pub from: usize,
    /// its points, row-major
    pub points: &'a [f32],
    /// how its sample is taken apart
    pub blocking: Blocking,
}

/// The gradients of the groups of samples, not yet summed.
pub struct Gathered {
    gradients: Scratch,
    sums: [GroupSum; MOST_SAMPLES * GROUPS],
    ends: [usize; MOST_SAMPLES],
    len: usize,
}

/// Runs `f(group, gradient, sum)` on every group of the samples, from gradients that are zero.
pub fn gather(
    layers: &HostLayers,
    samples: &[&[f32]],
    f: impl Fn(Group, &mut [f32], &mut GroupSum) + Sync,
) -> Gathered {
    debug_assert!(samples.len() <= MOST_SAMPLES, "more samples than a pass takes");
    let len = layers.shape().parameters();
    let mut ends = [0; MOST_SAMPLES];
    let mut total = 0;
    for (sample, end) in samples.iter().zip(&mut ends) {
        total += Blocking::of(layers, sample).groups;
        *end = total;
    }
    let mut gathered = Gathered {
        gradients: scratch::zeros(len * total),
        sums: [GroupSum { top: f32::NEG_INFINITY, sum: 0.0 }; MOST_SAMPLES * GROUPS],
        ends,
        len,
    };
    let stop = interrupt::current();
    let job = |(g, (gradient, sum)): (usize, (&mut [f32], &mut GroupSum))| {
        let _asked = stop.enter();
        let sample = ends.iter().position(|end| g < *end).unwrap_or(0);
        let blocking = Blocking::of(layers, samples[sample]);
        let from = (g - if sample == 0 { 0 } else { ends[sample - 1] }) * blocking.group;
        let points = &samples[sample][from..samples[sample].len().min(from + blocking.group)];
        f(Group { sample, from, points, blocking }, gradient, sum);
    };
    let sums = &mut gathered.sums[..total];
    if is_wide(layers, samples.iter().map(|s| s.len()).sum::<usize>() / layers.shape().ins()) {
        gathered.gradients.par_chunks_mut(len).zip(sums).enumerate().for_each(job);
    } else {
        gathered.gradients.chunks_mut(len).zip(sums).enumerate().for_each(job);
    }
    gathered
}

impl Gathered {
    fn of_sample(&self, s: usize) -> std::ops::Range<usize> {
        if s == 0 { 0..self.ends[0] } else { self.ends[s - 1]..self.ends[s] }
    }
    /// What the groups of a sample came to, in their order.
    pub fn sums(&self, s: usize) -> &[GroupSum] {
        &self.sums[self.of_sample(s)]
    }
    /// Adds the gradients of a sample, in their order, each as often as `weight` of its group says.
    pub fn add(&self, s: usize, weight: impl Fn(&GroupSum) -> f32, into: &mut [f32]) {
        for g in self.of_sample(s) {
            add_scaled(into, weight(&self.sums[g]), &self.gradients[g * self.len..(g + 1) * self.len]);
        }
    }
}
