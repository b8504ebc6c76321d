//! Recipes from saved runs.
use crate::error::{Error, Result};
use crate::flow::algorithms::ALGORITHMS;
use crate::flow::recipe::Recipe;
use std::sync::Arc;

/// A recipe from what its `to_json` wrote. Errors if no algorithm writes this kind, or it has another form.
pub fn recipe(v: &serde_json::Value) -> Result<Arc<dyn Recipe>> {
    let kind = v["kind"].as_str();
    match ALGORITHMS.iter().find(|a| Some(a.saved.kind) == kind) {
        Some(a) => (a.saved.load)(v, recipe),
        None => Err(Error::data("saved flow", format!("unknown kind {kind:?}"))),
    }
}
