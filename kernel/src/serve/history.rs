//! Requests for cells of this and earlier sessions.
use super::kernel::Kernel;
use crate::history::Record;
use serde_json::{Value, json};

impl Kernel {
    /// The cells a client asks for, with their results if it wants them.
    pub(super) fn history(&self, content: &Value) -> Value {
        let number = |name: &str| content[name].as_i64();
        let output = content["output"].as_bool().unwrap_or(false);
        let records = match content["hist_access_type"].as_str().unwrap_or("tail") {
            "range" => self.store.range(number("session").unwrap_or(0), number("start").unwrap_or(1), number("stop")),
            "search" => self.store.search(
                content["pattern"].as_str().unwrap_or("*"),
                content["unique"].as_bool().unwrap_or(false),
                number("n"),
            ),
            _ => self.store.tail(number("n").unwrap_or(1000)),
        };
        let entry = |r: Record| {
            if output { json!([r.session, r.line, [r.code, r.result]]) } else { json!([r.session, r.line, r.code]) }
        };
        json!({ "status": "ok", "history": records.into_iter().map(entry).collect::<Vec<_>>() })
    }
}
