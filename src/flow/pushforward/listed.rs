//! The options of flows of generated laws, as help and checks know them.
use crate::catalogue::{COUNT, Opt, OptionKind, POSITIVE};
use crate::network::optimizer::OPTIMIZER;

/// Generator network.
pub(crate) const GENERATOR: Opt = Opt {
    name: "generator",
    kind: OptionKind::Value("network"),
    doc: "layers of the generator, as mlp([..]), or cnn(..), which is transposed; default mlp([64, 64, 64], #{ activation: \"leaky_relu\" })",
};
/// Ascent of the critic per step.
pub(crate) const CRITIC_STEPS: Opt = Opt {
    name: "critic_steps",
    kind: COUNT,
    doc: "ascent steps of the critic per step of the generator, each on fresh minibatches",
};
/// Learning rate of the map.
pub(crate) const GENERATOR_LR: Opt = Opt {
    name: "generator_lr",
    kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
    doc: "learning rate of the generator; \"auto\" begins with 0.002 and fades like 1/sqrt(1 + step/50), leads the generator in several descents a step towards points moved by a found length, has critics no steeper than 1 over the size of the target, and measures losses in its units; a number is constant, and gan then takes one descent a step",
};
/// Learning rate of a potential, a number.
pub(crate) const POTENTIAL_LR: Opt =
    Opt { name: "generator_lr", kind: POSITIVE, doc: "learning rate of the potential" };
/// Learning rate of critics.
pub(crate) const LR: Opt = Opt {
    name: "lr",
    kind: POSITIVE,
    doc: "learning rate of the critic; unless it is written it fades with generator_lr: \"auto\"",
};
/// Points of a minibatch.
pub(crate) const BATCH: Opt = Opt {
    name: "batch",
    kind: OptionKind::IntegerOr { min: 0, max: 1 << 40, word: "auto" },
    doc: "points of each sample per minibatch; \"auto\" takes 512, or all where there are no more; 0 takes all",
};
/// Averaged parameters.
pub(crate) const EMA: Opt = Opt {
    name: "ema",
    kind: OptionKind::NumberOr { min: 0.0, max: 0.9999999, word: "auto" },
    doc: "decay of the moving average of the generator's parameters, which run.particles and run.sample use; \"auto\" averages over the last tenth of the steps so far; 0 keeps none",
};
/// Shortcut from input to output.
pub(crate) const RESIDUAL: Opt =
    Opt { name: "residual", kind: OptionKind::Flag, doc: "G(z) = z + net(z): begins near the identity" };
/// Inputs of the map.
pub(crate) const LATENT: Opt = Opt {
    name: "latent",
    kind: OptionKind::Choice(&["source", "gaussian"]),
    doc: "inputs of the generator: rows of the source, or fresh normal draws of its dimension",
};
const EULER: [Opt; 2] = [
    Opt {
        name: "dt",
        kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
        doc: "time step of the forward Euler scheme; \"auto\" asks each step for 0.3 of the D that is left, D/mean|v|^2 times that (Polyak)",
    },
    Opt {
        name: "persistent",
        kind: OptionKind::IntegerOr { min: 1, max: 1 << 40, word: "auto" },
        doc: "gradient steps towards the moved points, on the same minibatch; 1 is W2GAN, \"auto\" takes 8",
    },
];
const FE_CRITIC: Opt = Opt {
    name: "critic",
    kind: OptionKind::Value("critic"),
    doc: "w2_fe: default exact(), or pair([64, 64]); w1_fe: default mlp([64, 64], #{ activation: \"leaky_relu\" }), or exact()",
};
/// Everything a forward Euler flow of a generator network can be told.
pub(crate) const FE: &[Opt] = &[
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
    LR,
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];
