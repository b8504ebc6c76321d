//! How kernels run a dense network: which they can, how they cut its rows, and what they are told.
use super::layout::Layout;
use burn::backend::{Backend, ExtensionType, tensor::FloatTensor};

/// The nonlinearities the kernels know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// z above zero, and its slope times z below
    Gate(f32),
    /// tanh z
    Tanh,
    /// the larger of every pair of units to the front
    Groupsort,
}

/// The same as kernels are compiled for it, without its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Activation {
    Gate,
    Tanh,
    Groupsort,
}

impl Kind {
    fn activation(self) -> Activation {
        match self {
            Kind::Gate(_) => Activation::Gate,
            Kind::Tanh => Activation::Tanh,
            Kind::Groupsort => Activation::Groupsort,
        }
    }
    fn leak(self) -> f32 {
        if let Kind::Gate(slope) = self { slope } else { 0.0 }
    }
}

/// Entries of the rows of a cube in one layer: two layers take 16 KiB, which every device has.
const SHARED: usize = 2048;
/// Layers wider than this, and networks with more parameters, are worth the tuned products of tensors: cubes go over a gradient of their
/// own for every tile.
const WIDEST: usize = 128;
const PARAMETERS_AT_MOST: usize = 1 << 16;
/// Parameter gradients the cubes may write, in entries and in number.
const GRADIENTS: usize = 1 << 22;
const CUBES: usize = 256;

/// How these kernels run a network.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) layout: Layout,
    kind: Kind,
    /// rows of a cube
    tile: usize,
}

/// What all these kernels are told besides tensors. (The macro of backend extensions hands on what holds no tensor.)
#[derive(Clone, Copy, Debug)]
pub(super) struct Passing {
    pub activation: Activation,
    pub leak: f32,
    pub blocking: Blocking,
}

/// How much of two layers lies in the memory of a cube.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Blocking {
    /// rows
    pub tile: usize,
    /// entries of a row in one layer
    pub widest: usize,
}

impl Plan {
    /// None where tensors are the better way.
    pub fn of(layout: &Layout, kind: Kind) -> Option<Plan> {
        let widest = layout.widest();
        (widest <= WIDEST && layout.len <= PARAMETERS_AT_MOST).then(|| Plan {
            layout: layout.clone(),
            kind,
            tile: (SHARED / widest / 4 * 4).min(32),
        })
    }
    /// Entries a row leaves: what enters its activations, and the outputs.
    pub fn entries(&self) -> usize {
        self.layout.v
    }
    /// Cubes that share so many rows on the way back, each with a parameter gradient of its own.
    pub(super) fn cubes(&self, rows: usize) -> usize {
        rows.div_ceil(self.tile).min((GRADIENTS / self.layout.len).clamp(16, CUBES)).max(1)
    }
    pub(super) fn passing(&self) -> Passing {
        let blocking = Blocking { tile: self.tile, widest: self.layout.widest() };
        Passing { activation: self.kind.activation(), leak: self.kind.leak(), blocking }
    }
}

/// A network, rows that went through it, and what entered its activations. (The macro of backend extensions maps tensors in a
/// structure of one type parameter, the backend.)
#[derive(ExtensionType)]
pub(super) struct Stored<B: Backend> {
    pub theta: FloatTensor<B>,
    /// the table of the layout
    pub table: FloatTensor<B>,
    pub x: FloatTensor<B>,
    pub values: FloatTensor<B>,
}
