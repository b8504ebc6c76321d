//! Passes over whole samples of which nothing is stored.
use super::blocks::{Blocking, Workspace, gather, is_wide};
use super::layers::HostLayers;
use crate::{interrupt, scratch};
use rayon::prelude::*;

/// net at every row of a sample.
pub fn outputs(layers: &HostLayers, points: &[f32], out: &mut [f32]) {
    let (shape, blocking) = (layers.shape(), Blocking::of(layers, points));
    let outs = |entries: usize| entries / shape.ins() * shape.outs();
    let stop = interrupt::current();
    let job = |(points, out): (&[f32], &mut [f32])| {
        let _asked = stop.enter();
        let mut workspace = Workspace::new(layers, &blocking);
        for (x, out) in points.chunks(blocking.block).zip(out.chunks_mut(outs(blocking.block))) {
            workspace.with(layers, x, |block, _, _| out.copy_from_slice(block.out(shape)));
        }
    };
    if is_wide(layers, points.len() / shape.ins()) {
        points.par_chunks(blocking.group).zip(out.par_chunks_mut(outs(blocking.group))).for_each(job);
    } else {
        points.chunks(blocking.group).zip(out.chunks_mut(outs(blocking.group))).for_each(job);
    }
}

/// The gradient of Σ seedᵢ net(xᵢ) over samples in the parameters, added to `into`.
pub fn add_gradient(layers: &HostLayers, samples: &[&[f32]], seeds: &[&[f32]], into: &mut [f32]) {
    let shape = layers.shape();
    let gathered = gather(layers, samples, |group, gradient, _| {
        let mut workspace = Workspace::new(layers, &group.blocking);
        let mut rest = &seeds[group.sample][group.from / shape.ins() * shape.outs()..];
        for x in group.points.chunks(group.blocking.block) {
            workspace.with(layers, x, |block, _, cotangents| {
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
    let gathered = gather(layers, &[points], |group, gradient, sum| {
        let mut workspace = Workspace::new(layers, &group.blocking);
        let mut directions = scratch::take(group.blocking.block);
        for x in group.points.chunks(group.blocking.block) {
            workspace.with(layers, x, |block, seeds, cotangents| {
                seeds.fill(1.0);
                block.backward(layers, seeds, cotangents, None);
                let v = &mut directions[..x.len()];
                block.input_gradient(layers, cotangents, v);
                sum.sum += v.chunks_exact_mut(d).map(slope).sum::<f64>();
                block.tangent(layers, cotangents, v, gradient, None);
            });
        }
    });
    gathered.add(0, |_| 1.0, into);
    gathered.sums(0).iter().map(|t| t.sum).sum()
}

/// net and ∇net at every row, for one output.
pub fn values_and_slopes(layers: &HostLayers, points: &[f32], values: &mut [f32], slopes: &mut [f32]) {
    let (shape, blocking) = (layers.shape(), Blocking::of(layers, points));
    let rows = |entries: usize| entries / shape.ins();
    let stop = interrupt::current();
    let job = |((points, values), slopes): ((&[f32], &mut [f32]), &mut [f32])| {
        let _asked = stop.enter();
        let mut workspace = Workspace::new(layers, &blocking);
        let each = points
            .chunks(blocking.block)
            .zip(values.chunks_mut(rows(blocking.block)))
            .zip(slopes.chunks_mut(blocking.block));
        for ((x, values), slopes) in each {
            workspace.with(layers, x, |block, seeds, cotangents| {
                values.copy_from_slice(block.out(shape));
                seeds.fill(1.0);
                block.backward(layers, seeds, cotangents, None);
                block.input_gradient(layers, cotangents, slopes);
            });
        }
    };
    let group = blocking.group;
    if is_wide(layers, rows(points.len())) {
        let groups = points.par_chunks(group).zip(values.par_chunks_mut(rows(group)));
        groups.zip(slopes.par_chunks_mut(group)).for_each(job);
    } else {
        let groups = points.chunks(group).zip(values.chunks_mut(rows(group)));
        groups.zip(slopes.chunks_mut(group)).for_each(job);
    }
}
