//! What clients are told about the language of the cells.
use serde_json::{Value, json};

/// The variable by which `gflow jupyter install` says that Pygments has a lexer for scripts.
const LEXER: &str = "GFLOW_PYGMENTS";

/// Its name, its version, and how editors treat it. CodeMirror and Pygments know a mode of its own where it was installed
/// (editors/README.md); elsewhere those of Rust come near.
pub fn info() -> Value {
    let lexer = std::env::var(LEXER).ok().filter(|l| !l.is_empty()).unwrap_or_else(|| "rust".into());
    json!({
        "codemirror_mode": { "name": "rhai", "mime": "text/x-rustsrc" },
        "file_extension": ".rhai",
        "mimetype": "text/x-rhai",
        "name": "rhai",
        "pygments_lexer": lexer,
        "version": "1.27.0",
    })
}
