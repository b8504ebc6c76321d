//! The seam between the mathematics and the memory it runs in: what a network is to those who hold one.
//!
//! Points and values are tensors of the network's device, whichever that is; nobody above asks which.
use super::ascent::{Climb, Goal, Value};
use super::named::Named;
use super::shape::Shape;
use crate::device::{Points, Values};
use crate::error::Result;

/// Parameters θ with their constraint and the rule that trains them: what critics, generators and codecs hold.
pub trait Network: Send + Sync {
    /// What layers there are.
    fn shape(&self) -> &Shape;
    /// θ, shape `[parameters]`.
    fn theta(&self) -> Values;
    /// The layers as they are used: under their constraint.
    fn layers(&self) -> Box<dyn Layers>;
    /// Layers of the same shape with parameters of their own, free of the constraint.
    fn layers_at(&self, theta: &Values) -> Result<Box<dyn Layers>>;
    /// The layers one step is taken with, after some iterations of their constraint.
    fn prepare(&mut self) -> Box<dyn Layers>;
    /// One step of the optimiser up a gradient, shape `[parameters]`, in the layers prepared last.
    fn ascend(&mut self, gradient: Values) -> Result<()>;
    /// Steps up an objective between two samples, from where ν was last.
    fn climb<'a>(&'a mut self, goal: Goal<'a>, samples: [Points; 2], nu: Option<Values>)
    -> Result<Box<dyn Climb + 'a>>;
    /// Called at the start of a fit: forgets moments, where the optimiser is to.
    fn begin(&mut self);
    /// Multiplies the learning rate of the steps to come.
    fn slow(&mut self, share: f64);
    /// Makes the constraint hold as exactly as it can.
    fn settle(&mut self);
    /// Everything a bit-identical continuation needs.
    fn state(&self) -> Result<Vec<Named>>;
    /// Puts a state back; an error if it is that of another network.
    fn restore(&mut self, state: &[Named]) -> Result<()>;
    /// A copy.
    fn boxed_clone(&self) -> Box<dyn Network>;
}

impl Clone for Box<dyn Network> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// The matrices and biases of every layer as they were when somebody asked: what points pass through.
pub trait Layers {
    /// What layers there are.
    fn shape(&self) -> &Shape;
    /// A pass of several samples at once, so that all their blocks share the threads.
    fn forward(&self, samples: &[&Points]) -> Result<Box<dyn Pass>>;
    /// net at every row, shape `[rows · outs]`.
    fn outputs(&self, x: &Points) -> Result<Values>;
    /// net and ∇net at every row, of one output; shapes `[rows]` and `[rows, d]`.
    fn value_and_input_gradient(&self, x: &Points) -> Result<(Values, Points)>;
    /// The objective of net between two samples. None where it is made of the values of net at both.
    fn objective(&self, _goal: &Goal, _samples: [Points; 2], _nu: Option<&Values>) -> Result<Option<Value>> {
        Ok(None)
    }
    /// The gradients in the rows of the first sample, n of them, of an objective of net on two samples that lie one below the
    /// other: `[n, d]`. None where those of net itself are the shorter way.
    fn variation(
        &self,
        _goal: &Goal,
        _n: usize,
        _both: &dyn Fn() -> Points,
        _nu: Option<&Values>,
    ) -> Result<Option<Points>> {
        Ok(None)
    }
    /// The matrix of a layer, row-major.
    fn matrix(&self, l: usize) -> Result<Vec<f64>>;
    /// Aₗ x for rows of x.
    fn apply(&self, l: usize, x: &[f32], rows: usize) -> Result<Vec<f32>>;
}

/// A forward pass that is stored, ready to go back.
pub trait Pass {
    /// net on each sample, row by row: shape `[rows · outs]`.
    fn outputs(&self) -> Result<Vec<Values>>;
    /// The gradient of Σ seedᵢ net(xᵢ) in the parameters, one seed vector per sample.
    fn gradient(&self, seeds: &[Values]) -> Result<Values>;
    /// The gradient of Σ seedᵢ net(xᵢ) in the inputs, for one sample.
    fn input_gradient(&self, seed: &Values) -> Result<Points>;
    /// Both.
    fn both_gradients(&self, seed: &Values) -> Result<(Values, Points)>;
    /// ∇net at every row of one sample, of one output, and what second derivatives go on from.
    fn slopes(self: Box<Self>) -> Result<Box<dyn Slopes>>;
}

/// ∇net at the rows of a pass, with the cotangents it was found by.
pub trait Slopes {
    /// ∇net, shape `[rows, d]`.
    fn gradient(&self) -> &Points;
    /// The gradients of Σ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, in the parameters and, for curved activations, in x.
    fn tangent(&self, v: &Points) -> Result<(Values, Option<Points>)>;
}
