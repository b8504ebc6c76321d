//! NAME=VALUE, as --set has it.

/// A parameter and what it is set to.
///
/// # Errors
/// A text without a name or without `=`.
pub fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().into(), value.trim().into())),
        _ => Err(format!("--set {text}: expected NAME=VALUE")),
    }
}
