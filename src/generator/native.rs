//! A function known by its values alone, in formulas: derivatives are taken by differences in ln u.
//!
//! An eighth-order stencil of step 0.02 in t = ln u gives f' to about 1e-11 and f'' to about 1e-9 of |f| where f is
//! smooth there; across a kink it would smear, and a second-order stencil of step 1e-4 takes over where the two disagree.
//! What no stencil can see is below the rounding of f itself: ε|f|/u in f' (see [`NativeFunction::noise`]).
use std::fmt;
use std::sync::Arc;

const WIDE: f64 = 0.02;
const NARROW: f64 = 1e-4;
/// Weights of f(t + kh) − f(t − kh), k = 1…4, for f'(t).
const FIRST: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
/// Weights of f(t + kh) + f(t − kh), k = 1…4, for f''(t); the centre has −205/72.
const SECOND: [f64; 4] = [8.0 / 5.0, -1.0 / 5.0, 8.0 / 315.0, -1.0 / 560.0];

/// A named function of one number.
#[derive(Clone)]
pub struct NativeFunction {
    name: Arc<str>,
    f: Arc<dyn Fn(f64) -> f64 + Send + Sync>,
}

impl fmt::Debug for NativeFunction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.name)
    }
}

impl PartialEq for NativeFunction {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.f, &other.f)
    }
}

impl NativeFunction {
    /// f under a name for formulas and errors.
    pub fn new(name: &str, f: Arc<dyn Fn(f64) -> f64 + Send + Sync>) -> NativeFunction {
        NativeFunction { name: name.into(), f }
    }
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Tells functions apart; the same for clones.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.f) as *const () as usize
    }

    /// The derivative of an order at u: 0 is the value.
    pub fn derivative(&self, order: u8, u: f64) -> f64 {
        match order {
            0 => (self.f)(u),
            // on the positive axis differences are relative, which is where a generator is asked
            1 if u > 0.0 => self.in_logarithm(u).0 / u,
            2 if u > 0.0 => {
                let (d1, d2) = self.in_logarithm(u);
                (d2 - d1) / (u * u)
            }
            _ => {
                let h = 1e-3 * (1.0 + u.abs());
                (self.derivative(order - 1, u + h) - self.derivative(order - 1, u - h)) / (2.0 * h)
            }
        }
    }

    /// Rounding of the value, as it appears in the first derivative at u > 0.
    pub fn noise(&self, u: f64) -> f64 {
        rounding((self.f)(u), u)
    }

    /// df/dt and d²f/dt² at t = ln u.
    fn in_logarithm(&self, u: f64) -> (f64, f64) {
        let at = |dt: f64| (self.f)(u * dt.exp());
        let centre = (self.f)(u);
        let (mut d1, mut d2) = (0.0, -205.0 / 72.0 * centre);
        for k in 0..4 {
            let h = WIDE * (k + 1) as f64;
            let (above, below) = (at(h), at(-h));
            d1 += FIRST[k] * (above - below);
            d2 += SECOND[k] * (above + below);
        }
        let wide = (d1 / WIDE, d2 / (WIDE * WIDE));
        let (above, below) = (at(NARROW), at(-NARROW));
        let narrow = ((above - below) / (2.0 * NARROW), (above - 2.0 * centre + below) / (NARROW * NARROW));
        // next to an end of f there is one side alone
        for (beside, beyond, side) in [(below, above, 1.0), (above, below, -1.0)] {
            if beyond == f64::INFINITY && beside.is_finite() && centre.is_finite() {
                let (near, far) = (beside, at(-2.0 * side * NARROW));
                let slope = side * (3.0 * centre - 4.0 * near + far) / (2.0 * NARROW);
                return (slope, (centre - 2.0 * near + far) / (NARROW * NARROW));
            }
        }
        let rounding = 1e2 * f64::EPSILON * (above.abs() + centre.abs() + below.abs()) / NARROW;
        if (wide.0 - narrow.0).abs() <= 1e-6 * (narrow.0.abs() + narrow.1.abs()) + rounding { wide } else { narrow }
    }
}

/// What rounding of a value f at u can do to a difference quotient.
pub(super) fn rounding(f: f64, u: f64) -> f64 {
    32.0 * f64::EPSILON * f.abs() / (WIDE * u)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_smooth_functions_are_exact_to_rounding() {
        let f = NativeFunction::new("f", Arc::new(|x: f64| x * x.ln() - x + 1.0));
        for i in 0..=60 {
            let x = 10f64.powf(-3.0 + 0.1 * i as f64);
            let tolerance = 1e-11 * (1.0 + x.ln().abs()) + f.noise(x);
            assert!(
                (f.derivative(1, x) - x.ln()).abs() < tolerance,
                "f' at {x}: {} against {}",
                f.derivative(1, x),
                x.ln()
            );
            let second = x * f.derivative(2, x);
            assert!((second - 1.0).abs() < 1e-9 + 10.0 * f.noise(x), "x f'' at {x}: {second}");
        }
    }

    #[test]
    fn a_kink_is_not_smeared() {
        let f = NativeFunction::new("tv", Arc::new(|x: f64| 0.5 * (x - 1.0).abs()));
        for x in [0.5, 0.9, 0.99, 0.999, 1.001, 1.01, 1.1, 2.0] {
            let exact = if x < 1.0 { -0.5 } else { 0.5 };
            assert!((f.derivative(1, x) - exact).abs() < 1e-6, "at {x}: {}", f.derivative(1, x));
        }
    }
}
