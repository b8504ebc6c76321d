//! f with two derivatives at a point.
use crate::generator::tape::Tape;

/// f, f' and f'' at a point.
#[derive(Clone, Copy, Debug)]
pub struct Jet {
    /// f
    pub f: f64,
    /// f'
    pub d1: f64,
    /// f''
    pub d2: f64,
}

/// Relative distances that rounding may not hide.
pub(super) const CLOSE: f64 = 4.0 * f64::EPSILON;
/// By the code of all three.
pub(super) fn jet_of(tape: &Tape, x: f64, regs: &mut Vec<f64>) -> Jet {
    tape.eval(x, regs);
    Jet { f: tape.out(0, regs), d1: tape.out(1, regs), d2: tape.out(2, regs) }
}
