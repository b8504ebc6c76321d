//! How long a critic ascends, on which weights, and what one fit comes to.
use crate::device::Values;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
pub use crate::network::ascent::Value;
use crate::ranks::Splits;
use std::sync::Arc;

/// What one fit found. Tensors stay on the device until someone asks.
pub struct Fit {
    /// the objective at the last ascent step, shape `[1]`
    pub value: Values,
    /// ascent steps taken
    pub iterations: usize,
    /// objective after each ascent step, if it was asked for
    pub history: Vec<Values>,
}

/// Weights of the points of two samples; none are equal weights.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// of the points of the first sample, `[n]`, of sum 1
    pub source: Option<Arc<Vec<f64>>>,
    /// of the points of the second, `[m]`
    pub target: Option<Arc<Vec<f64>>>,
}

impl Weights {
    /// Whether any are.
    pub fn are_given(&self) -> bool {
        self.source.is_some() || self.target.is_some()
    }
    /// What critics that are trained ask of weights.
    ///
    /// # Errors
    /// Any that are given.
    pub fn check_equal(&self) -> Result<()> {
        if !self.are_given() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: "a neural critic".into(),
            reason: "takes samples of equal weights".into(),
            advice: "use exact() or entropic() for weighted samples".into(),
        })
    }
}

/// How long to ascend.
#[derive(Clone, Debug, Default)]
pub struct Ascent {
    /// steps at most; a solver solves once
    pub steps: usize,
    /// stop once a step improves the objective by less than this fraction; 0 never looks
    pub tolerance: f64,
    /// keep the objective after every step
    pub keep_history: bool,
    /// goes on with the fit before, on other samples: its moments are kept
    pub continues: bool,
    /// of the points
    pub weights: Weights,
    /// who has which rows of both samples, where ranks hold some alone; for critics that say so ([`CriticBuilder::rows_of_a_group`](super::CriticBuilder::rows_of_a_group))
    pub splits: Option<Splits>,
    /// looked at before every step
    pub interrupt: Interrupt,
}

impl Ascent {
    /// Takes ascent steps, each giving the objective before it; none if there are none to take.
    ///
    /// # Errors
    /// Those of a step, and an interrupt before one.
    pub fn climb(&self, mut step: impl FnMut() -> Result<Value>) -> Result<Option<Fit>> {
        let mut last = None;
        let mut history = vec![];
        let mut reference: Option<f32> = None;
        for i in 0..self.steps {
            self.interrupt.check()?;
            let value = step()?;
            if self.keep_history {
                history.push(value.clone().into_tensor());
            }
            let mut settled = false;
            if self.tolerance > 0.0 {
                let now = value.read()?;
                settled = reference.is_some_and(|r| (now - r).abs() <= self.tolerance as f32 * now.abs());
                reference = Some(now);
            }
            last = Some((value, i + 1));
            if settled {
                break;
            }
        }
        Ok(last.map(|(value, iterations)| Fit { value: value.into_tensor(), iterations, history }))
    }
}
