//! One critic per term, fitted and judged; the best of several seeds.
use super::ascend::Climb;
use super::judge::{judge, reached};
use super::options::EstimateOptions;
use super::result::Estimate;
use crate::critic::ascent::{Ascent, Weights};
use crate::critic::finite::{defined, finite};
use crate::critic::natural;
use crate::critic::sample::moved;
use crate::critic::traits::{Critic, CriticBuilder};
use crate::device::{Points, check_samples, values};
use crate::divergence::found::resolved;
use crate::divergence::{Divergence, Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::Frame;
use crate::random;
use crate::space::Origin;
use crate::sums::{above, below};
use burn::tensor::Device;
use rand::seq::index;
use std::sync::Arc;

/// Everything an estimate is asked with.
pub struct Request<'a> {
    /// D
    pub divergence: Arc<dyn Divergence>,
    /// the sample of P, `[n, d]`
    pub p: &'a Points,
    /// the sample of Q, `[m, d]`
    pub q: &'a Points,
    /// makes the critic of each term that it supports
    pub builder: &'a dyn CriticBuilder,
    /// whether somebody asked for this critic
    pub explicit: bool,
    /// of the points, equal unless given
    pub weights: Weights,
    /// how long to ascend, and what to prove
    pub options: EstimateOptions,
}

/// The samples about their common origin: in f64 for solvers and proofs, in f32 on a device for networks.
struct Samples {
    exact: (Points, Points),
    trained: (Points, Points),
}

/// Fits one critic per term and evaluates, on the device of the first sample. `progress(step, steps)` is called as it goes.
///
/// # Errors
/// As [`estimate_on`].
pub fn estimate(r: &Request, interrupt: &Interrupt, progress: &mut dyn FnMut(usize, usize)) -> Result<Estimate> {
    estimate_on(r, &r.p.device(), interrupt, progress)
}

/// Fits one critic per term and evaluates; networks are trained on a device. `progress(step, steps)` is called as it goes.
///
/// # Errors
/// Samples of different dimensions; a critic that is no estimate of D, or that supports no term; weights beside a critic
/// that is trained; what the critics and solvers report; a value that is no number; an interrupt.
pub fn estimate_on(
    r: &Request,
    device: &Device,
    interrupt: &Interrupt,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Estimate> {
    check_samples("estimate", r.p, r.q)?;
    // kernels whose width nobody named get it from both samples
    let divergence = resolved(&r.divergence, r.p, r.q)?;
    let r = &Request { divergence, weights: r.weights.clone(), options: r.options.clone(), ..*r };
    let terms = r.divergence.terms();
    let (origin, p, q) = moved("estimate", &terms, r.p, r.q)?;
    if let (true, Some(reason)) = (r.explicit, r.builder.no_estimate()) {
        return Err(Error::Unsupported {
            what: r.builder.describe(),
            reason: reason.into(),
            advice: "use it in gan(..) or gradient_flow(..), and leave the critic of an estimate out to have the exact value"
                .into(),
        });
    }
    let networks = r.builder.trains() && terms.iter().any(|(_, t)| r.builder.supports(t));
    let zero = Origin::default();
    let narrow = |x: &Points| if networks { zero.enter(x, device) } else { Ok(x.clone()) };
    let all = Samples { trained: (narrow(&p)?, narrow(&q)?), exact: (p, q) };
    let kept = held_out(r, &all)?;
    let mut e = best_of(r, kept.as_ref().map_or(&all, |k| &k[0]), &all, interrupt, progress)?;
    e.origin = origin;
    if let Some([_, Samples { trained: (p, q), .. }]) = kept {
        let mut total = 0.0;
        for ((w, critic), (_, term)) in e.critics.iter().zip(terms) {
            total += w * f64::from(self::values(&critic.objective(&term, &p, &q)?)?[0]);
        }
        e.held_out = Some(finite("the objective on held-out points", total)?);
    }
    Ok(e)
}

/// The ascent that reached most; those that broke off leave a remark, or their error if all did.
fn best_of(
    r: &Request,
    seen: &Samples,
    all: &Samples,
    interrupt: &Interrupt,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Estimate> {
    let mut best: Option<Estimate> = None;
    let (mut values, mut broken) = (vec![], None);
    let total = r.options.repeats.max(1);
    for k in 0..total {
        let one = Once { request: r, seen, all, seed: r.options.seed + k as u64, interrupt };
        match one.run(&mut |done, of| progress(k * of + done, total * of)) {
            Ok(e) => {
                values.push(e.value);
                if best.as_ref().is_none_or(|b| e.value > b.value) {
                    best = Some(e);
                }
            }
            Err(e @ Error::NotANumber { .. }) => broken = Some(e),
            Err(e) => return Err(e),
        }
    }
    match (best, broken) {
        (Some(mut e), broken) => {
            if let Some(reason) = broken {
                e.remarks.push(format!("{} of {total} ascents broke off: {reason}", total - values.len()));
            }
            e.values = values;
            Ok(e)
        }
        (None, Some(reason)) => Err(reason),
        (None, None) => Err(Error::data("estimate", "repeats is 0")),
    }
}

/// The samples an ascent sees, and those kept from it, if any are.
fn held_out(r: &Request, all: &Samples) -> Result<Option<[Samples; 2]>> {
    let (share, seed) = (r.options.held_out, r.options.seed);
    if share <= 0.0 {
        return Ok(None);
    }
    if r.weights.are_given() {
        return Err(Error::data("estimate", "held_out splits samples of equal weights; leave out the weights"));
    }
    if r.divergence.terms().iter().any(|(_, t)| !t.is_trainable()) {
        return Err(Error::data("estimate", "held_out needs a critic over Lipschitz functions for every term"));
    }
    let parts = |(p, q): &(Points, Points)| -> Result<[(Points, Points); 2]> {
        let (p, q) = (split(p, share, seed)?, split(q, share, seed ^ 1)?);
        Ok([(p.0, q.0), (p.1, q.1)])
    };
    let ([seen, new], [seen_trained, new_trained]) = (parts(&all.exact)?, parts(&all.trained)?);
    Ok(Some([Samples { exact: seen, trained: seen_trained }, Samples { exact: new, trained: new_trained }]))
}

fn split(p: &Points, share: f64, seed: u64) -> Result<(Points, Points)> {
    let n = p.dims()[0];
    let kept = (share * n as f64).round() as usize;
    if kept == 0 || kept >= n {
        return Err(Error::data("estimate", format!("held_out {share} of {n} points leaves one side empty")));
    }
    let order: Vec<usize> = index::sample(&mut random::rng(seed, 1 << 41), n, n).into_vec();
    Ok((random::select(p, order[kept..].to_vec()), random::select(p, order[..kept].to_vec())))
}

/// An estimate from one seed.
struct Once<'a> {
    request: &'a Request<'a>,
    /// what the ascent sees
    seen: &'a Samples,
    /// what the proof is about
    all: &'a Samples,
    seed: u64,
    interrupt: &'a Interrupt,
}

impl Once<'_> {
    fn run(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<Estimate> {
        let r = self.request;
        let terms = r.divergence.terms();
        let critics = natural::build_all(r.builder, r.explicit, &terms, &Frame::of(&self.seen.trained.1)?, self.seed)?;
        let all = (r.options.held_out > 0.0).then_some((&self.all.exact.0, &self.all.exact.1));
        let mut out =
            Estimate { reversed: terms.len() == 1 && terms[0].1.reversed, ..Estimate::empty(r.divergence.clone()) };
        let mut methods: Vec<String> = vec![];
        for (k, ((weight, term), mut critic)) in terms.iter().zip(critics).enumerate() {
            let supported = r.builder.supports(term);
            methods.push(if supported { r.builder.describe() } else { natural::solver(term).describe() });
            let steps = r.options.steps;
            let (history, iterations) =
                self.fit(critic.as_mut(), term, k, &mut |done| progress(k * steps + done, terms.len() * steps))?;
            out.iterations += iterations;
            out.add_history(&history, *weight);
            let (trained, exact) = (&self.seen.trained, &self.seen.exact);
            let value = reached(critic.as_mut(), term, (&trained.0, &trained.1))?;
            let proved = all.unwrap_or((&exact.0, &exact.1));
            let (value, c) =
                judge(critic.as_ref(), term, value, (proved, all.is_none()), r.options.upper, self.interrupt)?;
            out.value += weight * value;
            // a product and a sum are rounded, but for one term as it is
            let exact = *weight == 1.0 && terms.len() == 1;
            let off = |v: f64| if exact { 0.0 } else { 2.0 * f64::EPSILON * v.abs() };
            let (low, high) = (out.lower + weight * c.lower, out.upper + weight * c.upper);
            (out.lower, out.upper) = (below(low, off(low)), above(high, off(high)));
            out.remarks.extend(c.remark);
            if terms.len() == 1 {
                out.proximal = c.proximal;
                out.slope = term
                    .lipschitz()
                    .zip(c.transport)
                    .filter(|_| matches!(term.objective, Objective::F(_) | Objective::Ipm))
                    .map(|(l, t)| weight * t / l);
                out.solution = critic.solution();
            }
            out.lipschitz.push((term.lipschitz(), critic.lipschitz_bound()?));
            out.critics.push((*weight, critic));
        }
        defined(&format!("the value of {}", r.divergence.name()), out.value)?;
        methods.dedup();
        out.method = methods.join(", ");
        Ok(out)
    }

    /// Trains or solves the critic of the k-th term: the history of an ascent, and what either took.
    fn fit(
        &self,
        critic: &mut dyn Critic,
        term: &Term,
        k: usize,
        report: &mut dyn FnMut(usize),
    ) -> Result<(Vec<f64>, usize)> {
        let r = self.request;
        if !(r.builder.trains() && r.builder.supports(term)) {
            let ascent = Ascent {
                steps: 1,
                keep_history: true,
                weights: r.weights.clone(),
                interrupt: self.interrupt.clone(),
                ..Ascent::default()
            };
            let iterations = critic.fit(term, &self.seen.exact.0, &self.seen.exact.1, &ascent)?.iterations;
            report(r.options.steps);
            return Ok((vec![], iterations));
        }
        if r.weights.are_given() {
            return Err(Error::Unsupported {
                what: r.builder.describe(),
                reason: "takes samples of equal weights".into(),
                advice: "use #{ critic: exact() } or entropic() for weighted samples".into(),
            });
        }
        let (p, q) = &self.seen.trained;
        let climb = Climb { p, q, options: &r.options, seed: self.seed, interrupt: self.interrupt };
        let history = climb.ascend(critic, term, k, report)?;
        let steps = history.len();
        Ok((history, steps))
    }
}
