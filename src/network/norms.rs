//! Upper bounds of Lipschitz constants, in f64 with a margin: what a certificate may rest on, unlike a power iteration.
use super::layers::Layers;
use super::linear::Linear;
use super::shape::Shape;
use super::window::Window;
use crate::device::{points, rows_f64};
use crate::error::Result;
use burn::tensor::Tensor;
use nalgebra::{Complex, DMatrix};
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

/// An upper bound of the network's Lipschitz constant, its activations being 1-Lipschitz: Π ‖Aₗ‖₂, with a shortcut adding
/// the bound of where it comes from.
pub fn lipschitz(layers: &Layers, shape: &Shape) -> Result<f64> {
    // of what enters each layer
    let mut bounds = vec![1.0];
    for (l, (linear, w)) in shape.linears().iter().zip(&layers.w).enumerate() {
        let entries = rows_f64(w)?;
        if entries.iter().any(|v| !v.is_finite()) {
            return Ok(f64::INFINITY);
        }
        let norm = match linear {
            Linear::Dense { ins, outs } => DMatrix::from_row_slice(*ins, *outs, &entries).singular_values().max(),
            Linear::Convolution { .. } | Linear::Transposed { .. } if is_small(linear) => whole(linear, w)?,
            Linear::Convolution { window, channels } => convolution(window, *channels, &|p, c| entries[p * channels + c]),
            // the transpose of a convolution has its norm
            Linear::Transposed { window, channels } => convolution(window, *channels, &|p, c| entries[c * window.patch + p]),
        };
        bounds.push(norm * (1.0 + 1e-12) * bounds[l] + shape.shortcut(l).map_or(0.0, |from| bounds[from]));
    }
    // evaluation happens in f32: each layer may round by a few units in the last place
    Ok(bounds[shape.depth()] * (1.0 + shape.depth() as f64 * 4.0 * f64::from(f32::EPSILON)))
}

/// Whether the map between whole images can be written down as a matrix.
fn is_small(linear: &Linear) -> bool {
    linear.ins().min(linear.outs()) <= 600 && linear.ins() * linear.outs() <= 1 << 22
}

/// The norm of the map between whole images; its matrix is read off in f32, whose rounding is put on top.
fn whole(linear: &Linear, w: &Tensor<2>) -> Result<f64> {
    let n = linear.ins();
    let ones: Vec<f32> = (0..n * n).map(|i| f32::from(u8::from(i % (n + 1) == 0))).collect();
    let matrix = DMatrix::from_row_slice(n, linear.outs(), &rows_f64(&linear.apply(points(ones, n, n, &w.device()), w))?);
    let frobenius = matrix.norm();
    Ok(norm(matrix.map(|v| Complex::new(v, 0.0))) + 4.0 * f64::from(f32::EPSILON) * frobenius)
}

/// Frequencies per direction at which the symbol of a convolution is looked at.
const GRID: usize = 32;

/// An upper bound of the norm of a convolution between images of any size.
///
/// On an unbounded grid a convolution of stride s is, frequency by frequency θ, the product with a matrix M(θ) whose
/// columns are the s² shifts of every input channel; its norm is sup‖M(θ)‖, and zero padding only restricts it. Along
/// each direction the entries of M are trigonometric polynomials of degree at most D = ⌈(⌈k/s⌉ − 1)/2⌉ up to a phase, so
/// that the supremum is at most (max over a grid of N)/cos(πD/N) per direction, by a lemma of M. Riesz. Entries appended to the
/// images add the norm of their part.
fn convolution(window: &Window, channels: usize, weight: &dyn Fn(usize, usize) -> f64) -> f64 {
    let (k, s, c) = (window.kernel, window.stride, window.channels());
    let deep = window.patch / (k * k);
    let taps = k.div_ceil(s);
    // [tap row, tap column] → matrix [s² c, channels]
    let taps_of: Vec<DMatrix<Complex<f64>>> = (0..taps * taps)
        .map(|t| {
            DMatrix::from_fn(s * s * c, channels, |row, out| {
                let (shift, channel) = (row / c, row % c);
                let (u, v) = ((t / taps) * s + shift / s, (t % taps) * s + shift % s);
                if u < k && v < k { Complex::new(weight((u * k + v) * deep + channel, out), 0.0) } else { Complex::new(0.0, 0.0) }
            })
        })
        .collect();
    let largest = (0..GRID * GRID)
        .into_par_iter()
        // M(−θ) is the conjugate of M(θ)
        .filter(|f| f / GRID <= GRID / 2)
        .map(|f| {
            let angle = |i: usize| TAU * i as f64 / GRID as f64;
            let mut m = DMatrix::zeros(s * s * c, channels);
            for (t, tap) in taps_of.iter().enumerate() {
                let phase = angle(f / GRID) * (t / taps) as f64 + angle(f % GRID) * (t % taps) as f64;
                m += tap * Complex::from_polar(1.0, phase);
            }
            norm(m)
        })
        .reduce(|| 0.0, f64::max);
    let degree = (taps - 1).div_ceil(2) as f64;
    let slack = (PI * degree / GRID as f64).cos().powi(2);
    let own = largest / slack;
    // the part of the appended entries as a matrix, column by column
    let appended = (0..deep - c).map(|e| {
        let mut one = vec![0.0; window.image];
        one[window.image - (deep - c) + e] = 1.0;
        let patches = window.unfold(&one);
        let reached = patches.chunks(window.patch).flat_map(|patch| (0..channels).map(move |out| patch.iter().enumerate().map(|(p, v)| f64::from(*v) * weight(p, out)).sum::<f64>()));
        reached.collect::<Vec<f64>>()
    });
    let columns: Vec<f64> = appended.flatten().collect();
    let extra = if columns.is_empty() { 0.0 } else { DMatrix::from_column_slice(columns.len() / (deep - c), deep - c, &columns).singular_values().max() };
    own.hypot(extra)
}

/// The largest singular value, by way of the smaller Gram matrix; the rounding of squares is put on top.
fn norm(m: DMatrix<Complex<f64>>) -> f64 {
    let gram = if m.nrows() < m.ncols() { &m * m.adjoint() } else { m.adjoint() * &m };
    let trace: f64 = (0..gram.nrows()).map(|i| gram[(i, i)].re).sum();
    (gram.symmetric_eigenvalues().max().max(0.0) + 1e-13 * trace).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open};
    use crate::network::Activation;
    use crate::network::architecture::{Architecture, Images};

    /// Against the singular values of the whole matrix of one convolution, between images of growing size: never below,
    /// and within 12 % for images twice the window and more.
    #[test]
    fn convolutions_are_bounded_by_their_symbol() {
        let device = open(Choice::Cpu).unwrap().device;
        for (kernel, stride, appended) in [(3, 1, 0), (3, 2, 0), (5, 2, 0), (2, 1, 0), (3, 2, 2)] {
            for side in [4, 12] {
                let images = Images { shape: vec![side, side, 2], channels: vec![4], kernel, stride };
                let dim = side * side * 2 + appended;
                let whole = Architecture { widths: vec![], images: Some(images) }.reading(dim, appended, 1, Activation::Relu, false).unwrap();
                let shape = Shape::of(whole.linears()[..1].to_vec(), Activation::Relu, false);
                let theta = shape.draw(&mut crate::random::rng(3, 0), &device);
                let layers = Layers::from_flat(&theta, &shape);
                let unit = crate::device::points((0..dim * dim).map(|i| f32::from(u8::from(i % (dim + 1) == 0))).collect(), dim, dim, &device);
                let linear = &shape.linears()[0];
                let matrix = DMatrix::from_row_slice(dim, linear.outs(), &rows_f64(&linear.apply(unit, &layers.w[0])).unwrap());
                let entries = rows_f64(&layers.w[0]).unwrap();
                let Linear::Convolution { window, channels } = linear else { panic!("the first layer is a convolution") };
                let exact = matrix.singular_values().max();
                let bound = convolution(window, *channels, &|p, c| entries[p * channels + c]);
                let short = lipschitz(&layers, &shape).unwrap();
                assert!(short >= exact && short < exact * 1.0001, "{short} and {exact}");
                assert!(bound >= exact, "kernel {kernel}, stride {stride}, side {side}: {bound} below {exact}");
                assert!(side == 4 || bound < 1.12 * exact, "kernel {kernel}, stride {stride}, side {side}: {bound} far above {exact}");
            }
        }
    }
}
