//! Estimating a divergence between two samples with a critic, with a certified lower bound beside it.
use super::optimizer::OptimizerOptions;
use super::{Ascent, Critic, CriticBuilder, Frame, lower_bound};
use crate::device::{Points, Values, check_samples, values};
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::random;
use burn::tensor::{Int, Tensor, TensorData};
use rand::seq::index;
use serde::{Deserialize, Serialize};

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
}

impl Default for EstimateOptions {
    fn default() -> Self {
        EstimateOptions { steps: 1000, batch: 0, seed: 0, tolerance: 0.0 }
    }
}

/// Adam as estimates use it.
pub fn estimate_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 3e-3, ..OptimizerOptions::default() }
}

/// What an estimate found.
pub struct Estimate {
    pub divergence: String,
    /// the objective at the fitted critic
    pub value: f64,
    /// a certified lower bound on the divergence between these samples
    pub lower: f64,
    /// L as requested, and an upper bound of what the network has
    pub lipschitz: Vec<(f64, Option<f64>)>,
    /// (weight, critic) per term
    pub critics: Vec<(f64, Box<dyn Critic>)>,
    /// the objective after each step
    pub history: Vec<f64>,
    pub iterations: usize,
}

/// Fits one critic per term and evaluates. `progress(step, steps)` is called as it goes.
pub fn estimate(
    d: &dyn Divergence,
    p: &Points,
    q: &Points,
    builder: &dyn CriticBuilder,
    options: &EstimateOptions,
    interrupt: &Interrupt,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Estimate> {
    check_samples("estimate", p, q)?;
    let terms = d.terms();
    let frame = Frame::of(q)?;
    let mut longest = 0;
    let mut out = Estimate {
        divergence: d.name(),
        value: 0.0,
        lower: 0.0,
        lipschitz: vec![],
        critics: vec![],
        history: vec![0.0; options.steps],
        iterations: 0,
    };
    for (k, (weight, term)) in terms.iter().enumerate() {
        let mut critic = builder.build(term, &frame, options.seed, k as u64)?;
        let mut rng = random::rng(options.seed, 1 << 40 | k as u64);
        let mut history: Vec<Values> = vec![];
        // chunks keep the progress moving; a batch is drawn anew for each ascent step
        let chunk = if options.batch > 0 { 1 } else { 25 };
        while history.len() < options.steps {
            let steps = chunk.min(options.steps - history.len());
            let ascent = Ascent { steps, tolerance: 0.0, keep_history: true, interrupt: interrupt.clone() };
            let (ps, qs) = (batch(p, options.batch, &mut rng), batch(q, options.batch, &mut rng));
            history.extend(critic.fit(term, &ps, &qs, &ascent)?.history);
            progress(k * options.steps + history.len(), terms.len() * options.steps);
            if options.tolerance > 0.0 && history.len() > 50 {
                let at = |i: usize| history[i].clone().try_into_scalar::<f32>().map_err(Error::read);
                let (before, now) = (at(history.len() - 26)?, at(history.len() - 1)?);
                if (now - before).abs() <= options.tolerance as f32 * now.abs() {
                    break;
                }
            }
        }
        out.iterations += history.len();
        // a term that stopped early keeps its last value while others go on
        longest = longest.max(history.len());
        let mut latest = 0.0;
        for (i, total) in out.history.iter_mut().enumerate() {
            if let Some(v) = history.get(i) {
                latest = f64::from(v.clone().try_into_scalar::<f32>().map_err(Error::read)?);
            }
            *total += weight * latest;
        }
        critic.settle();
        let (phi_p, phi_q) = (critic.value(p)?, critic.value(q)?);
        let value = values(&term.score(&phi_p, &phi_q, None).value)?;
        out.value += weight * f64::from(value[0]);
        out.lower += weight * lower_bound(term, &phi_p, &phi_q, p, q, interrupt)?;
        out.lipschitz.push((term.space.constant, critic.lipschitz_bound()?));
        out.critics.push((*weight, critic));
    }
    out.history.truncate(longest);
    Ok(out)
}

fn batch(p: &Points, size: usize, rng: &mut random::Rng) -> Points {
    let n = p.dims()[0];
    if size == 0 || size >= n {
        return p.clone();
    }
    let rows: Vec<i32> = index::sample(rng, n, size).into_iter().map(|i| i as i32).collect();
    p.clone().select(0, Tensor::<1, Int>::from_data(TensorData::new(rows, [size]), &p.device()))
}
