//! Catalogue entries of the critics and of estimating.
use super::certificate::UPPERS;
use super::entropic::EntropicOptions;
use super::estimate::{EstimateOptions, estimate_optimizer};
use super::exact::ExactOptions;
use super::mlp::{CnnOptions, MlpOptions};
use super::pair::PairOptions;
use crate::catalogue::{COUNT, Entry, NONNEGATIVE, Opt, OptionKind, POSITIVE, defaults_of, no_defaults};

/// Options of every optimiser, shared by critics, estimates and flows.
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
            doc: "nonlinearity between layers",
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

pub const CNN: Entry = Entry {
    name: "cnn",
    room: "critic",
    signature: "cnn(options)",
    doc: "A convolutional critic for points that are images, channels innermost. As a generator or a decoder, the same layers transposed and in the reverse order. `spectral` divides every layer by the norm of its map between whole images, which is not that of its kernel.",
    equation: r"\varphi(x)=L\,W_n\sigma(\cdots\sigma(K_1*x+b_1)\cdots)+b_n",
    cite: "miyato2018",
    options: &[
        Opt {
            name: "shape",
            kind: OptionKind::Integers,
            doc: "[height, width] or [height, width, channels]; default square images of one channel",
        },
        Opt { name: "channels", kind: OptionKind::Integers, doc: "output channels of every convolution" },
        Opt { name: "kernel", kind: OptionKind::Integer { min: 1, max: 31 }, doc: "side of the window" },
        Opt {
            name: "stride",
            kind: OptionKind::Integer { min: 1, max: 31 },
            doc: "step of the window; images shrink by as much",
        },
        Opt { name: "widths", kind: OptionKind::Integers, doc: "units of dense layers behind the convolutions" },
        MLP.options[0],
        Opt {
            name: "constraint",
            kind: OptionKind::Choice(&["spectral", "penalty", "lp", "gp", "none"]),
            doc: "how |grad| <= L is imposed",
        },
        MLP.options[2],
        MLP.options[3],
        MLP.options[4],
    ],
    defaults: defaults_of::<CnnOptions>,
    example: "let d = kl().regularized(lipschitz(1.0));\nlet x = data::digits();\nd.estimate(x.rows(0, 50), x.rows(50, 100), #{ critic: cnn(#{ shape: [8, 8], channels: [8, 16] }), steps: 5 })",
};

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

pub const DEEP_KERNEL: Entry = Entry {
    name: "deep_kernel",
    room: "critic",
    signature: "deep_kernel(widths | network, dim)",
    doc: "A critic for mmd(k) that compares features h(x) of dimension dim and trains them to enlarge the distance: the adversarial MMD-GAN. The network is mlp([..]) or cnn(..), spectrally normalised unless told otherwise, so that the kernel keeps its width in the units of the data.",
    equation: r"\max_hMMD_k^2(h_\#P,h_\#Q)",
    cite: "li2017",
    options: &[],
    defaults: no_defaults,
    example: "let flow = gan(mmd(gaussian_kernel(1.0)), #{ critic: deep_kernel([16, 16], 4), generator: mlp([16, 16]), batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
};

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

pub const EXACT: Entry = Entry {
    name: "exact",
    room: "critic",
    signature: "exact(options)",
    doc: "Solves the finite convex problem that a regularised divergence is between two samples, by a network flow whose last arcs are convex: value, both bounds, the proximal law and the optimal potential everywhere.",
    equation: r"\min_{\pi\ge0,\,\pi1=a}\langle c,\pi\rangle+D_f(\pi^T1\|b)",
    cite: "birrell2022",
    options: &[Opt {
        name: "tolerance",
        kind: OptionKind::Number { min: 0.0, max: 1.0 },
        doc: "relative gap between the bounds to stop at",
    }],
    defaults: defaults_of::<ExactOptions>,
    example: "let p = data::gaussian(60, 2, #{ mean: 3.0 });\nlet q = data::gaussian(60, 2, #{ std: 0.5 });\nlet e = kl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: exact() });\nprint(e.gap);\ne",
};

pub const ENTROPIC: Entry = Entry {
    name: "entropic",
    room: "critic",
    signature: "entropic(options)",
    doc: "The same problems as exact() by Sinkhorn iterations, streamed in O(N) memory; its plan is rounded to a feasible one and its potential hardened, so that both bounds are true.",
    equation: r"\min_{\pi1=a}\langle c,\pi\rangle+D_f(\pi^T1\|b)+\varepsilon\,KL(\pi\|a\otimes b)",
    cite: "chizat2018",
    options: &[
        Opt { name: "epsilon", kind: POSITIVE, doc: "epsilon as a share of the largest cost between the samples" },
        Opt { name: "tolerance", kind: POSITIVE, doc: "marginal error to stop at" },
        Opt { name: "iterations", kind: COUNT, doc: "most iterations at the final epsilon" },
    ],
    defaults: defaults_of::<EntropicOptions>,
    example: "let p = data::gaussian(300, 2, #{ mean: 3.0 });\nlet q = data::ring(300);\nkl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: entropic() })",
};

pub const CERTIFY: Entry = Entry {
    name: "certify",
    room: "critic",
    signature: "certify(critic, p, q)",
    doc: "What a fitted critic proves between two samples, its own or others: #{ lower, upper, gap, proximal }. The critic must come from an estimate or a run, which know its divergence.",
    equation: r"\psi_j=\max_i\{\varphi(y_i)-L|y_i-x_j|\}",
    cite: "birrell2022",
    options: &[],
    defaults: no_defaults,
    example: "let d = kl().regularized(lipschitz(1.0));\nlet e = d.estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\ncertify(e.critic, data::gaussian(80, 2), data::ring(80))",
};

pub const PATH: Entry = Entry {
    name: "path",
    room: "critic",
    signature: "d.path(p, q, constants)",
    doc: "The divergence for every Lipschitz constant of a list, solved exactly: a table with L, value, lower, upper, slope = dD/dL, w1 = L W1 and limit = D_f. plot::path draws it with its limits.",
    equation: r"L\mapsto D_f^{\Gamma_L}(P\|Q)\le\min(L\,W_1,\,D_f)",
    cite: "birrell2022",
    options: &[],
    defaults: no_defaults,
    example: "let d = kl().regularized(lipschitz(1.0));\nd.path(data::gaussian(40, 2), data::gaussian(40, 2, #{ mean: 1.0 }), [0.1, 1.0, 10.0])",
};

pub const BOOTSTRAP: Entry = Entry {
    name: "bootstrap",
    room: "critic",
    signature: "d.bootstrap(p, q, options)",
    doc: "A percentile bootstrap of the exact value: #{ value, low, high, values }.",
    equation: "",
    cite: "",
    options: &[
        Opt {
            name: "resamples",
            kind: OptionKind::Integer { min: 2, max: 1_000_000 },
            doc: "samples drawn again, with replacement",
        },
        Opt { name: "level", kind: OptionKind::Number { min: 0.01, max: 0.9999 }, doc: "coverage" },
        Opt {
            name: "seed",
            kind: OptionKind::Integer { min: 0, max: 1 << 53 },
            doc: "default a new draw of the session's",
        },
    ],
    defaults: || serde_json::json!({ "resamples": 200, "level": 0.95, "seed": null }),
    example: "mmd(gaussian_kernel(1.0)).bootstrap(data::gaussian(60, 2), data::gaussian(60, 2, #{ mean: 1.0 }), #{ resamples: 50 })",
};

pub const TEST: Entry = Entry {
    name: "two_sample_test",
    room: "critic",
    signature: "d.two_sample_test(p, q, options)",
    doc: "A permutation test of whether two samples have one law: #{ statistic, p_value, permuted }. The statistic is the exact divergence.",
    equation: r"p=\frac{1+\#\{D_\sigma\ge D\}}{1+\#\sigma}",
    cite: "gretton2012",
    options: &[
        Opt {
            name: "permutations",
            kind: OptionKind::Integer { min: 1, max: 1_000_000 },
            doc: "random relabellings of the points",
        },
        Opt {
            name: "seed",
            kind: OptionKind::Integer { min: 0, max: 1 << 53 },
            doc: "default a new draw of the session's",
        },
    ],
    defaults: || serde_json::json!({ "permutations": 200, "seed": null }),
    example: "mmd(gaussian_kernel(1.0)).two_sample_test(data::gaussian(50, 2), data::gaussian(50, 2, #{ mean: 0.5 }), #{ permutations: 99 })",
};

pub const ENTRIES: &[Entry] = &[MLP, CNN, PAIR, DEEP_KERNEL, EXACT, ENTROPIC, ESTIMATE, CERTIFY, PATH, BOOTSTRAP, TEST];
