//! Points in files: npy, npz and CSV, chosen by extension.
use crate::catalogue::{Entry, nearest, no_defaults};
use crate::dataset::Rows;
use crate::error::{Error, Result};
use std::path::Path;

mod csv_file;
pub mod numpy;

const EXTENSIONS: &[&str] = &["npy", "npz", "csv"];

fn extension(path: &Path) -> Result<&'static str> {
    let given = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_lowercase();
    EXTENSIONS.iter().find(|e| **e == given).copied().ok_or_else(|| {
        let hint =
            nearest(&given, EXTENSIONS.iter().copied()).map_or(String::new(), |n| format!("; did you mean .{n}?"));
        Error::io("use", path, format!("the extension must be one of .npy, .npz, .csv{hint}"))
    })
}

/// Reads points of shape [n, d]; a vector becomes one column, an npz gives its first array.
pub fn load(path: &Path) -> Result<Rows> {
    let kind = extension(path)?;
    let rows = match kind {
        "npy" => numpy::load_npy(path)?,
        "npz" => numpy::load_first(path)?,
        _ => csv_file::load(path)?,
    };
    if rows.n == 0 || rows.d == 0 {
        return Err(Error::io("read", path, "it holds no points"));
    }
    Ok(rows)
}

/// Writes points; an existing file is replaced only once the new one is complete.
pub fn save(rows: &Rows, path: &Path) -> Result<()> {
    match extension(path)? {
        "npy" => numpy::save_npy(rows, path),
        "npz" => numpy::save_npz(&[("points".to_string(), rows.data.clone(), vec![rows.n, rows.d])], path),
        _ => csv_file::save(rows, path),
    }
}

/// Writes a whole file beside its place and moves it there.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |e: std::io::Error| Error::io("write", path, e);
    let folder = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(fail)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    std::io::Write::write_all(&mut file, bytes).map_err(fail)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(fail)?;
    }
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "io::load",
        room: "io",
        signature: "io::load(path)",
        doc: "Points from a .npy, .npz or .csv file (rows are points; a CSV may have a header line).",
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example: "io::save(data::moons(20), \"moons.npy\");\nio::load(\"moons.npy\")",
    },
    Entry {
        name: "io::save",
        room: "io",
        signature: "io::save(points, path)",
        doc: "Writes points to a .npy, .npz or .csv file, by extension; a relative path is inside --out where one is given.",
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example: "io::save(data::moons(20), \"moons.csv\")",
    },
];
