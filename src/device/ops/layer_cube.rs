//! The layers of a dense network as kernels see them.
use super::layout::{FIELDS, Field};
use burn_cubecl::cubecl::{self, prelude::*};

/// Where a layer x ↦ Wᵀx + b lies.
#[derive(CubeType, Clone, Copy)]
pub struct Layer {
    pub ins: usize,
    pub outs: usize,
    /// where W begins in the parameters, `ins` rows of `outs`; b follows
    pub weights: usize,
    /// inputs and outputs of all layers before
    pub ins_before: usize,
    pub outs_before: usize,
}

/// A matrix as the right factor of a product: columns of so many terms.
#[derive(CubeType, Clone, Copy)]
pub struct Factor {
    /// where the first column begins
    pub at: usize,
    pub columns: usize,
    /// from a column to the next
    pub apart: usize,
    pub terms: usize,
    /// from a term to the next
    pub by: usize,
}

#[cube]
impl Layer {
    /// Whether nothing comes before it.
    pub fn is_first(&self) -> bool {
        self.outs_before == 0
    }
    /// How many numbers W has.
    pub fn entries(&self) -> usize {
        self.ins * self.outs
    }
    /// Where b begins.
    pub fn biases(&self) -> usize {
        self.weights + self.ins * self.outs
    }
    /// Where the next layer begins.
    pub fn end(&self) -> usize {
        self.biases() + self.outs
    }
    /// W behind rows of inputs.
    pub fn forth(&self) -> Factor {
        Factor { at: self.weights, columns: self.outs, apart: 1usize.runtime(), terms: self.ins, by: self.outs }
    }
    /// Wᵀ behind rows of outputs.
    pub fn back(&self) -> Factor {
        Factor { at: self.weights, columns: self.ins, apart: self.outs, terms: self.outs, by: 1usize.runtime() }
    }
}

/// The table of `Layout`.
#[derive(CubeType, CubeLaunch)]
pub struct Layers {
    table: Box<[f32]>,
}

#[cube]
impl Layers {
    fn field(&self, l: usize, #[comptime] which: Field) -> usize {
        usize::cast_from(self.table[l * FIELDS + comptime!(which as usize)])
    }
    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len() / FIELDS
    }
    /// One of them.
    pub fn layer(&self, l: usize) -> Layer {
        Layer {
            ins: self.field(l, Field::Ins),
            outs: self.field(l, Field::Outs),
            weights: self.field(l, Field::Weights),
            ins_before: self.field(l, Field::InsBefore),
            outs_before: self.field(l, Field::OutsBefore),
        }
    }
    /// The last.
    pub fn last(&self) -> Layer {
        self.layer(self.count() - 1)
    }
}
