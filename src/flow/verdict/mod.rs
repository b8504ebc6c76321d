//! What became of a run: whether its particles have settled on the law of the target, and what is in the way if not.
//!
//! "Finished" says that the steps were taken. Whether they led anywhere is measured, on samples alone, so that it is asked of every
//! flow alike: [`Measured`] holds the numbers, [`Word`] the judgement, with the thresholds beside it.
mod judge;
mod measure;
mod parts;
pub use judge::{Verdict, Word};
pub use measure::{Against, Measured, Seen, looked_at};
pub(crate) use parts::{Rows, quantile};
