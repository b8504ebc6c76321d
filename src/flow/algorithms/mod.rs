//! The flows of the literature: one file each, which opens with the paper's algorithm in its symbols, and one line in
//! [`ALGORITHMS`].
mod algorithm;
pub mod gan;
pub mod gpa;
pub mod gradient_flow;
pub mod jko;
pub mod kale_flow;
pub mod langevin;
pub mod latent;
pub mod mmd_flow;
pub mod w1_fe;
pub mod w1w2_flow;
pub mod w2_fe;
pub use algorithm::{Algorithm, Build, Built};

/// Every flow, in the order help lists them: the language, saved runs and the tests loop over this list.
pub const ALGORITHMS: &[Algorithm] = &[
    gpa::GPA,
    gradient_flow::GRADIENT_FLOW,
    mmd_flow::MMD_FLOW,
    kale_flow::KALE_FLOW,
    jko::JKO,
    langevin::LANGEVIN,
    gan::GAN,
    w2_fe::W2_FE,
    w1_fe::W1_FE,
    latent::LATENT,
    w1w2_flow::W1W2_FLOW,
];
