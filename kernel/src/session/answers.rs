//! Answers about code, in the form of Jupyter's replies.
use super::front::bundle;
use gflow::script::{Assistant, Completeness, Rich};
use serde_json::{Value, json};

/// Whether a cell is whole, and how far the next line is indented if not.
pub fn completeness(assistant: &Assistant, code: &str) -> Value {
    match assistant.completeness(code) {
        Completeness::Complete => json!({ "status": "complete" }),
        Completeness::Incomplete => json!({ "status": "incomplete", "indent": indent(code) }),
        Completeness::Invalid => json!({ "status": "invalid" }),
    }
}

/// What is known about a name, by type; null if nothing.
pub fn inspected(found: Option<Rich>) -> Value {
    found.map_or(Value::Null, |r| json!(bundle(&r)))
}

/// Names that may stand at a place, with their kinds and signatures.
pub fn completed(assistant: &Assistant, code: &str, cursor: usize) -> Value {
    let (start, found) = assistant.complete(code, cursor);
    let types: Vec<Value> = found
        .iter()
        .map(|c| json!({ "start": start, "end": cursor, "text": c.text, "type": c.kind, "signature": c.doc }))
        .collect();
    json!({
        "status": "ok",
        "matches": found.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(),
        "cursor_start": start,
        "cursor_end": cursor,
        "metadata": { "_jupyter_types_experimental": types },
    })
}

/// The indentation of the next line: of the last one, and deeper behind an open brace.
fn indent(code: &str) -> String {
    let last = code.lines().last().unwrap_or("");
    let blank: String = last.chars().take_while(|c| *c == ' ').collect();
    let deeper = if last.trim_end().ends_with(['{', '(', '[']) { "    " } else { "" };
    format!("{blank}{deeper}")
}
