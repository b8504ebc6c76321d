//! What ranks do together: they meet, tell each other numbers, and stop at the same place.
use super::traits::Ranks;
use super::tree;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::scratch;
use bytemuck::Pod;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Letters of the name of a place that the other ranks are told.
const NAME: usize = 24;
/// The name, a length, a flag and a word of eight bytes each.
const HEADER: usize = NAME + 24;

/// What a rank says before anything else is exchanged.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Header {
    name: [u8; NAME],
    length: u64,
    asked: bool,
    word: u64,
}

impl Header {
    fn bytes(self) -> [u8; HEADER] {
        let mut out = [0; HEADER];
        out[..NAME].copy_from_slice(&self.name);
        for (to, v) in out[NAME..].chunks_exact_mut(8).zip([self.length, u64::from(self.asked), self.word]) {
            to.copy_from_slice(&v.to_le_bytes());
        }
        out
    }
    fn of(bytes: &[u8]) -> Header {
        let number = |i: usize| bytes[NAME + 8 * i..].iter().take(8).rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
        let mut name = [0; NAME];
        name.copy_from_slice(&bytes[..NAME]);
        Header { name, length: number(0), asked: number(1) != 0, word: number(2) }
    }
    fn is_where(&self, other: &Header) -> bool {
        self.name == other.name && self.length == other.length
    }
    fn place(&self) -> String {
        let name = String::from_utf8_lossy(&self.name);
        format!("`{}` with {} bytes", name.trim_end_matches('\0'), self.length)
    }
}

/// The ranks that take the steps of one flow, as one of them sees them.
pub struct Team {
    ranks: Box<dyn Ranks>,
    /// whether this rank was asked to stop
    asked: AtomicBool,
    /// what stops the script, on all ranks at the same place
    stop: OnceLock<Interrupt>,
}

impl Team {
    /// Of these ranks.
    pub fn new(ranks: Box<dyn Ranks>) -> Team {
        Team { ranks, asked: AtomicBool::new(false), stop: OnceLock::new() }
    }
    /// Which rank this is, from 0.
    pub fn rank(&self) -> usize {
        self.ranks.rank()
    }
    /// How many there are.
    pub fn size(&self) -> usize {
        self.ranks.size()
    }
    /// Whether work of so many multiplications is shared.
    pub fn is_worth(&self, multiplications: usize) -> bool {
        multiplications >= self.ranks.worth()
    }
    /// Numbers of both samples of a flow from which on every rank holds some rows alone.
    pub fn splits(&self) -> usize {
        self.ranks.splits()
    }
    /// What is requested when all have agreed to stop.
    pub fn stops(&self, stop: Interrupt) {
        let _ = self.stop.set(stop);
    }
    /// Asks all ranks to stop, the next time they meet.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
    }
    /// The parts of so many that are this rank's.
    pub fn share(&self, parts: usize) -> Range<usize> {
        tree::share(parts, self.rank(), self.size())
    }

    /// All ranks come to the same place, and hear the word of rank 0. If one was asked to stop, all are from here on.
    ///
    /// # Errors
    /// Ranks that are at different places.
    pub fn meet(&self, place: &str, length: usize, word: u64) -> Result<u64> {
        let mut name = [0; NAME];
        name.iter_mut().zip(place.bytes()).for_each(|(to, b)| *to = b);
        let mine = Header { name, length: length as u64, asked: self.asked.load(Ordering::SeqCst), word };
        let mut all = vec![0; HEADER * self.size()];
        all[HEADER * self.rank()..][..HEADER].copy_from_slice(&mine.bytes());
        self.ranks.gather(&vec![HEADER; self.size()], &mut all)?;
        let headers: Vec<Header> = all.chunks_exact(HEADER).map(Header::of).collect();
        if let Some(other) = headers.iter().position(|h| !h.is_where(&headers[0])) {
            return Err(Error::data(
                "ranks",
                format!(
                    "they are no longer in step: rank 0 is at {}, rank {other} at {}. A script has to do the same on all \
                     ranks, whatever the clock says and whichever files each of them sees",
                    headers[0].place(),
                    headers[other].place()
                ),
            ));
        }
        if headers.iter().any(|h| h.asked)
            && let Some(stop) = self.stop.get()
        {
            stop.request();
        }
        Ok(headers[0].word)
    }

    /// Fills in what the other ranks have computed; `lengths` are the numbers of each rank, which follow each other.
    ///
    /// # Errors
    /// Ranks that are at different places; a transport that fails.
    pub fn gather<T: Pod>(&self, place: &str, lengths: &[usize], all: &mut [T]) -> Result<()> {
        self.meet(place, size_of_val(all), 0)?;
        let bytes: Vec<usize> = lengths.iter().map(|n| n * size_of::<T>()).collect();
        self.ranks.gather(&bytes, bytemuck::cast_slice_mut(all))
    }

    /// Gives every rank its piece of `mine`, and fills `theirs` with the pieces that the ranks have for this one; `to` and `from` are the
    /// lengths of the pieces, in numbers.
    ///
    /// # Errors
    /// As [`Team::gather`].
    pub fn exchange<T: Pod>(
        &self,
        place: &str,
        mine: &[T],
        to: &[usize],
        from: &[usize],
        theirs: &mut [T],
    ) -> Result<()> {
        self.meet(place, 0, 0)?;
        let bytes = |n: &[usize]| n.iter().map(|n| n * size_of::<T>()).collect::<Vec<usize>>();
        self.ranks.exchange(bytemuck::cast_slice(mine), &bytes(to), &bytes(from), bytemuck::cast_slice_mut(theirs))
    }

    /// Fills in the parts that the other ranks have computed: `end(part)` says where a part begins among all numbers.
    ///
    /// # Errors
    /// As [`Team::gather`].
    pub fn gather_parts<T: Pod>(
        &self,
        place: &str,
        parts: usize,
        begin: impl Fn(usize) -> usize,
        all: &mut [T],
    ) -> Result<()> {
        let length = |r: usize| {
            let share = tree::share(parts, r, self.size());
            begin(share.end) - begin(share.start)
        };
        let lengths: Vec<usize> = (0..self.size()).map(length).collect();
        self.gather(place, &lengths, all)
    }

    /// Sums numbers of the nodes of all ranks over so many parts in the fixed tree, and adds them to `into`; `mine` are the nodes of this
    /// rank. Each rank sums a slice of the numbers over all nodes, so that what it receives hardly grows with the number of ranks.
    ///
    /// # Errors
    /// As [`Team::gather`].
    pub fn add_nodes<'a>(
        &self,
        place: &str,
        parts: usize,
        mine: impl Iterator<Item = &'a [f32]> + Clone,
        into: &mut [f32],
    ) -> Result<()> {
        let (len, size) = (into.len(), self.size());
        let slice = |r: usize| tree::share(len, r, size);
        let nodes = |r: usize| tree::nodes(parts, &tree::share(parts, r, size)).len();
        let own = slice(self.rank());
        let (here, counts): (usize, Vec<usize>) = (nodes(self.rank()), (0..size).map(nodes).collect());
        let mut out = scratch::take(here * len);
        let mut at = 0;
        for piece in (0..size).map(slice) {
            for node in mine.clone() {
                out[at..at + piece.len()].copy_from_slice(&node[piece.clone()]);
                at += piece.len();
            }
        }
        let mut all = scratch::take(counts.iter().sum::<usize>() * own.len());
        let bytes = |n: usize| n * size_of::<f32>();
        let to: Vec<usize> = (0..size).map(|r| bytes(here * slice(r).len())).collect();
        let from: Vec<usize> = counts.iter().map(|n| bytes(n * own.len())).collect();
        self.meet(place, bytes(counts.iter().sum::<usize>() * len), 0)?;
        self.ranks.exchange(bytemuck::cast_slice(&out), &to, &from, bytemuck::cast_slice_mut(&mut all))?;
        tree::fold_nodes(parts, size, &mut |to, from| {
            let (head, tail) = all.split_at_mut(from * own.len());
            head[to * own.len()..].iter_mut().zip(&tail[..own.len()]).for_each(|(to, from)| *to += from);
        });
        if parts == 0 {
            return Ok(());
        }
        let mut sum = scratch::take(len);
        sum[own.clone()].copy_from_slice(&all[..own.len()]);
        let lengths: Vec<usize> = (0..size).map(|r| bytes(slice(r).len())).collect();
        self.ranks.gather(&lengths, bytemuck::cast_slice_mut(&mut sum))?;
        into.iter_mut().zip(&sum[..]).for_each(|(to, from)| *to += from);
        Ok(())
    }

    /// An error if the ranks do not all have these bytes.
    ///
    /// # Errors
    /// Those; as [`Team::gather`].
    pub fn agree(&self, place: &str, what: &str, mine: &str) -> Result<()> {
        let mut theirs = vec![0u8; self.meet(place, 0, mine.len() as u64)? as usize];
        if self.rank() == 0 {
            theirs.copy_from_slice(mine.as_bytes());
        }
        self.ranks.tell(&mut theirs)?;
        let mut same = vec![0u8; self.size()];
        same[self.rank()] = u8::from(theirs == mine.as_bytes());
        self.gather(place, &vec![1; self.size()], &mut same)?;
        match same.iter().position(|s| *s == 0) {
            None => Ok(()),
            Some(r) => Err(Error::data("ranks", format!("{what} of rank {r} is not that of rank 0"))),
        }
    }
}
