//! The options of flows of generated laws, as help and checks know them.
use crate::catalogue::{COUNT, Opt, OptionKind, POSITIVE};
use crate::flow::particles::listed::BATCH;
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
pub(crate) const GENERATOR_LR: Opt =
    Opt { name: "generator_lr", kind: POSITIVE, doc: "learning rate of the generator" };
/// Averaged parameters.
pub(crate) const EMA: Opt = Opt {
    name: "ema",
    kind: OptionKind::Number { min: 0.0, max: 0.9999999 },
    doc: "decay of the moving average of the generator's parameters, which run.particles and run.sample use; 0 keeps none",
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
    Opt { name: "dt", kind: POSITIVE, doc: "time step of the forward Euler scheme" },
    Opt {
        name: "persistent",
        kind: COUNT,
        doc: "gradient steps towards the moved points, on the same minibatch; 1 is W2GAN",
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
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];
