//! How P moves: a flow is a scheme on a representation, and one loop runs them all.
//!
//! | file | what |
//! |---|---|
//! | [`algorithms`] | the flows of the literature, one file each |
//! | `particles`, `pushforward`, [`latent`] | what moves: points, a map that generates them, codes of points |
//! | [`integrators`], [`field`], [`noise`] | schemes for dY/dt = v(Y), the velocity of critics, the kick before it is read |
//! | [`map`], [`codec`] | maps that are trained, encoders with their decoders |
//! | [`labels`] | classes that do not mix |
//! | [`origins`] | how samples are prepared, and what is subtracted from those far from 0, before they are moved |
//! | `run` | the loop, what ends it, runs on disk |
use crate::catalogue::Entry;

pub mod algorithms;
pub mod codec;
mod defaults;
pub mod field;
mod ingredients;
pub mod integrators;
pub mod labels;
mod landing;
pub mod latent;
pub mod map;
pub mod noise;
pub mod origins;
mod pace;
mod particles;
mod pushforward;
mod recipe;
mod run;
mod saved;
mod traits;
pub mod verdict;
pub use crate::record::{Record, State};
pub use algorithms::ALGORITHMS;
pub use defaults::{default_critic, flow_optimizer};
pub use ingredients::Ingredients;
pub use particles::{Auto, Dt, PARTICLES, ParticleFlow, ParticleOptions, ParticleRecipe};
pub use pushforward::{
    Found, Latent, PUSHFORWARD, Pursuit, PushforwardFlow, PushforwardOptions, PushforwardRecipe, adversarial_optimizer,
    default_network, potential_optimizer,
};
pub use recipe::{ReadRecipe, Recipe, SavedForm, Setting};
pub use run::{Beside, Ending, Keep, Loaded, RUN, RUNNING, Run, RunOptions};
pub use traits::{Critics, Flow, Saved, Step, Viewed};

const COUNT: usize = ALGORITHMS.len() + codec::ALL.len() + 1;

/// The entries of every flow and codec and of running, in the order help lists them: codecs before the flow behind them.
pub const ENTRIES: &[Entry] = &{
    let mut out = [RUN; COUNT];
    let (mut n, mut i) = (0, 0);
    while i < ALGORITHMS.len() {
        if matches!(ALGORITHMS[i].build, algorithms::Build::Behind(_)) {
            let mut j = 0;
            while j < codec::ALL.len() {
                out[n] = codec::ALL[j].entry;
                (n, j) = (n + 1, j + 1);
            }
        }
        out[n] = ALGORITHMS[i].entry;
        (n, i) = (n + 1, i + 1);
    }
    out
};
