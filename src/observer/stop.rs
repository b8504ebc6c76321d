//! Rules that end a run early.
use super::{Observer, Reading, Signal};
use crate::error::Result;
use crate::flow::State;
use serde::{Deserialize, Serialize};

/// `stop: #{ … }`; a missing rule never fires.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StopRules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub divergence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fisher: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

pub struct Stop {
    rules: StopRules,
    every: usize,
    first: Option<usize>,
}

impl Stop {
    pub fn new(rules: StopRules, every: usize) -> Stop {
        Stop { rules, every, first: None }
    }
}

impl Observer for Stop {
    fn wants(&self, step: usize, _: bool) -> bool {
        self.rules != StopRules::default() && step.is_multiple_of(self.every)
    }
    /// The clock runs between records, too.
    fn always(&self) -> bool {
        self.rules.seconds.is_some()
    }
    fn observe(&mut self, state: &State, r: &Reading, _: bool) -> Result<Signal> {
        // the critic of the very first record has hardly been fitted: its small divergence means nothing
        if *self.first.get_or_insert(state.step) == state.step {
            return Ok(Signal::Continue);
        }
        let below = |name: &str, value: f64, limit: Option<f64>| match limit {
            Some(l) if value < l => Some(format!("{name} {value:.4} < {l}")),
            _ => None,
        };
        let fresh = state.step.is_multiple_of(self.every);
        let fired = below("divergence", r.divergence, self.rules.divergence.filter(|_| fresh))
            .or_else(|| below("fisher", r.fisher, self.rules.fisher.filter(|_| fresh)))
            .or_else(|| self.rules.seconds.filter(|s| r.seconds >= *s).map(|s| format!("{s} seconds have passed")));
        Ok(fired.map_or(Signal::Continue, Signal::Stop))
    }
}
