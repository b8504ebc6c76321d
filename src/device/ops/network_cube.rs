//! A dense network in a kernel: its layers, its activation, and the rows that a cube has in hand.
use super::layer_cube::{Layer, Layers, LayersLaunch};
use super::plan::{Activation, Blocking, Passing};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::tensor::CubeTensor;

/// Units of a cube that takes rows through a network.
pub const PASSING: usize = 64;

/// These units.
pub fn passing_units() -> CubeDim {
    CubeDim::new_1d(PASSING as u32)
}

/// Parameters, where the layers lie in them, and the activation between layers.
#[derive(CubeType, CubeLaunch)]
pub struct Network {
    pub theta: Box<[f32]>,
    pub layers: Layers,
    /// slope of a gate below zero
    leak: f32,
    #[cube(comptime)]
    pub activation: Activation,
}

/// The rows that a cube has in hand, among all.
#[derive(CubeType, Clone, Copy)]
pub struct Tile {
    pub all: usize,
    pub first: usize,
    pub count: usize,
}

#[cube]
impl Tile {
    /// Where the stored pass keeps what entered the activation in front of a layer, which is not the first.
    pub fn entering(&self, layer: &Layer) -> usize {
        let mut at = self.first * layer.ins;
        if !layer.is_first() {
            at += self.all * (layer.outs_before - layer.ins);
        }
        at
    }
    /// Where it keeps what leaves the layer.
    pub fn leaving(&self, layer: &Layer) -> usize {
        self.all * layer.outs_before + self.first * layer.outs
    }
}

/// The tile that begins at a row, of so many rows at most.
#[cube]
pub fn tile_at(all: usize, first: usize, #[comptime] most: usize) -> Tile {
    let mut count = most.runtime();
    if all - first < most {
        count = all - first;
    }
    Tile { all, first, count }
}

/// Memory for two layers of a tile, one behind the other.
#[cube]
pub fn two_layers(#[comptime] blocking: Blocking) -> Shared<[f32]> {
    Shared::<[f32]>::new_slice(comptime!(2 * blocking.tile * blocking.widest))
}

/// Numbers of a tensor from `start` on into the memory of a cube, from `at` on.
#[cube]
pub fn load(buffer: &mut Shared<[f32]>, at: usize, from: &[f32], start: usize, count: usize) {
    let mut e = UNIT_POS as usize;
    while e < count {
        buffer[at + e] = from[start + e];
        e += PASSING;
    }
}

/// The rows of a tile in front of a layer: of the first tensor before the first layer, of the other before others.
#[cube]
pub fn load_rows(buffer: &mut Shared<[f32]>, base: usize, first: &[f32], others: &[f32], tile: &Tile, layer: &Layer) {
    let at = tile.entering(layer);
    if layer.is_first() {
        load(buffer, base, first, at, tile.count * layer.ins);
    } else {
        load(buffer, base, others, at, tile.count * layer.ins);
    }
}

/// Numbers from the memory of a cube into a tensor.
#[cube]
pub fn store(to: &mut [f32], start: usize, buffer: &Shared<[f32]>, at: usize, count: usize) {
    let mut e = UNIT_POS as usize;
    while e < count {
        to[start + e] = buffer[at + e];
        e += PASSING;
    }
}

/// tanh at what its neighbours in f32 are 1 for: some drivers make infinities of larger arguments.
#[cube]
pub fn tanh(z: f32) -> f32 {
    let mut c = z;
    if z > 10.0f32 {
        c = f32::new(10.0);
    }
    if z < -10.0f32 {
        c = f32::new(-10.0);
    }
    f32::tanh(c)
}

/// z above zero, leak · z below.
#[cube]
fn gate(z: f32, leak: f32) -> f32 {
    let mut h = z;
    if z <= 0.0f32 {
        // 0 · −∞ would be NaN
        h = f32::new(0.0);
        if leak > 0.0f32 {
            h = leak * z;
        }
    }
    h
}

#[cube]
impl Network {
    /// The activation of one unit; NaN stays NaN.
    pub fn activated(&self, z: f32) -> f32 {
        let mut h = z;
        if comptime!(self.activation == Activation::Gate) {
            h = gate(z, self.leak);
        }
        if comptime!(self.activation == Activation::Tanh) {
            h = tanh(z);
        }
        h
    }

    /// Its derivative.
    pub fn slope(&self, z: f32) -> f32 {
        let mut s = f32::new(1.0);
        if comptime!(self.activation == Activation::Gate) {
            s = self.leak;
            if z > 0.0f32 {
                s = f32::new(1.0);
            }
        }
        if comptime!(self.activation == Activation::Tanh) {
            let h = tanh(z);
            s = 1.0f32 - h * h;
        }
        s
    }

    /// Units of `rows` rows of k, which begin at `base`, through the activation.
    pub fn activate(&self, buffer: &mut Shared<[f32]>, base: usize, rows: usize, k: usize) {
        if comptime!(self.activation == Activation::Groupsort) {
            sort_pairs(buffer, base, rows, k);
        } else {
            let mut e = UNIT_POS as usize;
            while e < rows * k {
                buffer[base + e] = self.activated(buffer[base + e]);
                e += PASSING;
            }
        }
    }

    /// Rows that enter a layer, into the memory of a cube: x into the first, what the activation makes of z into others.
    pub fn load_inputs(
        &self,
        buffer: &mut Shared<[f32]>,
        base: usize,
        x: &[f32],
        z: &[f32],
        tile: &Tile,
        layer: &Layer,
    ) {
        load_rows(buffer, base, x, z, tile, layer);
        self.before_pairs();
        if !layer.is_first() {
            self.activate(buffer, base, tile.count, layer.ins);
        }
    }

    /// Tangents in front of the activation to those behind it, or cotangents the other way: its derivative is symmetric. `z`, from
    /// `at` on, is what entered it.
    pub fn differentiate(&self, buffer: &mut Shared<[f32]>, base: usize, z: &[f32], at: usize, rows: usize, k: usize) {
        if comptime!(self.activation == Activation::Groupsort) {
            exchange_pairs(buffer, base, z, at, rows, k);
        } else {
            let mut e = UNIT_POS as usize;
            while e < rows * k {
                buffer[base + e] *= self.slope(z[at + e]);
                e += PASSING;
            }
        }
    }

    /// Between filling rows and what the activation does to them: where it takes pairs, some are of other units' numbers.
    pub fn before_pairs(&self) {
        if comptime!(self.activation == Activation::Groupsort) {
            sync_cube();
        }
    }
}

/// The larger of every pair of units to the front; the pairs of row r are those of k numbers that begin at base + r·k.
#[cube]
fn sort_pairs(buffer: &mut Shared<[f32]>, base: usize, rows: usize, k: usize) {
    let half = k / 2;
    let mut p = UNIT_POS as usize;
    while p < rows * half {
        let one = base + p / half * k + p % half;
        let a = buffer[one];
        let b = buffer[one + half];
        if b > a {
            buffer[one] = b;
            buffer[one + half] = a;
        }
        p += PASSING;
    }
}

/// The same exchanges for other numbers: where z, from `at` on, is in the wrong order.
#[cube]
fn exchange_pairs(buffer: &mut Shared<[f32]>, base: usize, z: &[f32], at: usize, rows: usize, k: usize) {
    let half = k / 2;
    let mut p = UNIT_POS as usize;
    while p < rows * half {
        let one = p / half * k + p % half;
        if z[at + one + half] > z[at + one] {
            let a = buffer[base + one];
            buffer[base + one] = buffer[base + one + half];
            buffer[base + one + half] = a;
        }
        p += PASSING;
    }
}

/// What a launch takes for a network.
pub fn network(theta: CubeTensor, table: CubeTensor, passing: Passing) -> NetworkLaunch {
    let layers = LayersLaunch::new(table.into_buffer_arg());
    NetworkLaunch::new(theta.into_buffer_arg(), layers, passing.leak, passing.activation)
}
