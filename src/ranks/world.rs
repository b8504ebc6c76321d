//! Ranks by MPI: bytes only, from the thread of the session, and at the end from the main thread.
//!
//! Nothing is reduced by MPI, so no sum depends on it. Counts are C integers: what is long goes in rounds.
use super::traits::Ranks;
use crate::error::{Error, Result};
use mpi::datatype::{Partition, PartitionMut};
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Destination, Root, Source};
use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

/// Bytes that all ranks together send at a time at most.
const ROUND: usize = 1 << 30;
/// What a rank sends that has come to its end.
const END: i32 = 7;
/// How long one waits between two looks.
const LOOK: Duration = Duration::from_millis(1);

/// The ranks that mpirun started.
#[derive(Clone, Copy, Debug)]
pub struct World {
    rank: usize,
    size: usize,
}

/// The library, at work. Dropped it stays so: to finish waits for all ranks, which a panic of one must not.
pub struct Library(ManuallyDrop<Universe>);

impl Library {
    /// Waits for all ranks, and is done.
    pub fn finish(self) {
        drop(ManuallyDrop::into_inner(self.0));
    }
}

impl World {
    /// Starts the library.
    ///
    /// # Errors
    /// A library that was started before, or that cannot be called from another thread than the main one.
    pub fn start() -> Result<(World, Library)> {
        let failed = |reason: &str| Error::data("MPI", reason);
        let (universe, threading) = mpi::initialize_with_threading(mpi::Threading::Multiple)
            .ok_or_else(|| failed("it was started before in this process"))?;
        let library = Library(ManuallyDrop::new(universe));
        if threading < mpi::Threading::Serialized {
            return Err(failed("this library cannot be called from another thread than the main one"));
        }
        let all = SimpleCommunicator::world();
        Ok((World { rank: all.rank() as usize, size: all.size() as usize }, library))
    }

    /// Tells all ranks that this one has come to its end, and whether they have, too, in this time.
    pub fn all_end(&self, patience: Duration) -> bool {
        let all = SimpleCommunicator::world();
        let others = || (0..self.size).filter(|r| *r != self.rank);
        // a byte is on its way at once, whether it is waited for or not
        others().for_each(|r| all.process_at_rank(r as i32).send_with_tag(&1u8, END));
        let begun = Instant::now();
        let mut missing: Vec<usize> = others().collect();
        loop {
            missing.retain(|r| {
                let other = all.process_at_rank(*r as i32);
                if other.immediate_probe_with_tag(END).is_none() {
                    return true;
                }
                let _: (u8, _) = other.receive_with_tag(END);
                false
            });
            if missing.is_empty() {
                return true;
            }
            if begun.elapsed() > patience {
                return false;
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Ends all ranks at once.
    pub fn end(&self, code: i32) -> ! {
        SimpleCommunicator::world().abort(code)
    }

    /// One round of a gather, into bytes of its own.
    fn round(&self, mine: &[u8], counts: &[i32], all: &mut [u8]) {
        let mut parts = PartitionMut::new(all, counts, places(counts));
        SimpleCommunicator::world().all_gather_varcount_into(mine, &mut parts);
    }
}

/// Where pieces of such lengths begin that follow each other.
fn places(counts: &[i32]) -> Vec<i32> {
    let begin = |at: &mut i32, n: &i32| {
        let here = *at;
        *at += n;
        Some(here)
    };
    counts.iter().scan(0, begin).collect()
}

impl Ranks for World {
    fn rank(&self) -> usize {
        self.rank
    }
    fn size(&self) -> usize {
        self.size
    }
    fn gather(&self, lengths: &[usize], all: &mut [u8]) -> Result<()> {
        let begin: usize = lengths[..self.rank].iter().sum();
        let mine = all[begin..begin + lengths[self.rank]].to_vec();
        let most = ROUND / self.size;
        let rounds = lengths.iter().map(|n| n.div_ceil(most)).max().unwrap_or(0);
        let piece = |length: usize, k: usize| length.min(k * most)..length.min((k + 1) * most);
        for k in 0..rounds {
            let counts: Vec<i32> = lengths.iter().map(|n| piece(*n, k).len() as i32).collect();
            if rounds == 1 {
                self.round(&mine, &counts, all);
                break;
            }
            let mut here = vec![0; counts.iter().map(|n| *n as usize).sum()];
            self.round(&mine[piece(mine.len(), k)], &counts, &mut here);
            let (mut from, mut place) = (&here[..], 0);
            for length in lengths {
                let part = piece(*length, k);
                let (these, rest) = from.split_at(part.len());
                all[place + part.start..place + part.end].copy_from_slice(these);
                from = rest;
                place += length;
            }
        }
        Ok(())
    }
    fn exchange(&self, mine: &[u8], to: &[usize], from: &[usize], theirs: &mut [u8]) -> Result<()> {
        let counts = |lengths: &[usize]| -> Result<Vec<i32>> {
            let total = i32::try_from(lengths.iter().sum::<usize>());
            total.map_err(|_| Error::data("MPI", "ranks exchange more than 2 GiB at a time"))?;
            Ok(lengths.iter().map(|n| *n as i32).collect())
        };
        let (to, from) = (counts(to)?, counts(from)?);
        let (to_places, from_places) = (places(&to), places(&from));
        let pieces = Partition::new(mine, to, to_places);
        SimpleCommunicator::world()
            .all_to_all_varcount_into(&pieces, &mut PartitionMut::new(theirs, from, from_places));
        Ok(())
    }
    fn tell(&self, bytes: &mut [u8]) -> Result<()> {
        bytes.chunks_mut(ROUND).for_each(|b| SimpleCommunicator::world().process_at_rank(0).broadcast_into(b));
        Ok(())
    }
}
