//! Samples in blocks, shared among threads.
//!
//! A block is a few rows that stay in cache from their first layer to their gradient; blocks in a row make a group, whose
//! gradients are summed in order by one thread, and groups are summed in a fixed tree in the end (`gathered.rs`). Neither depends on
//! the number of threads or of ranks, so the result does not either. Memory is borrowed from `scratch.rs`: passes allocate nothing.
use super::block::{Block, Rows};
use super::gathered::{Gathered, GroupSum, MOST_SAMPLES, Place, SUM};
use super::layers::HostLayers;
use crate::error::Result;
use crate::interrupt;
use crate::network::activation::Activation;
use crate::network::shape::Shape;
use crate::ranks::split::LEAF;
use crate::ranks::{self, Split, Team};
use crate::scratch::{self, Scratch};
use rayon::prelude::*;

/// Rows of a block at most, and the entries it may have where rows are wide.
const BLOCK: usize = 128;
const ENTRIES: usize = 1 << 18;
/// Groups of a sample: so many, where there are so many blocks; more in large samples, so that many ranks have work, up to a limit;
/// and the entries their gradients may take together.
const GROUPS: usize = 64;
const MOST_GROUPS: usize = 1024;
const GRADIENTS: usize = 1 << 22;
/// Blocks of a group of a large sample: their gradients cost nothing beside what it takes to compute them.
const BLOCKS: usize = 8;
/// Multiplications above which threads pay: waking them costs tens of microseconds.
const WORTH_THREADS: usize = 2_000_000;

/// How many gradients of their own the groups of a sample of so many blocks may have.
pub fn most_groups(shape: &Shape, blocks: usize) -> usize {
    let wanted = (blocks / BLOCKS).clamp(GROUPS, MOST_GROUPS);
    (GRADIENTS / shape.parameters().max(1)).clamp(2, wanted)
}

/// Rows of a group of a sample on its way through layers of this shape: a rank that holds some rows alone holds whole groups. None where
/// blocks are smaller than others, because rows are wide.
pub fn rows_of_a_group(shape: &Shape, rows: usize) -> Option<usize> {
    let Blocking { block, group, .. } = Blocking::of(shape, rows * shape.ins());
    // smaller blocks would begin elsewhere where rows are looked at in pieces
    (block == BLOCK * shape.ins()).then_some(group / shape.ins())
}

/// The same for networks of a few thousand parameters, whatever they are.
pub fn usual_rows_of_a_group(rows: usize) -> usize {
    rows_of_a_group(&Shape::new(1, &[], 1, Activation::Relu), rows).unwrap_or(LEAF)
}

/// Points of a sample: all of them, or those of this rank.
#[derive(Clone, Copy)]
pub struct Lot<'a> {
    /// row-major
    pub points: &'a [f32],
    /// who has the others; none where all are here
    pub split: Option<&'a Split>,
}

impl<'a> Lot<'a> {
    /// A sample all of which is here.
    pub fn all(points: &'a [f32]) -> Lot<'a> {
        Lot { points, split: None }
    }
    /// Rows of the whole sample, of points with so many entries.
    pub fn rows(&self, ins: usize) -> usize {
        self.split.map_or(self.points.len() / ins, Split::rows)
    }
    /// Entries before those that are here.
    fn before(&self, ins: usize) -> usize {
        self.split.map_or(0, |s| s.here().start * ins)
    }
}

/// How a sample is taken apart.
#[derive(Clone, Copy)]
pub struct Blocking {
    /// entries of the points of a block
    pub block: usize,
    /// entries of the points of a group
    pub group: usize,
    /// how many groups there are
    pub groups: usize,
}

impl Blocking {
    /// Of a sample of so many entries on its way through layers of this shape.
    pub fn of(shape: &Shape, entries: usize) -> Blocking {
        let block = (ENTRIES / shape.widest()).clamp(1, BLOCK) * shape.ins();
        let blocks = entries.div_ceil(block);
        let group = blocks.div_ceil(most_groups(shape, blocks)).max(1) * block;
        Blocking { block, group, groups: entries.div_ceil(group) }
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

/// One group of a sample.
pub struct Group<'a> {
    /// the number of its sample
    pub sample: usize,
    /// where its points begin among those of the whole sample
    pub from: usize,
    /// its points, row-major
    pub points: &'a [f32],
    /// how its sample is taken apart
    pub blocking: Blocking,
}

/// Where the groups of samples are on this rank.
fn places(shape: &Shape, samples: &[Lot], team: Option<&Team>) -> [Place; MOST_SAMPLES] {
    let mut places = [Place::default(); MOST_SAMPLES];
    let mut slot = 0;
    for (sample, place) in samples.iter().zip(&mut places) {
        let groups = Blocking::of(shape, sample.rows(shape.ins()) * shape.ins()).groups;
        let mine = team.map_or(0..groups, |t| t.share(groups));
        *place = Place { groups, first: mine.start, here: mine.len(), slot };
        slot += mine.len();
    }
    places
}

/// Runs `f(group, gradient, sum)` on every group of the samples, from gradients of so many numbers that are zero; on several ranks on those
/// of this one.
///
/// # Errors
/// Those of the team.
pub fn gather(
    layers: &HostLayers,
    samples: &[Lot],
    len: usize,
    f: impl Fn(Group, &mut [f32], &mut GroupSum) + Sync,
) -> Result<Gathered> {
    debug_assert!(samples.len() <= MOST_SAMPLES, "more samples than a pass takes");
    let (shape, ins) = (layers.shape(), layers.shape().ins());
    let rows = samples.iter().map(|s| s.points.len()).sum::<usize>() / ins;
    let split = samples.iter().find_map(|s| s.split);
    let team = split.map(|s| s.team().clone()).or_else(|| ranks::sharing(rows.saturating_mul(shape.work())));
    let places = places(shape, samples, team.as_deref());
    let here: usize = places.iter().map(|p| p.here).sum();
    let (mut gradients, mut sums) = (scratch::zeros(len * here), scratch::take(SUM * here));
    let stop = interrupt::current();
    let job = |(slot, (gradient, to)): (usize, (&mut [f32], &mut [f32]))| {
        let _asked = stop.enter();
        let sample = places.iter().position(|p| slot < p.slot + p.here).unwrap_or(0);
        let (place, lot) = (&places[sample], &samples[sample]);
        let blocking = Blocking::of(shape, lot.rows(ins) * ins);
        let from = (place.first + slot - place.slot) * blocking.group;
        let begin = from - lot.before(ins);
        let points = &lot.points[begin..lot.points.len().min(begin + blocking.group)];
        let mut sum = GroupSum::NONE;
        f(Group { sample, from, points, blocking }, gradient, &mut sum);
        sum.put(to);
    };
    if is_wide(layers, rows) {
        gradients.par_chunks_mut(len).zip(sums.par_chunks_mut(SUM)).enumerate().for_each(job);
    } else {
        gradients.chunks_mut(len).zip(sums.chunks_mut(SUM)).enumerate().for_each(job);
    }
    Gathered::of(gradients, sums, places, len, team)
}
