//! Catalogue entries of the flows and of running them.
use super::codec::AutoencoderOptions;
use super::generator_flow::{GeneratorOptions, generator_optimizer};
use super::gradient_flow::flow_optimizer;
use super::integrators::NAMES;
use super::langevin::LangevinOptions;
use super::presets::{self, preset_defaults};
use super::run::RunOptions;
use crate::catalogue::merge;
use crate::catalogue::{COUNT, Entry, NONNEGATIVE, Opt, OptionKind, POSITIVE, defaults_of};
use crate::critic::OPTIMIZER;

const DT: Opt = Opt {
    name: "dt",
    kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
    doc: "time step of the particles; \"auto\" is (2/steps) times their 1-99 % range times the root of d; the first step of the adaptive scheme",
};
const INTEGRATOR: Opt = Opt {
    name: "integrator",
    kind: OptionKind::Choice(NAMES),
    doc: "scheme for the particles: four explicit ones, one with error control, and implicit Euler (JKO)",
};
const TOLERANCE: Opt = Opt {
    name: "tolerance",
    kind: POSITIVE,
    doc: "error per step of the adaptive, residual of the implicit scheme, in units of the target's spread",
};
const ITERATIONS: Opt = Opt { name: "iterations", kind: COUNT, doc: "velocities per implicit step at most" };
const NOISE: Opt = Opt {
    name: "noise",
    kind: OptionKind::Value("a number, a schedule |t| …, or \"adaptive\""),
    doc: "standard deviation of the random kick after which each particle reads its velocity; a schedule is a formula in the time of the flow",
};
const ADAPT: Opt = Opt {
    name: "adapt_width",
    kind: OptionKind::Integer { min: 0, max: 1 << 40 },
    doc: "steps between new kernel widths, those at which the target pulls hardest; 0 keeps the width",
};
const CRITIC: Opt = Opt {
    name: "critic",
    kind: OptionKind::Value("critic"),
    doc: "default mlp([64, 64], #{ activation: \"leaky_relu\" }), or the natural solver of kernel and transport terms",
};
const INNER: [Opt; 3] = [
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

const OPTIONS: &[Opt] = &[
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
    CRITIC,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
    OPTIMIZER[6],
];
const KERNEL: &[Opt] = &[DT, INTEGRATOR, TOLERANCE, ITERATIONS, NOISE, ADAPT];
const KALE: &[Opt] = &[
    Opt { name: "lambda", kind: POSITIVE, doc: "weight of the squared norm: small is near KL, large near MMD" },
    DT,
    INTEGRATOR,
    TOLERANCE,
    ITERATIONS,
    NOISE,
    ADAPT,
];
const JKO: &[Opt] = &[
    Opt { name: "tau", kind: POSITIVE, doc: "time step: each step minimises D(P) + W2(P, P_before)^2/(2 tau)" },
    INNER[0],
    INNER[1],
    INNER[2],
    TOLERANCE,
    ITERATIONS,
    CRITIC,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
    OPTIMIZER[6],
];

/// The defaults of these options.
fn only(options: &[Opt], mut v: serde_json::Value) -> serde_json::Value {
    if let Some(map) = v.as_object_mut() {
        map.retain(|k, _| options.iter().any(|o| o.name == k));
    }
    v
}

const GENERATOR: Opt = Opt {
    name: "generator",
    kind: OptionKind::Value("network"),
    doc: "layers of the generator, as mlp([..]), or cnn(..), which is transposed; default mlp([64, 64, 64], #{ activation: \"leaky_relu\" })",
};
const CRITIC_STEPS: Opt = Opt {
    name: "critic_steps",
    kind: COUNT,
    doc: "ascent steps of the critic per step of the generator, each on fresh minibatches",
};
const FIT: Opt = Opt {
    name: "fit",
    kind: OptionKind::Choice(&["target", "both"]),
    doc: "the sample the codec learns from: the target, or source and target together",
};
const BATCH: Opt = Opt {
    name: "batch",
    kind: OptionKind::Integer { min: 0, max: 1 << 40 },
    doc: "points of each sample per minibatch; 0 takes all",
};
const GENERATOR_LR: Opt = Opt { name: "generator_lr", kind: POSITIVE, doc: "learning rate of the generator" };
const EMA: Opt = Opt {
    name: "ema",
    kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
    doc: "decay of the moving average of the generator's parameters, which run.particles and run.sample use; 0 keeps none",
};
const RESIDUAL: Opt =
    Opt { name: "residual", kind: OptionKind::Flag, doc: "G(z) = z + net(z): begins near the identity" };
const LATENT: Opt = Opt {
    name: "latent",
    kind: OptionKind::Choice(&["source", "gaussian"]),
    doc: "inputs of the generator: rows of the source, or fresh normal draws of its dimension",
};
const EULER: [Opt; 2] = [
    Opt { name: "dt", kind: POSITIVE, doc: "time step of the forward Euler scheme" },
    Opt {
        name: "persistent",
        kind: COUNT,
        doc: "gradient steps towards the moved points, on the same minibatch; 1 is W2GAN",
    },
];
const GAN: &[Opt] = &[
    GENERATOR,
    CRITIC,
    CRITIC_STEPS,
    BATCH,
    GENERATOR_LR,
    EMA,
    RESIDUAL,
    LATENT,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];
const FE_CRITIC: Opt = Opt {
    name: "critic",
    kind: OptionKind::Value("critic"),
    doc: "w2_fe: default exact(), or pair([64, 64]); w1_fe: default mlp([64, 64], #{ activation: \"leaky_relu\" }), or exact()",
};
const FE: &[Opt] = &[
    EULER[0],
    EULER[1],
    GENERATOR,
    FE_CRITIC,
    CRITIC_STEPS,
    BATCH,
    GENERATOR_LR,
    EMA,
    RESIDUAL,
    LATENT,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];
const POTENTIAL: &[Opt] = &[
    Opt {
        name: "lambda",
        kind: POSITIVE,
        doc: "weight of the kinetic energy; the flow is the JKO step of length 1/lambda",
    },
    Opt { name: "time_steps", kind: COUNT, doc: "steps of the flow over unit time" },
    Opt {
        name: "kinetic",
        kind: OptionKind::Flag,
        doc: "whether the kinetic energy is counted; without it the flow has no reason to be straight",
    },
    Opt {
        name: "potential",
        kind: OptionKind::Value("network"),
        doc: "hidden layers of U(x, t), as mlp([..]); always tanh; default mlp([64, 64, 64])",
    },
    CRITIC,
    CRITIC_STEPS,
    BATCH,
    GENERATOR_LR,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];

fn generator_defaults(options: &[Opt]) -> serde_json::Value {
    only(
        options,
        merge(defaults_of::<GeneratorOptions>(), serde_json::to_value(generator_optimizer()).unwrap_or_default()),
    )
}

fn with_optimizer(v: serde_json::Value) -> serde_json::Value {
    merge(v, serde_json::to_value(flow_optimizer()).unwrap_or_default())
}

/// The keys of `stop: #{ … }`.
pub const STOP: &[Opt] = &[
    Opt {
        name: "divergence",
        kind: OptionKind::Number { min: 0.0, max: f64::MAX },
        doc: "stop once the estimated divergence is below this",
    },
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
            name: "labels",
            kind: OptionKind::Value("[source labels, target labels]"),
            doc: "classes of the points: particles move towards the targets of their own class; default none",
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

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "gpa",
        room: "flow",
        signature: "gpa(d, options)",
        doc: "The generative particle algorithm: Lipschitz-regularised gradient flow on particles by explicit steps, critic warm-started.",
        equation: r"Y\leftarrow Y-\Delta t\,\nabla\varphi^{L}(Y)",
        cite: "gu2024gpa",
        options: OPTIONS,
        defaults: || with_optimizer(preset_defaults("gpa")),
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
        defaults: || with_optimizer(preset_defaults("gradient_flow")),
        example: "let d = 0.5 * kl().regularized(lipschitz(1.0)) + 0.5 * ipm(lipschitz(1.0));\nlet flow = gradient_flow(d, #{ integrator: \"heun\" });\nflow",
    },
    Entry {
        name: "mmd_flow",
        room: "flow",
        signature: "mmd_flow(kernel, options)",
        doc: "The gradient flow of half MMD squared, with constant, scheduled or adaptive noise injection and adaptive kernel width.",
        equation: r"Y\leftarrow Y-\Delta t\,\nabla f(Y+\beta\xi),\quad f=E_P[k(\cdot,y)]-E_Q[k(\cdot,x)]",
        cite: "arbel2019",
        options: KERNEL,
        defaults: || only(KERNEL, preset_defaults("mmd_flow")),
        example: "let flow = mmd_flow(gaussian_kernel(1.0), #{ dt: 0.5, noise: |t| 0.5 / (1 + t) });\nflow.run(data::gaussian(50, 2), data::ring(50, #{ radius: 1.0 }), #{ steps: 5 })",
    },
    Entry {
        name: "kale_flow",
        room: "flow",
        signature: "kale_flow(kernel, options)",
        doc: "The gradient flow of the KL approximate lower bound estimator, between those of KL and of MMD; gradient_flow(f.penalized(rkhs(k), lambda)) is the same for any f.",
        equation: r"Y\leftarrow Y-\Delta t\,(1+\lambda)\nabla h(Y)",
        cite: "glaser2021",
        options: KALE,
        defaults: || only(KALE, presets::kale_defaults()),
        example: "let flow = kale_flow(gaussian_kernel(0.5), #{ lambda: 0.1, dt: 0.01 });\nflow.run(data::gaussian(50, 2), data::ring(50, #{ radius: 1.0 }), #{ steps: 5 })",
    },
    Entry {
        name: "jko",
        room: "flow",
        signature: "jko(d, options)",
        doc: "The minimising-movement scheme: implicit Euler on particles, each step solved by gradient steps of Barzilai and Borwein.",
        equation: r"P_{k+1}=\arg\min_P D(P\|Q)+\tfrac1{2\tau}W_2^2(P,P_k)",
        cite: "jko1998",
        options: JKO,
        defaults: || only(JKO, with_optimizer(presets::jko_defaults())),
        example: "let flow = jko(mmd(gaussian_kernel(1.0)), #{ tau: 2.0 });\nflow.run(data::gaussian(50, 2), data::ring(50, #{ radius: 1.0 }), #{ steps: 3 })",
    },
    Entry {
        name: "langevin",
        room: "flow",
        signature: "langevin(|x| log density, options)",
        doc: "Unadjusted Langevin dynamics for a density known up to a factor; the gradient is derived from the formula. In it x[i], x.dim(), sum(x), dot(x, y), norm(x), logsumexp([..]) and elementwise operators.",
        equation: r"Y\leftarrow Y+\Delta t\,\nabla\ln\pi(Y)+\sqrt{2\Delta t}\,\xi",
        cite: "roberts1996",
        options: &[Opt { name: "dt", kind: POSITIVE, doc: "time step" }],
        defaults: defaults_of::<LangevinOptions>,
        example: "let flow = langevin(|x| -0.5 * dot(x - 1.0, x - 1.0), #{ dt: 0.05 });\nflow.run(data::gaussian(50, 2), data::gaussian(50, 2, #{ mean: 1.0 }), #{ steps: 5 })",
    },
    Entry {
        name: "gan",
        room: "flow",
        signature: "gan(d, options)",
        doc: "A generator trained against a critic of any divergence: (f,Gamma)-GAN for kl().regularized(lipschitz(1.0)) and every other f, WGAN for w1(), a moment-matching network for mmd(k) and an MMD-GAN for mmd(k) with a deep_kernel(..) critic. An f alone makes the f-GAN, whose critic is ln dP/dQ: gan(js()) is the original GAN, and its critic the logit of a discriminator. The source of the run is its noise.",
        equation: r"\min_G\max_{\varphi\in\Gamma}E[\varphi(G(z))]-\inf_\nu\{\nu+E_Q[f^*(\varphi-\nu)]\}",
        cite: "birrell2022",
        options: GAN,
        defaults: || generator_defaults(GAN),
        example: "let flow = gan(kl().regularized(lipschitz(1.0)), #{ generator: mlp([16, 16]), critic: mlp([16, 16]), batch: 32 });\nlet run = flow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 });\nrun.sample(10)",
    },
    Entry {
        name: "w2_fe",
        room: "flow",
        signature: "w2_fe(options)",
        doc: "The Wasserstein-2 gradient flow of half W2 squared on a generator: forward Euler with persistent training, K gradient steps towards each minibatch moved along its velocity. The critic is exact() unless told otherwise, which transports each minibatch exactly, or pair([..]), the paper's two networks.",
        equation: r"\zeta=G(z)-\Delta t\,\nabla\varphi(G(z)),\quad \min_G E|\zeta-G(z)|^2",
        cite: "huang2024w2",
        options: FE,
        defaults: || generator_defaults(FE),
        example: "let flow = w2_fe(#{ generator: mlp([16, 16]), critic: pair([16, 16]), persistent: 3, dt: 0.5, batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
    },
    Entry {
        name: "w1_fe",
        room: "flow",
        signature: "w1_fe(options)",
        doc: "The same for W1: particles of the generator move at unit speed along the gradient of a 1-Lipschitz critic, with persistent training.",
        equation: r"\zeta=G(z)-\Delta t\,\nabla\varphi(G(z)),\quad \mathrm{Lip}(\varphi)\le1",
        cite: "malik2024w1",
        options: FE,
        defaults: || generator_defaults(FE),
        example: "let flow = w1_fe(#{ generator: mlp([16, 16]), critic: mlp([16, 16]), persistent: 3, dt: 0.1, batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
    },
    Entry {
        name: "pca",
        room: "flow",
        signature: "pca(dim, options)",
        doc: "Principal components as the codec of a latent flow: orthonormal, so that decoding is 1-Lipschitz.",
        equation: r"z=W^\top(x-m)",
        cite: "gu2023latent",
        options: &[FIT],
        defaults: || serde_json::json!({ "fit": "target" }),
        example: "latent(gpa(kl().regularized(lipschitz(1.0))), pca(8))",
    },
    Entry {
        name: "autoencoder",
        room: "flow",
        signature: "autoencoder(widths | network, dim, options)",
        doc: "An autoencoder, trained before the flow begins, as the codec of a latent flow: perceptrons of these widths, or the layers of mlp(..) or cnn(..), transposed in the decoder.",
        equation: r"\min_{E,D}\mathbb E|x-D(E(x))|^2",
        cite: "gu2023latent",
        options: &[
            Opt {
                name: "activation",
                kind: OptionKind::Choice(&["groupsort", "relu", "tanh", "leaky_relu"]),
                doc: "nonlinearity between layers",
            },
            Opt { name: "steps", kind: COUNT, doc: "training steps" },
            BATCH,
            Opt { name: "lr", kind: POSITIVE, doc: "learning rate" },
            FIT,
        ],
        defaults: defaults_of::<AutoencoderOptions>,
        example: "latent(gpa(kl().regularized(lipschitz(1.0))), autoencoder([64, 32], 8, #{ steps: 500 }))",
    },
    Entry {
        name: "latent",
        room: "flow",
        signature: "latent(flow, codec, options)",
        doc: "A flow in the latent space of a codec: the target is encoded, the source too unless it is given there, the particles move there and are decoded once at the end. run.particles and run.snapshots are decoded; metrics of the history are those of the latent space. run.report has the decoder's Lipschitz constant, which bounds the divergence outside. With mobility: true the critic compares decoded points with the target itself, and latent points follow by the transposed Jacobian of the decoder: dy = -J J^T grad phi dt outside.",
        equation: r"D^{\Gamma_L}(D_\#P\|D_\#Q)\le D^{\Gamma_{L\,\mathrm{Lip}D}}(P\|Q)",
        cite: "gu2023latent",
        options: &[Opt {
            name: "mobility",
            kind: OptionKind::Flag,
            doc: "whether the flow runs outside, with the mobility J J^T of the decoder",
        }],
        defaults: || serde_json::json!({ "mobility": false }),
        example: "let flow = latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([16, 16]) }), pca(4));\nlet run = flow.run(data::gaussian(30, 4), data::digits().rows(0, 60), #{ steps: 3 });\nrun.report",
    },
    Entry {
        name: "w1w2_flow",
        room: "flow",
        signature: "w1w2_flow(d, options)",
        doc: "The W1+W2 proximal flow: a potential U(x, t) carries the source over unit time, and its kinetic energy is the W2 proximal of the Lipschitz-regularised divergence, an implicit (JKO) step of length 1/lambda. run.report has the kinetic energy, the Hamilton-Jacobi residual and the straightness of the paths.",
        equation: r"\min_U D^{\Gamma_L}(x(1)_\#P\|Q)+\lambda\int_0^1E\tfrac12|\dot x|^2dt,\quad\dot x=-\nabla U/\lambda",
        cite: "gu2024w1w2",
        options: POTENTIAL,
        defaults: || generator_defaults(POTENTIAL),
        example: "let flow = w1w2_flow(kl().regularized(lipschitz(1.0)), #{ potential: mlp([16, 16]), critic: mlp([16, 16]), batch: 32 });\nlet run = flow.run(data::gaussian(64, 2), data::moons(64), #{ steps: 3 });\nrun.report",
    },
    RUN,
];
