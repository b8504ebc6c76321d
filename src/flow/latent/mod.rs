//! Flows in a latent space: encode once, move there, decode once at the end. [gu2023latent](crate::references#gu2023latent)
//!
//! D^{Γ_L}(D_#P ‖ D_#Q) ≤ D^{Γ_{L Lip D}}(P ‖ Q): what is reached in the latent space bounds what is reached outside.
mod behind;
mod mobility;
mod recipe;
mod running;
pub use mobility::MobilityFlow;
pub use recipe::{LATENT, LatentRecipe};
pub use running::LatentFlow;
