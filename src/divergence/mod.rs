//! What is minimised: divergences D(P‖Q) as weighted variational terms, and their compositions.
//!
//! D_f^Γ(P‖Q) = sup_{φ∈Γ} { E_P φ − inf_ν { ν + E_Q f*(φ − ν) } }; P is the moving law, Q the target. [birrell2022](crate::references#birrell2022)
//! For f that grows linearly gflow follows [birrell2022](crate::references#birrell2022) (φ may exceed f'(∞) under P), not the f-GAN convention.
mod combination;
mod entries;
mod evaluate;
pub mod found;
pub mod infconv;
mod ipm;
pub mod kernels;
pub mod neurons;
mod objective;
mod regularized;
pub mod renyi;
mod reversed;
mod stored;
mod term;
pub mod transport;
mod variational;
pub use combination::{Combination, symmetrised};
pub use entries::{ENTRIES, TWO_LAYER};
pub use evaluate::{Evaluation, TargetWeights};
pub use ipm::Ipm;
pub use objective::{Objective, Renyi};
pub use regularized::Regularized;
pub use reversed::Reversed;
pub use stored::FromTerms;
pub use term::{Divergence, Term, check_depth, origin};
pub use variational::Variational;
