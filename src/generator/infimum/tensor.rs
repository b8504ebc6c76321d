//! The infimum on tensors, without leaving their device: a fixed number of Newton steps in f32, because to see whether ν still moves
//! would be to wait for the device. Choices are masks.
use super::steps::{SETTLED, STEEP, iterations};
use crate::device::Values;
use crate::generator::Generator;
use crate::generator::conjugate::Conjugates;

/// ν with E f*'(φ − ν) ≈ 1, of shape `[1]`, and the conjugate at φ − ν. `start` is the ν of an earlier, similar φ.
pub fn infimum(f: &Generator, phi: &Values, start: Option<&Values>) -> (Values, Conjugates<Values>) {
    let conjugate = f.on(&phi.device());
    let (left, right) = f.slope_at_one();
    let (_, dinf) = f.slopes();
    let top = phi.clone().max();
    let mut hi = top.clone().sub_scalar(left);
    let mut lo = phi.clone().min().sub_scalar(right);
    if dinf.is_finite() {
        // inside the domain whatever the rounding of φ − ν
        let margin = top.clone().abs().add_scalar(dinf.abs()).mul_scalar(4.0 * f64::from(f32::EPSILON));
        lo = lo.max_pair(top.clone().sub_scalar(dinf) + margin).min_pair(hi.clone());
    }
    let least_nu = lo.clone();
    let mut nu = match start {
        Some(s) => s.clone(),
        None => phi.clone().mean().sub_scalar(0.5 * (left + right)),
    };
    nu = nu.max_pair(lo.clone()).min_pair(hi.clone());
    for _ in 0..iterations(f, start.is_some()) {
        let c = conjugate.at(&(phi.clone() - nu.clone()));
        let slope = c.gradient.mean().sub_scalar(1.0);
        let rising = slope.clone().greater_scalar(0.0);
        let candidate = nu.clone() + slope.clone() / c.curvature.mean();
        lo = lo.mask_where(rising.clone(), nu.clone());
        hi = hi.mask_where(rising.bool_not(), nu);
        let middle = (lo.clone() + hi.clone()).mul_scalar(0.5);
        // where f*' is steep Newton's steps from the left are short: the middle is further, and never too far for long
        let steep = slope.clone().greater_scalar(STEEP);
        let candidate = candidate.clone().mask_where(steep, candidate.max_pair(middle.clone()));
        // NaN compares false, so an overflowing Newton step falls back on bisection; so does one of nothing, unless it is from the
        // root: next to a pole of f*' rounding swallows the whole step
        let strictly = candidate.clone().greater(lo.clone()).float() * candidate.clone().lower(hi.clone()).float();
        let within =
            candidate.clone().greater_equal(lo.clone()).float() * candidate.clone().lower_equal(hi.clone()).float();
        let inside = within * (strictly + slope.abs().lower_scalar(SETTLED).float());
        nu = middle.mask_where(inside.greater_scalar(0.5), candidate);
    }
    let mut c = conjugate.at(&(phi.clone() - nu.clone()));
    if dinf.is_finite() && f.domain().1 {
        // where the end of the domain stops ν, moving the largest φ moves ν: the rest of the mass is theirs
        let bound = (nu.clone() - least_nu).lower_equal(nu.clone().abs().add_scalar(f.unit()).mul_scalar(1e-5)).float();
        let largest = phi.clone().greater_equal(top.expand([phi.dims()[0]])).float();
        let rest = c.gradient.clone().mean().neg().add_scalar(1.0).clamp_min(0.0) * bound;
        c.gradient = c.gradient + largest.clone() / largest.mean() * rest;
    }
    (nu, c)
}
