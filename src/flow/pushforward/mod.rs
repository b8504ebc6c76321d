//! Flows of a law that a map generates, P = G_# noise: each step asks the critics for velocities at generated points, and
//! moves the map's parameters so that the points follow.
mod build;
mod found;
mod inputs;
mod lead;
pub(super) mod listed;
mod options;
mod recipe;
mod running;
pub(super) use build::{pushforward_flow, usual_critic};
pub use options::{
    Found, Latent, Pursuit, PushforwardOptions, adversarial_optimizer, default_network, potential_optimizer,
};
pub use recipe::{PUSHFORWARD, PushforwardRecipe};
pub use running::PushforwardFlow;
