//! burn's automatic differentiation around the typed CPU backend, with what the references of tests compute with. As a feature
//! of burn it would be built into every tensor operation of the program.
use burn::backend::ops::{ActivationOps, BoolTensorOps, FloatTensorOps, ModuleOps};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{AutodiffBackend, BoolDType, DType, Flex, FloatDType, Scalar, Slice, TensorData, TensorMetadata};
use burn::tensor::Tensor;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use gflow::network::Activation;
use std::ops::{Add, Div, Mul, Sub};

type Backend = burn_autodiff::Autodiff<Flex>;
pub type Gradients = <Backend as AutodiffBackend>::Gradients;

/// A tensor of `R` axes that remembers how it was computed.
#[derive(Clone)]
pub struct Traced<const R: usize>(FloatTensor<Backend>);

fn read(t: FloatTensor<Flex>) -> Vec<f32> {
    t.into_data().try_to_vec().unwrap()
}

fn scalar(v: f64) -> Scalar {
    Scalar::new(v, &DType::F32)
}

impl<const R: usize> Traced<R> {
    /// A constant, its entries row by row.
    pub fn new(entries: Vec<f32>, dims: [usize; R]) -> Self {
        Self(Backend::float_from_data(TensorData::new(entries, dims), &Default::default()))
    }

    /// A constant with the values of a tensor.
    pub fn of(t: &Tensor<R>) -> Self {
        Self::new(t.to_data().try_to_vec().unwrap(), t.dims())
    }

    /// What gradients are taken in.
    pub fn require_grad(self) -> Self {
        Self(Backend::float_set_require_grad(self.0, true))
    }

    /// The gradients of the only entry.
    pub fn backward(self) -> Gradients {
        Backend::backward(self.0)
    }

    /// The gradient in this tensor, entry by entry.
    pub fn grad(&self, gradients: &Gradients) -> Vec<f32> {
        read(Backend::grad(&self.0, gradients).unwrap())
    }

    /// The entries, row by row.
    pub fn values(&self) -> Vec<f32> {
        read(Backend::inner(self.0.clone()))
    }

    /// The lengths of the axes.
    pub fn dims(&self) -> [usize; R] {
        self.0.shape().dims()
    }

    /// The same entries on other axes.
    pub fn reshape<const S: usize>(self, dims: [usize; S]) -> Traced<S> {
        Traced(Backend::float_reshape(self.0, dims.into()))
    }

    /// The axes in another order.
    pub fn permute(self, axes: [usize; R]) -> Self {
        Self(Backend::float_permute(self.0, &axes))
    }

    /// The last two axes swapped.
    pub fn transpose(self) -> Self {
        Self(Backend::float_transpose(self.0))
    }

    /// A range of one axis.
    pub fn narrow(self, axis: usize, start: usize, length: usize) -> Self {
        let mut ranges = self.dims().map(|n| 0..n);
        ranges[axis] = start..start + length;
        Self(Backend::float_slice(self.0, &ranges.map(Slice::from)))
    }

    /// Tensors one after the other along an axis.
    pub fn cat(parts: [Self; 2], axis: usize) -> Self {
        Self(Backend::float_cat(parts.map(|t| t.0).into(), axis))
    }

    /// The matrix product.
    pub fn matmul(self, other: Self) -> Self {
        Self(Backend::float_matmul(self.0, other.0))
    }

    /// The sum of all entries.
    pub fn sum(self) -> Traced<1> {
        Traced(Backend::float_sum(self.0))
    }

    /// The mean of all entries.
    pub fn mean(self) -> Traced<1> {
        Traced(Backend::float_mean(self.0))
    }

    /// Sums along an axis, which is kept.
    pub fn sum_dim(self, axis: usize) -> Self {
        Self(Backend::float_sum_dim(self.0, axis))
    }

    /// Ones, as many.
    pub fn ones_like(&self) -> Self {
        Self(Backend::float_ones(self.0.shape(), &Default::default(), FloatDType::F32))
    }

    /// Every entry times a number.
    pub fn mul_scalar(self, by: f64) -> Self {
        Self(Backend::float_mul_scalar(self.0, scalar(by)))
    }

    /// Every entry and a number.
    pub fn add_scalar(self, by: f64) -> Self {
        Self(Backend::float_add_scalar(self.0, scalar(by)))
    }

    /// Every entry less a number.
    pub fn sub_scalar(self, by: f64) -> Self {
        Self(Backend::float_sub_scalar(self.0, scalar(by)))
    }

    /// Minus every entry.
    pub fn neg(self) -> Self {
        Self(Backend::float_neg(self.0))
    }

    /// The root of every entry.
    pub fn sqrt(self) -> Self {
        Self(Backend::float_sqrt(self.0))
    }

    /// Every entry, or a number where that is larger.
    pub fn clamp_min(self, least: f64) -> Self {
        Self(Backend::float_clamp_min(self.0, scalar(least)))
    }

    /// tanh of every entry.
    pub fn tanh(self) -> Self {
        Self(Backend::float_tanh(self.0))
    }

    /// The larger of two entries.
    pub fn max_pair(self, other: Self) -> Self {
        let less = Backend::float_lower(self.0.clone(), other.0.clone(), BoolDType::Native);
        Self(Backend::float_mask_where(self.0, less, other.0))
    }

    /// The smaller of two entries.
    pub fn min_pair(self, other: Self) -> Self {
        let less = Backend::float_lower(other.0.clone(), self.0.clone(), BoolDType::Native);
        Self(Backend::float_mask_where(self.0, less, other.0))
    }

    /// 1 where an entry exceeds a number, 0 elsewhere.
    pub fn greater_scalar(self, than: f64) -> Self {
        Self::indicator(Backend::float_greater_elem(self.0, scalar(than), BoolDType::Native))
    }

    /// 1 where an entry is at least that of the other, 0 elsewhere.
    pub fn greater_equal(self, other: Self) -> Self {
        Self::indicator(Backend::float_greater_equal(self.0, other.0, BoolDType::Native))
    }

    fn indicator(mask: BoolTensor<Backend>) -> Self {
        Self(Backend::bool_into_float(mask, FloatDType::F32))
    }
}

impl Traced<2> {
    /// An activation of rows of channels.
    pub fn activate(self, kind: Activation) -> Self {
        match kind {
            Activation::Relu => Self(Backend::relu(self.0)),
            Activation::LeakyRelu => Self(Backend::leaky_relu(self.0, scalar(0.2))),
            Activation::Tanh => self.tanh(),
            Activation::Groupsort => {
                let half = self.dims()[1] / 2;
                let (a, b) = (self.clone().narrow(1, 0, half), self.narrow(1, half, half));
                Self::cat([a.clone().max_pair(b.clone()), a.min_pair(b)], 1)
            }
        }
    }
}

impl Traced<4> {
    /// A convolution with a bias.
    pub fn conv2d(self, weight: Self, bias: Traced<1>, options: ConvOptions<2>) -> Self {
        Self(Backend::conv2d(self.0, weight.0, Some(bias.0), options))
    }

    /// A transposed convolution with a bias.
    pub fn conv_transpose2d(self, weight: Self, bias: Traced<1>, options: ConvTransposeOptions<2>) -> Self {
        Self(Backend::conv_transpose2d(self.0, weight.0, Some(bias.0), options))
    }
}

/// Operators between entries; an axis of length 1 is repeated.
macro_rules! operators {
    ($($operator:ident $name:ident $primitive:ident)*) => {$(
        impl<const R: usize> $operator for Traced<R> {
            type Output = Self;
            fn $name(self, other: Self) -> Self {
                Self(Backend::$primitive(self.0, other.0))
            }
        }
    )*};
}
operators!(Add add float_add Sub sub float_sub Mul mul float_mul Div div float_div);
