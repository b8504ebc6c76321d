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
        let part = Some(self.here.clone());
        self.made(part, split.rows(), |v, d| split.whole("rows", d, v), |v, d| split.whole("rows", d, v))
    }

    /// Rows in a row, on every rank.
    ///
    /// # Errors
    /// As [`Spread::whole`].
    pub fn piece(&self, at: Range<usize>) -> Result<Points> {
        let Some(split) = &self.split else { return Ok(self.here.clone().narrow(0, at.start, at.len())) };
        let mine = split.within(&at);
        let narrowed = || self.here.clone().narrow(0, mine.start - split.here().start, mine.len());
        let part = (!mine.is_empty()).then(narrowed);
        let rows = || at.clone();
        self.made(part, at.len(), |v, d| split.piece("piece", d, v, rows()), |v, d| split.piece("piece", d, v, rows()))
    }

    /// The rows of these numbers, on every rank.
    ///
    /// # Errors
    /// As [`Spread::whole`].
    pub fn pick(&self, at: Vec<usize>) -> Result<Points> {
        let Some(split) = &self.split else { return Ok(random::select(&self.here, at)) };
        let here = split.here();
        let mine: Vec<usize> = at.iter().filter(|i| here.contains(i)).map(|i| i - here.start).collect();
        let part = (!mine.is_empty()).then(|| random::select(&self.here, mine));
        self.made(part, at.len(), |v, d| split.pick("pick", d, v, &at), |v, d| split.pick("pick", d, v, &at))
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
        let n = to.here().len();
        let here = match &self.split {
            // a copy, so that the whole can go
            None => {
                let part = Some(self.here.clone().narrow(0, to.here().start, n));
                self.made(part, n, |v, _| Ok(v.to_vec()), |v, _| Ok(v.to_vec()))?
            }
            Some(split) if split.is_as(to) => self.here.clone(),
            Some(split) => {
                self.made(Some(self.here.clone()), n, |v, d| split.moved(to, d, v), |v, d| split.moved(to, d, v))?
            }
        };
        Ok(Spread::of(here, Some(to)))
    }

    /// So many rows of what becomes of the numbers of a part of those that are here, or of none; wide as they are or not.
    fn made(
        &self,
        part: Option<Points>,
        n: usize,
        wide_rows: impl FnOnce(&[f64], usize) -> Result<Vec<f64>>,
        narrow_rows: impl FnOnce(&[f32], usize) -> Result<Vec<f32>>,
    ) -> Result<Points> {
        let d = self.dim();
        Ok(if is_wide(&self.here) {
            let mine = part.map(|p| rows_f64(&p)).transpose()?.unwrap_or_default();
            wide(wide_rows(&mine, d)?, n, d)
        } else {
            let mine = part.map(|p| rows(&p)).transpose()?.unwrap_or_default();
            points(narrow_rows(&mine, d)?, n, d, &self.here.device())
        })
    }
}
