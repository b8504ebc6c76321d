//! Passes through a network in host memory: products on tiles, everything between them in one pass over a block that stays in
//! cache.
//!
//! Every layer looks at the interrupt of its thread; asked to stop, passes leave numbers that mean nothing. The same mathematics as `tensor/passes.rs` and `tensor/tangent.rs`; `blocks.rs` cuts samples into blocks and shares them among
//! threads.
use super::activation::{Curved, activate, add, curve, pull};
use super::layers::HostLayers;
use super::linear::{add_weights, apply};
use super::products::{Start, add_rows};
use crate::interrupt;
use crate::network::activation::Activation;
use crate::network::shape::Shape;
use crate::scratch::{self, Scratch};

/// The points of a block.
pub enum Rows<'a> {
    /// for one pass
    Lent(&'a [f32]),
    /// with a pass that is stored
    Stored(Scratch),
}

impl std::ops::Deref for Rows<'_> {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        match self {
            Rows::Lent(x) => x,
            Rows::Stored(x) => x,
        }
    }
}

/// A few rows of points and what came out of every layer.
pub struct Block<'a> {
    x: Rows<'a>,
    /// how many rows of points there are
    pub rows: usize,
    values: Scratch,
}

impl<'a> Block<'a> {
    /// net at rows of points. The memory takes their values.
    pub fn forward(layers: &HostLayers, x: Rows<'a>, mut values: Scratch) -> Block<'a> {
        let shape = layers.shape();
        let rows = x.len() / shape.ins();
        for (l, linear) in shape.linears().iter().enumerate() {
            if interrupt::poll().is_err() {
                break;
            }
            let channels = linear.channels();
            let (before, here) = values.split_at_mut(shape.place(l).values * rows);
            let (z, order) =
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
                activate(z, order, channels, shape.activation);
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
        let order = &self.values
            [(shape.place(l).values + shape.linears()[l].outs()) * self.rows..shape.place(l + 1).values * self.rows];
        pull(d, self.entering(shape, l + 1), order, shape.linears()[l].channels(), shape.activation);
    }

    /// The cotangents of Σ seedᵢ net(xᵢ) before every activation, into memory that takes them, and on the way the
    /// gradient in the parameters, added to what is there.
    pub fn backward(
        &self,
        layers: &HostLayers,
        seed: &[f32],
        cotangents: &mut [f32],
        mut gradient: Option<&mut [f32]>,
    ) {
        let (shape, rows) = (layers.shape(), self.rows);
        let at = |l: usize| shape.place(l).cotangents * rows;
        cotangents[at(layers.last())..][..seed.len()].copy_from_slice(seed);
        for (l, linear) in shape.linears().iter().enumerate().rev() {
            if interrupt::poll().is_err() {
                break;
            }
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
        layers.back(0, self.rows, &cotangents[..layers.shape().linears()[0].outs() * self.rows], out);
    }

    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ as in `tensor/tangent.rs`, from the cotangents of net: in the parameters, added to what
    /// is there, and for curved activations in the points.
    pub fn tangent(
        &self,
        layers: &HostLayers,
        cotangents: &[f32],
        v: &[f32],
        gradient: &mut [f32],
        into_points: Option<&mut [f32]>,
    ) {
        let (shape, linears, rows) = (layers.shape(), layers.shape().linears(), self.rows);
        let at = |l: usize| shape.place(l).cotangents * rows;
        let curved = shape.activation == Activation::Tanh;
        // tangents after each activation, and before it where the activation is curved
        let mut after = scratch::take(at(layers.last()));
        let mut before = scratch::take(if curved { after.len() } else { 0 });
        for (l, linear) in linears.iter().enumerate() {
            if interrupt::poll().is_err() {
                break;
            }
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
        if curved {
            self.curvature(layers, cotangents, &before, gradient, into_points);
        }
    }

    /// The way back of a tangent through the values of curved activations, from the tangents that entered them.
    fn curvature(
        &self,
        layers: &HostLayers,
        cotangents: &[f32],
        before: &[f32],
        gradient: &mut [f32],
        into_points: Option<&mut [f32]>,
    ) {
        let (shape, linears, rows) = (layers.shape(), layers.shape().linears(), self.rows);
        let at = |l: usize| shape.place(l).cotangents * rows;
        // what arrives after the activation of layer l − 1 from cotangents before those of the layers behind it
        let arriving = |d: &[f32], behind: &[f32], l: usize, out: &mut [f32]| {
            layers.back(l, rows, d, out);
            if shape.shortcut(l + 1).is_some() {
                add(out, behind);
            }
        };
        let mut values = scratch::take(at(layers.last()));
        for l in (0..layers.last()).rev() {
            if interrupt::poll().is_err() {
                break;
            }
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
            let h = self.entering(shape, l + 1);
            curve(z, Curved { h, tangent: &before[at(l)..at(l + 1)], later: &later });
            let (weights, rest) = layers.parts(gradient, l);
            add_weights(&linears[l], rows, self.entering(shape, l), z, weights);
            add_rows(z, rest);
        }
        if let (Some(out), true) = (into_points, layers.last() > 0) {
            layers.back(0, rows, &values[..at(1)], out);
        }
    }
}
