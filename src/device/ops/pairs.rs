//! Two fields over a sample, streamed: kernel sums and soft minima, each with its gradient.
use super::super::{Points, Values};
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::{Shape, Tensor};

/// A radial kernel a device computes by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Radial {
    /// exp(c r²)
    Gaussian(f64),
    /// exp(c r)
    Laplace(f64),
    /// (1 + c r²)^(−1/2)
    Imq(f64),
    /// −r
    Energy,
}

/// The same as kernels are compiled for it, without its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Gaussian,
    Laplace,
    Imq,
    Energy,
}

impl Radial {
    fn form(self) -> (Form, f32) {
        match self {
            Radial::Gaussian(c) => (Form::Gaussian, c as f32),
            Radial::Laplace(c) => (Form::Laplace, c as f32),
            Radial::Imq(c) => (Form::Imq, c as f32),
            Radial::Energy => (Form::Energy, 0.0),
        }
    }
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
pub(super) trait PairOps: Backend {
    /// Rows [Σ_j w_j k, ∇ of it], shape `[n, 1 + d]`.
    fn kernel_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        w: FloatTensor<Self>,
        c: f32,
        form: Form,
    ) -> FloatTensor<Self>;
    /// Rows [ln Σ_j e^{h_j − c_j}, Σ_j p_j ∇c_j] with c = s r or s r² and p the softmax, shape `[n, 1 + d]`.
    fn soft_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        s: f32,
        power: u32,
    ) -> FloatTensor<Self>;
}

fn split(out: Tensor<2>) -> (Values, Points) {
    let [n, columns] = out.dims();
    (out.clone().narrow(1, 0, 1).reshape([n]), out.narrow(1, 1, columns - 1))
}

/// Σ_j w_j k(x_i, y_j) and its gradient in x_i; shapes `[n]` and `[n, d]`.
pub fn kernel_field(x: &Points, y: &Points, w: &Values, k: Radial) -> (Values, Points) {
    let (form, c) = k.form();
    let (x, y, w) = (x.clone().into_dispatch(), y.clone().into_dispatch(), w.clone().into_dispatch());
    split(Tensor::from_dispatch(<Dispatch as PairOps>::kernel_field(x, y, w, c, form)))
}

/// ln Σ_j e^{h_j − s|x_i − y_j|^p} for p = 1 or 2, and the mean of s∇|x_i − y_j|^p under its terms.
pub fn soft_field(x: &Points, y: &Points, h: &Values, s: f64, power: u32) -> (Values, Points) {
    let (x, y, h) = (x.clone().into_dispatch(), y.clone().into_dispatch(), h.clone().into_dispatch());
    split(Tensor::from_dispatch(<Dispatch as PairOps>::soft_field(x, y, h, s as f32, power)))
}

/// The shape of both results.
pub(super) fn field_shape(x: &Shape) -> Shape {
    Shape::new([x[0], 1 + x[1]])
}
