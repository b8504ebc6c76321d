//! Ascent on an objective between two samples: what network critics spend their time in.
use super::constraint::Soft;
use crate::device::{Values, number, vector};
use crate::divergence::Term;
use crate::error::Result;
use crate::random::Rng;
use crate::ranks::Splits;
use burn::tensor::Device;

/// What is climbed: the objective of a term at φ = height · net, less a soft constraint on ∇net.
#[derive(Clone, Copy)]
pub struct Goal<'a> {
    /// E_P φ − inf_ν { ν + E_Q f*(φ − ν) }, or another objective of φ on both samples
    pub term: &'a Term,
    /// what net is multiplied by
    pub height: f64,
    /// the penalty on gradients, if there is one
    pub soft: Option<Soft>,
    /// who has which rows of both samples, where ranks hold some alone; in host memory and without a penalty
    pub splits: Option<&'a Splits>,
}

/// Steps up an objective between two samples, from the first on.
pub trait Climb {
    /// One step; the objective before it. `draw` gives the numbers that a soft constraint draws its points by.
    fn step(&mut self, draw: &mut dyn FnMut() -> Rng) -> Result<Value>;
    /// The ν the last step found, shape `[1]`, where an infimum over ν is sought.
    fn nu(&self) -> Option<Values>;
}

/// An objective, where it was computed.
// one per step, and a step on the host allocates nothing
#[allow(clippy::large_enum_variant)]
#[derive(Clone)]
pub enum Value {
    /// for a tensor of this place
    Number(f64, Device),
    /// shape `[1]`
    Tensor(Values),
}

impl Value {
    /// As a number; on a device this waits for it.
    pub fn read(&self) -> Result<f32> {
        match self {
            Value::Number(v, _) => Ok(*v as f32),
            Value::Tensor(t) => Ok(number(t)? as f32),
        }
    }
    /// Shape `[1]`.
    pub fn into_tensor(self) -> Values {
        match self {
            Value::Number(v, device) => vector(vec![v as f32], &device),
            Value::Tensor(t) => t,
        }
    }
}
