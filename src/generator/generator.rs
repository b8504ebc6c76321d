//! A checked generator: f with its derivatives, conjugate, domain and device code.
use super::convexity::{Convexity, convexity};
use super::diff::diff;
use super::expr::{self, Expr, x, y};
use super::invert::{ClosedForm, closed_form, verify};
use super::latex::latex;
use super::log_ratio::{LogRatio, RatioValues};
use super::lower::{ConjugateValues, LoweredConjugate};
use super::numeric::NumericConjugate;
use super::on_device::Kept;
use super::tape::Tape;
use crate::device::is_cpu;
use crate::device::ops::conjugates;
use crate::device::ops::ratios::RatioTable;
use burn::tensor::{Device, Tensor};
use std::sync::OnceLock;

/// Why an expression is not a generator.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum GeneratorError {
    #[error("f is not defined at x = 1: f(1) = {value}")]
    UndefinedAtOne { value: f64 },
    #[error("f(1) = {value}, but a generator vanishes at 1")]
    NonzeroAtOne { value: f64 },
    #[error("f is not convex: near x = {x:.4} its slope falls from {before:.6} to {after:.6}")]
    NotConvex { x: f64, before: f64, after: f64 },
    #[error("f is not convex: it jumps at x = {x:.4} from {before:.6} to {after:.6}")]
    Jump { x: f64, before: f64, after: f64 },
    #[error("f does not depend on x: every such f gives the divergence 0")]
    Constant,
    #[error("the behaviour of f' at {end} could not be determined, so the domain of the conjugate is unknown")]
    UnknownDomain { end: &'static str },
}

/// A convex f on (0, ∞) with f(1) = 0, ready for use.
#[derive(Debug)]
pub struct Generator {
    name: String,
    f: Expr,
    numeric: NumericConjugate,
    closed: Option<ClosedForm>,
    closed_tape: Option<Tape>,
    lowered: LoweredConjugate,
    convexity: Convexity,
    kl_scale: Option<f64>,
    /// made when somebody needs it
    ratio: OnceLock<LogRatio>,
    at_one: OnceLock<(f64, f64)>,
    kept: Kept<conjugates::Table>,
}

impl Generator {
    /// Checks f and prepares its conjugate. Errors name the point where a requirement fails.
    pub fn new(name: impl Into<String>, f: Expr) -> Result<Generator, GeneratorError> {
        Generator::with_closed_form(name, f, None)
    }

    /// The same, with a closed form of the conjugate to try first; it is used only if it passes verification.
    pub fn with_closed_form(
        name: impl Into<String>,
        f: Expr,
        known: Option<ClosedForm>,
    ) -> Result<Generator, GeneratorError> {
        if !f.has_x() {
            return Err(GeneratorError::Constant);
        }
        let numeric = NumericConjugate::new(&f);
        let mut regs = vec![];
        let at_one = numeric.jet(1.0, &mut regs).f;
        if !at_one.is_finite() {
            return Err(GeneratorError::UndefinedAtOne { value: at_one });
        }
        if at_one.abs() > 1e-9 {
            return Err(GeneratorError::NonzeroAtOne { value: at_one });
        }
        let convexity = convexity(&f, &numeric);
        if let Convexity::Violated { x, before, after } = convexity {
            return Err(GeneratorError::NotConvex { x, before, after });
        }
        if let Convexity::Jump { x, before, after } = convexity {
            return Err(GeneratorError::Jump { x, before, after });
        }
        if numeric.d0.is_nan() {
            return Err(GeneratorError::UnknownDomain { end: "0" });
        }
        if numeric.dinf.is_nan() {
            return Err(GeneratorError::UnknownDomain { end: "infinity" });
        }
        let closed = known.filter(|c| verify(c, &numeric));
        // a function known by its values has no formula to invert
        let closed = closed.or_else(|| {
            if f.has_native() { None } else { piecewise_linear(&f, &numeric).or_else(|| closed_form(&f, &numeric)) }
        });
        let closed_tape = closed.as_ref().map(|c| Tape::new(&[c.value.clone(), c.maximiser.clone()]));
        let lowered = LoweredConjugate::new(closed.as_ref(), &numeric);
        // f'' = a/x is a·KL up to an affine term, whose inner infimum over ν is a log-mean-exp
        // (a kink adds to f without being seen in f'')
        let kl_scale = if f.has_native() || !numeric.breaks.is_empty() {
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
            lowered,
            convexity,
            kl_scale,
            ratio: OnceLock::new(),
            at_one: OnceLock::new(),
            kept: Kept::default(),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn expr(&self) -> &Expr {
        &self.f
    }
    pub fn convexity(&self) -> Convexity {
        self.convexity
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

    /// The points where f' jumps.
    pub fn kinks(&self) -> Vec<f64> {
        self.numeric.kinks.iter().map(|k| k.x).collect()
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
            self.numeric.jet(x, &mut vec![]).f
        }
    }
    /// f'(x); at a kink one of the two one-sided slopes.
    pub fn derivative(&self, x: f64) -> f64 {
        if x <= 0.0 { self.numeric.d0 } else { self.numeric.jet(x, &mut vec![]).d1 }
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
        let j = self.numeric.jet(x, &mut vec![]);
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
        let mut regs = vec![];
        if let Some(tape) = &self.closed_tape
            && y > self.numeric.d0
            && y < self.numeric.dinf
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
    /// f*, f*' and f*'' on a device, in f32.
    pub fn conjugate_tensor(&self, y: &Tensor<1>) -> ConjugateValues {
        if is_cpu(&y.device()) {
            return self.lowered.eval(y);
        }
        let [value, gradient, curvature] = conjugates::conjugate(y, &self.device_table(&y.device()));
        ConjugateValues { value, gradient, curvature }
    }
    pub(super) fn numeric(&self) -> &NumericConjugate {
        &self.numeric
    }
    pub(super) fn kept(&self) -> &Kept<conjugates::Table> {
        &self.kept
    }
    pub(super) fn lowered(&self) -> &LoweredConjugate {
        &self.lowered
    }
    /// f'(x) and f*(f'(x)) at x = e^V on a device, in f32.
    pub fn log_ratio(&self, v: &Tensor<1>) -> RatioValues {
        self.ratio().eval(v)
    }
    /// The same for kernels.
    pub fn ratio_table(&self, device: &Device) -> RatioTable {
        self.ratio().on_device(device)
    }
    fn ratio(&self) -> &LogRatio {
        self.ratio.get_or_init(|| LogRatio::new(|x| (self.f(x), self.derivative(x), self.second_derivative(x))))
    }
    /// The largest relative error of the device conjugate for x* from 1e-3 to 1e3.
    pub fn device_error(&self) -> f64 {
        self.lowered.error(&self.numeric)
    }

    /// f as LaTeX.
    pub fn latex(&self) -> String {
        latex(&self.f)
    }
    /// f* as LaTeX where a closed form is known.
    pub fn conjugate_latex(&self) -> Option<String> {
        self.closed.as_ref().map(|c| latex(&c.value))
    }
    /// f' as LaTeX; none for an f that is only known by its values.
    pub fn derivative_latex(&self) -> Option<String> {
        (!self.f.has_native()).then(|| latex(&diff(&self.f, &x())))
    }

    /// "y < 0.6931", "y ≤ 0.5" or "all y".
    pub fn domain_text(&self) -> String {
        match self.domain() {
            (d, _) if d.is_infinite() => "all y".into(),
            (d, closed) => format!("y {} {}", if closed { "≤" } else { "<" }, short(d)),
        }
    }

    /// What was found out about f, for people.
    pub fn report(&self) -> String {
        let convexity = match self.convexity {
            Convexity::Proved => "proved from the structure of f".to_string(),
            _ => "checked on a grid of 20001 points, x from 2e-9 to 5e8, and at every kink".to_string(),
        };
        let low = match self.numeric.d0 {
            d if d.is_finite() => format!(" for y > {}, and {} below", short(d), short(-self.numeric.f0)),
            _ => String::new(),
        };
        let conjugate = match &self.closed {
            Some(c) => format!("closed form  f*(y) = {}{low}", latex(&c.value)),
            None => "numeric (bracketed Newton in f64; on the device a table)".to_string(),
        };
        let (d0, dinf) = self.slopes();
        let (a, b) = self.slope_at_one();
        let at_one = if a == b { short(a) } else { format!("[{}, {}]", short(a), short(b)) };
        let kinks: Vec<String> = self
            .numeric
            .kinks
            .iter()
            .map(|k| format!("{} ({} to {})", short(k.x), short(k.left), short(k.right)))
            .collect();
        let kinks = if kinks.is_empty() { "none".into() } else { kinks.join(", ") };
        let growth = if dinf.is_infinite() {
            "superlinear"
        } else {
            "at most linear: mass of P outside the support of Q is not infinitely expensive by itself"
        };
        format!(
            "{}\n  f(x)        {}\n  f'(x)       {}\n  f(1)        0\n  convexity   {}\n  conjugate   {}\n  domain f*   {}\n  f(0)        {}\n  f'(0+)      {}\n  f'(1)       {}\n  f'(inf)     {} ({})\n  kinks       {}\n  device f*   relative error {:.1e}",
            self.name,
            self.latex(),
            self.derivative_latex().unwrap_or_else(|| "numeric (differences of f)".into()),
            convexity,
            conjugate,
            self.domain_text(),
            short(self.numeric.f0),
            short(d0),
            at_one,
            short(dinf),
            growth,
            kinks,
            self.device_error(),
        )
    }
}

fn short(v: f64) -> String {
    if v.is_infinite() {
        return if v > 0.0 { "+inf".into() } else { "-inf".into() };
    }
    let s = format!("{v:.6}");
    let s = s.trim_end_matches('0').trim_end_matches('.');
    if s == "-0" { "0".into() } else { s.to_string() }
}

/// For a piecewise linear f, f* = max over its breakpoints of x_k y − f(x_k), with x = 0 among them: exact.
fn piecewise_linear(f: &Expr, numeric: &NumericConjugate) -> Option<ClosedForm> {
    if numeric.kinks.is_empty() || !numeric.dinf.is_finite() {
        return None;
    }
    let mut regs = vec![];
    let curved = (0..200).any(|i| numeric.jet((-8.0 + 16.0 * i as f64 / 199.0f64).exp(), &mut regs).d2 != 0.0);
    if curved || !f.any(&|k| !matches!(k, expr::Kind::Const(_) | expr::Kind::X)) {
        return None;
    }
    let lines = std::iter::once((0.0, numeric.f0)).filter(|p| p.1.is_finite());
    let lines: Vec<(f64, f64)> =
        lines.chain(numeric.kinks.iter().map(|k| (k.x, numeric.jet(k.x, &mut regs).f))).collect();
    let line = |p: &(f64, f64)| expr::sub(&expr::scale(p.0, &y()), &expr::constant(p.1));
    let value = lines.iter().skip(1).fold(line(lines.first()?), |acc, p| expr::max(&line(p), &acc));
    let maximiser = diff(&value, &y());
    Some(ClosedForm { value, maximiser })
}
