//! Networks on host memory: products on tiles, everything between them in one pass over a block that stays in cache.
//!
//! The same mathematics as `layers.rs` and `tangent.rs`, for points that live on the CPU. All passes write into memory
//! they are given; `sweep.rs` cuts samples into blocks and shares them among threads.
use super::Activation;
use super::host_linear::{add_weights, apply, back};
use super::layers::LEAK;
use super::pairs;
use super::products::{Start, add_rows};
use super::shape::Shape;
use crate::scratch::{self, Scratch};
use crate::simd::{self, Real};
use std::ops::Range;
use std::sync::OnceLock;

/// Weights and biases as slices of one vector.
pub struct HostLayers {
    shape: Shape,
    theta: Scratch,
    /// the weights of every layer transposed, once somebody goes back through them
    turned: OnceLock<Scratch>,
}

impl HostLayers {
    pub fn new(theta: Scratch, shape: &Shape) -> HostLayers {
        HostLayers { shape: shape.clone(), theta, turned: OnceLock::new() }
    }
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
    pub fn theta(&self) -> &[f32] {
        &self.theta
    }
    /// Where the weights of a layer are in the vector.
    pub fn weights_at(&self, l: usize) -> Range<usize> {
        self.shape.place(l).weights..self.shape.place(l).biases
    }
    /// The weights of a layer, row-major.
    pub fn w(&self, l: usize) -> &[f32] {
        &self.theta[self.weights_at(l)]
    }
    fn b(&self, l: usize) -> &[f32] {
        &self.theta[self.shape.place(l).biases..self.shape.place(l + 1).weights]
    }
    /// The transposed weights of a layer, row-major.
    fn turned(&self, l: usize) -> &[f32] {
        let all = self.turned.get_or_init(|| {
            let mut out = scratch::take(self.theta.len());
            for (l, linear) in self.shape.linears().iter().enumerate() {
                let (k, n) = linear.matrix();
                let (from, to) = (self.w(l), &mut out[self.weights_at(l)]);
                for (i, row) in from.chunks_exact(n).enumerate() {
                    for (j, w) in row.iter().enumerate() {
                        to[j * k + i] = *w;
                    }
                }
            }
            out
        });
        &all[self.weights_at(l)]
    }
    pub fn last(&self) -> usize {
        self.shape.depth() - 1
    }
    /// The parts of a gradient that belong to the weights and the biases of a layer.
    fn parts<'a>(&self, flat: &'a mut [f32], l: usize) -> (&'a mut [f32], &'a mut [f32]) {
        let at = self.shape.place(l);
        flat[at.weights..self.shape.place(l + 1).weights].split_at_mut(at.biases - at.weights)
    }
    /// The numbers that the values of a block of some rows take, and those of its cotangents.
    pub fn room(&self, rows: usize) -> (usize, usize) {
        let end = self.shape.place(self.shape.depth());
        (end.values * rows, end.cotangents * rows)
    }
    /// The weights of a layer, to be changed.
    pub fn w_mut(&mut self, l: usize) -> &mut [f32] {
        self.turned.take();
        let at = self.weights_at(l);
        &mut self.theta[at]
    }
    /// Divides the weights of a layer.
    pub fn divide(&mut self, l: usize, by: f32) {
        let scale = 1.0 / by;
        self.w_mut(l).iter_mut().for_each(|w| *w *= scale);
    }
    /// Aₗᵀ d into x.
    pub fn back(&self, l: usize, rows: usize, d: &[f32], x: &mut [f32]) {
        back(&self.shape.linears()[l], rows, d, self.w(l), || self.turned(l), x);
    }
}

/// The points of a block: lent for one pass, or kept with it.
pub enum Rows<'a> {
    Lent(&'a [f32]),
    Kept(Scratch),
}

impl std::ops::Deref for Rows<'_> {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        match self {
            Rows::Lent(x) => x,
            Rows::Kept(x) => x,
        }
    }
}

/// A few rows of points and what came out of every layer.
pub struct Block<'a> {
    x: Rows<'a>,
    pub rows: usize,
    values: Scratch,
}

/// The slope of leaky ReLU below zero. A constant: a loop that reads it through its closure is not compiled for wide instructions.
const FACTOR: f32 = LEAK as f32;

/// z ← activation of z, in place; for groupsort also 1 where a pair kept its order. Loops and not iterator chains, whose
/// closures would not be compiled for the wide instructions.
fn activate(z: &mut [f32], kept: &mut [f32], channels: usize, activation: Activation) {
    if activation == Activation::Groupsort {
        return pairs::sort(z, kept, channels);
    }
    simd::run(
        #[inline(always)]
        || match activation {
            Activation::Relu => {
                for v in z.iter_mut() {
                    // NaN stays
                    *v = if *v <= 0.0 { 0.0 } else { *v };
                }
            }
            Activation::LeakyRelu => {
                for v in z.iter_mut() {
                    *v *= if *v > 0.0 { 1.0 } else { FACTOR };
                }
            }
            Activation::Tanh => {
                for v in z.iter_mut() {
                    *v = v.hyperbolic_tangent();
                }
            }
            Activation::Groupsort => {}
        },
    );
}

/// d times the Jacobian of an activation, in place, from what came out of it: cotangents from after it to before it, and
/// tangents the other way, because the Jacobian is its own transpose.
fn pull(d: &mut [f32], h: &[f32], kept: &[f32], channels: usize, activation: Activation) {
    if activation == Activation::Groupsort {
        return pairs::unsort(d, kept, channels);
    }
    simd::run(
        #[inline(always)]
        || match activation {
            Activation::Relu => {
                for (d, h) in d.iter_mut().zip(h) {
                    *d = if *h > 0.0 { *d } else { 0.0 };
                }
            }
            Activation::LeakyRelu => {
                for (d, h) in d.iter_mut().zip(h) {
                    *d *= if *h > 0.0 { 1.0 } else { FACTOR };
                }
            }
            Activation::Tanh => {
                for (d, h) in d.iter_mut().zip(h) {
                    *d *= 1.0 - h * h;
                }
            }
            Activation::Groupsort => {}
        },
    );
}

/// to ← to + from.
pub fn add(to: &mut [f32], from: &[f32]) {
    simd::run(
        #[inline(always)]
        || {
            for (t, f) in to.iter_mut().zip(from) {
                *t += f;
            }
        },
    );
}

impl<'a> Block<'a> {
    /// net at rows of points. The memory has room for their values.
    pub fn forward(layers: &HostLayers, x: Rows<'a>, mut values: Scratch) -> Block<'a> {
        let shape = &layers.shape;
        let rows = x.len() / shape.ins();
        for (l, linear) in shape.linears().iter().enumerate() {
            let channels = linear.channels();
            let (before, here) = values.split_at_mut(shape.place(l).values * rows);
            let (z, kept) =
                here[..(shape.place(l + 1).values - shape.place(l).values) * rows].split_at_mut(linear.outs() * rows);
            let entering = |l: usize| {
                if l == 0 {
                    &x[..]
                } else {
                    &before[shape.place(l - 1).values * rows..][..shape.linears()[l].ins() * rows]
                }
            };
            apply(linear, rows, entering(l), layers.w(l), Start::Row(layers.b(l)), z);
            if let Some(from) = shape.shortcut(l) {
                add(z, entering(from));
            }
            if l < layers.last() {
                activate(z, kept, channels, shape.activation);
            }
        }
        Block { x, rows, values }
    }
    /// What enters layer l.
    fn entering(&self, shape: &Shape, l: usize) -> &[f32] {
        if l == 0 {
            &self.x
        } else {
            &self.values[shape.place(l - 1).values * self.rows..][..shape.linears()[l].ins() * self.rows]
        }
    }
    /// net at the rows.
    pub fn out(&self, shape: &Shape) -> &[f32] {
        let l = shape.depth() - 1;
        &self.values[shape.place(l).values * self.rows..][..shape.outs() * self.rows]
    }
    /// Its memory, for another block.
    pub fn into_memory(self) -> Scratch {
        self.values
    }
    fn pull(&self, d: &mut [f32], l: usize, shape: &Shape) {
        let kept = &self.values
            [(shape.place(l).values + shape.linears()[l].outs()) * self.rows..shape.place(l + 1).values * self.rows];
        pull(d, self.entering(shape, l + 1), kept, shape.linears()[l].channels(), shape.activation);
    }

    /// The cotangents of Σ seedᵢ net(xᵢ) before every activation, into memory with room for them, and on the way the
    /// gradient in the parameters, added to what is there.
    pub fn backward(
        &self,
        layers: &HostLayers,
        seed: &[f32],
        cotangents: &mut [f32],
        mut gradient: Option<&mut [f32]>,
    ) {
        let (shape, rows) = (&layers.shape, self.rows);
        let at = |l: usize| shape.place(l).cotangents * rows;
        cotangents[at(layers.last())..][..seed.len()].copy_from_slice(seed);
        for (l, linear) in shape.linears().iter().enumerate().rev() {
            let (before, here) = cotangents.split_at_mut(at(l));
            let (d, behind) = here.split_at_mut(linear.outs() * rows);
            if let Some(flat) = &mut gradient {
                let (weights, rest) = layers.parts(flat, l);
                add_weights(linear, rows, self.entering(shape, l), d, weights);
                add_rows(d, rest);
            }
            if l > 0 {
                let before = &mut before[at(l - 1)..];
                layers.back(l, rows, d, before);
                if shape.shortcut(l + 1).is_some() {
                    add(before, &behind[..before.len()]);
                }
                self.pull(before, l - 1, shape);
            }
        }
    }

    /// The gradient in the points, from the cotangents.
    pub fn input_gradient(&self, layers: &HostLayers, cotangents: &[f32], out: &mut [f32]) {
        layers.back(0, self.rows, &cotangents[..layers.shape.linears()[0].outs() * self.rows], out);
    }

    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ as in `tangent.rs`, from the cotangents of net: in the parameters, added to what
    /// is there, and for curved activations in the points.
    pub fn tangent(
        &self,
        layers: &HostLayers,
        cotangents: &[f32],
        v: &[f32],
        gradient: &mut [f32],
        mut into_points: Option<&mut [f32]>,
    ) {
        let (shape, linears, rows) = (&layers.shape, layers.shape.linears(), self.rows);
        let at = |l: usize| shape.place(l).cotangents * rows;
        let curved = shape.activation == Activation::Tanh;
        // tangents after each activation, and before it where the activation is curved
        let mut after = scratch::take(at(layers.last()));
        let mut before = scratch::take(if curved { after.len() } else { 0 });
        for (l, linear) in linears.iter().enumerate() {
            let (earlier, here) = after.split_at_mut(at(l));
            let entering = |l: usize| if l == 0 { v } else { &earlier[at(l - 1)..at(l)] };
            add_weights(linear, rows, entering(l), &cotangents[at(l)..at(l + 1)], layers.parts(gradient, l).0);
            if l < layers.last() {
                let z = &mut here[..linear.outs() * rows];
                apply(linear, rows, entering(l), layers.w(l), Start::Zero, z);
                if let Some(from) = shape.shortcut(l) {
                    add(z, entering(from));
                }
                if curved {
                    before[at(l)..at(l + 1)].copy_from_slice(z);
                }
                self.pull(z, l, shape);
            }
        }
        if !curved {
            return;
        }
        // what arrives after the activation of layer l − 1 from cotangents before those of the layers behind it
        let arriving = |d: &[f32], behind: &[f32], l: usize, out: &mut [f32]| {
            layers.back(l, rows, d, out);
            if shape.shortcut(l + 1).is_some() {
                add(out, behind);
            }
        };
        let mut values = scratch::take(at(layers.last()));
        for l in (0..layers.last()).rev() {
            let size = at(l + 1) - at(l);
            let (mine, behind) = values.split_at_mut(at(l + 1));
            let z = &mut mine[at(l)..];
            arriving(
                &cotangents[at(l + 1)..at(l + 2)],
                cotangents.get(at(l + 2)..at(l + 2) + size).unwrap_or(&[]),
                l + 1,
                z,
            );
            let mut later = scratch::zeros(size);
            if l + 1 < layers.last() {
                let d = at(l + 2) - at(l + 1);
                arriving(&behind[..d], behind.get(d..d + size).unwrap_or(&[]), l + 1, &mut later);
            }
            let (h, before) = (self.entering(shape, l + 1), &before[at(l)..at(l + 1)]);
            let later = &later[..];
            simd::run(
                #[inline(always)]
                || {
                    for (((z, h), before), later) in z.iter_mut().zip(h).zip(before).zip(later) {
                        *z = (1.0 - h * h) * (-2.0 * before * *z * h + later);
                    }
                },
            );
            let (weights, rest) = layers.parts(gradient, l);
            add_weights(&linears[l], rows, self.entering(shape, l), z, weights);
            add_rows(z, rest);
        }
        if let (Some(out), true) = (&mut into_points, layers.last() > 0) {
            layers.back(0, rows, &values[..at(1)], out);
        }
    }
}
