//! What the kernel says about itself.
use serde_json::{Value, json};

/// The version of the protocol that is spoken.
pub const PROTOCOL: &str = "5.4";

/// The reply to a client that asks what this is.
pub fn content(device: &str) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let on = if device.is_empty() { String::new() } else { format!(" on {device}") };
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL,
        "implementation": "gflow",
        "implementation_version": version,
        "language_info": crate::language::info(),
        "banner": format!("gflow {version}{on}. Cells are Rhai; {} makes one Rust. help(\"kl\") or ?kl explains a name.", crate::rust::MAGIC),
        "help_links": [{ "text": "Rhai", "url": "https://rhai.rs/book" }],
        "debugger": false,
        "supported_features": [],
    })
}
