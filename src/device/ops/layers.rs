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
    layers: usize,
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
        (widest <= WIDEST && len <= MOST).then(|| Layout { table: Tensor::from_data(TensorData::new(table, [size]), device), len, u, v, widest, layers: matrices.len(), outs: matrices.last().map_or(0, |m| m.1) })
    }
    pub(super) fn table(&self) -> &Values {
        &self.table
    }
    pub fn widest(&self) -> usize {
        self.widest
    }
    /// What `divide` gives: parameters, u, v, σ.
    pub fn packed(&self) -> usize {
        self.len + self.u + self.v + self.layers
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
    /// [W/σ and biases, u, v, σ] from the parameters and [u, v], after power iterations.
    fn divide(theta: FloatTensor<Self>, uv: FloatTensor<Self>, table: FloatTensor<Self>, iterations: u32, widest: u32) -> FloatTensor<Self>;
    /// [θ, first moments, second moments] after an ascent step along the gradient in the divided parameters; `packed` is what `divide`
    /// gave. RMSProp has no first moments and reads none.
    #[allow(clippy::too_many_arguments)]
    fn ascend(theta: FloatTensor<Self>, first: FloatTensor<Self>, second: FloatTensor<Self>, gradient: FloatTensor<Self>, packed: FloatTensor<Self>, table: FloatTensor<Self>, beta1: f32, beta2: f32, rate: f32, epsilon: f32, adam: u32) -> FloatTensor<Self>;
    /// The same along a gradient in θ itself.
    #[allow(clippy::too_many_arguments)]
    fn ascend_freely(theta: FloatTensor<Self>, first: FloatTensor<Self>, second: FloatTensor<Self>, gradient: FloatTensor<Self>, beta1: f32, beta2: f32, rate: f32, epsilon: f32, adam: u32) -> FloatTensor<Self>;
}

/// [W/σ and biases, u, v, σ] after some power iterations from [u, v].
pub fn divide(theta: &Values, uv: &Values, layout: &Layout, iterations: usize) -> Values {
    let (theta, uv, table) = (theta.clone().into_dispatch(), uv.clone().into_dispatch(), layout.table.clone().into_dispatch());
    Tensor::from_dispatch(<Dispatch as LayerOps>::divide(theta, uv, table, iterations as u32, layout.widest as u32))
}

/// θ, first and second moments after a step up the gradient: the one in the divided parameters, where they were divided.
pub fn ascend(state: [&Values; 3], gradient: &Values, divided: Option<(&Values, &Layout)>, update: Update) -> [Values; 3] {
    let len = state[0].dims()[0];
    let [theta, first, second] = state.map(|t| t.clone().into_dispatch());
    let (gradient, Update { adam, beta1, beta2, rate, epsilon }) = (gradient.clone().into_dispatch(), update);
    let out = match divided {
        Some((packed, layout)) => {
            let [packed, table] = [packed, &layout.table].map(|t| t.clone().into_dispatch());
            <Dispatch as LayerOps>::ascend(theta, first, second, gradient, packed, table, beta1, beta2, rate, epsilon, u32::from(adam))
        }
        None => <Dispatch as LayerOps>::ascend_freely(theta, first, second, gradient, beta1, beta2, rate, epsilon, u32::from(adam)),
    };
    let out: Values = Tensor::from_dispatch(out);
    [0, 1, 2].map(|i| out.clone().narrow(0, i * len, len))
}
