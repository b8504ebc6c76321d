//! Passes through a dense network on a device, one launch each: forward, backward, and the way back of a tangent.
//!
//! A cube takes a few rows through all layers in the memory its units share; only what enters the activations is written for the
//! way back, where every cube sums the parameter gradients of its rows before those of all cubes are added.
use super::super::{Points, Values};
use super::functionals::{self, Evaluated, Functional};
use super::plan::{Passing, Plan, Stored};
use super::tangents::TangentOps;
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// What a backward pass is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wish {
    pub parameters: bool,
    pub inputs: bool,
}

#[backend_extension(Cube: cfg(feature = "gpu"))]
pub(super) trait PassOps: Backend {
    /// What enters every activation, layer by layer, then the outputs: `size` entries. With `tangent` those of a direction x at a
    /// pass that left `values`, which another pass does not read.
    fn forward(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        values: FloatTensor<Self>,
        tangent: bool,
        size: usize,
        passing: Passing,
    ) -> FloatTensor<Self>;
    /// The gradients of what is wished: in the parameters, one of each cube, and behind those the ones in the inputs.
    fn backward(
        #[extension_type] pass: Stored<Self>,
        seeds: FloatTensor<Self>,
        wish: Wish,
        cubes: usize,
        size: usize,
        passing: Passing,
    ) -> FloatTensor<Self>;
    /// The first `count · len` entries as `count` vectors, added.
    fn add_up(parts: FloatTensor<Self>, len: usize, count: usize) -> FloatTensor<Self>;
}

/// What a forward pass leaves: what entered the activations, then the outputs.
pub struct StoredPass {
    values: Values,
    rows: usize,
    outs: usize,
}

impl StoredPass {
    /// net(x), row by row.
    pub fn outputs(&self) -> Values {
        let size = self.rows * self.outs;
        self.values.clone().narrow(0, self.values.dims()[0] - size, size)
    }
    /// How many outputs there are in all rows.
    pub fn len(&self) -> usize {
        self.rows * self.outs
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// A functional of the outputs, of one unit each, in one launch.
    pub fn evaluate(&self, f: &Functional) -> Evaluated {
        functionals::evaluate(&self.values, self.rows, f)
    }
}

/// net at every row. `theta` may hold more than the parameters behind them.
pub fn forward(theta: &Values, x: &Points, plan: &Plan) -> StoredPass {
    onward(theta, x, None, plan)
}

/// A pass, or that of the directions x at a pass.
fn onward(theta: &Values, x: &Points, at: Option<&StoredPass>, plan: &Plan) -> StoredPass {
    let (rows, outs) = (x.dims()[0], plan.layout.outs);
    let size = rows * plan.entries();
    let [theta, table, values] =
        [theta, plan.layout.table(), at.map_or(theta, |pass| &pass.values)].map(|t| t.clone().into_dispatch());
    let x = x.clone().into_dispatch();
    let out = <Dispatch as PassOps>::forward(theta, table, x, values, at.is_some(), size, plan.passing());
    StoredPass { values: Tensor::from_dispatch(out), rows, outs }
}

/// The gradients of Σ seedᵢ netᵢ in the parameters and in the inputs, those that are asked for.
pub fn backward(
    theta: &Values,
    x: &Points,
    pass: &StoredPass,
    seeds: &Values,
    plan: &Plan,
    [parameters, inputs]: [bool; 2],
) -> (Option<Values>, Option<Points>) {
    let ([n, d], len) = (x.dims(), plan.layout.len);
    let cubes = plan.cubes(pass.rows);
    let own = if parameters { cubes * len } else { 0 };
    let size = own + if inputs { n * d } else { 0 };
    let [theta, table, values, seeds] =
        [theta, plan.layout.table(), &pass.values, seeds].map(|t| t.clone().into_dispatch());
    let parts = <Dispatch as PassOps>::backward(
        Stored { theta, table, x: x.clone().into_dispatch(), values },
        seeds,
        Wish { parameters, inputs },
        cubes,
        size,
        plan.passing(),
    );
    let parts: Values = Tensor::from_dispatch(parts);
    let on_inputs = inputs.then(|| parts.clone().narrow(0, own, n * d).reshape([n, d]));
    (parameters.then(|| add_up(parts, len, cubes)), on_inputs)
}

fn add_up(parts: Values, len: usize, count: usize) -> Values {
    Tensor::from_dispatch(<Dispatch as PassOps>::add_up(parts.into_dispatch(), len, count))
}

/// The gradient in the parameters of Σ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, of one output, at a pass of x.
pub fn tangent(theta: &Values, x: &Points, pass: &StoredPass, v: &Points, plan: &Plan) -> Values {
    let along = onward(theta, v, Some(pass), plan);
    let (len, cubes) = (plan.layout.len, plan.cubes(pass.rows));
    let [theta, table, values, tangents] =
        [theta, plan.layout.table(), &pass.values, &along.values].map(|t| t.clone().into_dispatch());
    let [x, v] = [x, v].map(|t| t.clone().into_dispatch());
    let stored = Stored { theta, table, x, values };
    let parts = <Dispatch as TangentOps>::tangent(stored, v, tangents, cubes, len, plan.passing());
    add_up(Tensor::from_dispatch(parts), len, cubes)
}
