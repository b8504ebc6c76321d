//! `mlp(widths, #{ … })`: its page, and its options.
use crate::catalogue::{Entry, Given, NONNEGATIVE, Opt, OptionKind, defaults_of};
use crate::device::ops::tangents::Excess;
use crate::error::{Error, Result};
use crate::network::Activation;
use serde::{Deserialize, Serialize};

/// The page of `mlp`.
pub const MLP: Entry = Entry {
    name: "mlp",
    room: "critic",
    signature: "mlp(widths, options)",
    doc: "A multilayer perceptron, as a critic or, given as a `generator`, as one of those. `spectral` divides every weight by its true spectral norm, and `bjorck` then makes it orthonormal (hard constraints); `penalty`, `lp` and `gp` only encourage |grad| <= L; groupsort reaches functions that relu under a hard constraint cannot.",
    equation: r"\varphi(x)=L\,W_n\sigma(\cdots\sigma(W_1x+b_1)\cdots)+b_n",
    cite: "anil2019",
    options: &[
        Opt {
            name: "activation",
            kind: OptionKind::Choice(&["groupsort", "relu", "tanh", "leaky_relu"]),
            doc: "nonlinearity between layers; in a flow, as a critic or a generator, leaky_relu unless another is written",
        },
        Opt {
            name: "constraint",
            kind: OptionKind::Choice(&["spectral", "bjorck", "penalty", "lp", "gp", "none"]),
            doc: "how |grad| <= L is imposed",
        },
        Opt { name: "penalty", kind: NONNEGATIVE, doc: "weight of the soft constraints" },
        Opt {
            name: "power_iterations",
            kind: OptionKind::Integer { min: 1, max: 100 },
            doc: "power iterations per ascent step",
        },
        Opt {
            name: "standardize",
            kind: OptionKind::Flag,
            doc: "work in coordinates centred and scaled by the target",
        },
        Opt {
            name: "bjorck_iterations",
            kind: OptionKind::Integer { min: 1, max: 100 },
            doc: "iterations per ascent step that make weights orthonormal",
        },
        Opt {
            name: "residual",
            kind: OptionKind::Flag,
            doc: "shortcuts around pairs of hidden layers after the first, for 3, 5, 7, ... equal widths; not under a hard constraint",
        },
    ],
    defaults: defaults_of::<MlpOptions>,
    example: "let critic = mlp([32, 32], #{ activation: \"relu\" });\ncritic",
};

/// How the Lipschitz constraint is imposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// Every weight matrix divided by its spectral norm. [miyato2018](crate::references#miyato2018)
    Spectral,
    /// The same, and then made orthonormal by Björck's iteration. [anil2019](crate::references#anil2019)
    Bjorck,
    /// λ·mean relu(|∇φ|²/L² − 1) on interpolates: one-sided on the squared norm. [birrell2022](crate::references#birrell2022)
    Penalty,
    /// λ·mean relu(|∇φ|/L − 1)². [petzka2018](crate::references#petzka2018)
    Lp,
    /// λ·mean (|∇φ|/L − 1)². [gulrajani2017](crate::references#gulrajani2017)
    Gp,
    /// no constraint at all
    None,
}

impl Constraint {
    /// Whether it holds by construction.
    pub fn is_hard(self) -> bool {
        matches!(self, Constraint::Spectral | Constraint::Bjorck)
    }
    /// The function of the gradient's norm that is penalised, if one is.
    pub fn excess(self) -> Option<Excess> {
        match self {
            Constraint::Penalty => Some(Excess::OneSided),
            Constraint::Lp => Some(Excess::Squared),
            Constraint::Gp => Some(Excess::TwoSided),
            Constraint::Spectral | Constraint::Bjorck | Constraint::None => None,
        }
    }

    /// Errors if an option of another constraint is among those given.
    pub(super) fn check(self, given: &Given) -> Result<()> {
        let soft = !self.is_hard() && self != Constraint::None;
        let of = |name: &str, used: bool, meaning: &str| match given.has(name) && !used {
            true => Err(Error::Unsupported {
                what: format!("the option `{name}`"),
                reason: format!("belongs to {meaning}, and the constraint is another"),
                advice: "leave it out".into(),
            }),
            false => Ok(()),
        };
        of("penalty", soft, "constraint \"penalty\", \"lp\" or \"gp\"")?;
        of("bjorck_iterations", self == Constraint::Bjorck, "constraint \"bjorck\"")?;
        of("power_iterations", self.is_hard(), "constraint \"spectral\" or \"bjorck\"")
    }
}

/// Options of `mlp(widths, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MlpOptions {
    /// between layers
    pub activation: Activation,
    /// how |∇φ| ≤ L is imposed
    pub constraint: Constraint,
    /// weight λ of the soft constraints
    pub penalty: f64,
    /// power iterations per ascent step
    pub power_iterations: usize,
    /// iterations per ascent step that make weights orthonormal
    pub bjorck_iterations: usize,
    /// work in coordinates centred and scaled by the target, so that biases start where the data are
    pub standardize: bool,
    /// shortcuts around pairs of hidden layers after the first [he2016](crate::references#he2016)
    pub residual: bool,
}

impl Default for MlpOptions {
    fn default() -> Self {
        MlpOptions {
            activation: Activation::Groupsort,
            constraint: Constraint::Spectral,
            penalty: 10.0,
            power_iterations: 3,
            bjorck_iterations: 12,
            standardize: true,
            residual: false,
        }
    }
}
