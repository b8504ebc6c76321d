//! The length of a step and of each particle's own on a GPU, in three launches: as tensor operations they would be over a hundred.
//! [`flow::pace`](crate::flow) has the rule, and the host's form of it.
use super::super::{Points, Values};
use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// How many numbers a pace remembers: the average of D/I, of what particles keep, η, the average of D, that of a window ago, Δt.
pub const NUMBERS: usize = 6;

/// The constants of the rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// what averages keep of themselves
    pub memory: f32,
    /// how many times D/I may grow
    pub growth: f32,
    /// η at most
    pub share: f32,
    /// what D may be of that a window ago and still be falling
    pub falling: f32,
    /// what becomes of η where D has not fallen
    pub shorter: f32,
    /// and where it has
    pub longer: f32,
    /// the share of the promise that a particle has to find
    pub armijo: f32,
    /// rounding of a level, relative to it
    pub rounding: f32,
    /// the longest step, root mean square
    pub longest: f32,
}

/// Where in its window a step is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// the first of a run
    pub first: bool,
    /// the last of a window
    pub ends: bool,
    /// of a window that has one before it
    pub judged: bool,
}

#[backend_extension(Cube: cfg(feature = "gpu"))]
pub(super) trait PaceOps: Backend {
    /// The numbers after an estimate of D, with Δt.
    fn look(
        v: FloatTensor<Self>,
        d: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        rule: Rule,
        place: Place,
        rows: usize,
    ) -> FloatTensor<Self>;
    /// Particles where they are, and after Δt, Δt/2, …
    fn places(
        y: FloatTensor<Self>,
        v: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        halvings: usize,
    ) -> FloatTensor<Self>;
    /// The steps of particles from their levels there, and the numbers with what they keep of the promise.
    fn choose(
        levels: FloatTensor<Self>,
        v: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        rule: Rule,
        rows: usize,
        halvings: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// The numbers after an estimate of D, shape `[1]`, with velocities of shape `[n, d]`.
pub fn look(v: &Points, d: &Values, numbers: &Values, rule: Rule, place: Place) -> Values {
    let rows = v.dims()[0];
    let [d, numbers] = [d, numbers].map(|t| t.clone().into_dispatch());
    Tensor::from_dispatch(<Dispatch as PaceOps>::look(v.clone().into_dispatch(), d, numbers, rule, place, rows))
}

/// Rows of shape `[(1 + halvings) n, d]`: y, and y + v Δt/2^k for each k below `halvings`.
pub fn places(y: &Points, v: &Points, numbers: &Values, halvings: usize) -> Points {
    let [n, d] = y.dims();
    let [y, v] = [y, v].map(|t| t.clone().into_dispatch());
    let all = <Dispatch as PaceOps>::places(y, v, numbers.clone().into_dispatch(), halvings);
    Tensor::<1>::from_dispatch(all).reshape([(1 + halvings) * n, d])
}

/// The step of each particle, shape `[n, 1]`, from the levels at the places of [`places`], and the numbers that follow.
pub fn choose(levels: &Values, v: &Points, numbers: &Values, rule: Rule, halvings: usize) -> (Points, Values) {
    let n = v.dims()[0];
    let [levels, numbers] = [levels, numbers].map(|t| t.clone().into_dispatch());
    let (own, numbers) = <Dispatch as PaceOps>::choose(levels, v.clone().into_dispatch(), numbers, rule, n, halvings);
    (Tensor::<1>::from_dispatch(own).reshape([n, 1]), Tensor::from_dispatch(numbers))
}
