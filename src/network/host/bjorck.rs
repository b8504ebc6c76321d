//! Orthonormal weights by Björck's iteration A ← (3A − A AᵀA)/2, which moves every singular value in (0, √3) towards 1:
//! layers that keep gradient norms, so that groupsort networks can reach slope 1 everywhere. [bjorck1971](crate::references#bjorck1971), [anil2019](crate::references#anil2019)
//!
//! However few the iterations, singular values in (0, 1] stay there; those above √5 would run away, which power iterations before
//! them see to. With S = AᵀA and a cotangent G of the result, that of A is
//! (3G − G S − A(GᵀA + AᵀG))/2; wide matrices are transposed first.
use super::layers::HostLayers;
use super::products::{self, Start};
use crate::interrupt;
use crate::scratch::{self, Scratch};

/// A k × n matrix with at least as many rows as columns; wide ones are transposed.
fn tall(a: &[f32], (k, n): (usize, usize)) -> (Scratch, usize, usize) {
    if n <= k {
        return (scratch::copy(a), k, n);
    }
    let mut out = scratch::take(k * n);
    for (i, row) in a.chunks_exact(n).enumerate() {
        row.iter().enumerate().for_each(|(j, v)| out[j * k + i] = *v);
    }
    (out, n, k)
}

/// Puts a tall matrix where its k × n original was.
fn put(from: &[f32], (k, n): (usize, usize), to: &mut [f32]) {
    if n <= k {
        return to.copy_from_slice(from);
    }
    for (j, column) in from.chunks_exact(k).enumerate() {
        column.iter().enumerate().for_each(|(i, v)| to[i * n + j] = *v);
    }
}

/// (3I − AᵀA)/2.
fn factor(a: &[f32], rows: usize, n: usize) -> Scratch {
    let mut s = scratch::zeros(n * n);
    products::add_outer(rows, (n, n), a, a, &mut s);
    s.iter_mut().enumerate().for_each(|(i, s)| *s = if i % (n + 1) == 0 { 1.5 } else { 0.0 } - 0.5 * *s);
    s
}

/// A ← A(3I − AᵀA)/2 for A k × n.
fn step(w: &mut [f32], matrix: (usize, usize)) {
    let (a, rows, n) = tall(w, matrix);
    let mut out = scratch::take(a.len());
    products::times(rows, (n, n), &a, &factor(&a, rows, n), Start::Zero, &mut out);
    put(&out, matrix, w);
}

/// The cotangent of A in the place of that of the step.
fn back(w: &[f32], matrix: (usize, usize), cotangent: &mut [f32]) {
    let ((a, rows, n), (g, ..)) = (tall(w, matrix), tall(cotangent, matrix));
    let mut half = scratch::zeros(n * n);
    products::add_outer(rows, (n, n), &g, &a, &mut half);
    let mut t = scratch::take(n * n);
    for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
        t[i * n + j] = -0.5 * (half[i * n + j] + half[j * n + i]);
    }
    let mut out = scratch::take(a.len());
    products::times(rows, (n, n), &g, &factor(&a, rows, n), Start::Zero, &mut out);
    products::times(rows, (n, n), &a, &t, Start::Kept, &mut out);
    put(&out, matrix, cotangent);
}

/// Iterates on all weights of a network on the host; what they were before each iteration, one parameter vector each.
pub fn orthonormalise(layers: &mut HostLayers, iterations: usize) -> Scratch {
    let len = layers.shape().parameters();
    let mut before = scratch::take(len * iterations);
    for before in before.chunks_exact_mut(len) {
        if interrupt::poll().is_err() {
            break;
        }
        before.copy_from_slice(layers.theta());
        for l in 0..=layers.last() {
            if interrupt::poll().is_err() {
                break;
            }
            let matrix = layers.shape().linears()[l].matrix();
            step(layers.w_mut(l), matrix);
        }
    }
    before
}

/// The gradient in the weights before the iterations from the one behind them, in place.
pub fn pull_back(layers: &HostLayers, before: &[f32], gradient: &mut [f32]) {
    for before in before.chunks_exact(layers.shape().parameters()).rev() {
        for l in 0..=layers.last() {
            if interrupt::poll().is_err() {
                break;
            }
            let at = layers.weights_at(l);
            back(&before[at.clone()], layers.shape().linears()[l].matrix(), &mut gradient[at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, points, rows};
    use crate::differences::partial;
    use crate::network::activation::Activation;
    use crate::network::shape::Shape;
    use crate::network::tensor::bjorck::{iterates, pull_back as pull_back_by_tensors};
    use rand::Rng;

    /// Tall, wide and square matrices of norm at most 1 become orthonormal, on the host and by tensors, and cotangents go back as
    /// central differences say: step 1e-2 in f32 leaves 2 % of the largest.
    #[test]
    fn weights_become_orthonormal_and_cotangents_come_back() {
        let shape = Shape::new(3, &[8, 5], 5, Activation::Relu);
        let mut rng = crate::random::rng(1, 0);
        let theta: Vec<f32> = (0..shape.parameters()).map(|_| rng.random_range(-0.3..0.3)).collect();
        let g: Vec<f32> = (0..shape.parameters()).map(|_| rng.random_range(-1.0..1.0)).collect();
        let run = |theta: &[f32], iterations: usize| {
            let mut layers = HostLayers::new(scratch::copy(theta), &shape);
            let before = orthonormalise(&mut layers, iterations);
            (layers, before)
        };
        let (layers, before) = run(&theta, 30);
        let mut exact = g.clone();
        pull_back(&layers, &before, &mut exact);
        for (l, linear) in shape.linears().iter().enumerate() {
            let ((k, n), w) = (linear.matrix(), layers.w(l));
            let side = k.min(n);
            for (i, j) in (0..side).flat_map(|i| (0..side).map(move |j| (i, j))) {
                let inner: f32 = if n <= k {
                    (0..k).map(|r| w[r * n + i] * w[r * n + j]).sum()
                } else {
                    (0..n).map(|c| w[i * n + c] * w[j * n + c]).sum()
                };
                assert!((inner - f32::from(u8::from(i == j))).abs() < 1e-5, "layer {l}, {i}, {j}: {inner}");
            }
            let at = layers.weights_at(l);
            let matrix = |v: &[f32]| points(v[at.clone()].to_vec(), k, n, &host());
            let all = iterates(matrix(&theta), 30);
            let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4 * b.abs().max(1.0));
            assert!(same(&rows(&all[30]).unwrap(), w), "layer {l}");
            assert!(
                same(&rows(&pull_back_by_tensors(&all, matrix(&g))).unwrap(), &exact[at.clone()]),
                "layer {l}: cotangents"
            );
        }
        // few iterations, so that differences see more than the manifold
        let (layers, before) = run(&theta, 4);
        let mut exact = g.clone();
        pull_back(&layers, &before, &mut exact);
        let value = |theta: &[f32]| run(theta, 4).0.theta().iter().zip(&g).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        for i in (0..theta.len()).step_by(3) {
            let slope = partial(&theta, i, 1e-2, &value);
            assert!(
                (slope - f64::from(exact[i])).abs() < 2e-2 * f64::from(scale),
                "{i}: {slope} and {} of {scale}",
                exact[i]
            );
        }
    }
}
