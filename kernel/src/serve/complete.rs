//! Questions about code: completion, inspection, whether a cell is whole.
use super::kernel::Kernel;
use crate::protocol::Ask;
use crate::rust;
use gflow::script::help;
use serde_json::{Value, json};

/// Code and cursor of a request; the cursor counts characters, from the end where it is not given.
fn asked(content: &Value) -> (String, usize) {
    let code = content["code"].as_str().unwrap_or_default().to_string();
    let length = code.chars().count();
    let cursor = content["cursor_pos"].as_u64().map_or(length, |c| (c as usize).min(length));
    (code, cursor)
}

impl Kernel {
    /// Names that may stand at a place.
    pub(super) async fn complete(&self, content: &Value) -> Value {
        let (code, cursor) = asked(content);
        let empty =
            json!({ "status": "ok", "matches": [], "cursor_start": cursor, "cursor_end": cursor, "metadata": {} });
        let head: String = code.chars().take(cursor).collect();
        if head.starts_with('%') && rust::MAGIC.starts_with(&head) {
            return json!({ "status": "ok", "matches": [rust::MAGIC], "cursor_start": 0, "cursor_end": cursor, "metadata": {} });
        }
        if rust::body(&code).is_some() {
            return self.rust.complete(&code, cursor).await;
        }
        self.supervisor.ask(Ask::Complete { code, cursor }).await.unwrap_or(empty)
    }

    /// The reply with what is known about the name at a place.
    pub(super) async fn inspect(&self, content: &Value) -> Value {
        let (code, cursor) = asked(content);
        let found = if rust::body(&code).is_some() {
            self.rust.inspect(&code, cursor).await
        } else {
            self.supervisor.ask(Ask::Inspect { code, cursor }).await.unwrap_or(Value::Null)
        };
        json!({ "status": "ok", "found": found.is_object(), "data": if found.is_object() { found } else { json!({}) }, "metadata": {} })
    }

    /// Whether a cell is whole.
    pub(super) async fn completeness(&self, content: &Value) -> Value {
        let (code, _) = asked(content);
        if code.trim_start().starts_with(rust::MAGIC) {
            // in a console, an empty line ends a Rust cell
            let status = if code.ends_with("\n\n") || code.lines().count() > 1 && code.ends_with('\n') {
                "complete"
            } else {
                "incomplete"
            };
            return json!({ "status": status, "indent": "" });
        }
        if help::question(&code).is_some() {
            return json!({ "status": "complete" });
        }
        self.supervisor.ask(Ask::Completeness { code }).await.unwrap_or(json!({ "status": "unknown" }))
    }
}
