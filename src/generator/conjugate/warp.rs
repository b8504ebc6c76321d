//! The change of variable that spaces the nodes of an interpolated conjugate: for numbers, for tensors and for kernels.
use crate::device::ops::tables::Growth;
use burn::tensor::Tensor;

/// How one end of the range of f' looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// no limit
    Infinite,
    /// a finite limit never reached
    Open(f64),
    /// a finite limit reached at a finite x
    Attained(f64),
}

/// A monotone change of variable that makes the nodes dense where x* changes fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Warp {
    pub(super) low: End,
    pub(super) high: End,
    /// one over the size of f, a power of two: where nodes are evenly spaced near a place, and where evenly in logarithms
    pub(super) per: f64,
}

impl Warp {
    /// The position of y.
    pub(super) fn forward(self, y: f64) -> f64 {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => ((y - a) / (b - y)).ln(),
            (End::Open(a), _) => (y - a).ln(),
            (_, End::Open(b)) => -(b - y).ln(),
            (End::Attained(_), End::Attained(_)) => y,
            (End::Attained(a), End::Infinite) => ((y - a) * self.per).asinh(),
            (End::Infinite, End::Attained(b)) => -((b - y) * self.per).asinh(),
            (End::Infinite, End::Infinite) => (y * self.per).asinh(),
        }
    }
    /// y of a position.
    pub(super) fn inverse(self, v: f64) -> f64 {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => a + (b - a) / (1.0 + (-v).exp()),
            (End::Open(a), _) => a + v.exp(),
            (_, End::Open(b)) => b - (-v).exp(),
            (End::Attained(_), End::Attained(_)) => v,
            (End::Attained(a), End::Infinite) => a + v.sinh() / self.per,
            (End::Infinite, End::Attained(b)) => b - (-v).sinh() / self.per,
            (End::Infinite, End::Infinite) => v.sinh() / self.per,
        }
    }
    /// The same for kernels, with its ends.
    pub(super) fn growth(self) -> (Growth, [f64; 2]) {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => (Growth::Logit, [a, b]),
            (End::Open(a), _) => (Growth::FromLow, [a, 0.0]),
            (_, End::Open(b)) => (Growth::FromHigh, [0.0, b]),
            (End::Attained(_), End::Attained(_)) => (Growth::Linear, [0.0, 0.0]),
            (End::Attained(a), End::Infinite) => (Growth::SinhLow, [a, self.per]),
            (End::Infinite, End::Attained(b)) => (Growth::SinhHigh, [self.per, b]),
            (End::Infinite, End::Infinite) => (Growth::Sinh, [self.per, 0.0]),
        }
    }
    fn sized(self, y: Tensor<1>) -> Tensor<1> {
        if self.per == 1.0 { y } else { y.mul_scalar(self.per) }
    }
    /// `forward` on tensors.
    pub(super) fn tensor(self, y: Tensor<1>) -> Tensor<1> {
        match (self.low, self.high) {
            (End::Open(a), End::Open(b)) => (y.clone().sub_scalar(a) / y.neg().add_scalar(b)).log(),
            (End::Open(a), _) => y.sub_scalar(a).log(),
            (_, End::Open(b)) => y.neg().add_scalar(b).log().neg(),
            (End::Attained(_), End::Attained(_)) => y,
            (End::Attained(a), End::Infinite) => self.sized(y.sub_scalar(a)).asinh(),
            (End::Infinite, End::Attained(b)) => self.sized(y.neg().add_scalar(b)).asinh().neg(),
            (End::Infinite, End::Infinite) => self.sized(y).asinh(),
        }
    }
}
