//! Rules that end a run early.
use super::watch::{Observer, Reading, Signal};
use crate::catalogue::{NONNEGATIVE, Opt, OptionKind, POSITIVE};
use crate::error::Result;
use crate::record::State;
use serde::{Deserialize, Serialize};

/// `stop: #{ … }`; a missing rule never fires.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StopRules {
    /// ends the run once the estimated divergence is below this
    #[serde(skip_serializing_if = "Option::is_none")]
    pub divergence: Option<f64>,
    /// ends the run once mean |v|² is below this
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fisher: Option<f64>,
    /// ends the run once this many seconds have passed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// The keys of `stop: #{ … }`.
pub const STOP: &[Opt] = &[
    Opt {
        name: "divergence",
        kind: OptionKind::Number { min: 0.0, max: f64::MAX },
        doc: "stop once the estimated divergence is below this",
    },
    Opt { name: "fisher", kind: NONNEGATIVE, doc: "stop once mean |v|^2 is below this" },
    Opt { name: "seconds", kind: POSITIVE, doc: "stop after this many seconds" },
];

/// Watches the rules.
pub struct Stop {
    rules: StopRules,
    every: usize,
    first: Option<usize>,
}

impl Stop {
    /// Rules that look at the numbers of every `every`-th step.
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
