//! What a script claims to have shown: a number beside what the paper or the ground truth says.
use crate::catalogue::{Entry, NONNEGATIVE, NUMBER, Opt, OptionKind};
use crate::record::compact;
use serde::{Deserialize, Serialize};

/// The page of `claim`.
pub const CLAIM: Entry = Entry {
    name: "claim",
    room: "language",
    signature: "claim(name, value, options)",
    doc: "Records a number beside what it should be: `gflow run` says whether it holds, `gflow reproduce` makes a table of all claims of many scripts and seeds. At least one of at_most, at_least and near says what holds.",
    equation: "",
    cite: "",
    options: &[
        Opt { name: "at_most", kind: NUMBER, doc: "holds up to this" },
        Opt { name: "at_least", kind: NUMBER, doc: "holds from this on" },
        Opt { name: "near", kind: NUMBER, doc: "holds within `within` of this" },
        Opt { name: "within", kind: NONNEGATIVE, doc: "absolute distance allowed from `near`" },
        Opt { name: "paper", kind: OptionKind::Text, doc: "what the paper or the ground truth says, in words" },
    ],
    defaults: || serde_json::json!({ "at_most": null, "at_least": null, "near": null, "within": null, "paper": null }),
    example: "claim(\"two samples of one law\", metric::w2(data::ring(200), data::ring(200)), #{ at_most: 1.5, paper: \"near 0\" })",
};

/// One claim of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// what is claimed, in words
    pub name: String,
    /// what came out
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
