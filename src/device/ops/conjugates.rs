//! Conjugates on a device from a table: f*, f*' and f*'' elementwise, and the inner infimum over ν of an f-divergence, one launch
//! each. As tensor operations a solve would be five hundred.
use super::super::Values;
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::{Device, Tensor, TensorData};

/// How positions in a table grow with y; a and b are the ends.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u32)]
pub enum Growth {
    /// y
    Linear = 0,
    /// ln((y − a)/(b − y))
    Logit = 1,
    /// ln(y − a)
    FromLow = 2,
    /// −ln(b − y)
    FromHigh = 3,
    /// arsinh(y − a)
    SinhLow = 4,
    /// −arsinh(b − y)
    SinhHigh = 5,
    /// arsinh y
    Sinh = 6,
}

/// Nodes of f* and what holds outside them.
#[derive(Clone, Debug)]
pub struct Nodes<'a> {
    pub y: &'a [f32],
    pub f: &'a [f32],
    pub x: &'a [f32],
    pub growth: Growth,
    pub ends: [f64; 2],
    /// the position of the first node, and from one to the next
    pub first: f64,
    pub step: f64,
    /// f'(0⁺), and −f(0) = f* from there down
    pub d0: f64,
    pub f0: f64,
    /// f'(∞), and whether f* is finite there
    pub dinf: f64,
    pub attained: bool,
    /// f'(1⁻) and f'(1⁺)
    pub at_one: [f64; 2],
}

/// Bits of `Table::flags` above the growth.
pub(super) const LOW: u32 = 8;
pub(super) const HIGH: u32 = 16;
pub(super) const ATTAINED: u32 = 32;

/// Numbers behind the nodes; the last is ∞, which shaders cannot write.
pub(super) const NUMBERS: usize = 10;

/// Nodes on a device.
#[derive(Clone, Debug)]
pub struct Table {
    data: Values,
    flags: u32,
}

impl Table {
    pub fn new(nodes: &Nodes, device: &Device) -> Table {
        let numbers = [
            nodes.ends[0],
            nodes.ends[1],
            nodes.first,
            1.0 / nodes.step,
            nodes.d0,
            nodes.f0,
            nodes.dinf,
            nodes.at_one[0],
            nodes.at_one[1],
            f64::INFINITY,
        ];
        let numbers: [f32; NUMBERS] = numbers.map(|v| v as f32);
        let data = [nodes.y, nodes.f, nodes.x, &numbers].concat();
        let size = data.len();
        let flag = |is: bool, bit: u32| if is { bit } else { 0 };
        let flags = nodes.growth as u32
            | flag(nodes.d0.is_finite(), LOW)
            | flag(nodes.dinf.is_finite(), HIGH)
            | flag(nodes.attained, ATTAINED);
        Table { data: Tensor::from_data(TensorData::new(data, [size]), device), flags }
    }
}

#[backend_extension(Cube)]
pub trait ConjugateOps: Backend {
    /// f*, f*' and f*''.
    fn conjugate(
        y: FloatTensor<Self>,
        table: FloatTensor<Self>,
        flags: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
    /// `price` below, on the last `rows` entries.
    #[allow(clippy::too_many_arguments)]
    fn price(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        start: FloatTensor<Self>,
        height: f32,
        rows: u32,
        first: u32,
        means_first: u32,
        warm: u32,
        iterations: u32,
        steep: f32,
        settled: f32,
        flags: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// f*, f*' and f*'' at every y.
pub fn conjugate(y: &Values, table: &Table) -> [Values; 3] {
    let (value, gradient, curvature) = <Dispatch as ConjugateOps>::conjugate(
        y.clone().into_dispatch(),
        table.data.clone().into_dispatch(),
        table.flags,
    );
    [value, gradient, curvature].map(Tensor::from_dispatch)
}

/// Where and how an infimum over ν is sought.
#[derive(Clone, Debug)]
pub struct Price {
    pub table: Table,
    /// an earlier ν of a similar φ, shape [1]
    pub start: Option<Values>,
    pub iterations: usize,
    /// E f*' − 1 from which on the middle of the bracket is the shorter way, and below which a step of nothing is the end
    pub steep: f64,
    pub settled: f64,
}

/// E φ − inf_ν { ν + E f*(φ − ν) } for φ = height · the last `rows` values, the first `first` of which are one sample: its
/// derivatives in the values, itself, and ν.
pub fn price(
    values: &Values,
    rows: usize,
    (first, means_first): (usize, bool),
    height: f64,
    price: &Price,
) -> [Values; 3] {
    let start = price.start.as_ref().unwrap_or(&price.table.data).clone();
    let [values, table, start] = [values.clone(), price.table.data.clone(), start].map(Tensor::into_dispatch);
    let warm = u32::from(price.start.is_some());
    let (slopes, value, nu) = <Dispatch as ConjugateOps>::price(
        values,
        table,
        start,
        height as f32,
        rows as u32,
        first as u32,
        u32::from(means_first),
        warm,
        price.iterations as u32,
        price.steep as f32,
        price.settled as f32,
        price.table.flags,
    );
    [slopes, value, nu].map(Tensor::from_dispatch)
}
