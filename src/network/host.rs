//! Networks on host memory: matrix products by gemm, everything between them in one pass.
//!
//! The same mathematics as `layers.rs` and `tangent.rs`, for tensors that live on the CPU: no allocation per elementwise
//! operation, bias and activation fused, pairs sorted in place. Rows go through in blocks of a fixed size on all threads;
//! neither the blocks nor the order of their sums depends on the number of threads, so the result does not either.
use super::Activation;
use super::host_linear::{add_bias, add_weights, apply, back, spread};
use super::layers::LEAK;
use super::shape::Shape;
use crate::simd::{self, Real};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Rows per block, from few samples and from many: small enough that several threads have some, large enough that a
/// product is worth its call, and never more than stay in the second-level cache.
const BLOCKS: (usize, usize) = (128, 512);
/// Entries per block where rows are wide.
const ENTRIES: usize = 1 << 18;
/// Multiplications above which threads pay.
const WORTH_THREADS: usize = 4_000_000;

/// Weights and biases as slices of one vector.
pub struct HostLayers {
    shape: Shape,
    theta: Arc<Vec<f32>>,
    /// where the weights and the biases of every layer begin, and the end
    starts: Vec<[usize; 2]>,
}

impl HostLayers {
    pub fn new(theta: Arc<Vec<f32>>, shape: &Shape) -> HostLayers {
        let mut starts = vec![];
        let mut at = 0;
        for (w, b) in shape.lengths() {
            starts.push([at, at + w]);
            at += w + b;
        }
        starts.push([at, at]);
        HostLayers { shape: shape.clone(), theta, starts }
    }
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
    pub fn theta(&self) -> &[f32] {
        &self.theta
    }
    /// Where the weights of a layer are in the vector.
    pub fn weights_at(&self, l: usize) -> Range<usize> {
        self.starts[l][0]..self.starts[l][1]
    }
    /// The weights of a layer, row-major.
    pub fn w(&self, l: usize) -> &[f32] {
        &self.theta[self.weights_at(l)]
    }
    fn b(&self, l: usize) -> &[f32] {
        &self.theta[self.starts[l][1]..self.starts[l + 1][0]]
    }
    fn last(&self) -> usize {
        self.shape.depth() - 1
    }
    /// The parts of a gradient that belong to the weights and the biases of a layer.
    fn parts<'a>(&self, flat: &'a mut [f32], l: usize) -> (&'a mut [f32], &'a mut [f32]) {
        flat[self.starts[l][0]..self.starts[l + 1][0]].split_at_mut(self.starts[l][1] - self.starts[l][0])
    }
    /// Points cut into blocks of rows.
    pub fn cut<'a>(&self, data: &'a [f32]) -> Vec<&'a [f32]> {
        let d = self.shape.ins();
        let wanted = (data.len() / d).div_ceil(8).clamp(BLOCKS.0, BLOCKS.1);
        data.chunks((ENTRIES / self.shape.widest()).clamp(1, wanted) * d).collect()
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

/// Cotangents before each layer's activation, first layer first.
pub type Cotangents = Vec<Vec<f32>>;

/// The activation in place; for groupsort, which pairs kept their order. Loops and not iterator chains, whose closures
/// would not be compiled for the wide instructions.
fn activate(z: &mut [f32], channels: usize, activation: Activation) -> Vec<bool> {
    let leak = LEAK as f32;
    let half = channels / 2;
    let mut kept = vec![false; if activation == Activation::Groupsort { z.len() / 2 } else { 0 }];
    simd::run(#[inline(always)] || match activation {
        Activation::Relu => {
            for v in z.iter_mut() {
                *v = if *v > 0.0 { *v } else { 0.0 };
            }
        }
        Activation::LeakyRelu => {
            for v in z.iter_mut() {
                *v = if *v > 0.0 { *v } else { leak * *v };
            }
        }
        Activation::Tanh => {
            for v in z.iter_mut() {
                *v = v.hyperbolic_tangent();
            }
        }
        Activation::Groupsort => {
            for (row, kept) in z.chunks_exact_mut(channels).zip(kept.chunks_exact_mut(half)) {
                let (first, second) = row.split_at_mut(half);
                for ((a, b), k) in first.iter_mut().zip(second).zip(kept) {
                    *k = *a >= *b;
                    (*a, *b) = if *k { (*a, *b) } else { (*b, *a) };
                }
            }
        }
    });
    kept
}

impl Block {
    /// d times the Jacobian of the activation of layer l, in place: cotangents from after it to before it, and tangents
    /// the other way, because the Jacobian is its own transpose.
    fn pull(&self, d: &mut [f32], l: usize, shape: &Shape) {
        let (h, kept, channels, leak) = (&self.h[l + 1], &self.kept[l], shape.linears()[l].channels(), LEAK as f32);
        simd::run(#[inline(always)] || match shape.activation {
            Activation::Relu => {
                for (d, h) in d.iter_mut().zip(h) {
                    *d = if *h > 0.0 { *d } else { 0.0 };
                }
            }
            Activation::LeakyRelu => {
                for (d, h) in d.iter_mut().zip(h) {
                    *d = if *h > 0.0 { *d } else { leak * *d };
                }
            }
            Activation::Tanh => {
                for (d, h) in d.iter_mut().zip(h) {
                    *d *= 1.0 - h * h;
                }
            }
            Activation::Groupsort => {
                let half = channels / 2;
                for (row, kept) in d.chunks_exact_mut(channels).zip(kept.chunks_exact(half)) {
                    let (first, second) = row.split_at_mut(half);
                    for ((a, b), k) in first.iter_mut().zip(second).zip(kept) {
                        (*a, *b) = if *k { (*a, *b) } else { (*b, *a) };
                    }
                }
            }
        });
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    simd::run(#[inline(always)] || {
        for (t, f) in to.iter_mut().zip(from) {
            *t += f;
        }
    });
}

fn forward(layers: &HostLayers, x: &[f32]) -> Block {
    let shape = &layers.shape;
    let rows = x.len() / shape.ins();
    let (mut h, mut kept) = (vec![x.to_vec()], vec![]);
    for (l, linear) in shape.linears().iter().enumerate() {
        let mut z = layers.b(l).repeat(rows * linear.outs() / linear.channels());
        apply(linear, rows, &h[l], layers.w(l), &mut z);
        if let Some(from) = shape.shortcut(l) {
            add(&mut z, &h[from]);
        }
        if l < layers.last() {
            kept.push(activate(&mut z, linear.channels(), shape.activation));
        }
        h.push(z);
    }
    let out = h.pop().unwrap_or_default();
    Block { rows, h, kept, out }
}

/// Cotangents back through one block, first to last layer; `at_layer(l, d, spread)` sees each on the way.
fn backward(layers: &HostLayers, block: &Block, seed: &[f32], mut at_layer: impl FnMut(usize, &[f32], &[f32])) -> Cotangents {
    let shape = &layers.shape;
    let mut out = vec![vec![]; layers.last() + 1];
    let mut d = seed.to_vec();
    for l in (0..=layers.last()).rev() {
        let linear = &shape.linears()[l];
        let wide = spread(linear, &d);
        at_layer(l, &d, &wide);
        let before = (l > 0).then(|| {
            let mut before = back(linear, block.rows, &wide, layers.w(l));
            if shape.shortcut(l + 1).is_some() {
                add(&mut before, &out[l + 1]);
            }
            block.pull(&mut before, l - 1, shape);
            before
        });
        drop(wide);
        out[l] = std::mem::replace(&mut d, before.unwrap_or_default());
    }
    out
}

/// The parameter gradient of Σ seedᵢ net(xᵢ) over one block, flat, and the cotangents on the way.
fn gradient(layers: &HostLayers, block: &Block, seed: &[f32]) -> (Vec<f32>, Cotangents) {
    let mut flat = vec![0.0; layers.theta.len()];
    let all = backward(layers, block, seed, |l, d, wide| {
        let (weights, rest) = layers.parts(&mut flat, l);
        add_weights(&layers.shape.linears()[l], block.rows, &block.h[l], wide, weights);
        add_bias(d, rest);
    });
    (flat, all)
}

fn input_gradient(layers: &HostLayers, rows: usize, first: &[f32]) -> Vec<f32> {
    let linear = &layers.shape.linears()[0];
    back(linear, rows, &spread(linear, first), layers.w(0))
}

/// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ over one block, as in `tangent.rs`: flat, and in x for curved activations.
fn tangent(layers: &HostLayers, block: &Block, given: &Cotangents, v: &[f32]) -> (Vec<f32>, Option<Vec<f32>>) {
    let (shape, linears, n) = (&layers.shape, layers.shape.linears(), layers.last() + 1);
    let mut flat = vec![0.0; layers.theta.len()];
    let curved = shape.activation == Activation::Tanh;
    let mut before: Vec<Vec<f32>> = vec![];
    let mut after = vec![v.to_vec()];
    for l in 0..n {
        add_weights(&linears[l], block.rows, &after[l], &spread(&linears[l], &given[l]), layers.parts(&mut flat, l).0);
        if l + 1 < n {
            let mut z = vec![0.0; block.rows * linears[l].outs()];
            apply(&linears[l], block.rows, &after[l], layers.w(l), &mut z);
            if let Some(from) = shape.shortcut(l) {
                add(&mut z, &after[from]);
            }
            let mut pushed = z.clone();
            block.pull(&mut pushed, l, shape);
            after.push(pushed);
            if curved {
                before.push(z);
            }
        }
    }
    if !curved {
        return (flat, None);
    }
    // what arrives after the activation of layer l from cotangents before those of the layers behind it
    let arriving = |d: &[Vec<f32>], l: usize| {
        let mut out = back(&linears[l], block.rows, &spread(&linears[l], &d[l]), layers.w(l));
        if shape.shortcut(l + 1).is_some() {
            add(&mut out, &d[l + 1]);
        }
        out
    };
    let mut values: Cotangents = vec![vec![]; n];
    for l in (0..n - 1).rev() {
        let mut z = arriving(given, l + 1);
        let later = (l + 2 < n).then(|| arriving(&values, l + 1));
        let h = &block.h[l + 1];
        for (i, ((z, h), before)) in z.iter_mut().zip(h).zip(&before[l]).enumerate() {
            let slope = 1.0 - h * h;
            *z = slope * (-2.0 * before * *z * h + later.as_ref().map_or(0.0, |d| d[i]));
        }
        let (weights, rest) = layers.parts(&mut flat, l);
        add_weights(&linears[l], block.rows, &block.h[l], &spread(&linears[l], &z), weights);
        add_bias(&z, rest);
        values[l] = z;
    }
    let into_x = (n > 1).then(|| input_gradient(layers, block.rows, &values[0]));
    (flat, into_x)
}

/// Runs f on every job, on all threads once there is enough to do: waking them costs tens of microseconds.
fn each<J: Sync, T: Send>(layers: &HostLayers, jobs: &[J], rows: impl Fn(&J) -> usize, f: impl Fn(&J) -> T + Sync + Send) -> Vec<T> {
    let work = jobs.iter().map(rows).sum::<usize>() * layers.shape.work();
    if jobs.len() > 1 && work > WORTH_THREADS { jobs.par_iter().map(f).collect() } else { jobs.iter().map(f).collect() }
}

/// net at every row of every block.
pub fn forward_blocks(layers: &HostLayers, x: &[&[f32]]) -> Vec<Block> {
    each(layers, x, |x| x.len() / layers.shape.ins(), |x| forward(layers, x))
}

/// Blocks with the pieces of a row-major array that belong to them.
fn beside<'a>(blocks: &'a [Block], data: &'a [f32], size: impl Fn(&Block) -> usize) -> Vec<(&'a Block, &'a [f32])> {
    let mut rest = data;
    blocks
        .iter()
        .map(|b| {
            let (here, after) = rest.split_at(size(b));
            rest = after;
            (b, here)
        })
        .collect()
}

/// Summed in the order of the blocks.
fn total(parts: Vec<Vec<f32>>) -> Vec<f32> {
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_default();
    parts.for_each(|p| add(&mut total, &p));
    total
}

/// The parameter gradient over all blocks, flat.
pub fn gradient_blocks(layers: &HostLayers, blocks: &[Block], seeds: &[f32]) -> Vec<f32> {
    total(each(layers, &beside(blocks, seeds, |b| b.out.len()), |(b, _)| b.rows, |(b, s)| gradient(layers, b, s).0))
}

/// The same, with the gradients in the inputs.
pub fn both_gradients(layers: &HostLayers, blocks: &[Block], seeds: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let parts = each(layers, &beside(blocks, seeds, |b| b.out.len()), |(b, _)| b.rows, |(b, s)| {
        let (flat, all) = gradient(layers, b, s);
        (flat, input_gradient(layers, b.rows, &all[0]))
    });
    let (flat, inputs): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (total(flat), inputs.concat())
}

/// The cotangents of Σ seedᵢ net(xᵢ) in every block, and its gradient at every row.
pub fn cotangent_blocks(layers: &HostLayers, blocks: &[Block], seeds: &[f32]) -> (Vec<Cotangents>, Vec<f32>) {
    let parts = each(layers, &beside(blocks, seeds, |b| b.out.len()), |(b, _)| b.rows, |(b, s)| {
        let all = backward(layers, b, s, |_, _, _| {});
        let g = input_gradient(layers, b.rows, &all[0]);
        (all, g)
    });
    let (cotangents, gradients): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (cotangents, gradients.concat())
}

/// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ over all blocks.
pub fn tangent_blocks(layers: &HostLayers, blocks: &[Block], given: &[Cotangents], v: &[f32]) -> (Vec<f32>, Option<Vec<f32>>) {
    let jobs: Vec<_> = beside(blocks, v, |b| b.rows * layers.shape.ins()).into_iter().zip(given).collect();
    let parts = each(layers, &jobs, |((b, _), _)| b.rows, |((b, v), given)| tangent(layers, b, given, v));
    let (flat, inputs): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (total(flat), inputs.into_iter().collect::<Option<Vec<_>>>().map(|i| i.concat()))
}

/// net and ∇net at every row, for one output: (values, gradients), row-major.
pub fn value_and_input_gradient(layers: &HostLayers, x: &[&[f32]]) -> (Vec<f32>, Vec<f32>) {
    let parts = each(layers, x, |x| x.len() / layers.shape.ins(), |x| {
        let block = forward(layers, x);
        let all = backward(layers, &block, &vec![1.0; block.rows], |_, _, _| {});
        let g = input_gradient(layers, block.rows, &all[0]);
        (block.out, g)
    });
    let (values, gradients): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (values.concat(), gradients.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::architecture::{Architecture, Images};
    use crate::network::layers::{self, Layers};
    use crate::network::tangent::tangent_gradient;
    use crate::device::{Choice, open, points, rows, values};
    use burn::tensor::{Tensor, TensorData};
    use rand::Rng;

    /// Every shape of network there is.
    fn shapes(activation: Activation) -> Vec<(Shape, usize)> {
        let images = |channels: Vec<usize>, kernel: usize, stride: usize| Some(Images { shape: vec![5, 6, 1], channels, kernel, stride });
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
                let theta: Vec<f32> = (0..shape.len()).map(|_| rng.random_range(-0.5..0.5)).collect();
                let layers = Layers::from_flat(&Tensor::from_data(TensorData::new(theta.clone(), [shape.len()]), &device), &shape);
                let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-2.0..2.0)).collect() };
                let (x, seeds, v) = (draw(n * d), draw(n * outs), draw(n * d));
                let host = HostLayers::new(Arc::new(theta.clone()), &shape);
                let blocks = forward_blocks(&host, &host.cut(&x));
                let out: Vec<f32> = blocks.iter().flat_map(|b| b.out.clone()).collect();
                let (flat, input) = both_gradients(&host, &blocks, &seeds);
                let p = points(x.clone(), n, d, &device);
                let tensors = layers::blocks(&p, &shape);
                let passes = layers::forward_blocks(&layers, &tensors.iter().collect::<Vec<_>>(), &shape);
                let seed_tensor = Tensor::from_data(TensorData::new(seeds.clone(), [n * outs]), &device);
                let (gradient, on_input) = layers::both_gradients(&layers, &passes, &layers::split(&seed_tensor, &passes), &shape);
                let close = |a: &[f32], b: &[f32], what: &str| {
                    let scale = b.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
                    assert_eq!(a.len(), b.len());
                    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 1e-5 * scale, "{what}, {activation:?}, shape {k}: {worst} of {scale}");
                };
                close(&out, &values(&layers::join(&passes)).unwrap(), "outputs");
                close(&flat, &values(&gradient.flatten()).unwrap(), "parameters");
                close(&gradient_blocks(&host, &blocks, &seeds), &flat, "parameters alone");
                close(&input, &rows(&on_input).unwrap(), "inputs");
                if outs > 1 {
                    continue;
                }
                close(&value_and_input_gradient(&host, &host.cut(&x)).1, &rows(&layers::value_and_input_gradient(&layers, &tensors, &shape).1).unwrap(), "gradient");
                let (cotangents, _) = cotangent_blocks(&host, &blocks, &vec![1.0; n]);
                let (second, hessian) = tangent_blocks(&host, &blocks, &cotangents, &v);
                let mut at = 0;
                let parts = passes.iter().map(|pass| {
                    let rows = pass.h[0].dims()[0];
                    at += rows;
                    let v = points(v.clone(), n, d, &device).narrow(0, at - rows, rows);
                    tangent_gradient(&layers, pass, &layers::slopes(&layers, pass, pass.out.ones_like(), &shape).0, v, &shape)
                });
                let (gradients, inputs): (Vec<_>, Vec<_>) = parts.unzip();
                close(&second, &values(&layers::sum(gradients).flatten()).unwrap(), "tangents");
                assert_eq!(hessian.is_some(), activation == Activation::Tanh);
                if let (Some(h), Some(i)) = (hessian, inputs.into_iter().collect::<Option<Vec<_>>>()) {
                    close(&h, &rows(&layers::concat(i)).unwrap(), "hessian");
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
            let mut draw = |n: usize, size: f32| -> Vec<f32> { (0..n).map(|_| rng.random_range(-size..size)).collect() };
            let (theta, x, seeds, v) = (draw(shape.len(), 0.5), draw(n * d, 1.0), draw(n * shape.outs(), 1.0), draw(n * d, 1.0));
            let host = |theta: &[f32]| HostLayers::new(Arc::new(theta.to_vec()), &shape);
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            let loss = |theta: &[f32], x: &[f32]| {
                let layers = host(theta);
                dot(&forward_blocks(&layers, &layers.cut(x))[0].out, &seeds)
            };
            let along = |theta: &[f32], x: &[f32]| {
                let layers = host(theta);
                dot(&value_and_input_gradient(&layers, &layers.cut(x)).1, &v)
            };
            let layers = host(&theta);
            let blocks = forward_blocks(&layers, &layers.cut(&x));
            let (flat, input) = both_gradients(&layers, &blocks, &seeds);
            type Loss<'a> = &'a dyn Fn(&[f32], &[f32]) -> f64;
            let check = |exact: &[f32], in_theta: bool, f: Loss, what: &str| {
                let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                for i in (0..exact.len()).step_by(7) {
                    let moved = |h: f32| {
                        let (mut t, mut y) = (theta.clone(), x.clone());
                        if in_theta { t[i] += h } else { y[i] += h }
                        f(&t, &y)
                    };
                    let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                    assert!((slope - f64::from(exact[i])).abs() < 2e-2 * f64::from(scale), "{what}, shape {k}, entry {i}: {slope} and {} of {scale}", exact[i]);
                }
            };
            check(&flat, true, &loss, "parameters");
            check(&input, false, &loss, "inputs");
            if shape.outs() == 1 {
                let (second, hessian) = tangent_blocks(&layers, &blocks, &cotangent_blocks(&layers, &blocks, &[1.0; 4]).0, &v);
                check(&second, true, &along, "tangents");
                check(&hessian.unwrap(), false, &along, "hessian");
            }
        }
    }
}
