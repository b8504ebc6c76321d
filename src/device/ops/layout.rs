//! Where the layers of a dense network lie in one vector, for kernels that go through it.
use super::super::{Values, vector};
use burn::tensor::Device;

/// Where the layers of a dense network lie in its flat parameters: matrices k × n, each followed by n biases.
#[derive(Clone, Debug)]
pub struct Layout {
    /// the [`Field`]s of every layer
    table: Values,
    /// parameters
    pub len: usize,
    /// entries of all left singular vectors, Σ k, and of all right ones, Σ n
    pub u: usize,
    /// Σ n
    pub v: usize,
    widest: usize,
    /// entries a row ends with
    pub outs: usize,
}

/// What the table says of a layer, in the order it says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// k
    Ins,
    /// n
    Outs,
    /// where W begins
    Weights,
    /// Σ k and Σ n of the layers before
    InsBefore,
    OutsBefore,
}

/// How many numbers that is.
pub(super) const FIELDS: usize = 5;

/// Layers wider than this do not fit the memory that units share, and more parameters are worth more than one cube a layer.
const WIDEST: usize = 1024;
const MOST: usize = 1 << 18;

impl Layout {
    /// For matrices k × n; None where tensors are the better way.
    pub fn of(matrices: &[(usize, usize)], device: &Device) -> Option<Layout> {
        let (mut table, mut len, mut u, mut v, mut widest) = (vec![], 0, 0, 0, 0);
        for (k, n) in matrices {
            let fields: [usize; FIELDS] = [*k, *n, len, u, v];
            table.extend(fields.map(|i| i as f32));
            (len, u, v, widest) = (len + (k + 1) * n, u + k, v + n, widest.max(*k).max(*n));
        }
        (widest <= WIDEST && len <= MOST).then(|| Layout {
            table: vector(table, device),
            len,
            u,
            v,
            widest,
            outs: matrices.last().map_or(0, |m| m.1),
        })
    }
    pub(super) fn table(&self) -> &Values {
        &self.table
    }
    /// Entries of the widest layer, its inputs counted too.
    pub fn widest(&self) -> usize {
        self.widest
    }
}
