//! First-order ascent: Adam [kingma2015](crate::references#kingma2015) and RMSProp [tieleman2012](crate::references#tieleman2012), what is common to them wherever moments lie.
use super::named::{Named, count};
use crate::catalogue::{Opt, OptionKind, POSITIVE};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which rule updates the parameters, with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerOptions {
    /// "adam" [kingma2015](crate::references#kingma2015) or "rmsprop" [tieleman2012](crate::references#tieleman2012)
    pub optimizer: String,
    /// learning rate
    pub lr: f64,
    /// decay of Adam's first moments
    pub beta1: f64,
    /// decay of Adam's second moments
    pub beta2: f64,
    /// decay of the squared gradients for RMSProp
    pub decay: f64,
    /// what is added to the root of the second moments
    pub epsilon: f64,
    /// forget the moments (and their step count) at the start of every fit, as the GPA authors do
    pub reset_moments: bool,
}

impl Default for OptimizerOptions {
    fn default() -> Self {
        OptimizerOptions {
            optimizer: "adam".into(),
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            decay: 0.99,
            epsilon: 1e-8,
            reset_moments: false,
        }
    }
}

/// The keys of [`OptimizerOptions`], as the pages of critics, estimates and flows list them.
pub const OPTIMIZER: &[Opt] = &[
    Opt { name: "optimizer", kind: OptionKind::Choice(&["adam", "rmsprop"]), doc: "update rule" },
    Opt { name: "lr", kind: POSITIVE, doc: "learning rate" },
    Opt {
        name: "beta1",
        kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
        doc: "Adam: decay of the mean gradient",
    },
    Opt {
        name: "beta2",
        kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
        doc: "Adam: decay of the squared gradient",
    },
    Opt {
        name: "decay",
        kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
        doc: "RMSProp: decay of the squared gradient",
    },
    Opt { name: "epsilon", kind: POSITIVE, doc: "added to the denominator" },
    Opt { name: "reset_moments", kind: OptionKind::Flag, doc: "forget the moments at the start of every fit" },
];

/// A rule with how often it was used; its moments lie with the parameters.
#[derive(Clone)]
pub struct Rule {
    options: OptimizerOptions,
    step: i32,
    /// what the learning rate is multiplied by, which whoever trains says anew for every step
    share: f64,
}

/// The numbers of one update, m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ + rate·m/(√v + ε); RMSProp has g in the place
/// of m.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// or RMSProp
    pub adam: bool,
    /// decay of the first moments
    pub beta1: f64,
    /// decay of the second
    pub beta2: f64,
    /// with the corrections of both moments, like ε
    pub rate: f64,
    /// ε
    pub epsilon: f64,
}

impl Rule {
    /// A rule that was not used yet.
    pub fn new(options: OptimizerOptions) -> Rule {
        Rule { options, step: 0, share: 1.0 }
    }
    /// Multiplies the learning rate of the steps to come.
    pub fn slow(&mut self, share: f64) {
        self.share = share;
    }
    /// Called at the start of a fit: whether the moments are forgotten, with their count.
    pub fn begin(&mut self) -> bool {
        if self.options.reset_moments {
            self.step = 0;
        }
        self.options.reset_moments
    }
    /// Counts a step and gives its numbers.
    pub fn count(&mut self) -> Numbers {
        self.step += 1;
        let o = &self.options;
        let lr = self.share * o.lr;
        if o.optimizer == "rmsprop" {
            return Numbers { adam: false, beta1: o.beta1, beta2: o.decay, rate: lr, epsilon: o.epsilon };
        }
        // lr·(m/c1)/(√(v/c2) + ε) as a·m/(√v + e), with the constants folded into two scalars
        let (c1, c2) = (1.0 - o.beta1.powi(self.step), 1.0 - o.beta2.powi(self.step));
        let (rate, epsilon) = (lr * c2.sqrt() / c1, o.epsilon * c2.sqrt());
        Numbers { adam: true, beta1: o.beta1, beta2: o.beta2, rate, epsilon }
    }
    /// As it is saved, with its moments: the first, followed by the second.
    pub fn state(&self, moments: Option<Vec<f32>>) -> Vec<Named> {
        let mut out = vec![Named::count("optimizer_step", self.step as u64)];
        out.extend(moments.map(|m| Named::new("optimizer_moments", m)));
        out
    }
    /// Goes on where a saved one was; the moments of so many parameters, if it had any.
    pub fn restore(&mut self, state: &[Named], parameters: usize) -> Result<Option<Vec<f32>>> {
        let find = |name: &str| state.iter().find(|n| n.name == name);
        let step = count(state, "optimizer_step") as i32;
        let moments = find("optimizer_moments").map(|n| &n.data);
        if step > 0 && moments.is_none() || moments.is_some_and(|m| m.len() != 2 * parameters) {
            return Err(Error::data(
                "saved network",
                "`optimizer_moments` does not fit the network described beside it",
            ));
        }
        self.step = step;
        Ok(moments.cloned())
    }
}
