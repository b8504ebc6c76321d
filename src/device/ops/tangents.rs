//! Soft constraints on ∇net on a device: their slopes, and the way back of a tangent, one launch each.
use super::super::{Points, Values};
use super::plan::{Passing, Stored};
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// A function R of the norm of a gradient g.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Excess {
    /// (|g|² − 1)₊
    OneSided,
    /// (|g| − 1)₊²
    Squared,
    /// (|g| − 1)²
    TwoSided,
}

#[backend_extension(Cube: cfg(feature = "gpu"))]
pub(super) trait TangentOps: Backend {
    /// scale · ∂R/∂g for every row, and scale · Σ R.
    fn excess(g: FloatTensor<Self>, scale: f32, kind: Excess) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The parameter gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ of each cube, `len` entries each, from a pass and its tangents.
    fn tangent(
        #[extension_type] pass: Stored<Self>,
        v: FloatTensor<Self>,
        tangents: FloatTensor<Self>,
        cubes: usize,
        len: usize,
        passing: Passing,
    ) -> FloatTensor<Self>;
}

/// scale · ∂R/∂g of the shape of g, and scale · Σ R of shape `[1]`.
pub fn excess(g: &Points, scale: f64, kind: Excess) -> (Points, Values) {
    let (v, value) = <Dispatch as TangentOps>::excess(g.clone().into_dispatch(), scale as f32, kind);
    (Tensor::from_dispatch(v), Tensor::from_dispatch(value))
}
