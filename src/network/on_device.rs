//! Layers on a device: passes of one launch where kernels know the network, tensor operations elsewhere.
use super::Activation;
use super::batch::apart;
use super::layers::{self, LEAK, Layers, Pass};
use super::shape::Shape;
use super::tangent::tangent_gradient;
use crate::device::ops::functionals::{Evaluated, Functional, MOST_ROWS};
use crate::device::ops::passes::{self, StoredPass};
use crate::device::ops::plan::{Kind, Plan};
use crate::device::ops::tangents::{self, Excess};
use crate::device::{Points, Values, is_cpu};
use crate::error::Result;
use burn::tensor::{Device, Tensor};
use std::cell::OnceCell;

/// Entries that a block may leave for the way back: 64 MiB, half of what every driver binds.
const ENTRIES: usize = 1 << 24;

/// Parameters on a device.
pub struct DeviceLayers {
    shape: Shape,
    /// the parameters, perhaps with more behind them, where kernels know the network
    packed: Option<(Values, Plan)>,
    /// the same, matrix by matrix, as soon as somebody asks
    layers: OnceCell<Layers>,
}

/// A forward pass of one block of rows.
pub enum DevicePass {
    Packed { x: Points, run: StoredPass },
    Open(Pass),
}

/// A pass with all its tensors, and the cotangents of net, of one output, from which tangents go on.
pub struct Opened {
    pass: Pass,
    cotangents: Vec<Tensor<2>>,
}

impl DevicePass {
    /// net(x), row by row.
    pub fn outputs(&self) -> Values {
        match self {
            DevicePass::Packed { run, .. } => run.outputs(),
            DevicePass::Open(pass) => pass.out.clone(),
        }
    }
    /// How many outputs there are in all its rows.
    pub fn len(&self) -> usize {
        match self {
            DevicePass::Packed { run, .. } => run.len(),
            DevicePass::Open(pass) => pass.out.dims()[0],
        }
    }
}

/// The outputs of several blocks as one vector.
pub fn join(passes: &[DevicePass]) -> Values {
    layers::concat(passes.iter().map(DevicePass::outputs).collect())
}

/// One vector as pieces of the sizes of the blocks.
pub fn split(v: &Values, passes: &[DevicePass]) -> Vec<Values> {
    if let [_] = passes {
        return vec![v.clone()];
    }
    let mut at = 0;
    passes
        .iter()
        .map(|p| {
            at += p.len();
            v.clone().narrow(0, at - p.len(), p.len())
        })
        .collect()
}

/// A functional of the outputs of both samples in one launch, where they are one block that is not too large.
pub fn evaluate(passes: &[DevicePass], f: &Functional) -> Option<Evaluated> {
    match passes {
        [DevicePass::Packed { run, .. }] if run.len() <= MOST_ROWS => Some(run.evaluate(f)),
        _ => None,
    }
}

/// How kernels run a network, where they do.
fn plan(shape: &Shape, device: &Device) -> Option<Plan> {
    if is_cpu(device) {
        return None;
    }
    let kind = match shape.activation {
        Activation::Relu => Kind::Gate(0.0),
        Activation::LeakyRelu => Kind::Gate(LEAK as f32),
        Activation::Tanh => Kind::Tanh,
        Activation::Groupsort => Kind::Groupsort,
    };
    let straight = (0..shape.depth()).all(|l| shape.shortcut(l).is_none());
    if straight { Plan::of(&shape.layout(device)?, kind) } else { None }
}

impl DeviceLayers {
    /// From the parameters in one vector, which may go on behind them.
    pub fn new(theta: Values, shape: &Shape) -> DeviceLayers {
        match plan(shape, &theta.device()) {
            Some(plan) => DeviceLayers { shape: shape.clone(), packed: Some((theta, plan)), layers: OnceCell::new() },
            None => DeviceLayers {
                shape: shape.clone(),
                packed: None,
                layers: OnceCell::from(Layers::from_flat(&theta, shape)),
            },
        }
    }
    /// From matrices and biases.
    pub fn of(layers: Layers, shape: &Shape) -> DeviceLayers {
        let packed = layers.w.first().and_then(|w| plan(shape, &w.device())).map(|plan| (layers.flatten(), plan));
        DeviceLayers { shape: shape.clone(), packed, layers: OnceCell::from(layers) }
    }
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
    pub fn layers(&self) -> &Layers {
        self.layers.get_or_init(|| match &self.packed {
            Some((theta, _)) => Layers::from_flat(theta, &self.shape),
            None => Layers { w: vec![], b: vec![] },
        })
    }

    /// Rows in blocks that fit.
    fn blocks(&self, x: &Points) -> Vec<Points> {
        match &self.packed {
            Some((_, plan)) => layers::cut(x, ENTRIES / plan.entries()),
            None => layers::blocks(x, &self.shape),
        }
    }
    /// Forward passes of all rows, block by block.
    pub fn forward(&self, x: &Points) -> Vec<DevicePass> {
        self.blocks(x).into_iter().map(|x| self.pass(x)).collect()
    }
    fn pass(&self, x: Points) -> DevicePass {
        match &self.packed {
            Some((theta, plan)) => DevicePass::Packed { run: passes::forward(theta, &x, plan), x },
            None => DevicePass::Open(layers::forward(self.layers(), &x, &self.shape)),
        }
    }
    /// net and ∇net at every point, of one output; one block after another, as nothing of a pass is needed afterwards.
    pub fn value_and_input_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let one = |x: Points| {
            let pass = self.pass(x);
            let out = pass.outputs();
            let slopes = self.backward((&pass, &out.ones_like()), [false, true]).1.ok_or_else(apart)?;
            Ok((out, slopes))
        };
        let (values, slopes): (Vec<_>, Vec<_>) =
            self.blocks(x).into_iter().map(one).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok((layers::concat(values), layers::concat(slopes)))
    }
    /// The gradients of Σᵢ seedᵢ net(xᵢ) in the parameters and in the inputs of a pass, those that are asked for.
    fn backward(&self, (pass, seed): (&DevicePass, &Values), wish: [bool; 2]) -> (Option<Values>, Option<Points>) {
        match (pass, &self.packed) {
            (DevicePass::Packed { x, run }, Some((theta, plan))) => passes::backward(theta, x, run, seed, plan, wish),
            (DevicePass::Open(pass), _) => layers::backward(self.layers(), pass, seed, &self.shape, wish),
            // passes of other layers than these: never made
            _ => (None, None),
        }
    }
    /// The parameter gradient of Σᵢ seedᵢ net(xᵢ), one piece of seeds per pass.
    pub fn gradient(&self, passes: &[DevicePass], seeds: &[Values]) -> Result<Values> {
        passes
            .iter()
            .zip(seeds)
            .filter_map(|p| self.backward(p, [true, false]).0)
            .reduce(|a, b| a + b)
            .ok_or_else(apart)
    }
    /// The gradient in the inputs.
    pub fn input_gradient(&self, passes: &[DevicePass], seeds: &[Values]) -> Result<Points> {
        let parts: Option<Vec<_>> = passes.iter().zip(seeds).map(|p| self.backward(p, [false, true]).1).collect();
        parts.map(layers::concat).ok_or_else(apart)
    }
    /// Both.
    pub fn both_gradients(&self, passes: &[DevicePass], seeds: &[Values]) -> Result<(Values, Points)> {
        let (gradients, inputs): (Vec<_>, Vec<_>) =
            passes.iter().zip(seeds).map(|p| self.backward(p, [true, true])).unzip();
        let inputs: Option<Vec<_>> = inputs.into_iter().collect();
        gradients.into_iter().flatten().reduce(|a, b| a + b).zip(inputs.map(layers::concat)).ok_or_else(apart)
    }

    /// ∇net at the points of some passes, of one output, and what `tangent` goes on from.
    pub fn slopes(&self, passes: &[DevicePass]) -> (Vec<Opened>, Points) {
        let each = |pass: &DevicePass| {
            let pass = match pass {
                // the kernels know no tangents
                DevicePass::Packed { x, .. } => layers::forward(self.layers(), x, &self.shape),
                DevicePass::Open(pass) => pass.clone(),
            };
            let (cotangents, gradient) = layers::slopes(self.layers(), &pass, pass.out.ones_like(), &self.shape);
            (Opened { pass, cotangents }, gradient)
        };
        let (opened, gradients): (Vec<_>, Vec<_>) = passes.iter().map(each).unzip();
        (opened, layers::concat(gradients))
    }
    /// weight · mean R(∇net) over points, and its gradient in the parameters, where kernels know the network.
    pub fn penalty(&self, x: &Points, kind: Excess, weight: f64) -> Option<(Values, Values)> {
        let (theta, plan) = self.packed.as_ref()?;
        let rows = x.dims()[0];
        if rows > ENTRIES / plan.entries() {
            return None;
        }
        let run = passes::forward(theta, x, plan);
        let g = passes::backward(theta, x, &run, &Values::ones([rows], &x.device()), plan, [false, true]).1?;
        let (v, value) = tangents::excess(&g, weight / rows as f64, kind);
        Some((value, passes::tangent(theta, x, &run, &v, plan)))
    }

    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ in the parameters and, for curved activations, in x; one block after another.
    pub fn tangent(&self, opened: &[Opened], v: &Points) -> (Values, Option<Points>) {
        let mut at = 0;
        let parts = opened.iter().map(|o| {
            let n = o.pass.h[0].dims()[0];
            at += n;
            tangent_gradient(self.layers(), &o.pass, &o.cotangents, v.clone().narrow(0, at - n, n), &self.shape)
        });
        let (gradients, inputs): (Vec<Layers>, Vec<_>) = parts.unzip();
        (layers::sum(gradients).flatten(), inputs.into_iter().collect::<Option<Vec<_>>>().map(layers::concat))
    }
}
