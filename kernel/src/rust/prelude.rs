//! What every Rust cell finds in place: the crate `gflow-cell`, written to the user's cache from this binary.
use std::path::PathBuf;

const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../cell/Cargo.toml")),
    ("src/lib.rs", include_str!("../../cell/src/lib.rs")),
    ("src/abi.rs", include_str!("../../cell/src/abi.rs")),
    ("src/value.rs", include_str!("../../cell/src/value.rs")),
    ("src/function.rs", include_str!("../../cell/src/function.rs")),
    ("src/session.rs", include_str!("../../cell/src/session.rs")),
];

/// Puts the session where its functions flush their output.
pub const ATTACH: &str = "session::attach();";

fn folder() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("gflow").join(format!("cell-{}", env!("CARGO_PKG_VERSION")))
}

/// Writes the crate where it is missing or another, and gives the cell that loads it.
///
/// # Errors
/// A cache folder that cannot be written.
pub fn cell() -> std::io::Result<String> {
    let folder = folder();
    std::fs::create_dir_all(folder.join("src"))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|t| t == *text) {
            continue;
        }
        // two kernels may do this at once: whole files only
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(&path).map_err(|e| e.error)?;
    }
    Ok(format!(":dep gflow-cell = {{ path = {:?} }}\nuse gflow_cell::session;\nuse gflow_cell::Points;\n{ATTACH}", folder.display().to_string()))
}
