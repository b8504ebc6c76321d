//! Estimating a divergence between two samples with a critic, with certified bounds beside it.
use super::certificate::{Certificate, Upper, certify};
use super::solver::Found;
use super::{Ascent, Critic, CriticBuilder, Frame, Weights, natural};
use crate::device::{Points, Values, check_samples, number, values};
use crate::divergence::{Divergence, Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::optimizer::OptimizerOptions;
use crate::random;
use burn::tensor::Tensor;
use rand::seq::index;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Options of `d.estimate(p, q, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EstimateOptions {
    pub steps: usize,
    /// points of each sample per ascent step; 0 takes all
    pub batch: usize,
    pub seed: u64,
    /// stop when 25 steps improve the objective by less than this fraction; 0 never stops early
    pub tolerance: f64,
    /// share of each sample kept from the ascent, for the objective on new points
    pub held_out: f64,
    /// ascents from different seeds
    pub repeats: usize,
    pub upper: Upper,
}

impl Default for EstimateOptions {
    fn default() -> Self {
        EstimateOptions {
            steps: 1000,
            batch: 0,
            seed: 0,
            tolerance: 0.0,
            held_out: 0.0,
            repeats: 1,
            upper: Upper::Auto,
        }
    }
}

/// Adam as estimates use it.
pub fn estimate_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 3e-3, ..OptimizerOptions::default() }
}

/// What an estimate found.
pub struct Estimate {
    pub divergence: Arc<dyn Divergence>,
    /// how the potential was found
    pub method: String,
    /// the objective at the fitted critic
    pub value: f64,
    /// lower ≤ D ≤ upper between these samples, infinite where nothing is proved
    pub lower: f64,
    pub upper: f64,
    /// the objective on points kept from the ascent
    pub held_out: Option<f64>,
    /// the objective reached from each seed
    pub values: Vec<f64>,
    /// the law between P and Q: weights on the points of the second argument, for a single term that has one
    pub proximal: Option<Vec<f64>>,
    /// a single reversed term: the proximal law lives on the first sample
    pub reversed: bool,
    /// dD/dL = W₁(P, proximal), for one Lipschitz term
    pub slope: Option<f64>,
    /// L as requested, and an upper bound of what the critic has
    pub lipschitz: Vec<(Option<f64>, Option<f64>)>,
    /// (weight, critic) per term
    pub critics: Vec<(f64, Box<dyn Critic>)>,
    /// what solvers found, for plans and brackets
    pub found: Option<Arc<Found>>,
    /// the objective after each step
    pub history: Vec<f64>,
    pub iterations: usize,
    pub remarks: Vec<String>,
}

/// Everything an estimate is asked with.
pub struct Request<'a> {
    pub divergence: Arc<dyn Divergence>,
    pub p: &'a Points,
    pub q: &'a Points,
    pub builder: &'a dyn CriticBuilder,
    /// whether somebody asked for this critic
    pub chosen: bool,
    pub weights: Weights,
    pub options: EstimateOptions,
}

/// Fits one critic per term and evaluates. `progress(step, steps)` is called as it goes.
pub fn estimate(r: &Request, interrupt: &Interrupt, progress: &mut dyn FnMut(usize, usize)) -> Result<Estimate> {
    check_samples("estimate", r.p, r.q)?;
    if let (true, Some(reason)) = (r.chosen, r.builder.no_estimate()) {
        return Err(Error::Unsupported { what: r.builder.describe(), reason: reason.into(), advice: "use it in gan(..) or gradient_flow(..), and leave the critic of an estimate out to have the exact value".into() });
    }
    let options = &r.options;
    let (mut p, mut q, mut new) = (r.p.clone(), r.q.clone(), None);
    if options.held_out > 0.0 {
        if r.weights.are_given() {
            return Err(Error::data("estimate", "held_out splits samples of equal weights; leave out the weights"));
        }
        if r.divergence.terms().iter().any(|(_, t)| !t.is_trainable()) {
            return Err(Error::data("estimate", "held_out needs a critic over Lipschitz functions for every term"));
        }
        let (a, b) = (split(&p, options.held_out, options.seed)?, split(&q, options.held_out, options.seed ^ 1)?);
        (p, q) = (a.0, b.0);
        new = Some((a.1, b.1));
    }
    let mut best: Option<Estimate> = None;
    let mut values = vec![];
    for k in 0..options.repeats.max(1) {
        let total = options.repeats.max(1);
        let e =
            once(r, &p, &q, options.seed + k as u64, interrupt, &mut |done, of| progress(k * of + done, total * of))?;
        values.push(e.value);
        if best.as_ref().is_none_or(|b| e.value > b.value || b.value.is_nan()) {
            best = Some(e);
        }
    }
    let Some(mut e) = best else { return Err(Error::data("estimate", "repeats is 0")) };
    e.values = values;
    if let Some((p, q)) = new {
        let mut total = 0.0;
        for ((w, critic), (_, term)) in e.critics.iter().zip(r.divergence.terms()) {
            total += w * f64::from(self::values(&critic.objective(&term, &p, &q)?)?[0]);
        }
        e.held_out = Some(total);
    }
    Ok(e)
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

fn once(
    r: &Request,
    p: &Points,
    q: &Points,
    seed: u64,
    interrupt: &Interrupt,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Estimate> {
    let options = &r.options;
    let terms = r.divergence.terms();
    let critics = natural::build_all(r.builder, r.chosen, &terms, &Frame::of(q)?, seed)?;
    let all = (options.held_out > 0.0).then_some((r.p, r.q));
    let mut out = Estimate {
        divergence: r.divergence.clone(),
        method: String::new(),
        value: 0.0,
        lower: 0.0,
        upper: 0.0,
        held_out: None,
        values: vec![],
        proximal: None,
        reversed: terms.len() == 1 && terms[0].1.reversed,
        slope: None,
        lipschitz: vec![],
        critics: vec![],
        found: None,
        history: vec![],
        iterations: 0,
        remarks: vec![],
    };
    let mut methods: Vec<String> = vec![];
    let single = terms.len() == 1;
    for (k, ((weight, term), mut critic)) in terms.iter().zip(critics).enumerate() {
        let trained = r.builder.trains() && r.builder.supports(term);
        methods.push(if r.builder.supports(term) { r.builder.describe() } else { natural::solver(term).describe() });
        let mut report = |done: usize| progress(k * options.steps + done, terms.len() * options.steps);
        if trained && r.weights.are_given() {
            return Err(Error::Unsupported {
                what: r.builder.describe(),
                reason: "takes samples of equal weights".into(),
                advice: "use #{ critic: exact() } or entropic() for weighted samples".into(),
            });
        }
        let history = if trained {
            ascend(critic.as_mut(), term, p, q, options, seed, k, interrupt, &mut report)?
        } else {
            let ascent = Ascent {
                steps: 1,
                keep_history: true,
                weights: r.weights.clone(),
                interrupt: interrupt.clone(),
                ..Ascent::default()
            };
            let n = critic.fit(term, p, q, &ascent)?.iterations;
            out.iterations += n;
            report(options.steps);
            vec![]
        };
        if trained {
            out.iterations += history.len();
        }
        add_history(&mut out.history, &history, *weight);
        let (value, c) = judge(critic.as_mut(), term, (p, q), all, options.upper, interrupt)?;
        out.value += weight * value;
        out.lower += weight * c.lower;
        out.upper += weight * c.upper;
        out.remarks.extend(c.remark);
        if single {
            out.proximal = c.proximal;
            out.slope = term
                .lipschitz()
                .zip(c.transport)
                .filter(|_| matches!(term.objective, Objective::F(_) | Objective::Ipm))
                .map(|(l, t)| weight * t / l);
            out.found = critic.found();
        }
        out.lipschitz.push((term.lipschitz(), critic.lipschitz_bound()?));
        out.critics.push((*weight, critic));
    }
    methods.dedup();
    out.method = methods.join(", ");
    Ok(out)
}

/// A term that stopped early keeps its last value while others go on.
fn add_history(total: &mut Vec<f64>, history: &[f64], weight: f64) {
    let Some(latest) = history.last() else { return };
    if total.len() < history.len() {
        let last = total.last().copied().unwrap_or(0.0);
        total.resize(history.len(), last);
    }
    for (i, t) in total.iter_mut().enumerate() {
        *t += weight * history.get(i).unwrap_or(latest);
    }
}

/// Most pairs of points a certificate looks at unasked: half a minute on two cores.
const PROVABLE: usize = 20_000_000_000;

/// The value of a critic on the samples it was fitted to, and its certificate on all points.
fn judge(
    critic: &mut dyn Critic,
    term: &Term,
    (p, q): (&Points, &Points),
    all: Option<(&Points, &Points)>,
    upper: Upper,
    interrupt: &Interrupt,
) -> Result<(f64, Certificate)> {
    if let Some(f) = critic.found() {
        return Ok((f.value, Certificate::of(&f)));
    }
    critic.settle();
    let value = values(&critic.objective(term, p, q)?)?;
    let (p, q) = all.unwrap_or((p, q));
    if p.dims()[0].saturating_mul(q.dims()[0]) > PROVABLE {
        let remark = format!(
            "nothing is proved: {} x {} pairs would take minutes; certify(e.critic, p.rows(0, 10000), q.rows(0, 10000)) proves it for parts",
            p.dims()[0],
            q.dims()[0]
        );
        return Ok((
            f64::from(value[0]),
            Certificate {
                lower: f64::NEG_INFINITY,
                upper: f64::INFINITY,
                proximal: None,
                transport: None,
                remark: Some(remark),
            },
        ));
    }
    let c = certify(critic, term, p, q, upper, interrupt)?;
    // no divergence is negative, and bounds that meet may cross by a rounding
    let lower = if c.lower.is_nan() { c.lower } else { c.lower.max(0.0).min(c.upper) };
    Ok((f64::from(value[0]), Certificate { lower, ..c }))
}

#[allow(clippy::too_many_arguments)]
fn ascend(
    critic: &mut dyn Critic,
    term: &Term,
    p: &Points,
    q: &Points,
    options: &EstimateOptions,
    seed: u64,
    k: usize,
    interrupt: &Interrupt,
    progress: &mut dyn FnMut(usize),
) -> Result<Vec<f64>> {
    let mut rng = random::rng(seed, 1 << 40 | k as u64);
    let mut history: Vec<Values> = vec![];
    // chunks keep the progress moving; a batch is drawn anew for each ascent step
    let chunk = if options.batch > 0 { 1 } else { 25 };
    while history.len() < options.steps {
        let steps = chunk.min(options.steps - history.len());
        let ascent = Ascent { steps, keep_history: true, interrupt: interrupt.clone(), ..Ascent::default() };
        let (ps, qs) = (random::minibatch(p, options.batch, &mut rng), random::minibatch(q, options.batch, &mut rng));
        history.extend(critic.fit(term, &ps, &qs, &ascent)?.history);
        progress(history.len());
        if options.tolerance > 0.0 && history.len() > 50 {
            let (before, now) = (number(&history[history.len() - 26])?, number(&history[history.len() - 1])?);
            if (now - before).abs() <= options.tolerance * now.abs() {
                break;
            }
        }
    }
    // one wait for all of them
    if history.is_empty() {
        Ok(vec![])
    } else {
        Ok(values(&Tensor::cat(history, 0))?.into_iter().map(f64::from).collect())
    }
}
