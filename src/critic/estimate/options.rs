//! `d.estimate(p, q, #{ … })`: its page, and its options.
use crate::catalogue::{COUNT, Entry, Opt, OptionKind, defaults_of, merge};
use crate::critic::certificate::{UPPERS, Upper};
use crate::network::optimizer::{OPTIMIZER, OptimizerOptions};
use serde::{Deserialize, Serialize};

/// The page of `d.estimate`.
pub const ESTIMATE: Entry = Entry {
    name: "estimate",
    room: "critic",
    signature: "d.estimate(p, q, options)",
    doc: "The divergence between two samples, with a proof: lower <= D <= upper. A neural critic's `value` is the objective it reached; `lower` is what its values on p prove, `upper` the cost of a feasible plan. With exact() the bounds meet. Also: gap, critic, history, proximal (weights on q; on p if the divergence is reversed), slope (dD/dL), plan, held_out, values (one per repeat), remarks.",
    equation: r"E_P[\varphi]-\inf_\nu\{\nu+E_Q[f^*(\psi-\nu)]\}\le D(P\|Q)\le L\langle|x-y|,\pi\rangle+D_f(\pi_2\|Q)",
    cite: "birrell2022",
    options: &[
        Opt { name: "steps", kind: COUNT, doc: "ascent steps" },
        Opt {
            name: "batch",
            kind: OptionKind::Integer { min: 0, max: 1 << 40 },
            doc: "points of each sample per step; 0 takes all",
        },
        Opt { name: "seed", kind: OptionKind::Integer { min: 0, max: 1 << 53 }, doc: "seed of the critic's weights" },
        Opt {
            name: "tolerance",
            kind: OptionKind::Number { min: 0.0, max: 1.0 },
            doc: "stop once 25 steps improve the objective by less than this fraction",
        },
        Opt {
            name: "held_out",
            kind: OptionKind::Number { min: 0.0, max: 0.9 },
            doc: "share of each sample kept from the ascent; e.held_out is the objective there",
        },
        Opt {
            name: "repeats",
            kind: OptionKind::Integer { min: 1, max: 10_000 },
            doc: "ascents from seed, seed + 1, ...; the best is kept, e.values has all",
        },
        Opt {
            name: "upper",
            kind: OptionKind::Choice(UPPERS),
            doc: "where the upper bound of a neural critic comes from; auto is exact up to 4 million pairs of points, entropic up to 1e9; for a Renyi divergence exact up to 250,000 and order 20, none beyond",
        },
        Opt {
            name: "critic",
            kind: OptionKind::Value("critic"),
            doc: "default mlp([64, 64]), or the natural solver where there is no Lipschitz space",
        },
        Opt {
            name: "source_weights",
            kind: OptionKind::Value("list"),
            doc: "weights of the first sample, summing to 1; for exact(), entropic() and kernels",
        },
        Opt { name: "target_weights", kind: OptionKind::Value("list"), doc: "weights of the second sample" },
        OPTIMIZER[0],
        OPTIMIZER[1],
        OPTIMIZER[2],
        OPTIMIZER[3],
        OPTIMIZER[4],
        OPTIMIZER[5],
    ],
    defaults: || {
        let mut d =
            merge(defaults_of::<EstimateOptions>(), serde_json::to_value(estimate_optimizer()).unwrap_or_default());
        // an estimate is one fit: there is nothing to reset between
        if let Some(map) = d.as_object_mut() {
            map.remove("reset_moments");
        }
        d
    },
    example: "let p = data::gaussian(100, 2);\nlet q = data::gaussian(100, 2, #{ mean: 2.0 });\nlet e = kl().regularized(lipschitz(1.0)).estimate(p, q, #{ steps: 50 });\nprint(e.value);\ne",
};

/// Options of `d.estimate(p, q, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EstimateOptions {
    /// ascent steps
    pub steps: usize,
    /// points of each sample per ascent step; 0 takes all
    pub batch: usize,
    /// of the critic's weights, minibatches and splits
    pub seed: u64,
    /// stop when 25 steps improve the objective by less than this fraction; 0 never stops early
    pub tolerance: f64,
    /// share of each sample kept from the ascent, for the objective on new points
    pub held_out: f64,
    /// ascents from different seeds
    pub repeats: usize,
    /// where the upper bound of a trained critic comes from
    pub upper: Upper,
}

impl Default for EstimateOptions {
    fn default() -> Self {
        EstimateOptions {
            steps: 1000,
            batch: 0,
            seed: 0,
            tolerance: 0.0,
            held_out: 0.0,
            repeats: 1,
            upper: Upper::Auto,
        }
    }
}

/// Adam as estimates use it: lr 3e-3.
pub fn estimate_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 3e-3, ..OptimizerOptions::default() }
}
