//! Recipes as data, so that a saved run carries what it was made with.
mod divergence;
mod read;
mod recipes;
pub(super) use divergence::SavedDivergence;
pub(super) use read::{complete, read, tagged};
pub(super) use recipes::recipe;
