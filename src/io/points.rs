//! Reading and writing points, by extension.
use super::{FORMATS, Format};
use crate::catalogue::{Entry, nearest, no_defaults};
use crate::dataset::Rows;
use crate::error::{Error, Result};
use std::path::Path;

fn format(path: &Path) -> Result<&'static Format> {
    let given = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_lowercase();
    FORMATS.iter().find(|f| f.extension == given).ok_or_else(|| {
        let extensions = FORMATS.iter().map(|f| f.extension);
        let hint = nearest(&given, extensions.clone()).map_or(String::new(), |n| format!("; did you mean .{n}?"));
        let known = extensions.map(|e| format!(".{e}")).collect::<Vec<_>>().join(", ");
        Error::io("use", path, format!("the extension must be one of {known}{hint}"))
    })
}

/// Reads points of shape [n, d]; a vector becomes one column, an npz gives its first array, a CSV may have a header line.
///
/// # Errors
/// An extension that is no format, a file that cannot be read or is not what its extension says, a file without points.
pub fn load(path: &Path) -> Result<Rows> {
    let rows = (format(path)?.load)(path)?;
    if rows.n == 0 || rows.d == 0 {
        return Err(Error::io("read", path, "it holds no points"));
    }
    Ok(rows)
}

/// Writes points; an existing file is replaced only once the new one is complete.
///
/// # Errors
/// An extension that is no format, a file that cannot be written.
///
/// # Examples
/// What was written is what is read:
/// ```
/// use gflow::dataset::Rows;
/// use gflow::io;
///
/// let folder = std::env::temp_dir().join(format!("gflow-doc-{}", std::process::id()));
/// let points = Rows { data: vec![0.5, 1.0, -2.0, 0.1, 3.0, 4.0], n: 3, d: 2 };
/// for name in ["points.npy", "points.npz", "points.csv"] {
///     let path = folder.join(name);
///     io::save(&points, &path)?;
///     assert_eq!(io::load(&path)?, points);
/// }
/// assert!(io::load(&folder.join("points.xls")).is_err());
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn save(rows: &Rows, path: &Path) -> Result<()> {
    (format(path)?.save)(rows, path)
}

/// The room in the catalogue.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "io::load",
        room: "io",
        signature: "io::load(path)",
        doc: "Points from a .npy, .npz or .csv file (rows are points; a CSV may have a header line), with the digits of the file.",
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
        doc: "Writes points to a .npy, .npz or .csv file, by extension, in f64; a relative path is inside --out where one is given.",
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example: "io::save(data::moons(20), \"moons.csv\")",
    },
];
