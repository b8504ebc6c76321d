//! Rows that are computed one by one, shared by ranks in blocks.
use super::ambient::sharing;
use super::team::Team;
use crate::error::Result;
use bytemuck::Pod;
use std::ops::Range;
use std::sync::Arc;

/// Rows in blocks, of which a rank computes some in a row: all of them, where nothing is shared.
pub struct Rows {
    team: Option<Arc<Team>>,
    rows: usize,
    block: usize,
    /// those that are computed here
    pub here: Range<usize>,
}

impl Rows {
    /// So many rows in blocks of so many, which take so many multiplications.
    pub fn of(rows: usize, block: usize, multiplications: usize) -> Rows {
        let team = sharing(multiplications);
        let blocks = rows.div_ceil(block.max(1));
        let mine = team.as_ref().map_or(0..blocks, |t| t.share(blocks));
        Rows { here: rows.min(mine.start * block)..rows.min(mine.end * block), team, rows, block }
    }
    /// The numbers of the rows that are computed here, `width` a row.
    pub fn mine<'a, T>(&self, width: usize, all: &'a mut [T]) -> &'a mut [T] {
        &mut all[self.here.start * width..self.here.end * width]
    }
    /// The numbers of the rows that are looked at here, `width` a row.
    pub fn mine_of<'a, T>(&self, width: usize, all: &'a [T]) -> &'a [T] {
        &all[self.here.start * width..self.here.end * width]
    }
    /// Fills in the numbers of the others, `width` a row.
    ///
    /// # Errors
    /// Those of the team.
    pub fn fill<T: Pod>(&self, place: &str, width: usize, all: &mut [T]) -> Result<()> {
        let Some(team) = &self.team else { return Ok(()) };
        let begin = |block: usize| self.rows.min(block * self.block) * width;
        team.gather_parts(place, self.rows.div_ceil(self.block.max(1)), begin, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_computes_everything() {
        let rows = Rows::of(70, 32, usize::MAX);
        assert_eq!(rows.here, 0..70);
        let mut all = [1.0f64; 140];
        assert_eq!(rows.mine(2, &mut all).len(), 140);
        assert!(rows.fill("rows", 2, &mut all).is_ok());
        assert_eq!(Rows::of(0, 32, 0).here, 0..0);
    }
}
