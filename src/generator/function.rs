//! A checked generator: f with its derivatives, its conjugate and their domain.
use super::conjugate::kernel;
use super::conjugate::numeric::NumericConjugate;
use super::conjugate::{ClosedForm, Conjugates, Excess, PreparedConjugate, VectorConjugate, closed, piecewise};
use super::convexity::{Convexity, ViolationKind, convexity};
use super::diff::diff;
use super::expr::{self, Expr, Kind, x};
use super::interval::Interval;
use super::level::level;
use super::log_ratio::{LogRatio, RatioValues, Source};
use super::one_point::one_point;
use super::per_device::PerDevice;
use super::refused;
use super::tape::Tape;
use crate::device::ops::tables::{ConvexTable, PairTable};
use crate::device::{Values, is_cpu};
use crate::error::GeneratorError;
use burn::tensor::Device;
use std::sync::{Arc, OnceLock};

/// A convex f on (0, ∞) with f(1) = 0, its derivatives and its conjugate f*(y) = sup_{x ≥ 0} { x y − f(x) }, ready for use.
///
/// ```
/// use gflow::generator::Generator;
/// use gflow::generator::expr::{constant, ln, mul, sub, x};
/// // KL: f(x) = x ln x − (x − 1), so f*(y) = e^y − 1 and f*'(y) = e^y
/// let f = sub(&mul(&x(), &ln(&x())), &sub(&x(), &constant(1.0)));
/// let kl = Generator::new("my kl", f)?;
/// assert!((kl.conjugate(1.0) - (1f64.exp() - 1.0)).abs() < 1e-12);
/// assert!((kl.conjugate_grad(1.0) - 1f64.exp()).abs() < 1e-12);
/// assert_eq!(kl.kl_scale(), Some(1.0));
/// # Ok::<(), gflow::error::GeneratorError>(())
/// ```
#[derive(Debug)]
pub struct Generator {
    name: String,
    f: Expr,
    numeric: NumericConjugate,
    closed: Option<ClosedForm>,
    closed_tape: Option<Tape>,
    prepared: Arc<PreparedConjugate>,
    convexity: Convexity,
    kl_scale: Option<f64>,
    /// made when somebody needs it
    ratio: OnceLock<LogRatio>,
    at_one: OnceLock<(f64, f64)>,
    level: OnceLock<Option<Arc<Generator>>>,
    excess: OnceLock<Excess>,
    equilibrium: OnceLock<(f64, f64)>,
    error_near_one: OnceLock<f64>,
    tables: PerDevice<ConvexTable>,
}

/// |x* − 1| up to which f* is one of small numbers.
const SMALL_STEP: f64 = 2e-5;

impl Generator {
    /// Checks f and prepares its conjugate. Errors name the point where a requirement fails.
    pub fn new(name: impl Into<String>, f: Expr) -> Result<Generator, GeneratorError> {
        Generator::with_closed_form(name, f, None)
    }

    /// The same, with a closed form of the conjugate to try first; it is used only if it passes verification.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn with_closed_form(
        name: impl Into<String>,
        f: Expr,
        known: Option<ClosedForm>,
    ) -> Result<Generator, GeneratorError> {
        if !f.has_x() {
            return Err(refused::constant(&f));
        }
        let f = one_point(&f).unwrap_or(f);
        let numeric = NumericConjugate::new(&f);
        let convexity = check(&f, &numeric)?;
        let closed = known.filter(|c| closed::verify(c, &numeric));
        // a function known by its values has no formula to invert
        let closed = closed.or_else(|| {
            if f.has_native() {
                None
            } else if numeric.is_long {
                piecewise::piecewise_linear(&f, &numeric)
            } else {
                let inside = &numeric.bounds.inside;
                piecewise::piecewise_linear(&f, &numeric).or_else(|| closed::closed_form(inside, &numeric))
            }
        });
        let closed_tape = closed.as_ref().map(|c| Tape::new(&[c.value.clone(), c.maximiser.clone()]));
        let prepared = Arc::new(PreparedConjugate::new(closed.as_ref(), &numeric));
        // f'' = a/x is a·KL up to an affine term, whose inner infimum over ν is a log-mean-exp
        // (a kink adds to f without being seen in f'')
        let kl_scale = if f.has_native() || numeric.is_long || !numeric.breaks.is_empty() {
            None
        } else {
            expr::mul(&x(), &diff(&diff(&f, &x()), &x())).as_const().filter(|a| *a > 0.0)
        };
        Ok(Generator {
            name: name.into(),
            f,
            numeric,
            closed,
            closed_tape,
            prepared,
            convexity,
            kl_scale,
            ratio: OnceLock::new(),
            at_one: OnceLock::new(),
            level: OnceLock::new(),
            excess: OnceLock::new(),
            equilibrium: OnceLock::new(),
            error_near_one: OnceLock::new(),
            tables: PerDevice::default(),
        })
    }

    /// An f with the same divergence between probability measures, for calculating with: f − f'(1)(x − 1) where that slope would
    /// hide the rest, else f itself.
    pub fn level(self: &Arc<Generator>) -> Arc<Generator> {
        let make = || {
            let g = level(&self.f).filter(|_| !self.f.has_native())?;
            Generator::new(self.name.clone(), g).ok().map(Arc::new)
        };
        self.level.get_or_init(make).clone().unwrap_or_else(|| self.clone())
    }

    /// f over its unit, and the unit: D_f is so many times the divergence of that, at an ordinary size.
    pub fn ordinary(self: &Arc<Generator>) -> (f64, Arc<Generator>) {
        let unit = self.unit();
        let scaled = || Generator::new(self.name.clone(), expr::scale(1.0 / unit, &self.f)).ok();
        match (unit != 1.0).then(scaled).flatten() {
            Some(g) => (unit, Arc::new(g)),
            None => (1.0, self.clone()),
        }
    }

    /// What the user called it.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// f as an expression in x.
    pub fn expr(&self) -> &Expr {
        &self.f
    }
    /// How it is known that f is convex.
    pub fn convexity(&self) -> &Convexity {
        &self.convexity
    }
    /// a > 0 when f is a·(x ln x) plus an affine function.
    pub fn kl_scale(&self) -> Option<f64> {
        self.kl_scale
    }
    /// Whether the conjugate has a verified closed form.
    pub fn has_closed_form(&self) -> bool {
        self.closed.is_some()
    }
    /// Whether f' jumps or has flat pieces: f*' is then a step function in places.
    pub fn has_kinks(&self) -> bool {
        !self.numeric.breaks.is_empty()
    }

    /// Every place where f changes its formula, ascending.
    pub fn breaks(&self) -> Vec<f64> {
        self.numeric.breaks.clone()
    }
    /// The points where f' jumps.
    pub fn kinks(&self) -> Vec<f64> {
        self.numeric.kinks.iter().map(|k| k.x).collect()
    }
    /// The points where f' jumps, with f' before and behind, ascending.
    pub fn jumps(&self) -> Vec<(f64, f64, f64)> {
        self.numeric.kinks.iter().map(|k| (k.x, k.left, k.right)).collect()
    }
    /// Whether parts of f are known by their values alone, so that derivatives are differences.
    pub fn by_values(&self) -> bool {
        self.numeric.by_values
    }

    /// f(x); +∞ for x < 0, the limit f(0⁺) at 0.
    pub fn f(&self, x: f64) -> f64 {
        if x < 0.0 {
            f64::INFINITY
        } else if x == 0.0 {
            self.numeric.f0
        } else {
            self.numeric.value(x)
        }
    }
    /// What the formula has at 0, where that is a value of its own and not the limit.
    pub(super) fn written_at_zero(&self) -> Option<f64> {
        if !self.f.any(&|k| matches!(k, Kind::Where(..))) {
            return None;
        }
        let inside = self.numeric.tape().over(&Interval::point(0.0))[0];
        let (v, limit) = (self.numeric.jet(0.0, &mut vec![]).f, self.numeric.f0);
        let own = v == f64::INFINITY || (inside.defined && v.is_finite());
        (own && limit.is_finite() && (v - limit).abs() > 1e-12 * (1.0 + limit.abs())).then_some(v)
    }
    /// f'(x); at a kink one of the two one-sided slopes, beyond an end of f ±∞.
    pub fn derivative(&self, x: f64) -> f64 {
        if x <= 0.0 { self.numeric.d0 } else { self.numeric.jet_anywhere(x, &mut vec![]).d1 }
    }
    /// f''(x) away from kinks.
    pub fn second_derivative(&self, x: f64) -> f64 {
        self.numeric.jet(x, &mut vec![]).d2
    }
    /// f' and f'' at x ≥ 0.
    pub fn slopes_at(&self, x: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (self.numeric.d0, 0.0);
        }
        let j = self.numeric.jet_anywhere(x, &mut vec![]);
        (j.d1, j.d2)
    }
    /// f'(1) as an interval, a point unless f has a kink at 1.
    pub fn slope_at_one(&self) -> (f64, f64) {
        *self.at_one.get_or_init(|| match self.numeric.kinks.iter().find(|k| k.x == 1.0) {
            Some(k) => (k.left, k.right),
            None => {
                let d = self.derivative(1.0);
                (d, d)
            }
        })
    }
    /// A power of two of the size of f around 1, less its slope there; 1 where that is ordinary. Tolerances are parts of it.
    pub fn unit(&self) -> f64 {
        self.numeric.unit
    }
    /// The ratios from and up to which f is finite, 0 and ∞ where it is for all.
    pub fn ends(&self) -> (f64, f64) {
        (self.numeric.bounds.low, self.numeric.bounds.high)
    }
    /// f'(0⁺) and f'(∞): f* is −f(0) below the first and +∞ above the second.
    pub fn slopes(&self) -> (f64, f64) {
        (self.numeric.d0, self.numeric.dinf)
    }
    /// The effective domain of f*: its upper end and whether f* is finite there.
    pub fn domain(&self) -> (f64, bool) {
        (self.numeric.dinf, self.numeric.dinf.is_infinite() || self.numeric.f_at_dinf.is_finite())
    }
    /// f*(y).
    pub fn conjugate(&self, y: f64) -> f64 {
        self.conjugate_pair(y).0
    }
    /// f*'(y), the maximiser x*.
    pub fn conjugate_grad(&self, y: f64) -> f64 {
        self.conjugate_pair(y).1
    }
    /// f*(y) and f*'(y) for the price of one.
    pub fn conjugate_pair(&self, y: f64) -> (f64, f64) {
        self.beside_equilibrium(y).unwrap_or_else(|| self.conjugate_at_large(y))
    }
    /// The same as a formula or Newton's method have it, which may be a small difference of terms that are not.
    fn conjugate_at_large(&self, y: f64) -> (f64, f64) {
        let mut regs = vec![];
        if let Some(tape) = &self.closed_tape
            && y > self.numeric.slopes[0]
            && y < self.numeric.slopes[1]
        {
            tape.eval(y, &mut regs);
            let (value, maximiser) = (tape.out(0, &regs), tape.out(1, &regs));
            if value.is_finite() && maximiser.is_finite() {
                return (value, maximiser);
            }
        }
        self.numeric.eval(y, &mut regs)
    }
    /// The conjugate by Newton's method alone, whatever closed form exists.
    pub fn numeric_conjugate(&self, y: f64) -> (f64, f64) {
        self.numeric.eval(y, &mut vec![])
    }
    /// f* and x* where both y and y − f'(1) are small, to their last digits: f*(y) = y − f(1) + e(y − f'(1)).
    pub(super) fn beside_equilibrium(&self, y: f64) -> Option<(f64, f64)> {
        if y.abs() > 1e-3 * self.numeric.unit {
            return None;
        }
        let (slope, behind) = self.slope_at_one();
        let (reach, f1) = *self.equilibrium.get_or_init(|| {
            let inside = self.numeric.tape().over(&Interval::point(1.0))[0];
            let f1 = if inside.defined && inside.has_zero() { 0.0 } else { self.f(1.0) };
            if self.numeric.by_values || slope != behind {
                return (0.0, f1);
            }
            let reach = self.near_one().within(SMALL_STEP);
            let agrees = |s: f64| {
                let ((e, u, _), (value, x)) = (self.near_one().at(s)?, self.conjugate_at_large(slope + s));
                let off = (slope + s - f1 + e - value).abs();
                Some(off <= 1e-13 * self.numeric.unit && (1.0 + u - x).abs() <= 1e-9).filter(|a| *a)
            };
            let good = reach.is_finite() && slope.abs() <= reach && agrees(reach).and(agrees(-reach)).is_some();
            (if good { reach } else { 0.0 }, f1)
        });
        let s = y - slope;
        if s.abs() > reach || reach == 0.0 {
            return None;
        }
        self.near_one().at(s).map(|(e, u, _)| (y - f1 + e, 1.0 + u))
    }
    fn near_one(&self) -> &Excess {
        let made = || Excess::new(self.slope_at_one(), &self.numeric.breaks, &|x| self.second_derivative(x));
        self.excess.get_or_init(made)
    }
    /// How far potentials may differ and all be near f'(1), 0 where f is known by its values.
    pub fn reach(&self) -> f64 {
        if self.numeric.by_values { 0.0 } else { self.near_one().reach() }
    }
    /// f*(c + s) − c − s at c = f'(1), f*'(c + s) − 1 and f*''(c + s), without what cancels where s is small.
    pub fn excess(&self, s: f64) -> (f64, f64, f64) {
        let near = if self.numeric.by_values { None } else { self.near_one().at(s) };
        near.unwrap_or_else(|| {
            let (left, right) = self.slope_at_one();
            let c = 0.5 * (left + right);
            let (value, x) = self.conjugate_pair(c + s);
            let bend = if x > 0.0 && x.is_finite() { 1.0 / self.second_derivative(x) } else { 0.0 };
            (value - c - s, x - 1.0, if bend.is_finite() { bend } else { 0.0 })
        })
    }
    /// How far f* for slices, in f32, is off near f'(1) at most; infinite where f*' is off by more than 1e-5.
    pub fn error_near_one(&self) -> f64 {
        *self.error_near_one.get_or_init(|| {
            let (left, right) = self.slope_at_one();
            let c = 0.5 * (left + right);
            let sizes = (0..24).map(|k| 0.9 * self.reach() * 10f64.powf(-0.25 * f64::from(k)));
            let y: Vec<f32> = sizes.flat_map(|s| [(c - s) as f32, (c + s) as f32]).collect();
            let mut worst = 0.0f64;
            self.prepared.at_slice(&y, 0.0, |at, n, lanes| {
                for (i, y) in y[at..at + n].iter().enumerate() {
                    let (e, u, _) = self.excess(f64::from(*y) - c);
                    let right = (f64::from(lanes.gradient[i]) - 1.0 - u).abs() <= 1e-5 * (1.0 + u.abs());
                    let off = (f64::from(lanes.value[i]) - f64::from(*y) - e).abs();
                    worst = if right && off.is_finite() { worst.max(off) } else { f64::INFINITY };
                }
            });
            worst
        })
    }
    /// f* for tensors of a device, in f32: the one place that asks where they are.
    pub fn on(&self, device: &Device) -> Arc<dyn VectorConjugate> {
        if is_cpu(device) { self.prepared.clone() } else { Arc::new(self.device_table(device)) }
    }
    /// f* for slices of the host, in f32.
    pub fn on_slices(&self) -> &PreparedConjugate {
        &self.prepared
    }
    /// f*, f*' and f*'' at every y, of shape `[n]`, where the tensor is.
    pub fn conjugate_tensor(&self, y: &Values) -> Conjugates<Values> {
        self.on(&y.device()).at(y)
    }
    /// f*, f*' and f*'' for kernels.
    pub fn device_table(&self, device: &Device) -> ConvexTable {
        let make = || {
            let near = kernel::near(self.reach(), |s| self.excess(s));
            kernel::table(&self.numeric, self.prepared.domain, self.slope_at_one(), near, device)
        };
        self.tables.get(device, make)
    }
    /// f'(x) and f*(f'(x)) at x = e^V for V of shape `[n]`, in f32, where the tensor is.
    pub fn log_ratio(&self, v: &Values) -> RatioValues {
        self.ratio().eval(v)
    }
    /// The same for kernels.
    pub fn ratio_table(&self, device: &Device) -> PairTable {
        self.ratio().on_device(device)
    }
    fn ratio(&self) -> &LogRatio {
        let jet = |x: f64| (self.f(x), self.derivative(x), self.second_derivative(x));
        let make = || LogRatio::new(&Source { jet: &jet, conjugate: &|y| self.conjugate_pair(y), ends: self.ends() });
        self.ratio.get_or_init(make)
    }
    pub(super) fn numeric(&self) -> &NumericConjugate {
        &self.numeric
    }
    pub(super) fn closed(&self) -> Option<&ClosedForm> {
        self.closed.as_ref()
    }
    /// The largest relative error of the device conjugate for x* from 1e-3 to 1e3.
    pub fn device_error(&self) -> f64 {
        self.prepared.error(&self.numeric)
    }
}

/// What f(1) may be and still be called 0, as a part of what f is nearby: what f is off by when 12 digits of a constant are written.
/// Of a function known by its values the rounding is not known.
fn part_of_nearby(numeric: &NumericConjugate) -> f64 {
    if numeric.by_values { 1e-9 } else { 1e-12 }
}

/// What f(1) may be and still be called 0: a part of what f is nearby, where that is small, and the rounding of its terms.
fn zero_at_one(f: &Expr, numeric: &NumericConjugate) -> f64 {
    let mut regs = vec![];
    let mut value = |x: f64| numeric.jet(x, &mut regs).f;
    let at_one = value(1.0);
    let nearby = [0.5, 2.0].map(value).map(|v| (v - at_one).abs());
    let scale = nearby.into_iter().filter(|v| v.is_finite() && *v > 0.0).fold(0.0, f64::max);
    let scale = if scale > 0.0 { scale.min(numeric.unit) } else { numeric.unit };
    let terms: f64 = match f.kind() {
        Kind::Sum(c, v) => {
            let size = |(k, t): &(f64, Expr)| {
                let tape = Tape::new(std::slice::from_ref(t));
                tape.eval(1.0, &mut regs);
                (k * tape.out(0, &regs)).abs()
            };
            c.abs() + v.iter().map(size).sum::<f64>()
        }
        _ => 0.0,
    };
    // what f is nearby says nothing of what is added up at 1
    let scale = if numeric.by_values { scale } else { scale.min(terms.max(1.0)) };
    let inside = numeric.tape().over(&Interval::point(1.0))[0];
    let inside = if inside.defined { inside.hi - inside.lo } else { 0.0 };
    let rounding = (16.0 * f64::EPSILON * terms).max(inside);
    (part_of_nearby(numeric) * scale).max(rounding.min(1e-9 * numeric.unit.max(1.0)))
}

/// What is known about the convexity of f; errors where f is no generator.
fn check(f: &Expr, numeric: &NumericConjugate) -> Result<Convexity, GeneratorError> {
    refused::unsteady(f, numeric)?;
    let at_one = numeric.jet(1.0, &mut vec![]).f;
    if !at_one.is_finite() {
        return Err(GeneratorError::UndefinedAtOne { value: at_one });
    }
    if at_one.abs() > zero_at_one(f, numeric) {
        return Err(GeneratorError::NonzeroAtOne { value: at_one });
    }
    refused::not_a_number(numeric)?;
    refused::only_at_one(numeric)?;
    let convexity = convexity(&numeric.bounds.extended, numeric);
    if let Convexity::Violated(v) = &convexity {
        return Err(match v.kind {
            ViolationKind::Jump { before, after } => GeneratorError::Jump { x: v.points[1], before, after },
            // no value on one side of it
            ViolationKind::Undefined if v.values.iter().filter(|f| !f.is_finite()).count() > 1 => {
                GeneratorError::Bounded { x: v.points[1], value: v.values[1] }
            }
            ViolationKind::Undefined => GeneratorError::Undefined { x: v.points[1], value: v.values[1] },
            ViolationKind::Dent => GeneratorError::NotConvex { points: v.points, values: v.values },
        });
    }
    // no convex f has the infinite ones
    if numeric.d0.is_nan() || numeric.d0 == f64::INFINITY {
        return Err(GeneratorError::UnknownDomain { end: "0" });
    }
    if numeric.dinf.is_nan() || numeric.dinf == f64::NEG_INFINITY {
        return Err(GeneratorError::UnknownDomain { end: "infinity" });
    }
    refused::line(f, numeric)?;
    Ok(convexity)
}
