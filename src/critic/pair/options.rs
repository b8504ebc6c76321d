//! The page of `pair` and its options.
use crate::catalogue::{Entry, Opt, OptionKind, POSITIVE, defaults_of};
use crate::network::Activation;
use serde::{Deserialize, Serialize};

/// The page of `pair`.
pub const PAIR: Entry = Entry {
    name: "pair",
    room: "critic",
    signature: "pair(widths, options)",
    doc: "Two networks for the dual of a transport cost such as w2_squared(), held below the cost by a hinge over pairs of points. Over all pairs it prices plans with dpi <= lambda dP dQ: exact for lambda at least the size of the samples, above the cost for less, unbounded below 1.",
    equation: r"E_P[\varphi]+E_Q[\psi]-\lambda E(\varphi(y)+\psi(x)-c(y,x))_+",
    cite: "huang2024w2",
    options: &[
        Opt {
            name: "activation",
            kind: OptionKind::Choice(&["groupsort", "relu", "tanh", "leaky_relu"]),
            doc: "nonlinearity between layers",
        },
        Opt {
            name: "hinge",
            kind: OptionKind::Choice(&["all", "diagonal"]),
            doc: "all pairs of the samples, or the i-th of one with the i-th of the other as in the paper",
        },
        Opt { name: "lambda", kind: POSITIVE, doc: "weight of the hinge" },
    ],
    defaults: defaults_of::<PairOptions>,
    example: "let e = w2_squared().estimate(data::gaussian(50, 2), data::ring(50), #{ critic: pair([16, 16]), steps: 50 });\ne",
};

/// Which pairs the hinge runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hinge {
    /// every particle with every target
    All,
    /// the i-th particle with the i-th target of a batch, as the paper writes it
    Diagonal,
}

/// Options of `pair(widths, #{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PairOptions {
    /// between layers
    pub activation: Activation,
    /// which pairs
    pub hinge: Hinge,
    /// weight of the hinge
    pub lambda: f64,
}

impl Default for PairOptions {
    fn default() -> Self {
        PairOptions { activation: Activation::LeakyRelu, hinge: Hinge::All, lambda: 50.0 }
    }
}
