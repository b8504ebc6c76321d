//! One marginal of an iteration: given the soft minima over the other sample, its potential is maximal in closed form or by Newton's
//! method.
use super::problem::Side;
use crate::generator::Generator;

/// The potential −m − ε u where the mass e^u has ε u + f'(e^u) = −m, and u; f' may jump and u may be far from 0.
fn proximal(f: &Generator, m: f64, epsilon: f64, start: f64) -> (f64, f64) {
    let g = |u: f64| {
        let (d1, d2) = f.slopes_at(u.exp());
        (epsilon * u + d1 + m, epsilon + u.exp() * d2)
    };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut u, mut reach) = (start, 1.0);
    for _ in 0..200 {
        let (value, slope) = g(u);
        if value == 0.0 {
            break;
        }
        if value > 0.0 {
            high = u
        } else {
            low = u
        }
        let newton = u - value / slope;
        let next = if newton > low && newton < high && (newton - u).abs() <= 2.0 + reach {
            newton
        } else if low.is_finite() && high.is_finite() {
            0.5 * (low + high)
        } else {
            reach *= 2.0;
            if value > 0.0 { u - reach } else { u + reach }
        };
        let step = (next - u).abs();
        u = next;
        if step <= 1e-15 * (1.0 + u.abs()) || high - low <= 1e-15 * (1.0 + u.abs()) {
            break;
        }
    }
    (-m - epsilon * u, u)
}

/// The potential that a marginal asks for at the soft minimum m, and ln of its mass, searched from where that was.
pub(super) fn asks(side: Side, m: f64, epsilon: f64, before: f64) -> (f64, f64) {
    match side {
        Side::Fixed => (-m, 0.0),
        Side::Free(f) => proximal(f, m, epsilon, before),
    }
}

/// One marginal's state: potential, and ln of the mass it asks for, per unit of its own weight.
pub(super) struct Half<'a> {
    pub(super) side: Side<'a>,
    weights: &'a [f64],
    logs: Vec<f64>,
    pub(super) potential: Vec<f64>,
    asked: Vec<f64>,
}

impl<'a> Half<'a> {
    pub(super) fn new(side: Side<'a>, weights: &'a [f64], potential: Vec<f64>) -> Half<'a> {
        let n = weights.len();
        Half { side, weights, logs: weights.iter().map(|w| w.ln()).collect(), potential, asked: vec![0.0; n] }
    }
    /// ln w − potential/ε: what the other side's soft minimum takes.
    pub(super) fn exponents(&self, epsilon: f64) -> Vec<f64> {
        self.logs.iter().zip(&self.potential).map(|(l, p)| l - p / epsilon).collect()
    }
    /// Takes the soft minima m over the other side; returns how far the marginal was from what was asked for.
    pub(super) fn update(&mut self, m: &[f64], epsilon: f64, omega: f64) -> f64 {
        let mut error = 0.0;
        for (j, m) in m.iter().enumerate() {
            let mass = ((-self.potential[j] - m) / epsilon).min(50.0).exp();
            error += self.weights[j] * (mass - self.asked[j].exp()).abs();
            let (new, asked) = asks(self.side, *m, epsilon, self.asked[j]);
            self.potential[j] += omega * (new - self.potential[j]);
            self.asked[j] = asked;
        }
        error
    }
}
