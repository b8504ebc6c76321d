//! What clients are told about the language of the cells.
use serde_json::{Value, json};

/// Its name, its version, and how editors treat it.
pub fn info() -> Value {
    json!({
        "codemirror_mode": "rust",
        "file_extension": ".rhai",
        "mimetype": "text/x-rustsrc",
        "name": "rhai",
        "pygments_lexer": "rust",
        "version": "1.27.0",
    })
}
