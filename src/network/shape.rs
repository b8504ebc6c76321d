//! What layers a network has, and where the parameters of each sit in one flat vector.
use super::activation::Activation;
use super::linear::Linear;
use crate::device::ops::layout::Layout;
use crate::memory;
use burn::tensor::Device;
use rand::Rng;
use std::sync::{Arc, OnceLock};

/// Linear maps with activations between them.
#[derive(Clone, Debug)]
pub struct Shape {
    linears: Arc<[Linear]>,
    /// between all layers
    pub activation: Activation,
    /// hidden layers after the first come in pairs, each with a shortcut around it [he2016](crate::references#he2016)
    residual: bool,
    /// of every layer, and behind the last
    places: Arc<[Place]>,
    /// of dense layers, for the kernels of the device the network lives on
    layout: Arc<OnceLock<Option<Layout>>>,
}

/// Where the numbers of a layer begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// among the parameters
    pub weights: usize,
    /// those of the biases, among the parameters
    pub biases: usize,
    /// among the values of a pass, per row: what comes out of it, followed by the orders groupsort has kept
    pub values: usize,
    /// among the cotangents of a pass, per row
    pub cotangents: usize,
}

impl Shape {
    /// R^dim → R^outs through hidden layers of the given widths.
    pub fn new(dim: usize, widths: &[usize], outs: usize, activation: Activation) -> Shape {
        let sizes: Vec<usize> =
            std::iter::once(dim).chain(widths.iter().copied()).chain(std::iter::once(outs)).collect();
        let linears = sizes.windows(2).map(|w| Linear::Dense { ins: w[0], outs: w[1] }).collect();
        Shape::of(linears, activation, false)
    }
    /// At least one layer, each taking what the one before gives.
    pub fn of(linears: Vec<Linear>, activation: Activation, residual: bool) -> Shape {
        let mut places = vec![];
        let mut next = Place::default();
        for (l, linear) in linears.iter().enumerate() {
            let (outs, (a, b)) = (linear.outs(), linear.matrix());
            next.biases = next.weights + a * b;
            places.push(next);
            let sorted = activation == Activation::Groupsort && l + 1 < linears.len();
            next.weights = next.biases + linear.channels();
            next.values += outs + if sorted { outs / 2 } else { 0 };
            next.cotangents += outs;
        }
        places.push(next);
        Shape { linears: linears.into(), activation, residual, places: places.into(), layout: Arc::default() }
    }
    /// Where the numbers of layer l begin; those of the layer behind the last are the totals.
    pub fn place(&self, l: usize) -> Place {
        self.places[l]
    }
    /// Where the layers lie, for kernels; None where tensors are the better way. Written to the device once.
    pub fn layout(&self, device: &Device) -> Option<Layout> {
        let make = || {
            let dense = self.linears.iter().all(|l| matches!(l, Linear::Dense { .. }));
            let matrices: Vec<(usize, usize)> = self.linears.iter().map(Linear::matrix).collect();
            if dense { Layout::of(&matrices, device) } else { None }
        };
        self.layout.get_or_init(make).clone()
    }
    /// The linear map of every layer.
    pub fn linears(&self) -> &[Linear] {
        &self.linears
    }
    /// The layer whose input is also added to what layer l gives before its activation.
    pub fn shortcut(&self, l: usize) -> Option<usize> {
        (self.residual && l >= 2 && l.is_multiple_of(2) && l + 1 < self.depth()).then(|| l - 1)
    }
    /// Lengths of the weights and biases of every layer, in their order.
    pub fn lengths(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.linears.iter().map(|l| (l.matrix().0 * l.matrix().1, l.channels()))
    }
    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        self.places[self.depth()].weights
    }
    /// Bytes that a stored pass of some rows takes, with its points and cotangents.
    pub fn stored(&self, rows: usize) -> u128 {
        let end = self.place(self.depth());
        memory::product(&[rows, end.values + end.cotangents + 2 * self.ins(), size_of::<f32>()])
    }
    /// Multiplications per row.
    pub fn work(&self) -> usize {
        self.linears.iter().map(|l| l.positions() * l.matrix().0 * l.matrix().1).sum()
    }
    /// The most entries a row takes on its way.
    pub fn widest(&self) -> usize {
        self.linears
            .iter()
            .map(|l| (l.positions() * l.matrix().0.max(l.matrix().1)).max(l.ins()).max(l.outs()))
            .max()
            .unwrap_or(1)
    }
    /// Parameters as they begin: uniform ±1/√fan_in, weights and biases alike.
    pub fn draw(&self, rng: &mut impl Rng) -> Vec<f32> {
        let mut theta = Vec::with_capacity(self.parameters());
        for (linear, (w, b)) in self.linears.iter().zip(self.lengths()) {
            let bound = 1.0 / linear.fan_in().sqrt() as f32;
            theta.extend((0..w + b).map(|_| rng.random_range(-bound..bound)));
        }
        theta
    }
    /// Outputs per point.
    pub fn outs(&self) -> usize {
        self.linears[self.depth() - 1].outs()
    }
    /// Entries of a point.
    pub fn ins(&self) -> usize {
        self.linears[0].ins()
    }
    /// How many layers there are.
    pub fn depth(&self) -> usize {
        self.linears.len()
    }
}
