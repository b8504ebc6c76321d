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

/// The cubic over a length h with these values and slopes at both ends, a share t of the way.
pub(super) fn cubic(h: f64, (f0, d0): (f64, f64), (f1, d1): (f64, f64), t: f64) -> Jet {
    let (rise, bend) = (f1 - f0 - h * d0, h * (d1 - d0));
    let (c2, c3) = (3.0 * rise - bend, bend - 2.0 * rise);
    Jet {
        f: f0 + t * (h * d0 + t * (c2 + t * c3)),
        d1: d0 + t * (2.0 * c2 + 3.0 * t * c3) / h,
        d2: (2.0 * c2 + 6.0 * t * c3) / (h * h),
    }
}

/// Relative distances that rounding may not hide.
pub(super) const CLOSE: f64 = 4.0 * f64::EPSILON;
/// As far around a place where f changes its formula it may say something else.
pub(super) const AROUND: f64 = 32.0 * CLOSE;
/// From a place as far as this slopes are those beside it.
const BESIDE: f64 = 64.0 * CLOSE;
/// A difference of slopes is one of more than so many times what f'' makes on the way, and than this part of them.
const SMOOTH: f64 = 16.0;
const PART: f64 = 1e-10;

/// f' and f'' beside a place where f changes its formula, if those of the formula exactly there are others: at 1 neither part of
/// max(x, 1) + min(x, 1) has a slope of its own, and `abs(x - 1) < 1e-15` holds there alone.
pub fn beside(tape: &Tape, b: f64) -> Option<(f64, f64)> {
    let mut regs = vec![];
    let [left, own, right] = [1.0 - BESIDE, 1.0, 1.0 + BESIDE].map(|k| jet_of(tape, b * k, &mut regs));
    let smooth = BESIDE * b * (left.d2.abs() + right.d2.abs());
    let slack = (SMOOTH * smooth).max(PART * (left.d1.abs() + right.d1.abs()));
    let (low, high) = (left.d1 - slack, right.d1 + slack);
    let differs = low <= high && !(own.d1 >= low && own.d1 <= high);
    differs.then_some((0.5 * (left.d1 + right.d1), 0.5 * (left.d2 + right.d2)))
}

/// By the code of all three.
pub(super) fn jet_of(tape: &Tape, x: f64, regs: &mut Vec<f64>) -> Jet {
    tape.eval(x, regs);
    Jet { f: tape.out(0, regs), d1: tape.out(1, regs), d2: tape.out(2, regs) }
}
