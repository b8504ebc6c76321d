//! A sample of which every rank holds all rows, or some.
use super::split::Split;
use crate::device::{Points, is_wide, points, rows, rows_f64, wide};
use crate::error::Result;
use crate::random;
use std::ops::Range;
use std::sync::Arc;

/// Points of which this rank holds all rows, or those of its split.
#[derive(Clone)]
pub struct Spread {
    /// the rows that are here
    pub here: Points,
    /// who has the others; none where all rows are here
    pub split: Option<Arc<Split>>,
}

impl From<Points> for Spread {
    fn from(here: Points) -> Spread {
        Spread { here, split: None }
    }
}

impl Spread {
    /// Rows of which those of a split are here.
    pub fn of(here: Points, split: Option<&Arc<Split>>) -> Spread {
        Spread { here, split: split.cloned() }
    }
    /// Rows of all ranks.
    pub fn rows(&self) -> usize {
        self.split.as_ref().map_or(self.here.dims()[0], |s| s.rows())
    }
    /// Dimension of the points.
    pub fn dim(&self) -> usize {
        self.here.dims()[1]
    }

    /// All rows, on every rank.
    ///
    /// # Errors
    /// Points that cannot be read; those of the team.
    pub fn whole(&self) -> Result<Points> {
        let Some(split) = &self.split else { return Ok(self.here.clone()) };
        self.exchanged(split.rows(), |mine, d| split.whole("rows", d, mine), |mine, d| split.whole("rows", d, mine))
    }

    /// Rows in a row, on every rank.
    ///
    /// # Errors
    /// As [`Spread::whole`].
    pub fn piece(&self, at: Range<usize>) -> Result<Points> {
        let Some(split) = &self.split else { return Ok(self.here.clone().narrow(0, at.start, at.len())) };
        let piece = || at.clone();
        self.exchanged(
            at.len(),
            |mine, d| split.piece("piece", d, mine, piece()),
            |mine, d| split.piece("piece", d, mine, piece()),
        )
    }

    /// The rows of these numbers, on every rank.
    ///
    /// # Errors
    /// As [`Spread::whole`].
    pub fn pick(&self, at: Vec<usize>) -> Result<Points> {
        let Some(split) = &self.split else { return Ok(random::select(&self.here, at)) };
        self.exchanged(at.len(), |mine, d| split.pick("pick", d, mine, &at), |mine, d| split.pick("pick", d, mine, &at))
    }

    /// Random rows, none twice, on every rank; all of them in their order where that many are asked for. The draws are those of
    /// [`random::minibatch`].
    ///
    /// # Errors
    /// As [`Spread::whole`].
    pub fn minibatch(&self, size: usize, rng: &mut random::Rng) -> Result<Points> {
        let n = self.rows();
        if size == 0 || size >= n {
            return self.whole();
        }
        self.pick(rand::seq::index::sample(rng, n, size).into_vec())
    }

    /// The same sample under another split; whole, its rows are those of all ranks already.
    ///
    /// # Errors
    /// As [`Spread::whole`].
    pub fn split_as(&self, to: &Arc<Split>) -> Result<Spread> {
        let here = match &self.split {
            None => {
                let part: Spread = self.here.clone().narrow(0, to.here().start, to.here().len()).into();
                // a copy, so that the whole can go
                part.exchanged(to.here().len(), |mine, _| Ok(mine.to_vec()), |mine, _| Ok(mine.to_vec()))?
            }
            Some(split) if split.is_as(to) => self.here.clone(),
            Some(split) => {
                let n = to.here().len();
                self.exchanged(n, |mine, d| split.moved(to, d, mine), |mine, d| split.moved(to, d, mine))?
            }
        };
        Ok(Spread::of(here, Some(to)))
    }

    /// So many rows of what becomes of the numbers that are here, wide as they are or not.
    fn exchanged(
        &self,
        n: usize,
        wide_rows: impl FnOnce(&[f64], usize) -> Result<Vec<f64>>,
        narrow_rows: impl FnOnce(&[f32], usize) -> Result<Vec<f32>>,
    ) -> Result<Points> {
        let d = self.dim();
        Ok(if is_wide(&self.here) {
            wide(wide_rows(&rows_f64(&self.here)?, d)?, n, d)
        } else {
            points(narrow_rows(&rows(&self.here)?, d)?, n, d, &self.here.device())
        })
    }
}
