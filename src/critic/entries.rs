//! Catalogue entries of the critics and of estimating.
use super::estimate::{EstimateOptions, estimate_optimizer};
use super::mlp::MlpOptions;
use crate::catalogue::{COUNT, Entry, NONNEGATIVE, Opt, OptionKind, POSITIVE, defaults_of};

/// Options of every optimiser, shared by critics, estimates and flows.
pub const OPTIMIZER: &[Opt] = &[
    Opt { name: "optimizer", kind: OptionKind::Choice(&["adam", "rmsprop"]), doc: "update rule" },
    Opt { name: "lr", kind: POSITIVE, doc: "learning rate" },
    Opt { name: "beta1", kind: OptionKind::Number { min: 0.0, max: 0.9999999 }, doc: "Adam: decay of the mean gradient" },
    Opt { name: "beta2", kind: OptionKind::Number { min: 0.0, max: 0.9999999 }, doc: "Adam: decay of the squared gradient" },
    Opt { name: "decay", kind: OptionKind::Number { min: 0.0, max: 0.9999999 }, doc: "RMSProp: decay of the squared gradient" },
    Opt { name: "epsilon", kind: POSITIVE, doc: "added to the denominator" },
    Opt { name: "reset_moments", kind: OptionKind::Flag, doc: "forget the moments at the start of every fit" },
];

pub const MLP: Entry = Entry {
    name: "mlp",
    room: "critic",
    signature: "mlp(widths, options)",
    doc: "A multilayer perceptron critic. `spectral` divides every weight by its true spectral norm (a hard constraint); `penalty`, `lp` and `gp` only encourage |grad| <= L; groupsort reaches functions that relu under a hard constraint cannot.",
    equation: r"\varphi(x)=L\,W_n\sigma(\cdots\sigma(W_1x+b_1)\cdots)+b_n",
    cite: "anil2019",
    options: &[
        Opt { name: "activation", kind: OptionKind::Choice(&["groupsort", "relu", "tanh", "leaky_relu"]), doc: "nonlinearity between layers" },
        Opt { name: "constraint", kind: OptionKind::Choice(&["spectral", "penalty", "lp", "gp", "none"]), doc: "how |grad| <= L is imposed" },
        Opt { name: "penalty", kind: NONNEGATIVE, doc: "weight of the soft constraints" },
        Opt { name: "power_iterations", kind: OptionKind::Integer { min: 1, max: 100 }, doc: "power iterations per ascent step" },
        Opt { name: "standardize", kind: OptionKind::Flag, doc: "work in coordinates centred and scaled by the target" },
    ],
    defaults: defaults_of::<MlpOptions>,
    example: "let critic = mlp([32, 32], #{ activation: \"relu\" });\ncritic",
};

pub const ESTIMATE: Entry = Entry {
    name: "estimate",
    room: "critic",
    signature: "d.estimate(p, q, options)",
    doc: "Fits a critic between two samples. `value` is the objective reached, `lower` a certified lower bound of the divergence between these samples.",
    equation: r"D(P\|Q)\ge E_P[\varphi]-\inf_\nu\{\nu+E_Q[f^*(\varphi-\nu)]\}",
    cite: "birrell2022",
    options: &[
        Opt { name: "steps", kind: COUNT, doc: "ascent steps" },
        Opt { name: "batch", kind: OptionKind::Integer { min: 0, max: 1 << 40 }, doc: "points of each sample per step; 0 takes all" },
        Opt { name: "seed", kind: OptionKind::Integer { min: 0, max: 1 << 53 }, doc: "seed of the critic's weights" },
        Opt { name: "tolerance", kind: OptionKind::Number { min: 0.0, max: 1.0 }, doc: "stop once 25 steps improve the objective by less than this fraction" },
        Opt { name: "critic", kind: OptionKind::Value("critic"), doc: "default mlp([64, 64])" },
        OPTIMIZER[0],
        OPTIMIZER[1],
        OPTIMIZER[2],
        OPTIMIZER[3],
        OPTIMIZER[4],
        OPTIMIZER[5],
    ],
    defaults: || {
        let mut d = merge(defaults_of::<EstimateOptions>(), serde_json::to_value(estimate_optimizer()).unwrap_or_default());
        // an estimate is one fit: there is nothing to reset between
        if let Some(map) = d.as_object_mut() {
            map.remove("reset_moments");
        }
        d
    },
    example: "let p = data::gaussian(100, 2);\nlet q = data::gaussian(100, 2, #{ mean: 2.0 });\nlet e = kl().regularized(lipschitz(1.0)).estimate(p, q, #{ steps: 50 });\nprint(e.value);\ne",
};

/// One defaults object from two.
pub fn merge(a: serde_json::Value, b: serde_json::Value) -> serde_json::Value {
    match (a, b) {
        (serde_json::Value::Object(mut a), serde_json::Value::Object(b)) => {
            a.extend(b);
            serde_json::Value::Object(a)
        }
        (a, _) => a,
    }
}

pub const ENTRIES: &[Entry] = &[MLP, ESTIMATE];
