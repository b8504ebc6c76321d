//! Rows of a run that rank 0 writes and other ranks have: it asks for a piece after the other, and they lend them until it is done.
use super::advance::Run;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::ranks::{Spread, Team};
use std::ops::Range;
use std::sync::Arc;

/// Numbers of a piece.
const PIECE: usize = 1 << 18;
/// What rank 0 says when everything is written, and when it cannot be.
const DONE: u64 = u64::MAX;
const FAILED: u64 = u64::MAX - 1;
/// Bits of the number of a row; those above are of the table it is in.
const ROW: u32 = 40;

/// Rows from one on, as many as a piece has.
pub(super) fn piece(table: &Spread, from: usize) -> Range<usize> {
    from..table.rows().min(from + (PIECE / table.dim().max(1)).max(1))
}

/// The tables of a run, as the rank that writes sees them.
pub(super) struct Lent<'a> {
    /// those who have rows of them, if there are several
    team: Option<&'a Arc<Team>>,
    tables: &'a [(String, Spread)],
    done: bool,
}

impl<'a> Lent<'a> {
    pub fn new(run: &'a Run, tables: &'a [(String, Spread)]) -> Lent<'a> {
        Lent { team: run.splits.as_ref().map(|s| s.source.team()), tables, done: false }
    }
    /// The piece of a table that begins with a row.
    pub fn piece(&self, table: usize, from: usize) -> Result<Points> {
        if let Some(team) = self.team {
            team.meet("lend", 0, (table as u64) << ROW | from as u64)?;
        }
        let table = &self.tables[table].1;
        table.piece(piece(table, from))
    }
    /// Everything is written.
    pub fn finish(mut self) -> Result<()> {
        self.done = true;
        self.say(DONE)
    }
    fn say(&self, word: u64) -> Result<()> {
        self.team.map_or(Ok(()), |team| team.meet("lend", 0, word).map(|_| ()))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if !self.done {
            // those who lend stop waiting; who is not there any more does not hear it
            let _ = self.say(FAILED);
        }
    }
}

impl Run {
    /// Whether another rank writes it, to which this one lends its rows.
    pub(super) fn is_lent(&self) -> bool {
        self.splits.as_ref().is_some_and(|s| s.source.team().rank() > 0)
    }

    /// Lends the rows of this rank until rank 0 has written the run, or the news that it does not.
    ///
    /// # Errors
    /// A run that could not be written; those of the team.
    pub fn lend(&self) -> Result<()> {
        let Some(splits) = &self.splits else { return Ok(()) };
        let tables = self.tables();
        loop {
            match splits.source.team().meet("lend", 0, 0)? {
                DONE => return Ok(()),
                FAILED => return Err(Error::data("save", "rank 0 could not write the run")),
                word => {
                    let table = &tables[(word >> ROW) as usize].1;
                    table.piece(piece(table, (word & ((1 << ROW) - 1)) as usize))?;
                }
            }
        }
    }

    /// Says to those who would lend rows that nothing is written.
    ///
    /// # Errors
    /// Those of the team.
    pub fn lends_nothing(&self) -> Result<()> {
        Lent::new(self, &[]).finish()
    }
}
