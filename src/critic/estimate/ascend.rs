//! The ascent of one critic, in chunks or minibatches, with its early stop.
use super::options::EstimateOptions;
use crate::critic::ascent::Ascent;
use crate::critic::finite::lost;
use crate::critic::traits::Critic;
use crate::device::{Points, Values, values};
use crate::divergence::Term;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::random;
use burn::tensor::Tensor;

/// Steps between two looks at the progress and at the tolerance.
const CHUNK: usize = 25;
/// Values that stay tensors before they are read: few waits for a device, and little memory.
const UNREAD: usize = 1000;

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
        let mut history = Objectives::default();
        // chunks keep the progress moving; a batch is drawn anew for each ascent step
        let chunk = if options.batch > 0 { 1 } else { CHUNK };
        while history.len() < options.steps {
            let steps = chunk.min(options.steps - history.len());
            let ascent = Ascent { steps, keep_history: true, interrupt: self.interrupt.clone(), ..Ascent::default() };
            let (ps, qs) = (
                random::minibatch(self.p, options.batch, &mut rng),
                random::minibatch(self.q, options.batch, &mut rng),
            );
            history.unread.extend(critic.fit(term, &ps, &qs, &ascent)?.history);
            progress(history.len());
            let look = options.tolerance > 0.0 && history.len() > 2 * CHUNK;
            if look || history.unread.len() >= UNREAD {
                history.read(options.steps)?;
            }
            if look {
                let (before, now) = (history.read[history.len() - 1 - CHUNK], history.read[history.len() - 1]);
                if (now - before).abs() <= options.tolerance * now.abs() {
                    break;
                }
            }
        }
        history.read(options.steps)?;
        Ok(history.read)
    }
}

/// The objective after each step so far, the last of them still on their device.
#[derive(Default)]
struct Objectives {
    read: Vec<f64>,
    unread: Vec<Values>,
}

impl Objectives {
    fn len(&self) -> usize {
        self.read.len() + self.unread.len()
    }
    /// One wait for all that are unread. No later step mends one that is no number: it ends the ascent.
    fn read(&mut self, steps: usize) -> Result<()> {
        if self.unread.is_empty() {
            return Ok(());
        }
        let before = self.read.len();
        let new = values(&Tensor::cat(std::mem::take(&mut self.unread), 0))?;
        self.read.extend(new.into_iter().map(f64::from));
        match self.read[before..].iter().position(|v| v.is_nan()) {
            None => Ok(()),
            Some(k) => Err(lost(
                "the objective of the critic",
                format!(
                    "values or gradients left the range of single precision at ascent step {} of {steps}",
                    before + k
                ),
            )),
        }
    }
}
