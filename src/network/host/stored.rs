//! Passes over samples whose values are stored, for those who look at outputs before they know what to go back with.
use super::activation::add;
use super::block::{Block, Rows};
use super::blocks::{Blocking, is_wide, most_groups};
use super::layers::HostLayers;
use crate::error::Result;
use crate::interrupt;
use crate::network::activation::Activation;
use crate::network::shape::Shape;
use crate::ranks::{self, Team, tree};
use crate::scratch::{self, Scratch};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Which blocks of a pass over samples are here, of all that there are.
pub struct Cut {
    /// rows of every block of all ranks
    rows: Vec<usize>,
    /// blocks in a row whose gradients are summed in order
    run: usize,
    /// the blocks of this rank: whole runs
    mine: Range<usize>,
    team: Option<Arc<Team>>,
}

impl Cut {
    /// How many runs there are.
    fn runs(&self) -> usize {
        self.rows.len().div_ceil(self.run)
    }
    /// Rows before a run.
    fn begin(&self, run: usize) -> usize {
        self.rows[..self.rows.len().min(run * self.run)].iter().sum()
    }
    /// The rows that are here.
    fn here(&self) -> Range<usize> {
        let rows = |blocks: usize| self.rows[..blocks].iter().sum();
        rows(self.mine.start)..rows(self.mine.end)
    }
    /// `width` numbers for every row of all ranks, from those of the rows that are here.
    fn whole(&self, place: &str, width: usize, mine: Vec<f32>) -> Result<Vec<f32>> {
        let Some(team) = &self.team else { return Ok(mine) };
        let mut all = vec![0.0; self.rows.iter().sum::<usize>() * width];
        all[self.here().start * width..][..mine.len()].copy_from_slice(&mine);
        team.gather_parts(place, self.runs(), |run| self.begin(run) * width, &mut all)?;
        Ok(all)
    }
}

/// A forward pass over samples, in blocks.
pub struct Passed {
    /// the blocks that are here
    pub blocks: Vec<Block<'static>>,
    cut: Cut,
}

/// A forward pass over samples, in blocks; on several ranks over those of this one.
pub fn forward(layers: &HostLayers, samples: &[&[f32]]) -> Passed {
    let d = layers.shape().ins();
    let blocks: Vec<&[f32]> =
        samples.iter().flat_map(|s| s.chunks(Blocking::of(layers.shape(), s.len()).block)).collect();
    let rows: Vec<usize> = blocks.iter().map(|x| x.len() / d).collect();
    let team = ranks::sharing(rows.iter().sum::<usize>().saturating_mul(layers.shape().work()));
    let run = blocks.len().div_ceil(most_groups(layers.shape(), blocks.len())).max(1);
    let mine = team.as_ref().map_or(0..blocks.len(), |team| {
        let runs = team.share(blocks.len().div_ceil(run));
        blocks.len().min(runs.start * run)..blocks.len().min(runs.end * run)
    });
    let blocks = each(
        layers,
        &blocks[mine.clone()],
        |x| x.len() / d,
        |x| Block::forward(layers, Rows::Stored(scratch::copy(x)), scratch::take(layers.workspace_len(x.len() / d).0)),
    );
    Passed { blocks, cut: Cut { rows, run, mine, team } }
}

impl Passed {
    /// The outputs at every row of the samples.
    ///
    /// # Errors
    /// Those of the team.
    pub fn outputs(&self, shape: &Shape) -> Result<Vec<f32>> {
        let mine = self.blocks.iter().flat_map(|b| b.out(shape).iter().copied()).collect();
        self.cut.whole("outputs", shape.outs(), mine)
    }
    /// The piece of a row-major array over all rows that belongs to each block that is here.
    fn pieces<'a>(&self, data: &'a [f32], width: usize) -> Vec<&'a [f32]> {
        let mut rest = &data[self.cut.here().start * width..];
        let mut piece = |b: &Block| {
            let (here, after) = rest.split_at(b.rows * width);
            rest = after;
            here
        };
        self.blocks.iter().map(&mut piece).collect()
    }
}

/// Runs f on every job, on all threads once there is enough to do. The jobs hear the interrupt of this thread.
fn each<J: Sync, T: Send>(
    layers: &HostLayers,
    jobs: &[J],
    rows: impl Fn(&J) -> usize,
    f: impl Fn(&J) -> T + Sync + Send,
) -> Vec<T> {
    let stop = interrupt::current();
    let f = |job: &J| {
        let _asked = stop.enter();
        f(job)
    };
    if jobs.len() > 1 && is_wide(layers, jobs.iter().map(rows).sum()) {
        jobs.par_iter().map(f).collect()
    } else {
        jobs.iter().map(f).collect()
    }
}

/// Gradients of runs of blocks, summed in a tree over those of all ranks, and `width` numbers per row: `f(number of the block among
/// those here, block, gradient, numbers)` adds and writes those of one block.
fn summed(
    layers: &HostLayers,
    passed: &Passed,
    width: usize,
    f: impl Fn(usize, &Block, &mut [f32], &mut [f32]) + Sync,
) -> Result<(Vec<f32>, Vec<f32>)> {
    let (len, size, cut) = (layers.shape().parameters(), passed.cut.run, &passed.cut);
    let runs: Vec<(usize, &[Block])> = passed.blocks.chunks(size).enumerate().map(|(i, run)| (i * size, run)).collect();
    let parts = each(
        layers,
        &runs,
        |(_, run)| run.iter().map(|b| b.rows).sum(),
        |(first, run)| {
            let mut gradient = scratch::zeros(len);
            let mut rows = scratch::take(run.iter().map(|b| b.rows).sum::<usize>() * width);
            let mut rest = &mut rows[..];
            for (i, b) in run.iter().enumerate() {
                let (here, after) = std::mem::take(&mut rest).split_at_mut(b.rows * width);
                rest = after;
                f(first + i, b, &mut gradient, here);
            }
            (gradient, rows)
        },
    );
    let (mut gradients, rows): (Vec<Scratch>, Vec<Scratch>) = parts.into_iter().unzip();
    let first = cut.mine.start / size;
    let mut sum = |left: Range<usize>, right: Range<usize>| {
        let (to, from) = gradients.split_at_mut(right.start - first);
        add(&mut to[left.start - first], &from[0]);
    };
    let mut total = vec![0.0; len];
    match &cut.team {
        None => {
            tree::fold(0..cut.runs(), &mut sum);
            gradients.iter().take(1).for_each(|g| add(&mut total, g));
        }
        Some(team) => {
            let nodes = tree::nodes(cut.runs(), &team.share(cut.runs()));
            nodes.iter().for_each(|node| tree::fold(node.clone(), &mut sum));
            team.add_nodes("gradient", cut.runs(), nodes.iter().map(|n| &gradients[n.start - first][..]), &mut total)?;
        }
    }
    let rows = rows.iter().flat_map(|rows| rows.iter().copied()).collect();
    Ok((total, if width > 0 { cut.whole("rows", width, rows)? } else { rows }))
}

/// The gradient of Σ seedᵢ net(xᵢ) in the parameters.
///
/// # Errors
/// Those of the team.
pub fn gradient(layers: &HostLayers, passed: &Passed, seeds: &[f32]) -> Result<Vec<f32>> {
    let seeds = passed.pieces(seeds, layers.shape().outs());
    let found = summed(layers, passed, 0, |i, b, into, _| {
        b.backward(layers, seeds[i], &mut scratch::take(layers.workspace_len(b.rows).1), Some(into))
    });
    Ok(found?.0)
}

/// The same, and the gradient at every row.
///
/// # Errors
/// Those of the team.
pub fn both_gradients(layers: &HostLayers, passed: &Passed, seeds: &[f32]) -> Result<(Vec<f32>, Vec<f32>)> {
    let seeds = passed.pieces(seeds, layers.shape().outs());
    summed(layers, passed, layers.shape().ins(), |i, b, into, slopes| {
        let mut cotangents = scratch::take(layers.workspace_len(b.rows).1);
        b.backward(layers, seeds[i], &mut cotangents, Some(into));
        b.input_gradient(layers, &cotangents, slopes);
    })
}

/// The cotangents of Σ seedᵢ net(xᵢ) in every block that is here, and its gradient at every row.
///
/// # Errors
/// Those of the team.
pub fn slopes(layers: &HostLayers, passed: &Passed, seeds: &[f32]) -> Result<(Vec<Scratch>, Vec<f32>)> {
    let d = layers.shape().ins();
    let seeds = passed.pieces(seeds, layers.shape().outs());
    let jobs: Vec<(&Block, &[f32])> = passed.blocks.iter().zip(seeds).collect();
    let parts = each(
        layers,
        &jobs,
        |(b, _)| b.rows,
        |(b, seeds)| {
            let mut cotangents = scratch::take(layers.workspace_len(b.rows).1);
            b.backward(layers, seeds, &mut cotangents, None);
            let mut slopes = scratch::take(b.rows * d);
            b.input_gradient(layers, &cotangents, &mut slopes);
            (cotangents, slopes)
        },
    );
    let (cotangents, slopes): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Ok((cotangents, passed.cut.whole("slopes", d, slopes.iter().flat_map(|s| s.iter().copied()).collect())?))
}

/// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ from the cotangents of net, and for curved activations in the points.
///
/// # Errors
/// Those of the team.
pub fn tangent(
    layers: &HostLayers,
    passed: &Passed,
    cotangents: &[Scratch],
    v: &[f32],
) -> Result<(Vec<f32>, Option<Vec<f32>>)> {
    let d = layers.shape().ins();
    let curved = layers.shape().activation == Activation::Tanh && layers.last() > 0;
    let v = passed.pieces(v, d);
    let (flat, points) = summed(layers, passed, if curved { d } else { 0 }, |i, b, into, points| {
        b.tangent(layers, &cotangents[i], v[i], into, curved.then_some(points));
    })?;
    Ok((flat, curved.then_some(points)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open, points, rows, values};
    use crate::differences::partial;
    use crate::network::architecture::{Architecture, Images};
    use crate::network::host::blocks::Lot;
    use crate::network::host::samples::{add_gradient, add_penalty, outputs, values_and_slopes};
    use crate::network::tensor::layers::{TensorLayers, join, split};
    use burn::tensor::{Tensor, TensorData};
    use rand::Rng;

    fn slopes_of(layers: &HostLayers, x: &[f32]) -> Vec<f32> {
        let (mut values, mut slopes) = (vec![0.0; x.len() / layers.shape().ins()], vec![0.0; x.len()]);
        values_and_slopes(layers, x, &mut values, &mut slopes).unwrap();
        slopes
    }

    /// Every shape of network there is.
    fn shapes(activation: Activation) -> Vec<(Shape, usize)> {
        let images = |channels: Vec<usize>, kernel: usize, stride: usize| {
            Some(Images { shape: vec![5, 6, 1], channels, kernel, stride })
        };
        let of = |widths: Vec<usize>, images| Architecture { widths, images };
        vec![
            (Shape::new(1, &[8], 1, activation), 5),
            (Shape::new(3, &[16, 6], 1, activation), 700),
            (Shape::new(2, &[32, 32, 32], 1, activation), 1300),
            (of(vec![8; 5], None).reading(3, 0, 1, activation, true).unwrap(), 40),
            (of(vec![], images(vec![4, 6], 3, 2)).reading(30, 0, 1, activation, false).unwrap(), 600),
            (of(vec![10], images(vec![4], 3, 1)).reading(32, 2, 1, activation, false).unwrap(), 30),
            (of(vec![6], images(vec![4, 2], 2, 2)).writing(3, 30, activation, false).unwrap(), 20),
        ]
    }

    /// Both paths on random networks of every shape and activation: f32 sums in another order, 1e-5 of the largest entry.
    #[test]
    fn host_and_tensor_paths_agree() {
        let device = open(Choice::Cpu).unwrap().device;
        for activation in [Activation::Groupsort, Activation::Relu, Activation::Tanh, Activation::LeakyRelu] {
            for (k, (shape, n)) in shapes(activation).into_iter().enumerate() {
                let mut rng = crate::random::rng(k as u64, 0);
                let (d, outs) = (shape.ins(), shape.outs());
                let theta: Vec<f32> = (0..shape.parameters()).map(|_| rng.random_range(-0.5..0.5)).collect();
                let layers = TensorLayers::plain(
                    Tensor::from_data(TensorData::new(theta.clone(), [shape.parameters()]), &device),
                    &shape,
                );
                let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-2.0..2.0)).collect() };
                let (x, seeds, v) = (draw(n * d), draw(n * outs), draw(n * d));
                let host = HostLayers::new(scratch::copy(&theta), &shape);
                let blocks = forward(&host, &[&x]);
                let out = blocks.outputs(&shape).unwrap();
                let (flat, input) = both_gradients(&host, &blocks, &seeds).unwrap();
                let p = points(x.clone(), n, d, &device);
                let passes = layers.forward(&p);
                let seed_tensor = Tensor::from_data(TensorData::new(seeds.clone(), [n * outs]), &device);
                let (gradient, on_input) = layers.both_gradients(&passes, &split(&seed_tensor, &passes));
                let close = |a: &[f32], b: &[f32], what: &str| {
                    let scale = b.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
                    assert_eq!(a.len(), b.len());
                    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 1e-5 * scale, "{what}, {activation:?}, shape {k}: {worst} of {scale}");
                };
                close(&out, &values(&join(&passes)).unwrap(), "outputs");
                close(&flat, &values(&gradient).unwrap(), "parameters");
                close(&super::gradient(&host, &blocks, &seeds).unwrap(), &flat, "parameters alone");
                close(&input, &rows(&on_input).unwrap(), "inputs");
                close(&super::slopes(&host, &blocks, &seeds).unwrap().1, &input, "inputs alone");
                let mut again = vec![0.0; n * outs];
                outputs(&host, &x, &mut again).unwrap();
                close(&again, &out, "outputs alone");
                // two samples at once, from points that were not kept
                let half = n / 2;
                let mut halves = vec![0.0; shape.parameters()];
                add_gradient(
                    &host,
                    &[Lot::all(&x[..half * d]), Lot::all(&x[half * d..])],
                    &[&seeds[..half * outs], &seeds[half * outs..]],
                    &mut halves,
                )
                .unwrap();
                close(&halves, &flat, "parameters of two samples");
                if outs > 1 {
                    continue;
                }
                let slopes = slopes_of(&host, &x);
                let (opened, gradient) = layers.slopes(&passes);
                close(&slopes, &rows(&gradient).unwrap(), "gradient");
                let (cotangents, _) = super::slopes(&host, &blocks, &vec![1.0; n]).unwrap();
                let (second, hessian) = tangent(&host, &blocks, &cotangents, &v).unwrap();
                let (gradient, curved) = layers.tangent(&opened, &points(v.clone(), n, d, &device));
                // ⟨v, ∇net⟩ for one v is a penalty whose slope is v
                let (one, mut all) = (v[..d].to_vec(), vec![0.0; d]);
                for _ in 0..n {
                    all.extend(&one);
                }
                let along = |g: &mut [f32]| {
                    let value = g.iter().zip(&one).map(|(g, v)| f64::from(*g) * f64::from(*v)).sum();
                    g.copy_from_slice(&one);
                    value
                };
                let mut penalty = vec![0.0; shape.parameters()];
                let value = add_penalty(&host, &x, &along, &mut penalty).unwrap();
                close(&penalty, &tangent(&host, &blocks, &cotangents, &all[d..]).unwrap().0, "penalties");
                let exact: f64 = slopes.chunks(d).map(|g| along(&mut g.to_vec())).sum();
                assert!((value - exact).abs() < 1e-4 * (1.0 + exact.abs()), "{value} and {exact}");
                close(&second, &values(&gradient).unwrap(), "tangents");
                assert_eq!(hessian.is_some(), activation == Activation::Tanh);
                if let (Some(h), Some(i)) = (hessian, curved) {
                    close(&h, &rows(&i).unwrap(), "hessian");
                }
            }
        }
    }

    /// The parameter, input and second gradients of every shape against central differences, one entry in seven; tanh has
    /// no kinks to cross. Step 1e-2 in f32 leaves 2 % of the largest entry.
    #[test]
    fn gradients_match_finite_differences() {
        for (k, (shape, _)) in shapes(Activation::Tanh).into_iter().enumerate() {
            let mut rng = crate::random::rng(k as u64, 1);
            let (n, d) = (4, shape.ins());
            let mut draw =
                |n: usize, size: f32| -> Vec<f32> { (0..n).map(|_| rng.random_range(-size..size)).collect() };
            let (theta, x, seeds, v) =
                (draw(shape.parameters(), 0.5), draw(n * d, 1.0), draw(n * shape.outs(), 1.0), draw(n * d, 1.0));
            let host = |theta: &[f32]| HostLayers::new(scratch::copy(theta), &shape);
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            let loss = |theta: &[f32], x: &[f32]| {
                let layers = host(theta);
                dot(&forward(&layers, &[x]).outputs(&shape).unwrap(), &seeds)
            };
            let along = |theta: &[f32], x: &[f32]| {
                let layers = host(theta);
                dot(&slopes_of(&layers, x), &v)
            };
            let layers = host(&theta);
            let blocks = forward(&layers, &[&x]);
            let (flat, input) = both_gradients(&layers, &blocks, &seeds).unwrap();
            type Loss<'a> = &'a dyn Fn(&[f32], &[f32]) -> f64;
            let check = |exact: &[f32], in_theta: bool, f: Loss, what: &str| {
                let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                for i in (0..exact.len()).step_by(7) {
                    let slope = if in_theta {
                        partial(&theta, i, 1e-2, |theta| f(theta, &x))
                    } else {
                        partial(&x, i, 1e-2, |x| f(&theta, x))
                    };
                    assert!(
                        (slope - f64::from(exact[i])).abs() < 2e-2 * f64::from(scale),
                        "{what}, shape {k}, entry {i}: {slope} and {} of {scale}",
                        exact[i]
                    );
                }
            };
            check(&flat, true, &loss, "parameters");
            check(&input, false, &loss, "inputs");
            if shape.outs() == 1 {
                let (second, hessian) =
                    tangent(&layers, &blocks, &super::slopes(&layers, &blocks, &[1.0; 4]).unwrap().0, &v).unwrap();
                check(&second, true, &along, "tangents");
                check(&hessian.unwrap(), false, &along, "hessian");
            }
        }
    }
}
