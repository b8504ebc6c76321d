//! Upper bounds of Lipschitz constants, in f64 with a margin: what a certificate may rest on, unlike a power iteration.
use super::interface::Layers;
use super::linear::Linear;
use super::window::Window;
use crate::error::Result;
use crate::interrupt;
use nalgebra::{Complex, DMatrix};
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

/// An upper bound of the network's Lipschitz constant, its activations being 1-Lipschitz: Π ‖Aₗ‖₂, with a shortcut adding
/// the bound of where it comes from.
pub fn lipschitz(layers: &dyn Layers) -> Result<f64> {
    let shape = layers.shape();
    // of what enters each layer
    let mut bounds = vec![1.0];
    for (l, linear) in shape.linears().iter().enumerate() {
        let entries = layers.matrix(l)?;
        if entries.iter().any(|v| !v.is_finite()) {
            return Ok(f64::INFINITY);
        }
        let norm = match linear {
            Linear::Dense { ins, outs } => largest(DMatrix::from_row_slice(*ins, *outs, &entries))?,
            Linear::Convolution { .. } | Linear::Transposed { .. }
                if linear.ins() <= 600 && linear.ins() * linear.outs() <= 1 << 22 =>
            {
                whole(layers, l)?
            }
            Linear::Convolution { window, channels } => {
                convolution(window, *channels, &|p, c| entries[p * channels + c])?
            }
            // the transpose of a convolution has its norm
            Linear::Transposed { window, channels } => {
                convolution(window, *channels, &|p, c| entries[c * window.patch + p])?
            }
        };
        bounds.push(norm * (1.0 + 1e-12) * bounds[l] + shape.shortcut(l).map_or(0.0, |from| bounds[from]));
    }
    // evaluation happens in f32: each layer may round by a few units in the last place
    Ok(bounds[shape.depth()] * (1.0 + shape.depth() as f64 * 4.0 * f64::from(f32::EPSILON)))
}

/// The norm of a small map between whole images; its matrix is read off in f32, whose rounding is put on top.
fn whole(layers: &dyn Layers, l: usize) -> Result<f64> {
    let linear = &layers.shape().linears()[l];
    let n = linear.ins();
    let unit: Vec<f32> = (0..n * n).map(|i| f32::from(u8::from(i % (n + 1) == 0))).collect();
    let entries = layers.apply(l, &unit, n)?;
    let matrix =
        DMatrix::from_row_iterator(n, linear.outs(), entries.into_iter().map(|v| Complex::new(f64::from(v), 0.0)));
    let frobenius = matrix.norm();
    Ok(norm(matrix)? + 4.0 * f64::from(f32::EPSILON) * frobenius)
}

/// An upper bound of the norm of a convolution between images of any size.
///
/// On an unbounded grid a convolution of stride s is, frequency by frequency θ, the product with a matrix M(θ) whose
/// columns are the s² shifts of every input channel; its norm is sup‖M(θ)‖, and zero padding only restricts it. Along
/// each direction the entries of M are trigonometric polynomials of degree at most D = (⌈k/s⌉ − 1)/2 up to a phase, so
/// that the supremum is at most (max over a grid of N)/cos(πD/N) per direction, by a lemma of M. Riesz. Entries appended to the
/// images add the norm of their part.
fn convolution(window: &Window, channels: usize, weight: &dyn Fn(usize, usize) -> f64) -> Result<f64> {
    let (k, s, c) = (window.kernel, window.stride, window.channels());
    let deep = window.patch / (k * k);
    let taps = k.div_ceil(s);
    // [tap row, tap column] → matrix [s² c, channels]
    let taps_of: Vec<DMatrix<Complex<f64>>> = (0..taps * taps)
        .map(|t| {
            DMatrix::from_fn(s * s * c, channels, |row, out| {
                let (shift, channel) = (row / c, row % c);
                let (u, v) = ((t / taps) * s + shift / s, (t % taps) * s + shift % s);
                if u < k && v < k {
                    Complex::new(weight((u * k + v) * deep + channel, out), 0.0)
                } else {
                    Complex::new(0.0, 0.0)
                }
            })
        })
        .collect();
    // fine enough for the degree; of wide layers, whose matrices are dear, coarser
    let grid = (8 * taps).max(match channels.min(s * s * c) {
        0..=64 => 32,
        65..=128 => 16,
        _ => 8,
    });
    let stop = interrupt::current();
    let top = (0..grid * grid)
        .into_par_iter()
        // M(−θ) is the conjugate of M(θ)
        .filter(|f| f / grid <= grid / 2)
        .map(|f| {
            let _asked = stop.enter();
            let angle = |i: usize| TAU * i as f64 / grid as f64;
            let mut m = DMatrix::zeros(s * s * c, channels);
            for (t, tap) in taps_of.iter().enumerate() {
                let phase = angle(f / grid) * (t / taps) as f64 + angle(f % grid) * (t % taps) as f64;
                m += tap * Complex::from_polar(1.0, phase);
            }
            norm(m)
        })
        .try_reduce(|| 0.0, |a, b| Ok(a.max(b)))?;
    let degree = 0.5 * (taps - 1) as f64;
    let slack = (PI * degree / grid as f64).cos().powi(2);
    let own = top / slack;
    Ok(own.hypot(of_appended(window, channels, weight)))
}

/// The norm of the part of a convolution that reads the entries appended to the image: a matrix, made column by column.
fn of_appended(window: &Window, channels: usize, weight: &dyn Fn(usize, usize) -> f64) -> f64 {
    let deep = window.patch / (window.kernel * window.kernel);
    let c = window.channels();
    let appended = (0..deep - c).map(|e| {
        let mut one = vec![0.0; window.image];
        one[window.image - (deep - c) + e] = 1.0;
        let patches = window.unfold(&one);
        let reached = patches.chunks(window.patch).flat_map(|patch| {
            (0..channels)
                .map(move |out| patch.iter().enumerate().map(|(p, v)| f64::from(*v) * weight(p, out)).sum::<f64>())
        });
        reached.collect::<Vec<f64>>()
    });
    let columns: Vec<f64> = appended.flatten().collect();
    if columns.is_empty() {
        return 0.0;
    }
    DMatrix::from_column_slice(columns.len() / (deep - c), deep - c, &columns).singular_values().max()
}

/// Entries of a matrix up to which its values take some milliseconds.
const AT_ONCE: usize = 1 << 14;

/// The largest singular value. Large matrices take minutes, which an interrupt ends.
fn largest(m: DMatrix<f64>) -> Result<f64> {
    if m.len() <= AT_ONCE { Ok(m.singular_values().max()) } else { interrupt::aside(move || m.singular_values().max()) }
}

/// The largest singular value, by way of the smaller Gram matrix; the rounding of squares is put on top.
fn norm(m: DMatrix<Complex<f64>>) -> Result<f64> {
    interrupt::poll()?;
    let large = m.len() > AT_ONCE;
    let work = move || {
        let gram = if m.nrows() < m.ncols() { &m * m.adjoint() } else { m.adjoint() * &m };
        let trace: f64 = (0..gram.nrows()).map(|i| gram[(i, i)].re).sum();
        (gram.symmetric_eigenvalues().max().max(0.0) + 1e-13 * trace).sqrt()
    };
    if large { interrupt::aside(work) } else { Ok(work()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::host;
    use crate::network::activation::Activation;
    use crate::network::architecture::{Architecture, Images};
    use crate::network::open;
    use crate::network::optimizer::OptimizerOptions;
    use crate::network::shape::Shape;
    use rand::Rng;

    fn layers(shape: &Shape, rng: &mut crate::random::Rng) -> Box<dyn Layers> {
        open(shape.clone(), None, OptimizerOptions::default(), rng, &host()).layers()
    }

    /// Against the singular values of the whole matrix of one convolution or its transpose, between images of growing size:
    /// never below, and within 12 % for images twice the window and more.
    #[test]
    fn convolutions_are_bounded_by_their_symbol() {
        for (kernel, stride, appended) in [(3, 1, 0), (3, 2, 0), (5, 2, 0), (2, 1, 0), (3, 2, 2)] {
            for (side, transposed) in [(4, false), (12, false), (12, true)] {
                if transposed && appended > 0 {
                    continue;
                }
                let images = Images { shape: vec![side, side, 2], channels: vec![4], kernel, stride };
                let dim = side * side * 2 + appended;
                let of = Architecture { widths: vec![], images: Some(images) };
                let linear = match transposed {
                    false => of.reading(dim, appended, 1, Activation::Relu, false).unwrap().linears()[0].clone(),
                    true => of.writing(1, dim, Activation::Relu, false).unwrap().linears()[1].clone(),
                };
                let shape = Shape::of(vec![linear.clone()], Activation::Relu, false);
                let layers = layers(&shape, &mut crate::random::rng(3, 0));
                let n = linear.ins();
                let unit: Vec<f32> = (0..n * n).map(|i| f32::from(u8::from(i % (n + 1) == 0))).collect();
                let matrix =
                    DMatrix::from_row_slice(n, linear.outs(), &layers.apply(0, &unit, n).unwrap()).map(f64::from);
                let exact = matrix.singular_values().max();
                let entries = layers.matrix(0).unwrap();
                let bound = match &linear {
                    Linear::Convolution { window, channels } => {
                        convolution(window, *channels, &|p, c| entries[p * channels + c]).unwrap()
                    }
                    Linear::Transposed { window, channels } => {
                        convolution(window, *channels, &|p, c| entries[c * window.patch + p]).unwrap()
                    }
                    Linear::Dense { .. } => panic!("no image"),
                };
                assert!(bound >= exact, "kernel {kernel}, stride {stride}, side {side}: {bound} below {exact}");
                assert!(
                    side == 4 || bound < 1.12 * exact,
                    "kernel {kernel}, stride {stride}, side {side}: {bound} far above {exact}"
                );
                let short = lipschitz(&*layers).unwrap();
                assert!(short >= exact && short < exact * 1.0001, "{short} and {exact}");
            }
        }
    }

    /// No two points are farther apart after a network than its bound allows, shortcuts included; and some are half as far.
    #[test]
    fn networks_stretch_no_more_than_their_bound() {
        let device = host();
        let images = || Some(Images { shape: vec![6, 6], channels: vec![4, 6], kernel: 3, stride: 2 });
        for (architecture, residual) in [
            (Architecture { widths: vec![6; 5], images: None }, true),
            (Architecture { widths: vec![8], images: images() }, false),
        ] {
            let shape = architecture.reading(36, 0, 1, Activation::Groupsort, residual).unwrap();
            let mut rng = crate::random::rng(6, 0);
            let layers = layers(&shape, &mut rng);
            let bound = lipschitz(&*layers).unwrap();
            let mut draw = || {
                crate::device::points((0..36 * 500).map(|_| rng.random_range(-3.0f32..3.0)).collect(), 500, 36, &device)
            };
            let pass = layers.forward(&[&draw()]).unwrap();
            let slopes = crate::device::rows(pass.slopes().unwrap().gradient()).unwrap();
            let steepest =
                slopes.chunks(36).map(|g| g.iter().map(|v| f64::from(v * v)).sum::<f64>().sqrt()).fold(0.0, f64::max);
            assert!(steepest <= bound && steepest > 0.02 * bound, "{steepest} and {bound}");
        }
    }
}
