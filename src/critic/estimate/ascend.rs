//! The ascent of one critic, in chunks or minibatches, with its early stop.
use super::options::EstimateOptions;
use crate::critic::ascent::Ascent;
use crate::critic::traits::Critic;
use crate::device::{Points, Values, number, values};
use crate::divergence::Term;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::random;
use burn::tensor::Tensor;

/// Steps between two looks at the progress and at the tolerance.
const CHUNK: usize = 25;

/// What all ascents of one estimate share.
pub struct Climb<'a> {
    pub p: &'a Points,
    pub q: &'a Points,
    pub options: &'a EstimateOptions,
    pub seed: u64,
    pub interrupt: &'a Interrupt,
}

impl Climb<'_> {
    /// The objective after every step of the k-th critic; `progress(steps)` is called as it goes.
    ///
    /// # Errors
    /// What a fit of the critic reports, values that cannot be read, an interrupt.
    pub fn ascend(
        &self,
        critic: &mut dyn Critic,
        term: &Term,
        k: usize,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Vec<f64>> {
        let options = self.options;
        let mut rng = random::rng(self.seed, 1 << 40 | k as u64);
        let mut history: Vec<Values> = vec![];
        // chunks keep the progress moving; a batch is drawn anew for each ascent step
        let chunk = if options.batch > 0 { 1 } else { CHUNK };
        while history.len() < options.steps {
            let steps = chunk.min(options.steps - history.len());
            let ascent = Ascent { steps, keep_history: true, interrupt: self.interrupt.clone(), ..Ascent::default() };
            let (ps, qs) = (
                random::minibatch(self.p, options.batch, &mut rng),
                random::minibatch(self.q, options.batch, &mut rng),
            );
            history.extend(critic.fit(term, &ps, &qs, &ascent)?.history);
            progress(history.len());
            if options.tolerance > 0.0 && history.len() > 2 * CHUNK {
                let (before, now) =
                    (number(&history[history.len() - 1 - CHUNK])?, number(&history[history.len() - 1])?);
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
}
