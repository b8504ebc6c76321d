//! What a script claims to have shown: a number beside what the paper or the ground truth says.
use crate::catalogue::{Entry, NONNEGATIVE, NUMBER, Opt, OptionKind};

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
