//! Samples cut into blocks and shared among threads.
//!
//! A block is a few rows that stay in cache from their first layer to their gradient; blocks in a row make a group, whose
//! gradients are summed in order by one thread, and groups are summed in order in the end. Neither depends on the number of
//! threads, so the result does not either. Memory is borrowed from `scratch.rs`: passes allocate nothing.
use super::host::{Block, HostLayers, Rows};
use crate::scratch::{self, Scratch};
use crate::simd::{self, Real};
use rayon::prelude::*;

/// Rows of a block at most, and the entries it may have where rows are wide.
const BLOCK: usize = 128;
const ENTRIES: usize = 1 << 18;
/// Groups of a sample at most, and the entries their gradients may take together.
const GROUPS: usize = 64;
const GRADIENTS: usize = 1 << 22;
/// Exponents relative to the largest below which a point counts nothing: e^-40 is 4e-18.
const DEEPEST: f32 = -40.0;
/// Samples a pass takes together.
const MOST_SAMPLES: usize = 4;
/// Multiplications above which threads pay: waking them costs tens of microseconds.
const WORTH_THREADS: usize = 2_000_000;

/// How many gradients of their own the groups of a sample may have.
pub fn most_groups(layers: &HostLayers) -> usize {
    (GRADIENTS / layers.shape().len().max(1)).clamp(2, GROUPS)
}

/// How a sample is cut.
#[derive(Clone, Copy)]
pub struct Cut {
    /// entries of the points of a block, and of a group
    pub block: usize,
    group: usize,
    groups: usize,
}

impl Cut {
    pub fn of(layers: &HostLayers, points: &[f32]) -> Cut {
        let shape = layers.shape();
        let block = (ENTRIES / shape.widest()).clamp(1, BLOCK) * shape.ins();
        let blocks = points.len().div_ceil(block);
        let group = blocks.div_ceil(most_groups(layers)).max(1) * block;
        Cut { block, group, groups: points.len().div_ceil(group) }
    }
}

/// Whether a pass over this many rows is worth several threads.
pub fn is_wide(layers: &HostLayers, rows: usize) -> bool {
    rows * layers.shape().work() > WORTH_THREADS
}

/// Memory of one thread for the blocks of a group.
struct Desk {
    values: Scratch,
    cotangents: Scratch,
    seeds: Scratch,
}

impl Desk {
    fn new(layers: &HostLayers, cut: &Cut) -> Desk {
        let rows = cut.block / layers.shape().ins();
        let (values, cotangents) = layers.room(rows);
        Desk {
            values: scratch::take(values),
            cotangents: scratch::take(cotangents),
            seeds: scratch::take(rows * layers.shape().outs()),
        }
    }
    /// Runs net on rows of points and hands the block over, with memory for seeds and cotangents.
    fn with(&mut self, layers: &HostLayers, x: &[f32], f: impl FnOnce(&Block, &mut [f32], &mut [f32])) {
        let block = Block::forward(layers, Rows::Lent(x), std::mem::take(&mut self.values));
        let seeds = &mut self.seeds[..block.rows * layers.shape().outs()];
        f(&block, seeds, &mut self.cotangents);
        self.values = block.into_memory();
    }
}

/// What a group found besides its gradient.
#[derive(Clone, Copy)]
struct Tally {
    /// the largest output, where outputs are exponents
    top: f32,
    sum: f64,
}

/// The gradients of the groups of samples, not yet summed.
struct Gathered {
    gradients: Scratch,
    tallies: [Tally; MOST_SAMPLES * GROUPS],
    ends: [usize; MOST_SAMPLES],
    len: usize,
}

/// Runs `f(sample, where its points begin, points, cut, gradient, tally)` on every group of the samples, from gradients that
/// are zero.
fn gather(
    layers: &HostLayers,
    samples: &[&[f32]],
    f: impl Fn(usize, usize, &[f32], &Cut, &mut [f32], &mut Tally) + Sync,
) -> Gathered {
    debug_assert!(samples.len() <= MOST_SAMPLES, "more samples than a pass takes");
    let len = layers.shape().len();
    let mut ends = [0; MOST_SAMPLES];
    let mut total = 0;
    for (sample, end) in samples.iter().zip(&mut ends) {
        total += Cut::of(layers, sample).groups;
        *end = total;
    }
    let mut gathered = Gathered {
        gradients: scratch::zeros(len * total),
        tallies: [Tally { top: f32::NEG_INFINITY, sum: 0.0 }; MOST_SAMPLES * GROUPS],
        ends,
        len,
    };
    let job = |(g, (gradient, tally)): (usize, (&mut [f32], &mut Tally))| {
        let s = ends.iter().position(|end| g < *end).unwrap_or(0);
        let cut = Cut::of(layers, samples[s]);
        let from = (g - if s == 0 { 0 } else { ends[s - 1] }) * cut.group;
        let points = &samples[s][from..samples[s].len().min(from + cut.group)];
        f(s, from, points, &cut, gradient, tally);
    };
    let tallies = &mut gathered.tallies[..total];
    if is_wide(layers, samples.iter().map(|s| s.len()).sum::<usize>() / layers.shape().ins()) {
        gathered.gradients.par_chunks_mut(len).zip(tallies).enumerate().for_each(job);
    } else {
        gathered.gradients.chunks_mut(len).zip(tallies).enumerate().for_each(job);
    }
    gathered
}

impl Gathered {
    fn of_sample(&self, s: usize) -> std::ops::Range<usize> {
        if s == 0 { 0..self.ends[0] } else { self.ends[s - 1]..self.ends[s] }
    }
    fn tallies(&self, s: usize) -> &[Tally] {
        &self.tallies[self.of_sample(s)]
    }
    /// Adds the gradients of a sample, in their order, each as often as its tally says.
    fn add(&self, s: usize, weight: impl Fn(&Tally) -> f32, into: &mut [f32]) {
        for g in self.of_sample(s) {
            let (w, gradient) = (weight(&self.tallies[g]), &self.gradients[g * self.len..(g + 1) * self.len]);
            simd::run(
                #[inline(always)]
                || {
                    for (to, g) in into.iter_mut().zip(gradient) {
                        *to += w * g;
                    }
                },
            );
        }
    }
}

/// How the rows of a sample count in an objective that needs no more than their outputs, one by one.
#[derive(Clone, Copy, Debug)]
pub enum Weighing {
    /// the mean of the outputs
    Even,
    /// a ln mean e^(output/a)
    Exponential(f64),
}

/// One of the two samples of an objective: its points, how they count, and the sign of the whole.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub points: &'a [f32],
    pub weighing: Weighing,
    pub sign: f64,
}

/// Σ sign · (mean or a ln mean e^(·/a)) of height · net over two samples, with its gradient in the parameters added to
/// `into`, in one pass: exponentials are taken relative to the largest output seen so far.
pub fn objective(layers: &HostLayers, sides: [Side; 2], height: f64, into: &mut [f32]) -> f64 {
    let shape = layers.shape();
    let tall = height as f32;
    let gathered = gather(layers, &[sides[0].points, sides[1].points], |s, _, points, cut, gradient, tally| {
        let mut desk = Desk::new(layers, cut);
        for x in points.chunks(cut.block) {
            desk.with(layers, x, |block, seeds, cotangents| {
                let out = block.out(shape);
                match sides[s].weighing {
                    Weighing::Even => {
                        seeds.fill(1.0);
                        tally.sum += height
                            * simd::run(
                                #[inline(always)]
                                || {
                                    simd::sum_of(
                                        out,
                                        #[inline(always)]
                                        |v| v,
                                    )
                                },
                            );
                    }
                    Weighing::Exponential(a) => {
                        let top = tall
                            * simd::run(
                                #[inline(always)]
                                || simd::largest(out, f32::NEG_INFINITY),
                            );
                        if top > tally.top {
                            let shrink = ((tally.top - top) / a as f32).exp();
                            gradient.iter_mut().for_each(|g| *g *= shrink);
                            tally.sum *= f64::from(shrink);
                            tally.top = top;
                        }
                        let (top, inverse) = (tally.top, 1.0 / a as f32);
                        tally.sum += simd::run(
                            #[inline(always)]
                            || {
                                for (seed, out) in seeds.iter_mut().zip(out) {
                                    let depth = (tall * out - top) * inverse;
                                    // what is lost in the sum must not make products so small that processors stumble
                                    *seed = if depth < DEEPEST { 0.0 } else { depth.exponential() };
                                }
                                simd::sum_of(
                                    seeds,
                                    #[inline(always)]
                                    |v| v,
                                )
                            },
                        );
                    }
                }
                block.backward(layers, seeds, cotangents, Some(gradient));
            });
        }
    });
    let mut value = 0.0;
    for (s, side) in sides.iter().enumerate() {
        let (n, tallies) = ((side.points.len() / shape.ins()) as f64, gathered.tallies(s));
        let scale = side.sign * height;
        match side.weighing {
            Weighing::Even => {
                value += side.sign * tallies.iter().map(|t| t.sum).sum::<f64>() / n;
                gathered.add(s, |_| (scale / n) as f32, into);
            }
            Weighing::Exponential(a) => {
                let top = tallies.iter().fold(f32::NEG_INFINITY, |m, t| m.max(t.top));
                let share = |t: &Tally| (f64::from(t.top - top) / a).exp();
                let sum = tallies.iter().map(|t| t.sum * share(t)).sum::<f64>();
                value += side.sign * (a * (sum / n).ln() + f64::from(top));
                gathered.add(s, |t| (scale * share(t) / sum) as f32, into);
            }
        }
    }
    value
}

/// net at every row of a sample.
pub fn outputs(layers: &HostLayers, points: &[f32], out: &mut [f32]) {
    let (shape, cut) = (layers.shape(), Cut::of(layers, points));
    let outs = |entries: usize| entries / shape.ins() * shape.outs();
    let job = |(points, out): (&[f32], &mut [f32])| {
        let mut desk = Desk::new(layers, &cut);
        for (x, out) in points.chunks(cut.block).zip(out.chunks_mut(outs(cut.block))) {
            desk.with(layers, x, |block, _, _| out.copy_from_slice(block.out(shape)));
        }
    };
    if is_wide(layers, points.len() / shape.ins()) {
        points.par_chunks(cut.group).zip(out.par_chunks_mut(outs(cut.group))).for_each(job);
    } else {
        points.chunks(cut.group).zip(out.chunks_mut(outs(cut.group))).for_each(job);
    }
}

/// The gradient of Σ seedᵢ net(xᵢ) over samples in the parameters, added to `into`.
pub fn add_gradient(layers: &HostLayers, samples: &[&[f32]], seeds: &[&[f32]], into: &mut [f32]) {
    let shape = layers.shape();
    let gathered = gather(layers, samples, |s, from, points, cut, gradient, _| {
        let mut desk = Desk::new(layers, cut);
        let mut rest = &seeds[s][from / shape.ins() * shape.outs()..];
        for x in points.chunks(cut.block) {
            desk.with(layers, x, |block, _, cotangents| {
                let (mine, after) = rest.split_at(block.rows * shape.outs());
                rest = after;
                block.backward(layers, mine, cotangents, Some(gradient));
            });
        }
    });
    (0..samples.len()).for_each(|s| gathered.add(s, |_| 1.0, into));
}

/// Σ R(∇net) over the rows of a sample, with its gradient in the parameters added to `into`; `slope` gives R at one
/// gradient and puts ∂R/∂g in its place.
pub fn add_penalty(
    layers: &HostLayers,
    points: &[f32],
    slope: &(dyn Fn(&mut [f32]) -> f64 + Sync),
    into: &mut [f32],
) -> f64 {
    let d = layers.shape().ins();
    let gathered = gather(layers, &[points], |_, _, points, cut, gradient, tally| {
        let mut desk = Desk::new(layers, cut);
        let mut directions = scratch::take(cut.block);
        for x in points.chunks(cut.block) {
            desk.with(layers, x, |block, seeds, cotangents| {
                seeds.fill(1.0);
                block.backward(layers, seeds, cotangents, None);
                let v = &mut directions[..x.len()];
                block.input_gradient(layers, cotangents, v);
                tally.sum += v.chunks_exact_mut(d).map(slope).sum::<f64>();
                block.tangent(layers, cotangents, v, gradient, None);
            });
        }
    });
    gathered.add(0, |_| 1.0, into);
    gathered.tallies(0).iter().map(|t| t.sum).sum()
}

/// net and ∇net at every row, for one output.
pub fn values_and_slopes(layers: &HostLayers, points: &[f32], values: &mut [f32], slopes: &mut [f32]) {
    let (shape, cut) = (layers.shape(), Cut::of(layers, points));
    let rows = |entries: usize| entries / shape.ins();
    let job = |((points, values), slopes): ((&[f32], &mut [f32]), &mut [f32])| {
        let mut desk = Desk::new(layers, &cut);
        for ((x, values), slopes) in
            points.chunks(cut.block).zip(values.chunks_mut(rows(cut.block))).zip(slopes.chunks_mut(cut.block))
        {
            desk.with(layers, x, |block, seeds, cotangents| {
                values.copy_from_slice(block.out(shape));
                seeds.fill(1.0);
                block.backward(layers, seeds, cotangents, None);
                block.input_gradient(layers, cotangents, slopes);
            });
        }
    };
    if is_wide(layers, rows(points.len())) {
        points
            .par_chunks(cut.group)
            .zip(values.par_chunks_mut(rows(cut.group)))
            .zip(slopes.par_chunks_mut(cut.group))
            .for_each(job);
    } else {
        points
            .chunks(cut.group)
            .zip(values.chunks_mut(rows(cut.group)))
            .zip(slopes.chunks_mut(cut.group))
            .for_each(job);
    }
}
