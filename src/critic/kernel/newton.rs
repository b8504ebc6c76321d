//! Semismooth Newton steps on the dual of a penalised f-divergence, until its gap is closed. [stein2024](crate::references#stein2024)
//!
//! An f with f'(∞) < ∞ at a far start is followed from f + δ/2 (x − 1)² as δ → 0, for as long as that may pay: where λ is small for f,
//! potentials are so large that steps gain next to nothing, and interior points go there in a few. Where f' jumps, or hardly rises any
//! more, f*' is a step, and Newton's steps have nothing to hold on to: there the quadratic term is f + δ/2 (x − c)² with centres c that
//! follow the solution (the proximal point method), so that what it adds vanishes at a δ that numbers can bear.
use super::conjugate::Conjugate;
use super::dual::{Dual, State};
use super::interior::{Inside, Interior};
use super::patience::{PATIENCE, Patience};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::transport::dual::mean;

const MOST_STEPS: usize = 200;
/// Evaluations of f' for each of forty points before another method is tried, and at least for each of many: what is solved so hardly
/// takes as many.
const MOST_WORK: usize = 60_000;
const LEAST_WORK: usize = 10_000;
/// A gap, relative to the upper bound, with which f itself was followed well enough.
const WIDE: f64 = 1e-8;
/// Steps of the interior-point method at most.
const MOST_INSIDE: usize = 80;
/// Centres at most, and steps for each.
const MOST_CENTRES: i32 = 80;
const STEPS_OF_CENTRES: usize = 30;
/// The last δ, in units of the prices of α = b: below it x = c + (y − f'(x))/δ keeps no digits.
const LEAST_DELTA: f64 = 1e-7;

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

/// The best bracket so far, and how it came about.
struct Search<'a> {
    d: &'a Dual<'a>,
    interrupt: &'a Interrupt,
    best: Option<(Vec<f64>, f64, f64)>,
    history: Vec<(f64, f64)>,
    steps: usize,
    /// evaluations of f' for each point that the method at work may still make
    left: usize,
}

/// Solves the problem from α = b, or from a nearby solution.
///
/// # Errors
/// λ so small for the kernel that no value is finite; an interrupt.
pub fn newton(d: &Dual, start: Option<&[f64]>, interrupt: &Interrupt) -> Result<Optimum> {
    let alpha = start.map_or_else(|| d.b.to_vec(), <[f64]>::to_vec);
    let work = (MOST_WORK * 40 / d.b.len().max(1)).clamp(LEAST_WORK, MOST_WORK);
    let mut search = Search { d, interrupt, best: None, history: vec![], steps: 0, left: 0 };
    if !d.f.has_kinks() {
        search.left = work;
        search.follow(alpha.clone())?;
    }
    if !search.is_closed(d.tolerance.max(WIDE)) {
        search.inside()?;
    }
    if !search.is_closed(d.tolerance.max(WIDE)) {
        search.left = work;
        let from = search.best.as_ref().map_or(alpha, |b| b.0.clone());
        search.centred(from)?;
    }
    let Search { best, history, steps, .. } = search;
    let (alpha, lower, upper) = best.ok_or_else(|| {
        Error::data(
            "penalised divergence",
            format!("no finite value: lambda {} is too small for this kernel", d.lambda),
        )
    })?;
    Ok(Optimum { alpha, lower, upper, iterations: steps, history })
}

impl Search<'_> {
    fn is_closed(&self, tolerance: f64) -> bool {
        self.best.as_ref().is_some_and(|b| b.2 - b.1 <= tolerance * b.2.abs() + 1e-15)
    }

    /// From α = b or a nearby solution by f itself, from afar along f + δ/2 (x − 1)².
    fn follow(&mut self, alpha: Vec<f64>) -> Result<()> {
        let d = self.d;
        let k_alpha = d.times_k(&alpha);
        let mut state = d.evaluate(&Conjugate::new(d.f, 0.0), alpha, k_alpha, 0.0);
        // far from the solution e^h says nothing but "much": there the quadratic term leads
        let near = state.x.iter().all(|x| *x < 1e3);
        let mut deltas: Vec<f64> =
            if state.value.is_finite() && near { vec![] } else { (-3..12).map(|k| 10f64.powi(-k)).collect() };
        deltas.push(0.0);
        for delta in deltas {
            if self.left == 0 {
                break;
            }
            let c = Conjugate::new(d.f, delta);
            let again = d.evaluate(&c, state.alpha.clone(), state.k_alpha.clone(), state.nu);
            if !again.value.is_finite() {
                break;
            }
            state = self.climb_on(&c, again, MOST_STEPS)?;
        }
        Ok(())
    }

    /// From α along f + δ/2 (x − c)² with the centres where the last step led, δ falling to a part of what prices differ by.
    fn centred(&mut self, mut alpha: Vec<f64>) -> Result<()> {
        let d = self.d;
        let prices = d.prices();
        let size = prices.iter().fold(0.0, |m: f64, v| m.max(v.abs())).max(f64::MIN_POSITIVE);
        let (mut nu, mut patience) = (0.0, Patience::new());
        for stage in 0..MOST_CENTRES {
            let delta = size * 4f64.powi(-stage).max(LEAST_DELTA);
            let centres: Vec<f64> = alpha.iter().zip(d.b).map(|(a, b)| (a / b).max(0.0)).collect();
            let c = Conjugate::around(d.f, delta, &centres);
            let start: Vec<f64> = centres.iter().zip(d.b).map(|(x, b)| x * b).collect();
            let k_alpha = d.times_k(&start);
            let state = d.evaluate(&c, start, k_alpha, nu);
            if !state.value.is_finite() {
                break;
            }
            let state = self.climb_on(&c, state, STEPS_OF_CENTRES)?;
            if self.is_closed(d.tolerance) || self.left == 0 {
                break;
            }
            let now = self.best.as_ref().map_or(f64::INFINITY, |b| b.2 - b.1);
            if patience.after(now) > PATIENCE {
                break;
            }
            nu = state.nu;
            alpha = state.x.iter().zip(d.b).map(|(x, b)| x * b).collect();
        }
        Ok(())
    }

    /// Both bounds at a state, kept where they are the nearest so far; whether the gap is closed.
    fn judge(&mut self, state: &State) -> bool {
        let (alpha, lower, upper) = self.d.bounds(state);
        self.history.push((lower, upper));
        let gap = upper - lower;
        if gap.is_nan() {
            return false;
        }
        if self.best.as_ref().is_none_or(|b| gap.max(0.0) <= f64::max(b.2 - b.1, 0.0)) {
            self.best = Some((alpha, lower, upper));
        }
        gap <= self.d.tolerance * upper.abs() + 1e-15
    }

    /// Steps of an interior-point method until the gap is closed, or no longer falls.
    fn inside(&mut self) -> Result<()> {
        let mut point = Interior::new(Inside::of(self.d));
        let mut patience = Patience::new();
        for _ in 0..MOST_INSIDE {
            self.interrupt.check()?;
            if !point.step() {
                break;
            }
            self.steps += 1;
            if self.judge(&point.state()) {
                break;
            }
            let now = self.history.last().map_or(f64::INFINITY, |h| h.1 - h.0);
            if patience.after(now) > PATIENCE {
                break;
            }
        }
        Ok(())
    }

    /// Steps on one smoothed f until its value rises no more, or the gap of f itself is closed; where they led.
    fn climb_on(&mut self, c: &Conjugate, mut state: State, most: usize) -> Result<State> {
        let mut done = 0;
        while done < most {
            self.interrupt.check()?;
            if self.judge(&state) {
                break;
            }
            let Some(next) = self.d.newton_step(&state).and_then(|step| self.climb(c, &state, &step)) else { break };
            self.steps += 1;
            done += 1;
            let gained = next.value - state.value;
            let small = gained.abs() <= 1e-15 * (1.0 + next.value.abs());
            state = next;
            if small && done > 1 {
                break;
            }
        }
        Ok(state)
    }

    /// The Newton step, halved until the dual value rises by a tenth of what its slope promises.
    fn climb(&mut self, c: &Conjugate, s: &State, step: &[f64]) -> Option<State> {
        let d = self.d;
        let k_step = d.times_k(step);
        let r: Vec<f64> = s.alpha.iter().zip(&s.x).zip(d.b).map(|((a, x), b)| a - b * x).collect();
        let slope = -mean(&r, &k_step) / d.lambda;
        let mut t = 1.0;
        for _ in 0..50 {
            if self.left == 0 {
                return None;
            }
            let move_by = |v: &[f64], w: &[f64]| v.iter().zip(w).map(|(v, w)| v + t * w).collect::<Vec<f64>>();
            let next = d.evaluate(c, move_by(&s.alpha, step), move_by(&s.k_alpha, &k_step), s.nu);
            self.left = self.left.saturating_sub(c.work());
            if next.value >= s.value + 0.1 * t * slope.max(0.0) - 1e-15 * (1.0 + s.value.abs()) {
                return Some(next);
            }
            t *= 0.5;
        }
        None
    }
}
