//! Numbers in JSON, which knows only finite ones: the others are texts.
use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Text(String),
}

/// Writes a number, or the name of one that is not finite.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(v: &f64, s: S) -> Result<S::Ok, S::Error> {
    if v.is_finite() { s.serialize_f64(*v) } else { s.serialize_str(&v.to_string()) }
}

/// Reads what [`serialize`] wrote.
///
/// # Errors
/// A text that is no number.
pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    match Written::deserialize(d)? {
        Written::Number(v) => Ok(v),
        Written::Text(t) => t.parse().map_err(|_| serde::de::Error::custom(format!("{t} is no number"))),
    }
}
