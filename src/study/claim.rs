//! What a script says of its numbers: claims, cells of tables, and values by name.
use crate::record::compact;
use crate::wire;
use serde::{Deserialize, Serialize};

/// One claim of one run: a number beside what it should be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// what is claimed, in words
    pub name: String,
    /// what came out
    #[serde(with = "wire")]
    pub value: f64,
    /// holds up to this
    pub at_most: Option<f64>,
    /// holds from this on
    pub at_least: Option<f64>,
    /// holds within `within` of this
    pub near: Option<f64>,
    /// absolute distance allowed from `near`
    pub within: Option<f64>,
    /// what the paper or the ground truth says
    pub paper: Option<String>,
}

/// One number of one run, in a table over many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// the file it is in, without its ending
    pub page: String,
    /// the row
    pub row: String,
    /// the column
    pub column: String,
    /// the number
    #[serde(with = "wire")]
    pub value: f64,
}

/// One number of one run, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Named {
    /// what it is called
    pub name: String,
    /// the number
    #[serde(with = "wire")]
    pub value: f64,
}

impl Claim {
    /// Whether the value is finite and within every bound.
    pub fn holds(&self) -> bool {
        let v = self.value;
        v.is_finite()
            && self.at_most.is_none_or(|m| v <= m)
            && self.at_least.is_none_or(|m| v >= m)
            && self.near.is_none_or(|m| (v - m).abs() <= self.within.unwrap_or(0.0))
    }
    /// "≤ 0.3", "1 ± 0.1"
    pub fn expected(&self) -> String {
        let mut parts = vec![];
        parts.extend(self.at_least.map(|v| format!("≥ {}", short(v))));
        parts.extend(self.at_most.map(|v| format!("≤ {}", short(v))));
        parts.extend(self.near.map(|v| format!("{} ± {}", short(v), short(self.within.unwrap_or(0.0)))));
        parts.join(", ")
    }
}

/// A number as tables show it.
pub fn short(v: f64) -> String {
    let text = compact(v);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}
