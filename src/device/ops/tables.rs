//! Functions of one variable on a device, interpolated between nodes in one launch: as tensor operations it would be a dozen.
use super::super::{Values, vector};
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::{Device, Tensor};

/// How positions among the nodes grow with y; a and b are the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Growth {
    /// y
    Linear,
    /// ln((y − a)/(b − y))
    Logit,
    /// ln(y − a)
    FromLow,
    /// −ln(b − y)
    FromHigh,
    /// arsinh((y − a) b)
    SinhLow,
    /// −arsinh((b − y) a)
    SinhHigh,
    /// arsinh y
    Sinh,
}

/// A convex increasing function g by its nodes, and what holds outside them.
#[derive(Clone, Debug)]
pub struct ConvexNodes<'a> {
    /// where the nodes are, ascending
    pub y: &'a [f32],
    /// g there
    pub g: &'a [f32],
    /// g' there
    pub slope: &'a [f32],
    /// how positions grow with y, which makes nodes equally far from each other
    pub growth: Growth,
    /// a and b of the growth
    pub ends: [f64; 2],
    /// the position of the first node
    pub first: f64,
    /// from the position of a node to the next
    pub step: f64,
    /// g is constant from here down, if this is finite
    pub flat_below: f64,
    /// that constant
    pub flat_value: f64,
    /// g is infinite beyond, if this is finite
    pub end: f64,
    /// whether g is finite at `end`
    pub attained: bool,
    /// the interval on which g' = 1
    pub unit_slope: [f64; 2],
    /// g next to it
    pub near: NearNodes,
}

/// What g(c + s) exceeds c + s by at small s, c the middle of where g' = 1: all digits of it, where g has none of them.
#[derive(Clone, Debug)]
pub struct NearNodes {
    /// s = unit · sinh v for equal steps of v, [`NEAR`] of them, from −`reach` to `reach`
    pub s: Vec<f32>,
    /// g(c + s) − c − s
    pub rest: Vec<f32>,
    /// g'(c + s) − 1
    pub slope: Vec<f32>,
    /// the s that counts as small
    pub unit: f64,
    /// arguments that differ by less are looked up here
    pub reach: f64,
}

/// Nodes of [`NearNodes`].
pub const NEAR: usize = 4096;

/// Numbers behind the nodes, in the order they lie there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Number {
    LowEnd,
    HighEnd,
    First,
    /// nodes in one unit of position
    PerStep,
    FlatBelow,
    FlatValue,
    End,
    /// where g' becomes 1, and where it ceases to be
    UnitFrom,
    UnitTo,
    /// ∞, which shaders cannot write
    Infinity,
    /// 1/unit, the reach, and nodes in one unit of position, of the nodes near g' = 1
    PerUnit,
    Reach,
    NearPerStep,
}

/// How many they are.
pub(super) const NUMBERS: usize = 13;

/// What kernels of a table are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Form {
    pub growth: Growth,
    /// whether g has a flat part
    pub flat: bool,
    /// whether g has an end, and whether it is finite there
    pub ends: bool,
    pub attained: bool,
}

/// The nodes of a convex function on a device, for cubic pieces between them.
#[derive(Clone, Debug)]
pub struct ConvexTable {
    pub(super) data: Values,
    pub(super) form: Form,
}

impl ConvexTable {
    /// Sends nodes to a device.
    pub fn new(nodes: &ConvexNodes, device: &Device) -> ConvexTable {
        let numbers: [f64; NUMBERS] = [
            nodes.ends[0],
            nodes.ends[1],
            nodes.first,
            1.0 / nodes.step,
            nodes.flat_below,
            nodes.flat_value,
            nodes.end,
            nodes.unit_slope[0],
            nodes.unit_slope[1],
            f64::INFINITY,
            1.0 / nodes.near.unit,
            nodes.near.reach,
            (NEAR - 1) as f64 / (2.0 * (nodes.near.reach / nodes.near.unit).asinh()).max(1e-30),
        ];
        let form = Form {
            growth: nodes.growth,
            flat: nodes.flat_below.is_finite(),
            ends: nodes.end.is_finite(),
            attained: nodes.attained,
        };
        let NearNodes { s, rest, slope, .. } = &nodes.near;
        let parts = [nodes.y, nodes.g, nodes.slope, s, rest, slope, &numbers.map(|v| v as f32)];
        ConvexTable { data: vector(parts.concat(), device), form }
    }
}

/// Two functions of V at equal steps between −`largest` and `largest`, for cubic Hermite pieces between them.
#[derive(Clone, Debug)]
pub struct PairTable {
    pub(super) data: Values,
    pub(super) largest: f64,
}

impl PairTable {
    /// The first function, its slopes times the step, the second and its slopes times the step, at the nodes.
    pub fn new(columns: &[Vec<f32>; 4], largest: f64, device: &Device) -> PairTable {
        PairTable { data: vector(columns.concat(), device), largest }
    }
}

#[backend_extension(Cube: cfg(feature = "gpu"))]
pub(super) trait TableOps: Backend {
    /// g, g' and g''.
    fn interpolate(
        y: FloatTensor<Self>,
        table: FloatTensor<Self>,
        form: Form,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// g, g' and g'' at every y, in one launch.
pub fn interpolate(y: &Values, table: &ConvexTable) -> [Values; 3] {
    let [y, data] = [y, &table.data].map(|t| t.clone().into_dispatch());
    let (value, slope, curvature) = <Dispatch as TableOps>::interpolate(y, data, table.form);
    [value, slope, curvature].map(Tensor::from_dispatch)
}
