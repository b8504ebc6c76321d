//! The objective of an f-GAN in one launch: E φ(V) − E f*(φ(V)) for φ = f'(e^V), from a table in V.
use super::super::Values;
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::{Device, Tensor, TensorData};

/// Nodes of φ and of f*(φ) at equal steps of V, with their slopes times the step.
#[derive(Clone, Debug)]
pub struct RatioTable {
    data: Values,
    /// |V| at the ends
    largest: f64,
}

impl RatioTable {
    /// φ, h dφ/dV, f*, h df*/dV at the nodes.
    pub fn new(columns: &[Vec<f32>; 4], largest: f64, device: &Device) -> RatioTable {
        let data = columns.concat();
        let size = data.len();
        RatioTable { data: Tensor::from_data(TensorData::new(data, [size]), device), largest }
    }
}

#[backend_extension(Cube)]
pub trait RatioOps: Backend {
    /// `ratio` below, on the last `rows` entries.
    #[allow(clippy::too_many_arguments)]
    fn ratio(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        largest: f32,
        height: f32,
        rows: u32,
        first: u32,
        means_first: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// The derivatives of the objective in the last `rows` values, of which V is `height` times, and itself; the first `first` of them are
/// one sample.
pub fn ratio(
    values: &Values,
    rows: usize,
    (first, means_first): (usize, bool),
    height: f64,
    table: &RatioTable,
) -> [Values; 2] {
    let [values, data] = [values.clone(), table.data.clone()].map(Tensor::into_dispatch);
    let (slopes, value) = <Dispatch as RatioOps>::ratio(
        values,
        data,
        table.largest as f32,
        height as f32,
        rows as u32,
        first as u32,
        u32::from(means_first),
    );
    [slopes, value].map(Tensor::from_dispatch)
}
