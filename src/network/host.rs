//! The perceptron on host memory: matrix products by gemm, everything between them in one pass.
//!
//! The same mathematics as `layers.rs`, for tensors that live on the CPU: no allocation per elementwise operation,
//! bias and activation fused, pairs sorted in place. `tests` at the foot compares the two.
use super::Activation;
use super::layers::{LEAK, Layers, Shape};
use crate::device::rows;
use crate::error::Result;
use crate::matrix::{product, transposed, view};
use rayon::prelude::*;

/// Rows per block: the activations of one block stay in the second-level cache.
const BLOCK: usize = 512;
/// Rows times parameters above which threads pay.
const WORTH_THREADS: usize = 1_500_000;

/// Weights and biases as slices.
pub struct HostLayers {
    sizes: Vec<usize>,
    w: Vec<Vec<f32>>,
    b: Vec<Vec<f32>>,
    activation: Activation,
}

impl HostLayers {
    pub fn new(layers: &Layers, shape: &Shape) -> Result<HostLayers> {
        Ok(HostLayers {
            sizes: shape.sizes().to_vec(),
            w: layers.w.iter().map(rows).collect::<Result<_>>()?,
            b: layers.b.iter().map(rows).collect::<Result<_>>()?,
            activation: shape.activation,
        })
    }
    fn depth(&self) -> usize {
        self.w.len()
    }
    /// Number of parameters.
    fn len(&self) -> usize {
        self.w.iter().chain(&self.b).map(Vec::len).sum()
    }
}

/// One block of rows with what the backward pass needs.
pub struct Block {
    rows: usize,
    /// the input, then the activation after each hidden layer
    h: Vec<Vec<f32>>,
    /// for groupsort: whether the pair kept its order
    kept: Vec<Vec<bool>>,
    pub out: Vec<f32>,
}

/// Points cut into blocks of rows.
pub fn cut(data: &[f32], d: usize) -> Vec<&[f32]> {
    data.chunks(BLOCK * d).collect()
}

fn activate(z: &mut [f32], width: usize, activation: Activation) -> Vec<bool> {
    match activation {
        Activation::Relu => z.iter_mut().for_each(|v| *v = v.max(0.0)),
        Activation::LeakyRelu => z.iter_mut().for_each(|v| *v = v.max(LEAK as f32 * *v)),
        Activation::Tanh => z.iter_mut().for_each(|v| *v = v.tanh()),
        Activation::Groupsort => {
            let half = width / 2;
            let mut kept = vec![false; z.len() / 2];
            for (row, kept) in z.chunks_exact_mut(width).zip(kept.chunks_exact_mut(half)) {
                let (first, second) = row.split_at_mut(half);
                for ((a, b), k) in first.iter_mut().zip(second).zip(kept) {
                    *k = *a >= *b;
                    (*a, *b) = (a.max(*b), a.min(*b));
                }
            }
            return kept;
        }
    }
    vec![]
}

/// The cotangent before an activation from the one after it, in place.
fn pull(d: &mut [f32], h: &[f32], kept: &[bool], width: usize, activation: Activation) {
    match activation {
        Activation::Relu => d.iter_mut().zip(h).for_each(|(d, h)| *d = if *h > 0.0 { *d } else { 0.0 }),
        Activation::LeakyRelu => d.iter_mut().zip(h).for_each(|(d, h)| *d = if *h > 0.0 { *d } else { LEAK as f32 * *d }),
        Activation::Tanh => d.iter_mut().zip(h).for_each(|(d, h)| *d *= 1.0 - h * h),
        Activation::Groupsort => {
            let half = width / 2;
            for (row, kept) in d.chunks_exact_mut(width).zip(kept.chunks_exact(half)) {
                let (first, second) = row.split_at_mut(half);
                for ((a, b), k) in first.iter_mut().zip(second).zip(kept) {
                    (*a, *b) = if *k { (*a, *b) } else { (*b, *a) };
                }
            }
        }
    }
}

fn forward(layers: &HostLayers, x: &[f32]) -> Block {
    let s = &layers.sizes;
    let rows = x.len() / s[0];
    let last = layers.depth() - 1;
    let (mut h, mut kept) = (vec![x.to_vec()], vec![]);
    for l in 0..last {
        let width = s[l + 1];
        let mut z = layers.b[l].repeat(rows);
        product((rows, width, s[l]), &mut z, true, view(&h[l], s[l]), view(&layers.w[l], width));
        kept.push(activate(&mut z, width, layers.activation));
        h.push(z);
    }
    let mut out = layers.b[last].repeat(rows);
    product((rows, s[last + 1], s[last]), &mut out, true, view(&h[last], s[last]), view(&layers.w[last], s[last + 1]));
    Block { rows, h, kept, out }
}

/// Cotangents back through one block; `at_layer(l, d)` sees the cotangent before layer l's activation.
fn backward(layers: &HostLayers, block: &Block, seed: &[f32], mut at_layer: impl FnMut(usize, &[f32])) -> Vec<f32> {
    let s = &layers.sizes;
    let last = layers.depth() - 1;
    at_layer(last, seed);
    let mut d = vec![0.0; block.rows * s[last]];
    product((block.rows, s[last], s[last + 1]), &mut d, false, view(seed, s[last + 1]), transposed(&layers.w[last], s[last + 1]));
    for l in (0..last).rev() {
        let width = s[l + 1];
        pull(&mut d, &block.h[l + 1], &block.kept[l], width, layers.activation);
        at_layer(l, &d);
        let mut next = vec![0.0; block.rows * s[l]];
        if l > 0 {
            product((block.rows, s[l], width), &mut next, false, view(&d, width), transposed(&layers.w[l], width));
            d = next;
        }
    }
    d
}

/// The parameter gradient of Σ seedᵢ net(xᵢ) over one block, flat.
fn gradient(layers: &HostLayers, block: &Block, seed: &[f32]) -> Vec<f32> {
    let s = &layers.sizes;
    let mut flat = vec![0.0; layers.len()];
    let starts: Vec<usize> = (0..layers.depth())
        .scan(0, |at, l| {
            let start = *at;
            *at += layers.w[l].len() + layers.b[l].len();
            Some(start)
        })
        .collect();
    backward(layers, block, seed, |l, d| {
        let (weights, rest) = flat[starts[l]..].split_at_mut(layers.w[l].len());
        product((s[l], s[l + 1], block.rows), weights, false, transposed(&block.h[l], s[l]), view(d, s[l + 1]));
        let bias = &mut rest[..s[l + 1]];
        for row in d.chunks_exact(s[l + 1]) {
            bias.iter_mut().zip(row).for_each(|(b, d)| *b += d);
        }
    });
    flat
}

/// Runs f on every job, on all threads once there is enough to do: waking them costs tens of microseconds.
fn each<J: Sync, T: Send>(layers: &HostLayers, jobs: &[J], rows: impl Fn(&J) -> usize, f: impl Fn(&J) -> T + Sync + Send) -> Vec<T> {
    let work = jobs.iter().map(rows).sum::<usize>() * layers.len();
    if jobs.len() > 1 && work > WORTH_THREADS { jobs.par_iter().map(f).collect() } else { jobs.iter().map(f).collect() }
}

/// net at every row of every block.
pub fn forward_blocks(layers: &HostLayers, x: &[&[f32]]) -> Vec<Block> {
    each(layers, x, |x| x.len() / layers.sizes[0], |x| forward(layers, x))
}

/// The parameter gradient over all blocks, flat: summed in the order of the blocks, so that threads do not matter.
pub fn gradient_blocks(layers: &HostLayers, blocks: &[Block], seeds: &[f32]) -> Vec<f32> {
    let mut at = 0;
    let jobs: Vec<(&Block, &[f32])> = blocks
        .iter()
        .map(|b| {
            at += b.out.len();
            (b, &seeds[at - b.out.len()..at])
        })
        .collect();
    let parts = each(layers, &jobs, |(b, _)| b.rows, |(b, s)| gradient(layers, b, s));
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_default();
    for p in parts {
        total.iter_mut().zip(p).for_each(|(t, p)| *t += p);
    }
    total
}

/// net and ∇net at every row, for one output: (values, gradients), row-major.
pub fn value_and_input_gradient(layers: &HostLayers, x: &[&[f32]]) -> (Vec<f32>, Vec<f32>) {
    let d = layers.sizes[0];
    let one = |x: &&[f32]| {
        let block = forward(layers, x);
        let before = backward(layers, &block, &vec![1.0; block.rows], |_, _| {});
        let width = layers.sizes[1];
        let mut g = vec![0.0; block.rows * d];
        product((block.rows, d, width), &mut g, false, view(&before, width), transposed(&layers.w[0], width));
        (block.out, g)
    };
    let parts: Vec<(Vec<f32>, Vec<f32>)> = each(layers, x, |x| x.len() / d, one);
    let (values, gradients): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (values.concat(), gradients.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::layers;
    use crate::device::{Choice, open, points, rows, values};
    use burn::tensor::{Tensor, TensorData};
    use rand::Rng;

    /// Both paths on random networks of every activation: f32 sums in another order, 1e-5 of the largest entry.
    #[test]
    fn host_and_tensor_paths_agree() {
        let device = open(Choice::Cpu).unwrap().device;
        for activation in [Activation::Groupsort, Activation::Relu, Activation::Tanh, Activation::LeakyRelu] {
            for (seed, widths, d, n) in [(1, vec![8], 1, 5), (2, vec![16, 6], 3, 700), (3, vec![32, 32, 32], 2, 1300)] {
                let mut rng = crate::random::rng(seed, 0);
                let shape = Shape::new(d, &widths, 1, activation);
                let theta: Vec<f32> = (0..shape.len()).map(|_| rng.random_range(-0.5..0.5)).collect();
                let layers = Layers::from_flat(&Tensor::from_data(TensorData::new(theta, [shape.len()]), &device), &shape);
                let x: Vec<f32> = (0..n * d).map(|_| rng.random_range(-2.0..2.0)).collect();
                let seeds: Vec<f32> = (0..n).map(|_| rng.random_range(-1.0..1.0)).collect();
                let host = HostLayers::new(&layers, &shape).unwrap();
                let blocks = forward_blocks(&host, &cut(&x, d));
                let out: Vec<f32> = blocks.iter().flat_map(|b| b.out.clone()).collect();
                let flat = gradient_blocks(&host, &blocks, &seeds);
                let (_, input) = value_and_input_gradient(&host, &cut(&x, d));
                let p = points(x, n, d, &device);
                let tensors = layers::blocks(&p);
                let passes = layers::forward_blocks(&layers, &tensors.iter().collect::<Vec<_>>(), &shape);
                let seed_tensor = Tensor::from_data(TensorData::new(seeds, [n]), &device);
                let gradient = layers::backward_blocks(&layers, &passes, &layers::split(&seed_tensor, &passes), &shape);
                let close = |a: &[f32], b: &[f32]| {
                    let scale = b.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
                    assert_eq!(a.len(), b.len());
                    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 1e-5 * scale, "{activation:?} {widths:?}: {worst} of {scale}");
                };
                close(&out, &values(&layers::join(&passes)).unwrap());
                close(&flat, &values(&gradient.flatten()).unwrap());
                close(&input, &rows(&layers::value_and_input_gradient(&layers, &tensors, &shape).1).unwrap());
            }
        }
    }
}
