//! The conjugate prepared for f32: a verified closed form as straight-line code, or an interpolant.
use super::bounds::Straight;
use super::interpolant::Interpolant;
use crate::generator::tape::Tape;

/// Where f* is −f(0), where it is +∞, and where a form holds between.
#[derive(Clone, Copy, Debug)]
pub(in crate::generator) struct Domain {
    /// f'(0⁺): below it x* = 0
    pub d0: f64,
    /// f(0⁺)
    pub f0: f64,
    /// f'(∞): above it f* = +∞
    pub dinf: f64,
    /// whether f* is finite at f'(∞)
    pub attained: bool,
    /// below this f* is a line, where f begins at an x > 0
    pub floor: Option<Straight>,
    /// above this, where f ends
    pub ceiling: Option<Straight>,
}

/// What f* is inside its domain.
#[derive(Debug)]
pub(super) enum Form {
    /// code for f*, x* and dx*/dy
    Closed(Tape),
    /// cubic pieces between nodes
    Interpolated(Box<Interpolant>),
}

/// f*, f*' and f*'' in f32: `lanes.rs` and `tensor.rs` evaluate it.
#[derive(Debug)]
pub struct PreparedConjugate {
    pub(super) form: Form,
    pub(in crate::generator) domain: Domain,
}
