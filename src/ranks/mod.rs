//! Processes that take the steps of one flow together.
//!
//! Every rank runs the same script on the same seed. Of small samples it holds all rows, and only the work of a step is shared; of large
//! ones whose flow allows it each holds some ([`Split`]), and only sums travel. Transport moves bytes, every addition is ours, in a fixed
//! tree ([`tree`]) or in leaves ([`split::sums`]) over parts that depend on what is summed alone: any number of ranks gives the same
//! bits, so whether a piece of work is shared, or a sample split, is a question of speed and memory only.
//!
//! The team of a thread is ambient, as its interrupt is: the thread of a script has it ([`enter`]), loops far below ask for it
//! ([`sharing`]). Threads of the pool have none; whoever hands them work that may ask leaves the team for it, because the thread of the
//! script takes a part of that work as well.
mod ambient;
mod rows;
pub mod split;
mod spread;
mod team;
mod traits;
pub mod tree;
#[cfg(feature = "mpi")]
mod world;

pub use ambient::{Entered, current, enter, sharing};
pub use rows::Rows;
pub use split::{Split, Splits};
pub use spread::Spread;
pub use team::Team;
pub use traits::{One, Ranks};
#[cfg(feature = "mpi")]
pub use world::{Library, World};

/// What the bits of products depend on besides the program: the vector units that kernels are chosen by, and the caches that they are
/// cut for.
pub fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    let units = [std::is_x86_feature_detected!("avx512f"), std::is_x86_feature_detected!("avx2")];
    #[cfg(not(target_arch = "x86_64"))]
    let units = [false; 2];
    let size = |i: usize| std::fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{i}/size"));
    let caches: Vec<String> = (0..4).map(|i| size(i).unwrap_or_default().trim().to_string()).collect();
    format!("{} {units:?} {caches:?}", std::env::consts::ARCH)
}
