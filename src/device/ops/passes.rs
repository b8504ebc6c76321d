//! Passes through a dense network on a device, one launch each: forward, backward, and what an objective asks in between.
//!
//! A cube takes a few rows through all layers in the memory its units share; only what enters the activations is written for the
//! way back, where every cube sums the parameter gradients of its rows before those of all cubes are added.
use super::super::{Points, Values};
use super::conjugates::{self, Price};
use super::layers::Layout;
use super::ratios::{self, RatioTable};
use super::tangents::TangentOps;
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// The nonlinearities the kernels know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// with its slope below zero
    Gate(f32),
    Tanh,
    Groupsort,
}

/// What kernels are compiled for: they take no enums.
pub(super) const GATE: u32 = 0;
pub(super) const TANH: u32 = 1;
pub(super) const GROUPSORT: u32 = 2;

impl Kind {
    fn code(self) -> u32 {
        match self {
            Kind::Gate(_) => GATE,
            Kind::Tanh => TANH,
            Kind::Groupsort => GROUPSORT,
        }
    }
    fn leak(self) -> f32 {
        if let Kind::Gate(slope) = self { slope } else { 0.0 }
    }
}

/// Entries of the rows of a cube in one layer: two layers take 16 KiB, which every device has.
const SHARED: usize = 2048;
/// Layers wider than this, and networks with more parameters, are worth the tuned products of tensors: cubes go over a gradient of their
/// own for every tile.
const WIDEST: usize = 128;
const PARAMETERS_AT_MOST: usize = 1 << 16;
/// Parameter gradients the cubes may write, in entries and in number.
const GRADIENTS: usize = 1 << 22;
const CUBES: usize = 256;

/// How these kernels run a network.
#[derive(Clone, Debug)]
pub struct Plan {
    layout: Layout,
    kind: Kind,
    /// rows of a cube
    tile: usize,
}

impl Plan {
    /// None where tensors are the better way.
    pub fn of(layout: &Layout, kind: Kind) -> Option<Plan> {
        let widest = layout.widest();
        (widest <= WIDEST && layout.len <= PARAMETERS_AT_MOST).then(|| Plan {
            layout: layout.clone(),
            kind,
            tile: (SHARED / widest / 4 * 4).min(32),
        })
    }
    /// Entries a row leaves: what enters its activations, and the outputs.
    pub fn entries(&self) -> usize {
        self.layout.v
    }
    fn cubes(&self, rows: usize) -> usize {
        rows.div_ceil(self.tile).min((GRADIENTS / self.layout.len).clamp(16, CUBES)).max(1)
    }
}

/// What a backward pass is asked for.
pub(super) const PARAMETERS: u32 = 1;
pub(super) const INPUTS: u32 = 2;

#[backend_extension(Cube)]
pub trait PassOps: Backend {
    /// What enters every activation, layer by layer, then the outputs; with `tangent` those of a direction x at a pass that left
    /// `values`, which another pass does not read.
    #[allow(clippy::too_many_arguments)]
    fn forward(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        values: FloatTensor<Self>,
        leak: f32,
        size: u32,
        tangent: u32,
        kind: u32,
        tile: u32,
        widest: u32,
    ) -> FloatTensor<Self>;
    /// The parameter gradients of each cube, then the gradients in the inputs: what `wish` asks for of them.
    #[allow(clippy::too_many_arguments)]
    fn backward(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        values: FloatTensor<Self>,
        seeds: FloatTensor<Self>,
        leak: f32,
        size: u32,
        cubes: u32,
        wish: u32,
        kind: u32,
        tile: u32,
        widest: u32,
    ) -> FloatTensor<Self>;
    /// The first `count · len` entries as `count` vectors, added.
    fn add_up(parts: FloatTensor<Self>, len: u32, count: u32) -> FloatTensor<Self>;
    /// `weigh` below, on the last `rows` entries.
    #[allow(clippy::too_many_arguments)]
    fn weigh(
        values: FloatTensor<Self>,
        height: f32,
        scale: f32,
        rows: u32,
        first: u32,
        means_first: u32,
        exponential: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// What a forward pass leaves: what entered the activations, then the outputs.
pub struct Run {
    values: Values,
    rows: usize,
    outs: usize,
}

impl Run {
    /// net(x), row by row.
    pub fn outputs(&self) -> Values {
        let size = self.rows * self.outs;
        self.values.clone().narrow(0, self.values.dims()[0] - size, size)
    }
    /// How many outputs there are in all rows.
    pub fn len(&self) -> usize {
        self.rows * self.outs
    }
}

/// net at every row. `theta` may hold more than the parameters behind them.
pub fn forward(theta: &Values, x: &Points, plan: &Plan) -> Run {
    onward(theta, x, None, plan)
}

/// A pass, or that of the directions x at a pass.
fn onward(theta: &Values, x: &Points, at: Option<&Run>, plan: &Plan) -> Run {
    let (rows, outs) = (x.dims()[0], plan.layout.outs);
    let size = rows * plan.entries();
    let [theta, table, values] =
        [theta, plan.layout.table(), at.map_or(theta, |run| &run.values)].map(|t| t.clone().into_dispatch());
    let (kind, leak, widest) = (plan.kind.code(), plan.kind.leak(), plan.layout.widest() as u32);
    let out = <Dispatch as PassOps>::forward(
        theta,
        table,
        x.clone().into_dispatch(),
        values,
        leak,
        size as u32,
        u32::from(at.is_some()),
        kind,
        plan.tile as u32,
        widest,
    );
    Run { values: Tensor::from_dispatch(out), rows, outs }
}

/// The gradients of Σ seedᵢ netᵢ in the parameters and in the inputs, those that are asked for.
pub fn backward(
    theta: &Values,
    x: &Points,
    run: &Run,
    seeds: &Values,
    plan: &Plan,
    [parameters, inputs]: [bool; 2],
) -> (Option<Values>, Option<Points>) {
    let ([n, d], len) = (x.dims(), plan.layout.len);
    let cubes = plan.cubes(run.rows);
    let own = if parameters { cubes * len } else { 0 };
    let size = own + if inputs { n * d } else { 0 };
    let wish = if parameters { PARAMETERS } else { 0 } + if inputs { INPUTS } else { 0 };
    let [theta, table, values, seeds] =
        [theta, plan.layout.table(), &run.values, seeds].map(|t| t.clone().into_dispatch());
    let (kind, leak, widest) = (plan.kind.code(), plan.kind.leak(), plan.layout.widest() as u32);
    let parts = <Dispatch as PassOps>::backward(
        theta,
        table,
        x.clone().into_dispatch(),
        values,
        seeds,
        leak,
        size as u32,
        cubes as u32,
        wish,
        kind,
        plan.tile as u32,
        widest,
    );
    let parts: Values = Tensor::from_dispatch(parts);
    let on_inputs = inputs.then(|| parts.clone().narrow(0, own, n * d).reshape([n, d]));
    let gradient = parameters
        .then(|| Tensor::from_dispatch(<Dispatch as PassOps>::add_up(parts.into_dispatch(), len as u32, cubes as u32)));
    (gradient, on_inputs)
}

/// The gradient in the parameters of Σ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, of one output, at a pass of x.
pub fn tangent(theta: &Values, x: &Points, run: &Run, v: &Points, plan: &Plan) -> Values {
    let along = onward(theta, v, Some(run), plan);
    let (len, cubes) = (plan.layout.len, plan.cubes(run.rows));
    let [theta, table, values, tangents] =
        [theta, plan.layout.table(), &run.values, &along.values].map(|t| t.clone().into_dispatch());
    let [x, v] = [x, v].map(|t| t.clone().into_dispatch());
    let (kind, leak, widest) = (plan.kind.code(), plan.kind.leak(), plan.layout.widest() as u32);
    let parts = <Dispatch as TangentOps>::tangent(
        theta,
        table,
        x,
        v,
        values,
        tangents,
        leak,
        cubes as u32,
        len as u32,
        kind,
        plan.tile as u32,
        widest,
    );
    Tensor::from_dispatch(<Dispatch as PassOps>::add_up(parts, len as u32, cubes as u32))
}

/// An objective of φ = height · net on two samples, one below the other.
#[derive(Clone, Debug)]
pub struct Weighing {
    /// rows of the sample that lies first
    pub first: usize,
    /// whether it is the one that counts by E φ
    pub means_first: bool,
    pub height: f64,
    pub other: Other,
}

/// How the other sample counts.
#[derive(Clone, Debug)]
pub enum Other {
    /// by −E φ
    Mean,
    /// by −a ln E e^(φ/a)
    Exponential(f64),
    /// by −inf_ν { ν + E f*(φ − ν) }
    Priced(Price),
    /// by −E f*(f'(e^φ)), and the first by E f'(e^φ)
    Ratio(RatioTable),
}

/// Rows that one cube still goes through quickly.
pub const MOST_WEIGHED: usize = 1 << 18;

/// An objective at a pass.
pub struct Weighed {
    /// its derivatives in net on every row
    pub slopes: Values,
    /// shape [1]
    pub value: Values,
    /// shape [1], where an infimum over ν was sought
    pub nu: Option<Values>,
}

/// The objective at a pass, in one launch.
pub fn weigh(run: &Run, w: &Weighing) -> Weighed {
    let order = (w.first, w.means_first);
    let scale = match &w.other {
        Other::Mean => None,
        Other::Exponential(a) => Some(*a),
        Other::Priced(price) => {
            let [slopes, value, nu] = conjugates::price(&run.values, run.rows, order, w.height, price);
            return Weighed { slopes, value, nu: Some(nu) };
        }
        Other::Ratio(table) => {
            let [slopes, value] = ratios::ratio(&run.values, run.rows, order, w.height, table);
            return Weighed { slopes, value, nu: None };
        }
    };
    let (height, exponential, scale) = (w.height as f32, u32::from(scale.is_some()), scale.unwrap_or(1.0) as f32);
    let values = run.values.clone().into_dispatch();
    let (slopes, value) = <Dispatch as PassOps>::weigh(
        values,
        height,
        scale,
        run.rows as u32,
        w.first as u32,
        u32::from(w.means_first),
        exponential,
    );
    Weighed { slopes: Tensor::from_dispatch(slopes), value: Tensor::from_dispatch(value), nu: None }
}
