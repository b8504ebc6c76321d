//! Soft constraints on ∇net on a device: their slopes, and the way back of a tangent, one launch each.
use super::super::{Points, Values};
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// A function R of the norm of a gradient g.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Excess {
    /// (|g|² − 1)₊
    OneSided = 0,
    /// (|g| − 1)₊²
    Squared = 1,
    /// (|g| − 1)²
    TwoSided = 2,
}

#[backend_extension(Cube)]
pub trait TangentOps: Backend {
    /// scale · ∂R/∂g for every row, and scale · Σ R.
    fn excess(g: FloatTensor<Self>, scale: f32, kind: u32) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The parameter gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ of each cube, from what entered the activations and from its tangents.
    #[allow(clippy::too_many_arguments)]
    fn tangent(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        v: FloatTensor<Self>,
        values: FloatTensor<Self>,
        tangents: FloatTensor<Self>,
        leak: f32,
        cubes: u32,
        len: u32,
        kind: u32,
        tile: u32,
        widest: u32,
    ) -> FloatTensor<Self>;
}

/// scale · ∂R/∂g of the shape of g, and scale · Σ R of shape [1].
pub fn excess(g: &Points, scale: f64, kind: Excess) -> (Points, Values) {
    let (v, value) = <Dispatch as TangentOps>::excess(g.clone().into_dispatch(), scale as f32, kind as u32);
    (Tensor::from_dispatch(v), Tensor::from_dispatch(value))
}
