//! Metrics between two samples: exact where the name says a distance, one file each. A new one is a file and a line of
//! [`ALL`].
use crate::catalogue::Entry;

mod definition;
mod directions;
mod kernel_distance;
mod kernels;
mod max_sliced;
pub mod modes;
mod named;
pub mod neighbours;
mod sinkhorn;
mod sliced;
pub mod tails;
mod wasserstein;
pub use definition::{Listed, Make, Metric};
pub use kernel_distance::Mmd;
pub use max_sliced::MaxSliced;
pub use named::{by_name, by_name_interruptible, by_names, names};
pub use sinkhorn::Sinkhorn;
pub use sliced::{Sliced, SlicedOptions, Slices};
pub use wasserstein::Wasserstein;

/// Every metric. Those with a constructor are what the option `metrics:` of a run accepts, and functions of two samples.
pub const ALL: &[Listed] = &[
    wasserstein::W1,
    wasserstein::W2,
    sliced::SLICED,
    sliced::SLICED_WITH_ERROR,
    max_sliced::MAX_SLICED,
    kernel_distance::MMD,
    kernel_distance::ENERGY,
    sinkhorn::SINKHORN,
    modes::MODES,
    neighbours::NN_ACCURACY,
    neighbours::MEMORISATION,
    tails::CCDF_DISTANCE,
    tails::HILL,
];

/// The room in the catalogue: [`ALL`], and the kernels that some of them take.
pub const ENTRIES: &[Entry] = &{
    let mut entries = [ALL[0].entry; ALL.len() + kernels::KERNELS.len()];
    let mut i = 0;
    while i < ALL.len() {
        entries[i] = ALL[i].entry;
        i += 1;
    }
    while i < entries.len() {
        entries[i] = kernels::KERNELS[i - ALL.len()];
        i += 1;
    }
    entries
};
