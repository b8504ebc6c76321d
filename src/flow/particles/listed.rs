//! The options of particle flows, as help and checks know them.
use crate::catalogue::{COUNT, Opt, OptionKind, POSITIVE};
use crate::flow::integrators::NAMES;
use crate::network::optimizer::OPTIMIZER;

/// Time step.
pub(crate) const DT: Opt = Opt {
    name: "dt",
    kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
    doc: "time step of the particles; \"auto\" asks each step for 0.3 of the D that is left, D/mean|v|^2 times that (Polyak), less for particles that would overshoot and where D no longer falls; the first step of the adaptive scheme",
};
/// Scheme.
pub(crate) const INTEGRATOR: Opt = Opt {
    name: "integrator",
    kind: OptionKind::Choice(NAMES),
    doc: "scheme for the particles: four explicit ones, one with error control, and implicit Euler (JKO)",
};
/// Tolerance of schemes that have one.
pub(crate) const TOLERANCE: Opt = Opt {
    name: "tolerance",
    kind: POSITIVE,
    doc: "error per step of the adaptive, residual of the implicit scheme, in units of the target's spread",
};
/// Iterations of the implicit scheme.
pub(crate) const ITERATIONS: Opt = Opt { name: "iterations", kind: COUNT, doc: "velocities per implicit step at most" };
/// Noise injection.
pub(crate) const NOISE: Opt = Opt {
    name: "noise",
    kind: OptionKind::Value("a number, a schedule |t| …, or \"adaptive\""),
    doc: "standard deviation of the random kick after which each particle reads its velocity; a schedule is a formula in the time of the flow",
};
/// Adaptive kernel widths.
pub(crate) const ADAPT: Opt = Opt {
    name: "adapt_width",
    kind: OptionKind::Integer { min: 0, max: 1 << 40 },
    doc: "steps between new kernel widths, those at which the target pulls hardest; 0 keeps the width",
};
/// Mass carried over gaps.
pub(crate) const CARRY: Opt = Opt {
    name: "carry",
    kind: OptionKind::Flag,
    doc: "with dt: \"auto\", a critic that is trained or a kernel, and 100 planned steps or more: a source of six times the size of the target or a sixth, or 20 sizes away from it, goes to its place, size and tails after the first; after 60 and 80 %, with a kernel after 30 %, too, particles whose partners in an optimal plan lie across a gap of the target go there; false for a flow alone",
};
/// Copies of the target.
pub(crate) const REST: Opt = Opt {
    name: "rest",
    kind: OptionKind::Flag,
    doc: "with dt: \"auto\", a critic that is trained and a target of 100 points or more: steps are halved, every 10 steps, while particles lie nearer to the points of the target than 0.85 of what these lie apart and their energy distance is below 0.06 of that of two samples: a critic that goes on copies the points; false goes on",
};
/// Critic.
pub(crate) const CRITIC: Opt = Opt {
    name: "critic",
    kind: OptionKind::Value("critic"),
    doc: "default mlp([64, 64], #{ activation: \"leaky_relu\" }), or the natural solver of kernel and transport terms",
};
/// Ascent of the critic per velocity.
pub(crate) const INNER: [Opt; 3] = [
    Opt { name: "inner_steps", kind: COUNT, doc: "ascent steps of the critic per velocity" },
    Opt {
        name: "warm_up",
        kind: OptionKind::Integer { min: 0, max: 1 << 40 },
        doc: "extra ascent steps before the first velocity",
    },
    Opt {
        name: "inner_tolerance",
        kind: OptionKind::Number { min: 0.0, max: 1.0 },
        doc: "end the ascent when a step improves it by less than this fraction; 0 never",
    },
];
/// Minibatches.
pub(crate) const BATCH: Opt = Opt {
    name: "batch",
    kind: OptionKind::Integer { min: 0, max: 1 << 40 },
    doc: "points of each sample per minibatch; 0 takes all",
};
/// Everything a particle flow of a divergence can be told.
pub(crate) const ALL: &[Opt] = &[
    DT,
    INNER[0],
    INNER[1],
    INNER[2],
    BATCH,
    INTEGRATOR,
    TOLERANCE,
    ITERATIONS,
    NOISE,
    ADAPT,
    CARRY,
    REST,
    CRITIC,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
    OPTIMIZER[6],
];
/// What the flow of a kernel can be told.
pub(crate) const KERNEL: &[Opt] = &[DT, INTEGRATOR, TOLERANCE, ITERATIONS, NOISE, ADAPT, CARRY];
