//! The parameters of a network layer by layer, as tensors.
use crate::device::Values;
use crate::network::shape::Shape;
use burn::tensor::Tensor;

/// The matrices of every layer, and its biases `[1, channels]`.
#[derive(Clone)]
pub struct Matrices {
    /// one a layer
    pub w: Vec<Tensor<2>>,
    /// one a layer
    pub b: Vec<Tensor<2>>,
}

impl Matrices {
    /// From all parameters in one vector, which may go on behind them.
    pub fn from_flat(theta: &Values, shape: &Shape) -> Matrices {
        let (mut w, mut b, mut at) = (vec![], vec![], 0);
        for linear in shape.linears() {
            let ((i, o), channels) = (linear.matrix(), linear.channels());
            w.push(theta.clone().narrow(0, at, i * o).reshape([i, o]));
            at += i * o;
            b.push(theta.clone().narrow(0, at, channels).reshape([1, channels]));
            at += channels;
        }
        Matrices { w, b }
    }
    /// All parameters in one vector.
    pub fn flatten(&self) -> Values {
        let pieces = self.w.iter().zip(&self.b).flat_map(|(w, b)| {
            let ([i, o], [_, ob]) = (w.dims(), b.dims());
            [w.clone().reshape([i * o]), b.clone().reshape([ob])]
        });
        Tensor::cat(pieces.collect(), 0)
    }
    /// Entry by entry.
    pub fn add(&self, other: &Matrices) -> Matrices {
        let each = |a: &[Tensor<2>], b: &[Tensor<2>]| a.iter().zip(b).map(|(a, b)| a.clone() + b.clone()).collect();
        Matrices { w: each(&self.w, &other.w), b: each(&self.b, &other.b) }
    }
}
