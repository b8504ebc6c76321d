//! What a script claims to have shown: a number beside what the paper or the ground truth says.
use super::context::{Context, lock};
use super::convert::{Native, number, raise, text};
use super::front_end::Event;
use super::options::Options;
use crate::catalogue::{Entry, NONNEGATIVE, NUMBER, Opt, OptionKind};
use crate::error::Error;
use crate::flow::record::compact;
use rhai::{Dynamic, Engine, Map, NativeCallContext};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    pub name: String,
    pub value: f64,
    pub at_most: Option<f64>,
    pub at_least: Option<f64>,
    pub near: Option<f64>,
    pub within: Option<f64>,
    pub paper: Option<String>,
}

impl Claim {
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

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn(
        "claim",
        move |ctx: NativeCallContext, name: Dynamic, value: Dynamic, map: Map| -> Native<bool> {
            let options = Options::read(&k, &ctx, &CLAIM, map)?;
            let make = || {
                let mut claim: Claim = options.typed()?;
                claim.name = text("claim, name", &name)?;
                claim.value = value.as_float().or_else(|_| number("claim, value", &value))?;
                if claim.at_most.is_none() && claim.at_least.is_none() && claim.near.is_none() {
                    return Err(Error::data("claim", "it says nothing to hold: give at_most, at_least or near"));
                }
                if let (Some(low), Some(high)) = (claim.at_least, claim.at_most)
                    && low > high
                {
                    return Err(Error::data(
                        "claim",
                        format!("it can never hold: at_least {low} is above at_most {high}"),
                    ));
                }
                if claim.near.is_some() != claim.within.is_some() {
                    return Err(Error::data("claim", "near and within go together"));
                }
                Ok(claim)
            };
            let claim = make().map_err(|e| raise(&k, &ctx, e))?;
            let holds = claim.holds();
            let paper = claim.paper.as_ref().map_or(String::new(), |p| format!("; paper or truth: {p}"));
            k.emit(Event::Text(format!(
                "{} {}: {} ({}{paper})",
                if holds { "✓" } else { "✗" },
                claim.name,
                short(claim.value),
                claim.expected()
            )));
            lock(&k.claims).push(claim);
            Ok(holds)
        },
    );
}
