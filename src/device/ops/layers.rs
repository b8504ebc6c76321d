//! The small steps around a pass through a dense network, one launch each: dividing every matrix by its largest singular value, and
//! the optimiser behind the chain rule through that. As tensor operations they would be a hundred launches of almost no work.
use super::super::Values;
use super::layout::Layout;
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// The numbers of an update: Adam [kingma2015](crate::references#kingma2015), or RMSProp [tieleman2012](crate::references#tieleman2012) with its decay in the place of β₂.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// Adam; otherwise RMSProp
    pub adam: bool,
    /// decay of the first moments
    pub beta1: f32,
    /// decay of the second
    pub beta2: f32,
    /// what m/(√v + ε) is multiplied by
    pub rate: f32,
    /// ε
    pub epsilon: f32,
}

/// Only devices run these: networks on the CPU have their own way.
#[backend_extension(Cube: cfg(feature = "gpu"))]
pub(super) trait LayerOps: Backend {
    /// [W/σ and biases, σ of every layer] and `[u, v]`, from the parameters and `[u, v]`, after power iterations.
    fn divide(
        theta: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        iterations: u32,
        widest: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// θ and its moments after an ascent step along the gradient in the divided parameters, from what `divide` gave.
    fn ascend(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        divided: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        update: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The same along a gradient in θ itself.
    fn ascend_freely(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        update: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// Layers divided by their largest singular values.
#[derive(Clone)]
pub struct Divided {
    /// W/σ and biases, followed by σ of every layer
    pub weights: Values,
    /// the singular vectors σ was found with: all u, then all v
    pub uv: Values,
}

/// The layers after some power iterations from `[u, v]`: v ← Wᵀu/|Wᵀu|, u ← Wv/|Wv|, σ = ⟨u, Wv⟩. [miyato2018](crate::references#miyato2018)
pub fn divide(theta: &Values, uv: &Values, layout: &Layout, iterations: usize) -> Divided {
    let [theta, uv, table] = [theta, uv, layout.table()].map(|t| t.clone().into_dispatch());
    let (weights, uv) = <Dispatch as LayerOps>::divide(theta, uv, table, iterations as u32, layout.widest());
    Divided { weights: Tensor::from_dispatch(weights), uv: Tensor::from_dispatch(uv) }
}

/// θ and its moments, the first followed by the second, after a step up the gradient g: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
/// θ ← θ + rate · m/(√v + ε). RMSProp takes g for m, and leaves the first moments alone. Where the layers were divided g is the
/// gradient in the divided parameters, and goes through (g − ⟨g, W/σ⟩ uvᵀ)/σ first.
pub fn ascend(
    theta: &Values,
    moments: &Values,
    gradient: &Values,
    divided: Option<(&Divided, &Layout)>,
    update: Update,
) -> [Values; 2] {
    let [theta, moments, gradient] = [theta, moments, gradient].map(|t| t.clone().into_dispatch());
    let (theta, moments) = match divided {
        Some((divided, layout)) => {
            let [weights, uv, table] =
                [&divided.weights, &divided.uv, layout.table()].map(|t| t.clone().into_dispatch());
            <Dispatch as LayerOps>::ascend(theta, moments, gradient, weights, uv, table, update)
        }
        None => <Dispatch as LayerOps>::ascend_freely(theta, moments, gradient, update),
    };
    [theta, moments].map(Tensor::from_dispatch)
}
