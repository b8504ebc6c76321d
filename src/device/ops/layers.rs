//! The small steps around a pass through a dense network, one launch each: dividing every matrix by its largest singular value, and
//! the optimiser behind the chain rule through that. As tensor operations they would be a hundred launches of almost no work.
use super::super::Values;
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::{Device, Tensor, TensorData};

/// Where the layers of a dense network lie in its flat parameters: five numbers each for a device, k, n, where W begins, and where
/// u and v do.
#[derive(Clone, Debug)]
pub struct Layout {
    table: Values,
    /// parameters, and entries of u and v
    pub len: usize,
    pub u: usize,
    pub v: usize,
    widest: usize,
    /// entries a row ends with
    pub outs: usize,
}

/// Layers wider than this do not fit the memory that units share, and more parameters are worth more than one cube a layer.
const WIDEST: usize = 1024;
const MOST: usize = 1 << 18;

impl Layout {
    /// For matrices k × n, each followed by n biases; None where tensors are the better way.
    pub fn of(matrices: &[(usize, usize)], device: &Device) -> Option<Layout> {
        let (mut table, mut len, mut u, mut v, mut widest) = (vec![], 0, 0, 0, 0);
        for (k, n) in matrices {
            table.extend([*k, *n, len, u, v].map(|i| i as f32));
            (len, u, v, widest) = (len + (k + 1) * n, u + k, v + n, widest.max(*k).max(*n));
        }
        let size = table.len();
        (widest <= WIDEST && len <= MOST).then(|| Layout {
            table: Tensor::from_data(TensorData::new(table, [size]), device),
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
    pub fn widest(&self) -> usize {
        self.widest
    }
}

/// The numbers of an update: Adam [kingma2015], or RMSProp [tieleman2012] with its decay in the place of β₂.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    pub adam: bool,
    pub beta1: f32,
    pub beta2: f32,
    pub rate: f32,
    pub epsilon: f32,
}

#[backend_extension(Cube, Flex)]
pub trait LayerOps: Backend {
    /// [W/σ and biases, σ of every layer] and [u, v], from the parameters and [u, v], after power iterations.
    fn divide(
        theta: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        iterations: u32,
        widest: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// θ and its moments after an ascent step along the gradient in the divided parameters, from what `divide` gave.
    #[allow(clippy::too_many_arguments)]
    fn ascend(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        divided: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
        rate: f32,
        epsilon: f32,
        adam: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// The same along a gradient in θ itself.
    #[allow(clippy::too_many_arguments)]
    fn ascend_freely(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
        rate: f32,
        epsilon: f32,
        adam: u32,
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

/// The layers after some power iterations from [u, v].
pub fn divide(theta: &Values, uv: &Values, layout: &Layout, iterations: usize) -> Divided {
    let (theta, uv, table) =
        (theta.clone().into_dispatch(), uv.clone().into_dispatch(), layout.table.clone().into_dispatch());
    let (weights, uv) = <Dispatch as LayerOps>::divide(theta, uv, table, iterations as u32, layout.widest as u32);
    Divided { weights: Tensor::from_dispatch(weights), uv: Tensor::from_dispatch(uv) }
}

/// θ and its moments, the first followed by the second, after a step up the gradient: the one in the divided parameters, where they
/// were divided. RMSProp leaves the first moments alone.
pub fn ascend(
    theta: &Values,
    moments: &Values,
    gradient: &Values,
    divided: Option<(&Divided, &Layout)>,
    update: Update,
) -> [Values; 2] {
    let [theta, moments, gradient] = [theta, moments, gradient].map(|t| t.clone().into_dispatch());
    let Update { adam, beta1, beta2, rate, epsilon } = update;
    let (theta, moments) = match divided {
        Some((divided, layout)) => {
            let [weights, uv, table] =
                [&divided.weights, &divided.uv, &layout.table].map(|t| t.clone().into_dispatch());
            <Dispatch as LayerOps>::ascend(
                theta,
                moments,
                gradient,
                weights,
                uv,
                table,
                beta1,
                beta2,
                rate,
                epsilon,
                u32::from(adam),
            )
        }
        None => <Dispatch as LayerOps>::ascend_freely(
            theta,
            moments,
            gradient,
            beta1,
            beta2,
            rate,
            epsilon,
            u32::from(adam),
        ),
    };
    [theta, moments].map(Tensor::from_dispatch)
}
