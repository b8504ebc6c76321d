//! Objectives of net on two samples in one pass, with their gradient.
//!
//! Where the derivative of the objective in φ(xᵢ) is a constant or, for KL, an exponential of φ(xᵢ), one pass does. For other f
//! the outputs come first, then ν and f*' on them, then the gradient from values computed again: a third more arithmetic than
//! to keep them, but it never leaves the cache.
use super::blocks::{Lot, Workspace, gather};
use super::gathered::{Gathered, GroupSum};
use super::layers::HostLayers;
use super::samples;
use crate::divergence::{TargetWeights, Term};
use crate::error::Result;
use crate::scratch::{self, Scratch};
use crate::simd::{self, Real};

/// Exponents relative to the largest below which a point counts nothing: e^-40 is 4e-18.
const DEEPEST: f32 = -40.0;

/// How the rows of a sample count in an objective that needs no more than their outputs, one by one.
#[derive(Clone, Copy, Debug)]
enum Weighting {
    /// the mean of the outputs
    Even,
    /// a ln mean e^(output/a)
    Exponential(f64),
}

/// One of the two samples of an objective: its points, how they count, and the sign of the whole.
#[derive(Clone, Copy)]
struct Side<'a> {
    points: Lot<'a>,
    weighting: Weighting,
    sign: f64,
}

/// The objective of a term at φ = height · net on two samples, with its gradient in the parameters added to `into`. `nu` begins
/// where the last solve ended.
pub fn objective(
    layers: &HostLayers,
    (term, height): (&Term, f64),
    samples: [Lot; 2],
    nu: &mut Option<f32>,
    into: &mut [f32],
) -> Result<f64> {
    match sides(term, samples) {
        Some(sides) => separate(layers, sides, height, into),
        None => joint(layers, (term, height), samples, nu, into),
    }
}

/// The samples as they count in terms that need one pass; None for others.
fn sides<'a>(term: &Term, samples: [Lot<'a>; 2]) -> Option<[Side<'a>; 2]> {
    let weighting = match term.target_weights() {
        TargetWeights::Uniform => Weighting::Even,
        TargetWeights::Tilted(a) => Weighting::Exponential(a),
        TargetWeights::Joint => return None,
    };
    let [source, target] = samples;
    let (p, q) = if term.reversed { (target, source) } else { (source, target) };
    Some([Side { points: p, weighting: Weighting::Even, sign: 1.0 }, Side { points: q, weighting, sign: -1.0 }])
}

fn samples_of<'a>(sides: &[Side<'a>; 2]) -> [Lot<'a>; 2] {
    sides.map(|side| side.points)
}

#[inline(always)]
fn sum_lanes(v: &[f32]) -> f64 {
    simd::sum_of(
        v,
        #[inline(always)]
        |v| v,
    )
}

#[inline(always)]
fn largest_lanes(v: &[f32]) -> f32 {
    simd::largest(v, f32::NEG_INFINITY)
}

/// seeds ← e^((height · out − top)/a); their sum.
#[inline(always)]
fn exponentials((seeds, out, height, top, inverse): (&mut [f32], &[f32], f32, f32, f32)) -> f64 {
    for (seed, out) in seeds.iter_mut().zip(out) {
        let depth = (height * out - top) * inverse;
        // what is lost in the sum must not make products so small that processors stumble
        *seed = if depth < DEEPEST { 0.0 } else { depth.exponential() };
    }
    sum_lanes(seeds)
}

impl Weighting {
    /// The seeds of a block from its outputs, and what they add to the sum of its group; where the block has a larger output than
    /// those before, their gradient shrinks.
    fn seed(self, out: &[f32], height: f64, seeds: &mut [f32], gradient: &mut [f32], sum: &mut GroupSum) {
        match self {
            Weighting::Even => {
                seeds.fill(1.0);
                sum.sum += height
                    * simd::run(
                        #[inline(always)]
                        || sum_lanes(out),
                    );
            }
            Weighting::Exponential(a) => {
                let tall = height as f32;
                let top = tall
                    * simd::run(
                        #[inline(always)]
                        || largest_lanes(out),
                    );
                if top > sum.top {
                    let shrink = ((sum.top - top) / a as f32).exp();
                    gradient.iter_mut().for_each(|g| *g *= shrink);
                    sum.sum *= f64::from(shrink);
                    sum.top = top;
                }
                sum.sum += simd::run(
                    #[inline(always)]
                    || exponentials((seeds, out, tall, sum.top, 1.0 / a as f32)),
                );
            }
        }
    }
}

/// Σ sign · (mean or a ln mean e^(·/a)) of height · net over two samples, with its gradient in the parameters added to
/// `into`, in one pass: exponentials are taken relative to the largest output seen so far.
fn separate(layers: &HostLayers, sides: [Side; 2], height: f64, into: &mut [f32]) -> Result<f64> {
    let shape = layers.shape();
    let mut gathered = gather(layers, &samples_of(&sides), shape.parameters(), |group, gradient, sum| {
        let mut workspace = Workspace::new(layers, &group.blocking);
        for x in group.points.chunks(group.blocking.block) {
            workspace.with(layers, x, |block, seeds, cotangents| {
                sides[group.sample].weighting.seed(block.out(shape), height, seeds, gradient, sum);
                block.backward(layers, seeds, cotangents, Some(gradient));
            });
        }
    })?;
    for (s, side) in sides.iter().enumerate() {
        let n = side.points.rows(shape.ins()) as f64;
        let scale = side.sign * height;
        match side.weighting {
            Weighting::Even => gathered.add(s, |_| (scale / n) as f32, into)?,
            Weighting::Exponential(a) => {
                let (top, sum) = exponential_sum(&gathered, s, a);
                gathered.add(s, |t| (scale * (f64::from(t.top - top) / a).exp() / sum) as f32, into)?;
            }
        }
    }
    Ok(value_of(&gathered, &sides, shape.ins()))
}

/// The largest exponent of a sample, and Σ e^((outputᵢ − top)/a).
fn exponential_sum(gathered: &Gathered, s: usize, a: f64) -> (f32, f64) {
    let top = gathered.sums(s).fold(f32::NEG_INFINITY, |m, t| m.max(t.top));
    (top, gathered.sums(s).map(|t| t.sum * (f64::from(t.top - top) / a).exp()).sum())
}

/// Σ sign · (mean or a ln mean e^(·/a)) from the sums of groups.
fn value_of(gathered: &Gathered, sides: &[Side; 2], ins: usize) -> f64 {
    let one = |(s, side): (usize, &Side)| {
        let n = side.points.rows(ins) as f64;
        match side.weighting {
            Weighting::Even => side.sign * gathered.sums(s).map(|t| t.sum).sum::<f64>() / n,
            Weighting::Exponential(a) => {
                let (top, sum) = exponential_sum(gathered, s, a);
                side.sign * (a * (sum / n).ln() + f64::from(top))
            }
        }
    };
    sides.iter().enumerate().map(one).sum()
}

/// The objective alone. Beyond a block, of one-pass terms no output is kept.
pub fn value(
    layers: &HostLayers,
    (term, height): (&Term, f64),
    samples: [Lot; 2],
    nu: &mut Option<f32>,
) -> Result<f64> {
    let shape = layers.shape();
    let Some(sides) = sides(term, samples) else { return Ok(outputs(layers, (term, height), samples, nu)?.0) };
    let gathered = gather(layers, &samples_of(&sides), 1, |group, _, sum| {
        let mut workspace = Workspace::new(layers, &group.blocking);
        for x in group.points.chunks(group.blocking.block) {
            workspace.with(layers, x, |block, seeds, _| {
                sides[group.sample].weighting.seed(block.out(shape), height, seeds, &mut [], sum);
            });
        }
    })?;
    Ok(value_of(&gathered, &sides, shape.ins()))
}

/// The objective of a term that looks at all outputs, and its derivatives in them.
fn outputs(
    layers: &HostLayers,
    (term, height): (&Term, f64),
    samples: [Lot; 2],
    nu: &mut Option<f32>,
) -> Result<(f64, [Scratch; 2])> {
    let d = layers.shape().ins();
    let mut phi = samples.map(|s| scratch::take(s.rows(d)));
    for (sample, phi) in samples.iter().zip(&mut phi) {
        samples::outputs_of_all(layers, *sample, phi)?;
        phi.iter_mut().for_each(|v| *v *= height as f32);
    }
    let [source, target] = &mut phi;
    let value = term.evaluate_slices(source, target, nu)?;
    Ok((value, phi))
}

/// The same for terms that look at all outputs before any seed is known.
fn joint(
    layers: &HostLayers,
    (term, height): (&Term, f64),
    samples: [Lot; 2],
    nu: &mut Option<f32>,
    into: &mut [f32],
) -> Result<f64> {
    let (value, phi) = outputs(layers, (term, height), samples, nu)?;
    let seeds = phi.map(|mut s| {
        let n = s.len() as f32;
        // as in the one-pass objective, shares that are lost in the sum are none
        s.iter_mut().for_each(|v| *v = if v.abs() * n < 4e-18 { 0.0 } else { *v * height as f32 });
        s
    });
    samples::add_gradient(layers, &samples, &[&seeds[0], &seeds[1]], into)?;
    Ok(value)
}
