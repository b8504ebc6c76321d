//! Semismooth Newton steps on the dual of a penalised f-divergence, until its gap is closed. [stein2024](crate::references#stein2024)
//!
//! A kinked f, or one with f'(∞) < ∞ at a far start, is followed from f + δ/2 (x − 1)² as δ → 0.
use super::conjugate::Conjugate;
use super::dual::{Dual, State};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::transport::dual::mean;

const MOST_STEPS: usize = 200;

/// The minimising masses and their bracket.
pub struct Optimum {
    /// α on the points of Q
    pub alpha: Vec<f64>,
    /// from h, by weak duality
    pub lower: f64,
    /// from α, which is feasible
    pub upper: f64,
    /// Newton steps
    pub iterations: usize,
    /// (lower, upper) before each
    pub history: Vec<(f64, f64)>,
}

/// Solves the problem from α = b, or from a nearby solution.
///
/// # Errors
/// λ so small for the kernel that no value is finite; an interrupt.
pub fn newton(d: &Dual, start: Option<&[f64]>, interrupt: &Interrupt) -> Result<Optimum> {
    let alpha = start.map_or_else(|| d.b.to_vec(), <[f64]>::to_vec);
    let k_alpha = d.times_k(&alpha);
    let smooth = Conjugate { f: d.f, delta: 0.0 };
    let mut state = d.evaluate(&smooth, alpha, k_alpha, 0.0);
    // far from the solution e^h says nothing but "much": there the quadratic term leads
    let near = state.x.iter().all(|x| *x < 1e3);
    let direct = !d.f.has_kinks() && state.value.is_finite() && near;
    let mut deltas: Vec<f64> = if direct { vec![] } else { (-3..12).map(|k| 10f64.powi(-k)).collect() };
    if !d.f.has_kinks() {
        deltas.push(0.0);
    }
    let (mut history, mut steps) = (vec![], 0);
    let mut best: Option<(Vec<f64>, f64, f64)> = None;
    for delta in deltas {
        let c = Conjugate { f: d.f, delta };
        let again = d.evaluate(&c, state.alpha.clone(), state.k_alpha.clone(), state.nu);
        if !again.value.is_finite() {
            break;
        }
        state = again;
        let mut done = 0;
        while done < MOST_STEPS {
            interrupt.check()?;
            let (alpha, lower, upper) = d.bounds(&state);
            history.push((lower, upper));
            let gap = upper - lower;
            if best.as_ref().is_none_or(|b| gap.max(0.0) <= f64::max(b.2 - b.1, 0.0)) {
                best = Some((alpha, lower, upper));
            }
            if gap <= d.tolerance * upper.abs() + 1e-15 {
                break;
            }
            let Some(next) = d.newton_step(&state).and_then(|step| climb(d, &c, &state, &step)) else { break };
            steps += 1;
            done += 1;
            let gained = next.value - state.value;
            let small = gained.abs() <= 1e-15 * (1.0 + next.value.abs());
            state = next;
            if small && done > 1 {
                break;
            }
        }
    }
    let (alpha, lower, upper) = best.ok_or_else(|| {
        Error::data(
            "penalised divergence",
            format!("no finite value: lambda {} is too small for this kernel", d.lambda),
        )
    })?;
    Ok(Optimum { alpha, lower, upper, iterations: steps, history })
}

/// The Newton step, halved until the dual value rises by a tenth of what its slope promises.
fn climb(d: &Dual, c: &Conjugate, s: &State, step: &[f64]) -> Option<State> {
    let k_step = d.times_k(step);
    let r: Vec<f64> = s.alpha.iter().zip(&s.x).zip(d.b).map(|((a, x), b)| a - b * x).collect();
    let slope = -mean(&r, &k_step) / d.lambda;
    let mut t = 1.0;
    for _ in 0..50 {
        let move_by = |v: &[f64], w: &[f64]| v.iter().zip(w).map(|(v, w)| v + t * w).collect::<Vec<f64>>();
        let next = d.evaluate(c, move_by(&s.alpha, step), move_by(&s.k_alpha, &k_step), s.nu);
        if next.value >= s.value + 0.1 * t * slope.max(0.0) - 1e-15 * (1.0 + s.value.abs()) {
            return Some(next);
        }
        t *= 0.5;
    }
    None
}
