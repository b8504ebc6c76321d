//! Adam and RMSProp on slices: moments, update and parameters in one pass.
use crate::error::Result;
use crate::interrupt;
use crate::network::named::Named;
use crate::network::optimizer::{Numbers, OptimizerOptions, Rule};
use crate::simd;

/// Parameters between two looks at the interrupt: a millisecond.
const PIECE: usize = 1 << 20;

/// The rule with its moments.
#[derive(Clone)]
pub struct HostOptimizer {
    rule: Rule,
    /// the first, followed by the second
    moments: Option<Vec<f32>>,
}

/// Moments of units that died decay for ever; before they become subnormal numbers, which are slow, they are 0.
#[inline(always)]
fn settled(moment: f32) -> f32 {
    if moment.abs() < 1e-30 { 0.0 } else { moment }
}

/// θ, its gradient, and the first and second moments.
type Entries<'a> = (&'a mut [f32], &'a [f32], &'a mut [f32], &'a mut [f32]);

/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ + rate·m/(√v + ε). [kingma2015](crate::references#kingma2015)
#[inline(always)]
fn adam((numbers, (theta, g, first, second)): (Numbers, Entries)) {
    let (b1, b2) = (numbers.beta1 as f32, numbers.beta2 as f32);
    let (a1, a2) = ((1.0 - numbers.beta1) as f32, (1.0 - numbers.beta2) as f32);
    let (rate, epsilon) = (numbers.rate as f32, numbers.epsilon as f32);
    for (((t, g), m), v) in theta.iter_mut().zip(g).zip(first).zip(second) {
        *m = settled(b1 * *m + a1 * g);
        *v = settled(b2 * *v + a2 * g * g);
        *t += rate * *m / (v.sqrt() + epsilon);
    }
}

/// v ← βv + (1 − β)g², θ ← θ + rate·g/(√v + ε). [tieleman2012](crate::references#tieleman2012)
#[inline(always)]
fn rmsprop((numbers, (theta, g, _, second)): (Numbers, Entries)) {
    let (keep, rate, epsilon) = (numbers.beta2 as f32, numbers.rate as f32, numbers.epsilon as f32);
    for ((t, g), v) in theta.iter_mut().zip(g).zip(second) {
        *v = settled(keep * *v + (1.0 - keep) * g * g);
        *t += rate * g / (v.sqrt() + epsilon);
    }
}

impl HostOptimizer {
    /// A rule without moments yet.
    pub fn new(options: OptimizerOptions) -> HostOptimizer {
        HostOptimizer { rule: Rule::new(options), moments: None }
    }
    /// Multiplies the learning rate of the steps to come.
    pub fn slow(&mut self, share: f64) {
        self.rule.slow(share);
    }
    /// Called at the start of a fit.
    pub fn begin(&mut self) {
        if self.rule.begin() {
            self.moments = None;
        }
    }
    /// θ ← θ + step in the direction of increasing objective, for the gradient g of the objective.
    pub fn ascend(&mut self, theta: &mut [f32], g: &[f32]) {
        let numbers = self.rule.count();
        let moments = self.moments.get_or_insert_with(|| vec![0.0; 2 * g.len()]);
        let (first, second) = moments.split_at_mut(g.len());
        let pieces =
            theta.chunks_mut(PIECE).zip(g.chunks(PIECE)).zip(first.chunks_mut(PIECE).zip(second.chunks_mut(PIECE)));
        for ((theta, g), (first, second)) in pieces {
            if interrupt::poll().is_err() {
                return;
            }
            let entries = (theta, g, first, second);
            if numbers.adam {
                simd::run(
                    #[inline(always)]
                    || adam((numbers, entries)),
                )
            } else {
                simd::run(
                    #[inline(always)]
                    || rmsprop((numbers, entries)),
                )
            }
        }
    }
    /// As it is saved.
    pub fn state(&self) -> Vec<Named> {
        self.rule.state(self.moments.clone())
    }
    /// The state of an optimiser of so many parameters.
    pub fn restore(&mut self, state: &[Named], parameters: usize) -> Result<()> {
        self.moments = self.rule.restore(state, parameters)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// θ after every gradient.
    fn ascend(options: OptimizerOptions, gradients: &[f32]) -> Vec<f32> {
        let (mut o, mut theta) = (HostOptimizer::new(options), [0.0]);
        let mut step = |g: &f32| {
            o.ascend(&mut theta, &[*g]);
            theta[0]
        };
        gradients.iter().map(&mut step).collect()
    }

    /// Against the update written out in f64; f32 keeps six digits.
    #[test]
    fn adam_and_rmsprop_follow_their_formulas() {
        let gradients = [0.5f32, -2.0, 1.0, 0.1];
        let o = OptimizerOptions { lr: 0.1, ..OptimizerOptions::default() };
        let (mut m, mut v, mut x) = (0.0f64, 0.0f64, 0.0f64);
        for (t, (g, got)) in gradients.iter().zip(ascend(o.clone(), &gradients)).enumerate() {
            let (g, t) = (f64::from(*g), t as i32 + 1);
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            x += 0.1 * (m / (1.0 - 0.9f64.powi(t))) / ((v / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8);
            assert!((f64::from(got) - x).abs() < 1e-6, "{got:?} and {x}");
        }
        let (mut v, mut x) = (0.0f64, 0.0f64);
        for (g, got) in gradients.iter().zip(ascend(OptimizerOptions { optimizer: "rmsprop".into(), ..o }, &gradients))
        {
            let g = f64::from(*g);
            v = 0.99 * v + 0.01 * g * g;
            x += 0.1 * g / (v.sqrt() + 1e-8);
            assert!((f64::from(got) - x).abs() < 1e-5, "{got:?} and {x}");
        }
    }

    /// Forgotten moments come with a forgotten step count: the first step after a reset is a full one again.
    #[test]
    fn resetting_forgets_the_step_count() {
        let mut o =
            HostOptimizer::new(OptimizerOptions { lr: 0.1, reset_moments: true, ..OptimizerOptions::default() });
        for _ in 0..5 {
            o.ascend(&mut [1.0], &[1.0]);
        }
        o.begin();
        let mut theta = [1.0];
        o.ascend(&mut theta, &[1.0]);
        assert!((theta[0] - 1.1).abs() < 1e-5, "{}", theta[0]);
    }
}
