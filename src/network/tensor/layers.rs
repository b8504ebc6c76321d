//! Layers on a device: passes of one launch where kernels know the network, tensor operations elsewhere.
use super::matrices::Matrices;
use super::passes::{self as open, Pass};
use super::rows::{blocks, concat, pieces};
use super::tangent::tangent_gradient;
use crate::device::ops::functionals::{Evaluated, Functional, MOST_ROWS};
use crate::device::ops::passes::{self, StoredPass};
use crate::device::ops::plan::{Kind, Plan};
use crate::device::ops::tangents;
use crate::device::{Points, Values};
use crate::network::activation::{Activation, LEAK};
use crate::network::constraint::Soft;
use crate::network::shape::Shape;
use burn::tensor::{Device, Tensor};
use std::sync::OnceLock;

/// Entries that a block may leave for the way back: 64 MiB, half of what every driver binds.
const ENTRIES: usize = 1 << 24;

/// Parameters in one vector, perhaps with more behind them, and how kernels run them.
#[derive(Clone)]
pub struct Packed {
    theta: Values,
    plan: Plan,
}

// one per network
#[allow(clippy::large_enum_variant)]
enum Parameters {
    /// for kernels; matrix by matrix as soon as somebody asks
    Packed(Packed, OnceLock<Matrices>),
    Open(Matrices),
}

/// Parameters on a device.
pub struct TensorLayers {
    shape: Shape,
    parameters: Parameters,
}

/// A forward pass of one block of rows.
// a few per step, of handles
#[allow(clippy::large_enum_variant)]
pub enum BlockPass {
    /// of one launch
    Packed {
        /// what it went through
        packed: Packed,
        /// the rows
        x: Points,
        /// what it left
        run: StoredPass,
    },
    /// of tensor operations
    Open(Pass),
}

/// A pass with all its tensors, and the cotangents of net, of one output, from which tangents go on.
pub struct Opened {
    pass: Pass,
    cotangents: Vec<Tensor<2>>,
}

impl BlockPass {
    /// net(x), row by row.
    pub fn outputs(&self) -> Values {
        match self {
            BlockPass::Packed { run, .. } => run.outputs(),
            BlockPass::Open(pass) => pass.out.clone(),
        }
    }
    /// How many outputs there are in all its rows.
    pub fn outputs_len(&self) -> usize {
        match self {
            BlockPass::Packed { run, .. } => run.len(),
            BlockPass::Open(pass) => pass.out.dims()[0],
        }
    }
}

/// The outputs of several blocks as one vector.
pub fn join(passes: &[BlockPass]) -> Values {
    concat(passes.iter().map(BlockPass::outputs).collect())
}

/// One vector as pieces of the sizes of the blocks.
pub fn split(v: &Values, passes: &[BlockPass]) -> Vec<Values> {
    if let [_] = passes {
        return vec![v.clone()];
    }
    let mut at = 0;
    let mut next = |p: &BlockPass| {
        at += p.outputs_len();
        v.clone().narrow(0, at - p.outputs_len(), p.outputs_len())
    };
    passes.iter().map(&mut next).collect()
}

/// A functional of the outputs of both samples in one launch, where they are one block that is not too large.
pub fn evaluate(passes: &[BlockPass], f: &Functional) -> Option<Evaluated> {
    match passes {
        [BlockPass::Packed { run, .. }] if run.len() <= MOST_ROWS => Some(run.evaluate(f)),
        _ => None,
    }
}

/// How kernels run a network, where they do.
fn plan(shape: &Shape, device: &Device) -> Option<Plan> {
    let kind = match shape.activation {
        Activation::Relu => Kind::Gate(0.0),
        Activation::LeakyRelu => Kind::Gate(LEAK as f32),
        Activation::Tanh => Kind::Tanh,
        Activation::Groupsort => Kind::Groupsort,
    };
    let straight = (0..shape.depth()).all(|l| shape.shortcut(l).is_none());
    if straight { Plan::of(&shape.layout(device)?, kind) } else { None }
}

impl TensorLayers {
    fn with(parameters: Parameters, shape: &Shape) -> TensorLayers {
        TensorLayers { shape: shape.clone(), parameters }
    }
    /// From the parameters in one vector, which may go on behind them, on a device that has kernels.
    pub fn new(theta: Values, shape: &Shape) -> TensorLayers {
        match plan(shape, &theta.device()) {
            Some(plan) => Self::with(Parameters::Packed(Packed { theta, plan }, OnceLock::new()), shape),
            None => Self::plain(theta, shape),
        }
    }
    /// From the parameters in one vector, for tensor operations alone.
    pub fn plain(theta: Values, shape: &Shape) -> TensorLayers {
        Self::with(Parameters::Open(Matrices::from_flat(&theta, shape)), shape)
    }
    /// From matrices and biases on a device that has kernels.
    pub(super) fn of(matrices: Matrices, shape: &Shape) -> TensorLayers {
        let parameters = match plan(shape, &matrices.b[0].device()) {
            Some(plan) => Parameters::Packed(Packed { theta: matrices.flatten(), plan }, OnceLock::from(matrices)),
            None => Parameters::Open(matrices),
        };
        Self::with(parameters, shape)
    }
    /// What layers there are.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
    /// The parameters matrix by matrix.
    pub(super) fn matrices(&self) -> &Matrices {
        match &self.parameters {
            Parameters::Packed(packed, matrices) => {
                matrices.get_or_init(|| Matrices::from_flat(&packed.theta, &self.shape))
            }
            Parameters::Open(matrices) => matrices,
        }
    }

    fn device(&self) -> Device {
        match &self.parameters {
            Parameters::Packed(packed, _) => packed.theta.device(),
            Parameters::Open(matrices) => matrices.b[0].device(),
        }
    }

    /// Rows in blocks that fit.
    fn blocks(&self, x: &Points) -> Vec<Points> {
        match &self.parameters {
            Parameters::Packed(packed, _) => pieces(x, ENTRIES / packed.plan.entries()),
            Parameters::Open(_) => blocks(x, &self.shape),
        }
    }
    /// Forward passes of all rows, block by block.
    pub fn forward(&self, x: &Points) -> Vec<BlockPass> {
        self.blocks(x).into_iter().map(|x| self.pass(x)).collect()
    }
    fn pass(&self, x: Points) -> BlockPass {
        match &self.parameters {
            Parameters::Packed(packed, _) => {
                let run = passes::forward(&packed.theta, &x, &packed.plan);
                BlockPass::Packed { packed: packed.clone(), x, run }
            }
            Parameters::Open(matrices) => BlockPass::Open(open::forward(matrices, &x, &self.shape)),
        }
    }
    /// net and ∇net at every point, of one output; one block after another, as nothing of a pass is needed afterwards.
    pub fn value_and_input_gradient(&self, x: &Points) -> (Values, Points) {
        let one = |x: Points| {
            let pass = self.pass(x);
            let out = pass.outputs();
            let slopes = self.backward((&pass, &out.ones_like()), [false, true]).1;
            (out, slopes)
        };
        let (values, slopes): (Vec<_>, Vec<_>) = self.blocks(x).into_iter().map(one).unzip();
        (concat(values), concat(slopes.into_iter().flatten().collect()))
    }
    /// The gradients of Σᵢ seedᵢ net(xᵢ) in the parameters and in the inputs of a pass, those that are asked for.
    fn backward(&self, (pass, seed): (&BlockPass, &Values), wish: [bool; 2]) -> (Option<Values>, Option<Points>) {
        match pass {
            BlockPass::Packed { packed: Packed { theta, plan }, x, run } => {
                passes::backward(theta, x, run, seed, plan, wish)
            }
            BlockPass::Open(pass) => open::backward(self.matrices(), pass, seed, &self.shape, wish),
        }
    }
    /// The sum over blocks; that of none is zero.
    fn total(&self, gradients: impl Iterator<Item = Values>) -> Values {
        gradients.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros([self.shape.parameters()], &self.device()))
    }
    /// The parameter gradient of Σᵢ seedᵢ net(xᵢ), one piece of seeds per pass.
    pub fn gradient(&self, passes: &[BlockPass], seeds: &[Values]) -> Values {
        self.total(passes.iter().zip(seeds).filter_map(|p| self.backward(p, [true, false]).0))
    }
    /// The gradient in the inputs.
    pub fn input_gradient(&self, passes: &[BlockPass], seeds: &[Values]) -> Points {
        concat(passes.iter().zip(seeds).filter_map(|p| self.backward(p, [false, true]).1).collect())
    }
    /// Both.
    pub fn both_gradients(&self, passes: &[BlockPass], seeds: &[Values]) -> (Values, Points) {
        let (gradients, inputs): (Vec<_>, Vec<_>) =
            passes.iter().zip(seeds).map(|p| self.backward(p, [true, true])).unzip();
        (self.total(gradients.into_iter().flatten()), concat(inputs.into_iter().flatten().collect()))
    }

    /// ∇net at the points of some passes, of one output, and what `tangent` goes on from.
    pub fn slopes(&self, passes: &[BlockPass]) -> (Vec<Opened>, Points) {
        let each = |pass: &BlockPass| {
            let pass = match pass {
                // the kernels know no tangents
                BlockPass::Packed { x, .. } => open::forward(self.matrices(), x, &self.shape),
                BlockPass::Open(pass) => pass.clone(),
            };
            let (cotangents, gradient) = open::slopes(self.matrices(), &pass, pass.out.ones_like(), &self.shape);
            (Opened { pass, cotangents }, gradient)
        };
        let (opened, gradients): (Vec<_>, Vec<_>) = passes.iter().map(each).unzip();
        (opened, concat(gradients))
    }
    /// λ · mean R(∇net) over points, and its gradient in the parameters, where kernels know the network.
    pub fn penalty(&self, x: &Points, soft: &Soft) -> Option<(Values, Values)> {
        let Parameters::Packed(Packed { theta, plan }, _) = &self.parameters else { return None };
        let rows = x.dims()[0];
        if rows > ENTRIES / plan.entries() {
            return None;
        }
        let run = passes::forward(theta, x, plan);
        let g = passes::backward(theta, x, &run, &Values::ones([rows], &x.device()), plan, [false, true]).1?;
        let (v, value) = tangents::excess(&g, soft.weight / rows as f64, soft.excess);
        Some((value, passes::tangent(theta, x, &run, &v, plan)))
    }

    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ in the parameters and, for curved activations, in x; one block after another.
    pub fn tangent(&self, opened: &[Opened], v: &Points) -> (Values, Option<Points>) {
        let mut at = 0;
        let parts = opened.iter().map(|o| {
            let n = o.pass.h[0].dims()[0];
            at += n;
            tangent_gradient(self.matrices(), &o.pass, &o.cotangents, v.clone().narrow(0, at - n, n), &self.shape)
        });
        let (gradients, inputs): (Vec<Matrices>, Vec<_>) = parts.unzip();
        let gradient = self.total(sum(gradients).iter().map(Matrices::flatten));
        (gradient, inputs.into_iter().collect::<Option<Vec<_>>>().map(concat))
    }
}

/// One gradient from those of blocks, in their order.
fn sum(gradients: Vec<Matrices>) -> Option<Matrices> {
    gradients.into_iter().reduce(|a, b| a.add(&b))
}
