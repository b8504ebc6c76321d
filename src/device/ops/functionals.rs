//! Functionals of two samples of x, with their derivatives, one launch each: the mean of x over one sample less an average of the
//! other. As tensor operations they would be up to five hundred.
use super::super::Values;
use super::tables::{ConvexTable, Form, PairTable};
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// E x − A(x) for x = height · v, on two samples that lie one below the other.
#[derive(Clone, Debug)]
pub struct Functional {
    /// rows of the sample that lies first
    pub first: usize,
    /// whether it is the one that counts by its mean
    pub means_first: bool,
    /// x in units of the values v
    pub height: f64,
    /// A, of the other sample
    pub average: Average,
}

/// How the sample counts that does not by its mean.
#[allow(clippy::large_enum_variant)] // one is made for a launch, and none is kept
#[derive(Clone, Debug)]
pub enum Average {
    /// E x
    Mean,
    /// a ln E e^(x/a)
    LogMeanExp(f64),
    /// inf_ν { ν + E g(x − ν) }
    Infimum(Infimum),
    /// E g₂(x), where the first sample counts by E g₁(x)
    Pair(PairTable),
}

/// Where and how the infimum over ν of a convex g is sought: as the root of E g'(x − ν) = 1, by Newton's steps in a bracket.
#[derive(Clone, Debug)]
pub struct Infimum {
    /// g
    pub table: ConvexTable,
    /// an earlier ν of a similar x, shape `[1]`
    pub start: Option<Values>,
    /// steps, none of which is left out
    pub iterations: usize,
    /// E g' − 1 from which on the middle of the bracket is the shorter way
    pub steep: f64,
    /// |E g' − 1| below which a step too small to be seen is the end
    pub settled: f64,
}

/// Rows that the one cube of such a launch still goes through quickly.
pub const MOST_ROWS: usize = 1 << 18;

/// A functional at some values.
pub struct Evaluated {
    /// its derivatives in v on every row
    pub slopes: Values,
    /// shape `[1]`
    pub value: Values,
    /// shape `[1]`, where an infimum over ν was sought
    pub nu: Option<Values>,
}

/// Where the samples lie among the last `rows` values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub rows: usize,
    pub first: usize,
    pub means_first: bool,
    pub height: f32,
}

/// The numbers of [`Infimum`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Seek {
    pub form: Form,
    pub warm: bool,
    pub iterations: u32,
    pub steep: f32,
    pub settled: f32,
}

/// Each gives the derivatives and the value.
#[backend_extension(Cube: cfg(feature = "gpu"))]
pub(super) trait FunctionalOps: Backend {
    /// E x − E x, or E x − a ln E e^(x/a).
    fn means(
        values: FloatTensor<Self>,
        order: Order,
        exponential: Option<f32>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// E g₁(x) − E g₂(x).
    fn pair(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        order: Order,
        largest: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
    /// E x − inf_ν { ν + E g(x − ν) }, and ν.
    fn infimum(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        start: FloatTensor<Self>,
        order: Order,
        seek: Seek,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// The functional of the last `rows` values of a vector.
pub fn evaluate(values: &Values, rows: usize, f: &Functional) -> Evaluated {
    let order = Order { rows, first: f.first, means_first: f.means_first, height: f.height as f32 };
    let on_device = |t: &Values| t.clone().into_dispatch();
    let v = on_device(values);
    let ((slopes, value), nu) = match &f.average {
        Average::Mean => (<Dispatch as FunctionalOps>::means(v, order, None), None),
        Average::LogMeanExp(a) => (<Dispatch as FunctionalOps>::means(v, order, Some(*a as f32)), None),
        Average::Pair(table) => {
            (<Dispatch as FunctionalOps>::pair(v, on_device(&table.data), order, table.largest as f32), None)
        }
        Average::Infimum(i) => {
            let seek = Seek {
                form: i.table.form,
                warm: i.start.is_some(),
                iterations: i.iterations as u32,
                steep: i.steep as f32,
                settled: i.settled as f32,
            };
            // a kernel without a start still takes a tensor in its place
            let start = i.start.as_ref().unwrap_or(&i.table.data);
            let (slopes, value, nu) =
                <Dispatch as FunctionalOps>::infimum(v, on_device(&i.table.data), on_device(start), order, seek);
            ((slopes, value), Some(Tensor::from_dispatch(nu)))
        }
    };
    Evaluated { slopes: Tensor::from_dispatch(slopes), value: Tensor::from_dispatch(value), nu }
}
