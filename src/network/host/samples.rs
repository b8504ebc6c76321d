//! Passes over whole samples of which nothing is stored.
use super::blocks::{Blocking, Lot, Workspace, gather, is_wide};
use super::layers::HostLayers;
use crate::error::Result;
use crate::ranks::{self, Rows};
use crate::{interrupt, scratch};
use rayon::prelude::*;

/// How a sample is taken apart, and which of its rows are computed here: whole groups.
fn shared(layers: &HostLayers, points: &[f32]) -> (Blocking, Rows) {
    let (shape, blocking) = (layers.shape(), Blocking::of(layers.shape(), points.len()));
    let rows = points.len() / shape.ins();
    (blocking, Rows::of(rows, blocking.group / shape.ins(), rows.saturating_mul(shape.work())))
}

/// net at every row of a sample.
///
/// # Errors
/// Those of the team.
pub fn outputs(layers: &HostLayers, points: &[f32], out: &mut [f32]) -> Result<()> {
    let (shape, (blocking, rows)) = (layers.shape(), shared(layers, points));
    let outs = |entries: usize| entries / shape.ins() * shape.outs();
    let stop = interrupt::current();
    let Blocking { block, group, .. } = blocking;
    let job = |(points, out): (&[f32], &mut [f32])| {
        let _asked = stop.enter();
        let mut workspace = Workspace::new(layers, &blocking);
        for (x, out) in points.chunks(block).zip(out.chunks_mut(outs(block))) {
            workspace.with(layers, x, |block, _, _| out.copy_from_slice(block.out(shape)));
        }
    };
    let here = &points[rows.here.start * shape.ins()..rows.here.end * shape.ins()];
    let mine = rows.mine(shape.outs(), out);
    if is_wide(layers, here.len() / shape.ins()) {
        here.par_chunks(group).zip(mine.par_chunks_mut(outs(group))).for_each(job);
    } else {
        here.chunks(group).zip(mine.chunks_mut(outs(group))).for_each(job);
    }
    rows.fill("outputs", shape.outs(), out)
}

/// net at every row of a sample of which some rows may be elsewhere: at all of them.
///
/// # Errors
/// Those of the team.
pub fn outputs_of_all(layers: &HostLayers, lot: Lot, out: &mut [f32]) -> Result<()> {
    let Some(split) = lot.split else { return outputs(layers, lot.points, out) };
    let width = layers.shape().outs();
    {
        let _alone = ranks::enter(None);
        outputs(layers, lot.points, split.mine(width, out))?;
    }
    split.fill("outputs", width, out)
}

/// The gradient of Σ seedᵢ net(xᵢ) over samples in the parameters, added to `into`; of seeds all are here.
///
/// # Errors
/// Those of the team.
pub fn add_gradient(layers: &HostLayers, samples: &[Lot], seeds: &[&[f32]], into: &mut [f32]) -> Result<()> {
    let shape = layers.shape();
    let mut gathered = gather(layers, samples, shape.parameters(), |group, gradient, _| {
        let mut workspace = Workspace::new(layers, &group.blocking);
        let mut rest = &seeds[group.sample][group.from / shape.ins() * shape.outs()..];
        for x in group.points.chunks(group.blocking.block) {
            workspace.with(layers, x, |block, _, cotangents| {
                let (mine, after) = rest.split_at(block.rows * shape.outs());
                rest = after;
                block.backward(layers, mine, cotangents, Some(gradient));
            });
        }
    })?;
    (0..samples.len()).try_for_each(|s| gathered.add(s, |_| 1.0, into))
}

/// Σ R(∇net) over the rows of a sample, with its gradient in the parameters added to `into`; `slope` gives R at one
/// gradient and puts ∂R/∂g in its place.
///
/// # Errors
/// Those of the team.
pub fn add_penalty(
    layers: &HostLayers,
    points: &[f32],
    slope: &(dyn Fn(&mut [f32]) -> f64 + Sync),
    into: &mut [f32],
) -> Result<f64> {
    let d = layers.shape().ins();
    let mut gathered = gather(layers, &[Lot::all(points)], layers.shape().parameters(), |group, gradient, sum| {
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
    })?;
    gathered.add(0, |_| 1.0, into)?;
    Ok(gathered.sums(0).map(|t| t.sum).sum())
}

/// net and ∇net at every row, for one output.
///
/// # Errors
/// Those of the team.
pub fn values_and_slopes(layers: &HostLayers, points: &[f32], values: &mut [f32], slopes: &mut [f32]) -> Result<()> {
    let (d, (blocking, shared)) = (layers.shape().ins(), shared(layers, points));
    let rows = |entries: usize| entries / d;
    let stop = interrupt::current();
    let Blocking { block, group, .. } = blocking;
    let job = |((points, values), slopes): ((&[f32], &mut [f32]), &mut [f32])| {
        let _asked = stop.enter();
        let mut workspace = Workspace::new(layers, &blocking);
        let each = points.chunks(block).zip(values.chunks_mut(rows(block))).zip(slopes.chunks_mut(block));
        for ((x, values), slopes) in each {
            workspace.with(layers, x, |block, seeds, cotangents| {
                values.copy_from_slice(block.out(layers.shape()));
                seeds.fill(1.0);
                block.backward(layers, seeds, cotangents, None);
                block.input_gradient(layers, cotangents, slopes);
            });
        }
    };
    let points = &points[shared.here.start * d..shared.here.end * d];
    let (v, s) = (shared.mine(1, values), shared.mine(d, slopes));
    if is_wide(layers, rows(points.len())) {
        let groups = points.par_chunks(group).zip(v.par_chunks_mut(rows(group)));
        groups.zip(s.par_chunks_mut(group)).for_each(job);
    } else {
        let groups = points.chunks(group).zip(v.chunks_mut(rows(group)));
        groups.zip(s.chunks_mut(group)).for_each(job);
    }
    shared.fill("values", 1, values)?;
    shared.fill("slopes", d, slopes)
}
