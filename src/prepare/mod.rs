//! Preparing samples before anything is computed with them: affine maps and their inverses, rows that are not finite, parts.
//!
//! | file | what |
//! |---|---|
//! | [`transform`], `file` | z = M (x − m)/s and its way back, and in a file |
//! | [`fit`], [`whiten`] | the transforms that samples tell: standardised, scaled, whitened |
//! | [`columns`] | where a column lies, how wide it is, whether it is constant |
//! | [`rows`] | rows that are not finite, rows in random order, rows in two parts |
use crate::catalogue::Entry;

pub mod columns;
mod entries;
mod file;
pub mod fit;
pub mod rows;
pub mod transform;
pub mod whiten;
pub use entries::{Scale, Shuffle, Split, Standardise, Whiten};
pub use transform::{How, Mix, Transform};

/// The entries of the room, in the order help lists them.
pub const ENTRIES: &[Entry] = entries::ENTRIES;
