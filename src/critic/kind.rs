//! What one line of the list of critics says: the page of a kind, how it is made, and how a saved one is read.
use super::mlp::recipe::MlpBuilder;
use super::solver::Solver;
use super::traits::CriticBuilder;
use crate::catalogue::{Entry, Given};
use crate::error::Result;
use crate::network::Activation;
use serde_json::Value;
use std::sync::Arc;

/// A kind of critics: networks that are trained, or a solver.
#[derive(Clone, Copy)]
pub struct Kind {
    /// its page in the catalogue; none for solvers that only terms choose
    pub entry: Option<Entry>,
    /// how it is made
    pub form: Form,
}

/// What a recipe comes to.
pub type Made = Result<Arc<dyn CriticBuilder>>;

/// A reader of what [`CriticBuilder::to_json`] wrote, and the key that tells whose it is.
#[derive(Clone, Copy)]
pub struct Saved {
    /// a key of the object that no other kind has
    pub key: &'static str,
    /// reads the whole object
    pub read: fn(&Value) -> serde_json::Result<Arc<dyn CriticBuilder>>,
}

/// How a kind is written, and made from that.
#[derive(Clone, Copy)]
pub enum Form {
    /// `name(widths, options)`
    Widths {
        /// from the units of its layers
        make: fn(Vec<usize>, &Given) -> Made,
        /// reads saved ones
        saved: Saved,
    },
    /// `name(options)`; saved as a kind above it in the list
    Options {
        /// from its options alone
        make: fn(&Given) -> Made,
    },
    /// `name(widths | network, dim)`
    Features {
        /// between layers that are given as widths
        activation: Activation,
        /// from the layers of the features and their number
        make: fn(MlpBuilder, usize) -> Made,
        /// reads saved ones
        saved: Saved,
    },
    /// `name(options)` if it has a page; saved as `{"solver": name, "options": …}`
    Solver {
        /// in saved runs
        name: &'static str,
        /// from its options
        make: fn(&Given) -> Result<Arc<dyn Solver>>,
    },
}
