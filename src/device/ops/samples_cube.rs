//! Two samples of x in a kernel, one below the other, and what every functional of them starts with.
use super::functionals::Order;
use super::group_cube::{Span, UNITS, group_sum};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::tensor::CubeTensor;

/// The samples: x = height · v for the last `rows` values v.
#[derive(CubeType, CubeLaunch)]
pub struct Samples {
    values: Box<[f32]>,
    rows: u32,
    first: u32,
    pub height: f32,
    #[cube(comptime)]
    means_first: bool,
}

#[cube]
impl Samples {
    /// v of a row.
    pub fn v(&self, i: usize) -> f32 {
        self.values[self.values.len() - self.rows as usize + i]
    }
    /// x of a row.
    pub fn x(&self, i: usize) -> f32 {
        self.height * self.v(i)
    }
    /// The rows of both samples.
    pub fn all(&self) -> Span {
        Span { from: 0usize.runtime(), to: self.rows as usize }
    }
    /// The rows that lie first, or those behind them.
    fn part(&self, #[comptime] first: bool) -> Span {
        let mut from = self.first as usize;
        let mut to = self.rows as usize;
        if comptime!(first) {
            to = from;
            from = 0usize.runtime();
        }
        Span { from, to }
    }
    /// The sample that counts by its mean.
    pub fn means(&self) -> Span {
        self.part(comptime!(self.means_first))
    }
    /// The other.
    pub fn others(&self) -> Span {
        self.part(comptime!(!self.means_first))
    }
    /// Whether a row is of the sample that counts by its mean.
    pub fn is_of_means(&self, i: usize) -> bool {
        let means = self.means();
        i >= means.from && i < means.to
    }

    /// E x over the sample that counts by it, and its slopes, height/n each.
    pub fn mean(&self, slopes: &mut [f32], shared: &mut Shared<[f32]>) -> f32 {
        let means = self.means();
        let n = means.count();
        let mut sum = 0.0f32;
        let mut i = means.own();
        while i < means.to {
            sum += self.v(i);
            slopes[i] = self.height / n;
            i += UNITS;
        }
        self.height * group_sum(sum, shared) / n
    }
}

/// What a launch takes for them.
pub fn samples(values: CubeTensor, order: Order) -> SamplesLaunch {
    SamplesLaunch::new(values.into_buffer_arg(), order.rows as u32, order.first as u32, order.height, order.means_first)
}
