//! What a run can be told.
use crate::catalogue::{COUNT, Entry, Opt, OptionKind, POSITIVE, defaults_of};
use crate::observer::stop::{STOP, StopRules};
use serde::{Deserialize, Serialize};

/// Options of `flow.run(source, target, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunOptions {
    /// steps to take
    pub steps: usize,
    /// seed of weights, minibatches and noise; the session's if there is none
    pub seed: Option<u64>,
    /// steps between rows of the history
    pub record_every: usize,
    /// copies of the particles over the steps, both ends included
    pub snapshots: usize,
    /// names of metrics, each a column of the history
    pub metrics: Vec<String>,
    /// steps between evaluations of the metrics
    pub metrics_every: usize,
    /// rules that end the run early
    pub stop: StopRules,
    /// a step longer than this many diameters of the samples ends the run as diverged
    pub runaway: f64,
    /// share of the target that the flow is not given, to judge by
    pub holdout: Option<f64>,
    /// show the particles while they move, where that can be seen
    pub live: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions {
            steps: 500,
            seed: None,
            record_every: 10,
            snapshots: 20,
            metrics: vec![],
            metrics_every: 50,
            stop: StopRules::default(),
            runaway: 10.0,
            holdout: None,
            live: true,
        }
    }
}

/// `flow.run(source, target, options)`
pub const RUN: Entry = Entry {
    name: "run",
    room: "flow",
    signature: "flow.run(source, target, options)",
    doc: "Moves the particles of `source` towards `target`. A run that fails or is interrupted keeps what it recorded: last_run().",
    equation: r"Y\leftarrow Y-\Delta t\,\nabla\tfrac{\delta D}{\delta P}(Y)",
    cite: "gu2024gpa",
    options: &[
        Opt { name: "steps", kind: COUNT, doc: "steps to take" },
        Opt {
            name: "seed",
            kind: OptionKind::Integer { min: 0, max: 1 << 53 },
            doc: "seed of the critic's weights; default the session's",
        },
        Opt { name: "record_every", kind: COUNT, doc: "steps between rows of the history" },
        Opt {
            name: "snapshots",
            kind: OptionKind::Integer { min: 0, max: 100_000 },
            doc: "copies of the particles, evenly spaced over the steps, both ends included",
        },
        Opt {
            name: "metrics",
            kind: OptionKind::Texts,
            doc: "columns of the history: w1, w2, sliced, max_sliced, mmd, energy",
        },
        Opt { name: "metrics_every", kind: COUNT, doc: "steps between evaluations of the metrics" },
        Opt { name: "stop", kind: OptionKind::Map(STOP), doc: "rules that end the run early" },
        Opt {
            name: "runaway",
            kind: POSITIVE,
            doc: "a step of a particle longer than this many diameters of the samples ends the run as diverged",
        },
        Opt {
            name: "holdout",
            kind: OptionKind::Number { min: 0.0, max: 1.0 },
            doc: "share of the target, drawn by the seed, that the flow is not given and its verdict compares with; default none",
        },
        Opt {
            name: "labels",
            kind: OptionKind::Value("[source labels, target labels]"),
            doc: "classes of the points, whole numbers or texts: particles move towards the targets of their own class; default none",
        },
        Opt {
            name: "prepare",
            kind: OptionKind::Value("a transform such as whiten(x), or \"standardise\", \"robust\", \"whiten\""),
            doc: "in whose units the flow works, of the target where it is a word: D, time and speed are in them; samples, particles, pictures and metrics stay in yours; default none",
        },
        Opt {
            name: "live",
            kind: OptionKind::Flag,
            doc: "in a notebook, show the particles of a run that takes longer than a second while they move",
        },
    ],
    defaults: defaults_of::<RunOptions>,
    example: "let flow = gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.5 });\nlet run = flow.run(data::gaussian(50, 2), data::ring(50), #{ steps: 5, record_every: 1 });\nprint(run.history);\nrun",
};
