//! What ranks are to those who move bytes between them.
use crate::error::Result;

/// Multiplications of a pass below which it is not shared: to meet takes tens of microseconds.
const WORTH: usize = 4_000_000;

/// Numbers of both samples of a flow from which on a rank holds some of their rows alone, where the flow allows it: what is done for every
/// row is then done once.
const SPLITS: usize = 1 << 15;

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
    /// Gives every rank its piece of `mine`, where those of all ranks follow each other, and fills `theirs` with the pieces that the
    /// ranks have for this one; `to` and `from` are the lengths of the pieces.
    ///
    /// # Errors
    /// A transport that fails; one that does not take as many bytes.
    fn exchange(&self, mine: &[u8], to: &[usize], from: &[usize], theirs: &mut [u8]) -> Result<()>;
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
    /// Numbers of both samples of a flow from which on they are split.
    fn splits(&self) -> usize {
        SPLITS
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
    fn exchange(&self, mine: &[u8], _: &[usize], _: &[usize], theirs: &mut [u8]) -> Result<()> {
        theirs.copy_from_slice(mine);
        Ok(())
    }
}
