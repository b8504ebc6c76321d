//! Catalogue entries of the flows and of running them.
use super::gradient_flow::{FlowOptions, flow_optimizer};
use super::integrators::NAMES;
use super::run::RunOptions;
use crate::catalogue::{COUNT, Entry, NONNEGATIVE, Opt, OptionKind, POSITIVE, defaults_of};
use crate::critic::{OPTIMIZER, merge};

const OPTIONS: &[Opt] = &[
    Opt { name: "dt", kind: POSITIVE, doc: "time step of the particles" },
    Opt { name: "inner_steps", kind: COUNT, doc: "ascent steps of the critic per velocity" },
    Opt { name: "warm_up", kind: OptionKind::Integer { min: 0, max: 1 << 40 }, doc: "extra ascent steps before the first velocity" },
    Opt { name: "inner_tolerance", kind: OptionKind::Number { min: 0.0, max: 1.0 }, doc: "end the ascent when a step improves it by less than this fraction; 0 never" },
    Opt { name: "integrator", kind: OptionKind::Choice(NAMES), doc: "explicit scheme for the particles" },
    Opt { name: "critic", kind: OptionKind::Value("critic"), doc: "default mlp([64, 64], #{ activation: \"leaky_relu\" }), or the natural solver of kernel and transport terms" },
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
    OPTIMIZER[6],
];

fn defaults() -> serde_json::Value {
    merge(defaults_of::<FlowOptions>(), serde_json::to_value(flow_optimizer()).unwrap_or_default())
}

/// The keys of `stop: #{ … }`.
pub const STOP: &[Opt] = &[
    Opt { name: "divergence", kind: OptionKind::Number { min: 0.0, max: f64::MAX }, doc: "stop once the estimated divergence is below this" },
    Opt { name: "fisher", kind: NONNEGATIVE, doc: "stop once mean |v|^2 is below this" },
    Opt { name: "seconds", kind: POSITIVE, doc: "stop after this many seconds" },
];

pub const RUN: Entry = Entry {
    name: "run",
    room: "flow",
    signature: "flow.run(source, target, options)",
    doc: "Moves the particles of `source` towards `target`. A run that fails or is interrupted keeps what it recorded: last_run().",
    equation: r"Y\leftarrow Y-\Delta t\,\nabla\tfrac{\delta D}{\delta P}(Y)",
    cite: "gu2024gpa",
    options: &[
        Opt { name: "steps", kind: COUNT, doc: "steps to take" },
        Opt { name: "seed", kind: OptionKind::Integer { min: 0, max: 1 << 53 }, doc: "seed of the critic's weights; default the session's" },
        Opt { name: "record_every", kind: COUNT, doc: "steps between rows of the history" },
        Opt { name: "snapshots", kind: OptionKind::Integer { min: 0, max: 100_000 }, doc: "copies of the particles, evenly spaced over the steps, both ends included" },
        Opt { name: "metrics", kind: OptionKind::Texts, doc: "columns of the history: w1, w2, sliced, max_sliced, mmd, energy" },
        Opt { name: "metrics_every", kind: COUNT, doc: "steps between evaluations of the metrics" },
        Opt { name: "stop", kind: OptionKind::Map(STOP), doc: "rules that end the run early" },
        Opt { name: "runaway", kind: POSITIVE, doc: "a step of a particle longer than this many diameters of the samples ends the run as diverged" },
        Opt { name: "live", kind: OptionKind::Flag, doc: "in a notebook, show the particles of a run that takes longer than a second while they move" },
    ],
    defaults: defaults_of::<RunOptions>,
    example: "let flow = gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.5 });\nlet run = flow.run(data::gaussian(50, 2), data::ring(50), #{ steps: 5, record_every: 1 });\nprint(run.history);\nrun",
};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "gpa",
        room: "flow",
        signature: "gpa(d, options)",
        doc: "The generative particle algorithm: Lipschitz-regularised gradient flow on particles by explicit steps, critic warm-started.",
        equation: r"Y\leftarrow Y-\Delta t\,\nabla\varphi^{L}(Y)",
        cite: "gu2024gpa",
        options: OPTIONS,
        defaults,
        example: "let flow = gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.2, critic: mlp([32, 32]) });\nflow",
    },
    Entry {
        name: "gradient_flow",
        room: "flow",
        signature: "gradient_flow(d, options)",
        doc: "The Wasserstein gradient flow of any divergence; sums move along the weighted sum of their fields.",
        equation: r"\partial_tP=\nabla\cdot\left(P\,\nabla\tfrac{\delta D}{\delta P}\right)",
        cite: "gu2024gpa",
        options: OPTIONS,
        defaults,
        example: "let d = 0.5 * kl().regularized(lipschitz(1.0)) + 0.5 * ipm(lipschitz(1.0));\nlet flow = gradient_flow(d, #{ integrator: \"heun\" });\nflow",
    },
    RUN,
];
