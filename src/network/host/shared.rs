//! Layers in host memory behind the seam: tensors in, slices within, tensors out.
use super::power::Prepared;
use super::products::Start;
use super::stored::Passed;
use super::{linear, objective, samples, stored};
use crate::device::{Points, Values, points, rows, taken, values, vector};
use crate::error::Result;
use crate::memory;
use crate::network::ascent::{Goal, Value};
use crate::network::interface::{Layers, Pass, Slopes};
use crate::network::shape::Shape;
use crate::scratch::Scratch;
use burn::tensor::Device;
use std::sync::Arc;

/// Layers that passes share.
#[derive(Clone)]
pub struct SharedLayers {
    /// with what the chain rule through their constraint needs
    pub prepared: Arc<Prepared>,
    /// where tensors lie that leave
    pub device: Device,
}

/// A pass that is stored.
struct HostPass {
    layers: SharedLayers,
    passed: Passed,
    /// outputs of every sample
    outputs: Vec<usize>,
}

/// ∇net at a pass, and the cotangents of its blocks.
struct HostSlopes {
    pass: HostPass,
    cotangents: Vec<Scratch>,
    gradient: Points,
}

impl SharedLayers {
    /// Rows of the dimension of the network as points.
    fn points(&self, x: Vec<f32>) -> Points {
        let d = self.shape().ins();
        let n = x.len() / d;
        points(x, n, d, &self.device)
    }
    fn vector(&self, v: Vec<f32>) -> Values {
        vector(v, &self.device)
    }
}

impl Layers for SharedLayers {
    fn shape(&self) -> &Shape {
        self.prepared.layers.shape()
    }
    fn forward(&self, samples: &[&Points]) -> Result<Box<dyn Pass>> {
        let layers = &self.prepared.layers;
        let count: usize = samples.iter().map(|x| x.dims()[0]).sum();
        memory::check("a pass of a network over all points of a step", layers.shape().stored(count))?;
        let data: Vec<Vec<f32>> = samples.iter().map(|x| rows(x)).collect::<Result<_>>()?;
        let outputs = samples.iter().map(|x| x.dims()[0] * layers.shape().outs()).collect();
        let slices: Vec<&[f32]> = data.iter().map(Vec::as_slice).collect();
        Ok(Box::new(HostPass { passed: stored::forward(layers, &slices), layers: self.clone(), outputs }))
    }
    fn outputs(&self, x: &Points) -> Result<Values> {
        let mut out = vec![0.0; x.dims()[0] * self.shape().outs()];
        samples::outputs(&self.prepared.layers, &rows(x)?, &mut out)?;
        Ok(self.vector(out))
    }
    fn value_and_input_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let data = rows(x)?;
        let (mut v, mut g) = (vec![0.0; x.dims()[0]], vec![0.0; data.len()]);
        samples::values_and_slopes(&self.prepared.layers, &data, &mut v, &mut g)?;
        Ok((self.vector(v), self.points(g)))
    }
    fn objective(&self, goal: &Goal, [source, target]: [Points; 2], nu: Option<&Values>) -> Result<Option<Value>> {
        let mut nu = nu.map(values).transpose()?.and_then(|nu| nu.first().copied());
        let points = [taken(source)?, taken(target)?];
        let value = objective::value(&self.prepared.layers, (goal.term, goal.height), goal.lots(&points), &mut nu)?;
        Ok(Some(Value::Number(value, self.device.clone())))
    }
    fn matrix(&self, l: usize) -> Result<Vec<f64>> {
        Ok(self.prepared.layers.w(l).iter().map(|v| f64::from(*v)).collect())
    }
    fn apply(&self, l: usize, x: &[f32], rows: usize) -> Result<Vec<f32>> {
        let of = &self.shape().linears()[l];
        let mut z = vec![0.0; rows * of.outs()];
        linear::apply(of, rows, x, self.prepared.layers.w(l), Start::Zero, &mut z);
        Ok(z)
    }
}

impl Pass for HostPass {
    fn outputs(&self) -> Result<Vec<Values>> {
        let shape = self.layers.shape();
        let all = self.passed.outputs(shape)?;
        let mut at = 0;
        let mut next = |n: &usize| {
            at += n;
            self.layers.vector(all[at - n..at].to_vec())
        };
        Ok(self.outputs.iter().map(&mut next).collect())
    }
    fn gradient(&self, seeds: &[Values]) -> Result<Values> {
        let mut all = vec![];
        for s in seeds {
            all.extend(values(s)?);
        }
        Ok(self.layers.vector(stored::gradient(&self.layers.prepared.layers, &self.passed, &all)?))
    }
    fn input_gradient(&self, seed: &Values) -> Result<Points> {
        let slopes = stored::slopes(&self.layers.prepared.layers, &self.passed, &values(seed)?)?.1;
        Ok(self.layers.points(slopes))
    }
    fn both_gradients(&self, seed: &Values) -> Result<(Values, Points)> {
        let (g, x) = stored::both_gradients(&self.layers.prepared.layers, &self.passed, &values(seed)?)?;
        Ok((self.layers.vector(g), self.layers.points(x)))
    }
    fn slopes(self: Box<Self>) -> Result<Box<dyn Slopes>> {
        let ones = vec![1.0; self.outputs.iter().sum()];
        let (cotangents, g) = stored::slopes(&self.layers.prepared.layers, &self.passed, &ones)?;
        Ok(Box::new(HostSlopes { gradient: self.layers.points(g), cotangents, pass: *self }))
    }
}

impl Slopes for HostSlopes {
    fn gradient(&self) -> &Points {
        &self.gradient
    }
    fn tangent(&self, v: &Points) -> Result<(Values, Option<Points>)> {
        let HostPass { layers, passed, .. } = &self.pass;
        let (g, x) = stored::tangent(&layers.prepared.layers, passed, &self.cotangents, &rows(v)?)?;
        Ok((layers.vector(g), x.map(|x| layers.points(x))))
    }
}
