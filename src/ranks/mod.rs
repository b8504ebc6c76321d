//! Processes that take the steps of one flow together.
//!
//! Every rank runs the same script on the same seed and holds the whole state; only the work of a step is shared. Transport moves bytes,
//! every addition is ours, in a fixed tree ([`tree`]) over parts that depend on what is summed alone: any number of ranks gives the
//! same bits, so whether a piece of work is shared is a question of speed only.
//!
//! The team of a thread is ambient, as its interrupt is: the thread of a script has it ([`enter`]), loops far below ask for it
//! ([`sharing`]). Threads of the pool have none; whoever hands them work that may ask leaves the team for it, because the thread of the
//! script takes a part of that work as well.
mod rows;
mod team;
pub mod tree;
#[cfg(feature = "mpi")]
mod world;

pub use rows::Rows;
pub use team::Team;
#[cfg(feature = "mpi")]
pub use world::{Library, World};

use crate::error::Result;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

/// Multiplications of a pass below which it is not shared: to meet takes tens of microseconds.
const WORTH: usize = 4_000_000;

/// How bytes go from one process to the others; all call the same methods in the same order.
pub trait Ranks: Send + Sync {
    /// Which one this is, from 0.
    fn rank(&self) -> usize;
    /// How many there are.
    fn size(&self) -> usize;
    /// Fills in the pieces of all other ranks, which follow each other; `lengths` are those of the pieces.
    ///
    /// # Errors
    /// A transport that fails.
    fn gather(&self, lengths: &[usize], all: &mut [u8]) -> Result<()>;
    /// Makes the bytes those of rank 0.
    ///
    /// # Errors
    /// A transport that fails.
    fn tell(&self, bytes: &mut [u8]) -> Result<()> {
        let mut lengths = vec![0; self.size()];
        lengths[0] = bytes.len();
        self.gather(&lengths, bytes)
    }
    /// Multiplications from which on a pass is shared.
    fn worth(&self) -> usize {
        WORTH
    }
}

/// One process alone.
pub struct One;

impl Ranks for One {
    fn rank(&self) -> usize {
        0
    }
    fn size(&self) -> usize {
        1
    }
    fn gather(&self, _: &[usize], _: &mut [u8]) -> Result<()> {
        Ok(())
    }
}

thread_local! {
    static TEAM: RefCell<Option<Arc<Team>>> = const { RefCell::new(None) };
}

/// What [`enter`] gives: dropped, it brings back the team that the thread had before.
pub struct Entered {
    before: Option<Arc<Team>>,
    /// it belongs to its thread
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        TEAM.set(self.before.take());
    }
}

/// Makes a team that of this thread, until the guard is dropped; none for work that a rank does alone.
#[must_use = "the thread has the team only as long as the guard lives"]
pub fn enter(team: Option<Arc<Team>>) -> Entered {
    Entered { before: TEAM.replace(team.filter(|t| t.size() > 1)), here: PhantomData }
}

/// The team of this thread, if it has one of more than one rank.
pub fn current() -> Option<Arc<Team>> {
    TEAM.with_borrow(Clone::clone)
}

/// The team of this thread, if so many multiplications are worth sharing.
pub fn sharing(multiplications: usize) -> Option<Arc<Team>> {
    TEAM.with_borrow(|team| team.as_ref().filter(|t| t.is_worth(multiplications)).cloned())
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rank_shares_nothing() {
        let team = Arc::new(Team::new(Box::new(One)));
        let _entered = enter(Some(team));
        assert!(sharing(usize::MAX).is_none() && current().is_none());
    }

    #[test]
    fn guards_bring_back_what_was_before() {
        assert!(current().is_none());
        drop(enter(None));
        assert!(current().is_none());
    }
}
