//! Reading what a recipe wrote.
use crate::error::{Error, Result};

/// Errors if a formula needs a function made in Rust.
pub fn complete(what: &str, missing: Option<&str>) -> Result<()> {
    let Some(function) = missing else { return Ok(()) };
    let advice = "run the Rust cell that defines it, build the flow again, and go on from the saved particles: load them with io::load".to_string();
    Err(Error::Unsupported {
        what: format!("the saved run's {what}"),
        reason: format!("uses `{function}`, a function made in Rust, which no file can hold"),
        advice,
    })
}

/// A value as a saved struct, its tag left out. Errors if it has another form.
pub fn read<T: serde::de::DeserializeOwned>(v: &serde_json::Value) -> Result<T> {
    let mut v = v.clone();
    if let Some(map) = v.as_object_mut() {
        map.remove("kind");
    }
    serde_json::from_value(v).map_err(|e| Error::data("saved flow", e.to_string()))
}

/// A struct with the tag that says what it is.
pub fn tagged(kind: &str, saved: &impl serde::Serialize) -> serde_json::Value {
    let mut v = serde_json::to_value(saved).unwrap_or_default();
    v["kind"] = kind.into();
    v
}
