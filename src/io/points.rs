//! Reading and writing points, by extension.
use super::wanted::{Labels, Loaded, Wanted};
use super::{FORMATS, Format};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of, nearest, no_defaults};
use crate::dataset::Rows;
use crate::error::{Error, Result};
use std::path::Path;

/// Formats that may be gzipped.
const TEXTS: &[&str] = &["csv", "tsv", "txt"];

/// The format of a file, by its extension.
pub(super) fn format(path: &Path, among: fn(&&Format) -> bool) -> Result<&'static Format> {
    let mut given = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_lowercase();
    // a gzipped text may say of which kind it is before
    let inner = path.file_stem().and_then(|s| Path::new(s).extension()).and_then(|e| e.to_str()).unwrap_or("");
    if given == "gz" && TEXTS.contains(&inner.to_lowercase().as_str()) {
        given = inner.to_lowercase();
    }
    FORMATS.iter().find(|f| f.extension == given).ok_or_else(|| {
        let extensions = FORMATS.iter().filter(among).map(|f| f.extension);
        let hint = nearest(&given, extensions.clone()).map_or(String::new(), |n| format!("; did you mean .{n}?"));
        let known = extensions.map(|e| format!(".{e}")).collect::<Vec<_>>().join(", ");
        Error::io("use", path, format!("the extension must be one of {known}{hint}"))
    })
}

/// Reads points of shape [n, d]; a vector becomes one column, of an array of more dimensions the first counts the points, an
/// npz gives its one array of numbers, a CSV may have a line of names.
///
/// # Errors
/// An extension that is no format, a file that cannot be read or is not what its extension says, a file without points.
pub fn load(path: &Path) -> Result<Rows> {
    load_with(path, &Wanted::default()).map(|l| l.rows)
}

/// The same with choices: an array of several, columns, labels.
///
/// # Errors
/// As [`load`]; a choice that the format does not know, an array or a column that is not there.
///
/// # Examples
/// ```
/// use gflow::io::{self, Column, Labels, Wanted};
///
/// let folder = std::env::temp_dir().join(format!("gflow-doc-labels-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).ok();
/// let path = folder.join("iris.csv");
/// # let fail = |e: std::io::Error| gflow::error::Error::data("example", e.to_string());
/// std::fs::write(&path, "width;height;species\n1,5;2;setosa\n3;4,5;virginica\n").map_err(fail)?;
/// let wanted = Wanted { labels: Some(Column::Named("species".into())), ..Wanted::default() };
/// let loaded = io::load_with(&path, &wanted)?;
/// assert_eq!(loaded.rows.data, [1.5, 2.0, 3.0, 4.5]);
/// let Some(Labels::Texts(species)) = loaded.labels else { unreachable!() };
/// assert_eq!(species.iter().collect::<Vec<_>>(), ["setosa", "virginica"]);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn load_with(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    let format = format(path, |_| true)?;
    if let Some(name) = wanted.given().into_iter().find(|name| !format.takes.contains(name)) {
        let of: Vec<String> =
            FORMATS.iter().filter(|f| f.takes.contains(&name)).map(|f| format!(".{}", f.extension)).collect();
        return Err(Error::data("io::load", format!("the option `{name}` is for {} files", of.join(", "))));
    }
    let loaded = (format.load)(path, wanted)?;
    if loaded.rows.n == 0 || loaded.rows.d == 0 {
        return Err(Error::io("read", path, "it holds no points"));
    }
    Ok(loaded)
}

impl Labels {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Labels::Numbers(l) => l.len(),
            Labels::Texts(l) => l.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
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
/// for name in ["points.npy", "points.npz", "points.csv", "points.tsv", "points.txt", "points.parquet", "points.safetensors"] {
///     let path = folder.join(name);
///     io::save(&points, &path)?;
///     assert_eq!(io::load(&path)?, points);
/// }
/// assert!(io::load(&folder.join("points.xls")).is_err());
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn save(rows: &Rows, path: &Path) -> Result<()> {
    let written: fn(&&Format) -> bool = |f| f.save.is_some();
    match format(path, written)?.save {
        Some(save) if !zipped(path) => save(rows, path),
        _ => Err(only_read(path, written)),
    }
}

/// Whether a name says that the file is gzipped.
pub(super) fn zipped(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"))
}

/// What is said of files that are read and not written.
pub(super) fn only_read(path: &Path, written: fn(&&Format) -> bool) -> Error {
    let known: Vec<String> = FORMATS.iter().filter(written).map(|f| format!(".{}", f.extension)).collect();
    Error::io("write", path, format!("files of this kind are read, not written: {} are", known.join(", ")))
}

const COLUMN: &str = "the name of a column, or its number from 0";

/// The option `header` of texts, as points and as tables.
pub const HEADER: Opt = Opt {
    name: "header",
    kind: OptionKind::Flag,
    doc: "text: whether the first line holds names; found out if not given",
};
/// The option `index` of texts, as points and as tables.
pub const INDEX: Opt = Opt {
    name: "index",
    kind: OptionKind::Flag,
    doc: "text: whether the first column numbers or names the lines; it does if it has no name beside others",
};
/// The option `separator` of texts, as points and as tables.
pub const SEPARATOR: Opt = Opt {
    name: "separator",
    kind: OptionKind::Text,
    doc: "text: the sign between fields, \" \" for any number of blanks, \"\" where a line is one field; found out if not given",
};
/// The option `decimal` of texts, as points and as tables.
pub const DECIMAL: Opt = Opt {
    name: "decimal",
    kind: OptionKind::Choice(&[".", ","]),
    doc: "text: the sign before fractions; found out if not given",
};
/// The option `thousands` of texts, as points and as tables.
pub const THOUSANDS: Opt = Opt {
    name: "thousands",
    kind: OptionKind::Choice(&[",", ".", " ", "'", "_"]),
    doc: "text: the sign in numbers where thousands end, as in 1,234.50",
};
/// The option `missing` of texts, as points and as tables.
pub const MISSING: Opt = Opt {
    name: "missing",
    kind: OptionKind::Texts,
    doc: "text: further words where there is no value, beside empty fields, NA, N/A, NaN, null, none and ?",
};
/// The option `comment` of texts, as points and as tables.
pub const COMMENT: Opt = Opt {
    name: "comment",
    kind: OptionKind::Text,
    doc: "text: the sign that begins a comment, in a line of its own or behind a blank; \"\" for no comments. If not given it is #: \
          for points there too, for tables in lines above the names only",
};
/// The option `skip` of texts, as points and as tables.
pub const SKIP: Opt =
    Opt { name: "skip", kind: OptionKind::Integer { min: 0, max: 1 << 40 }, doc: "text: lines before the table" };

const OPTIONS: &[Opt] = &[
    Opt {
        name: "array",
        kind: OptionKind::Text,
        doc: "npz, safetensors, h5, h5ad: the array with the points, a path in HDF5 such as obsm/X_pca; not needed where there is one alone, X of a h5ad",
    },
    Opt {
        name: "columns",
        kind: OptionKind::Value("a list of names or numbers of columns"),
        doc: "text, Parquet, h5ad: the coordinates in this order, numbered from 0, genes by their names; all but index and labels if not given",
    },
    Opt {
        name: "labels",
        kind: OptionKind::Value(COLUMN),
        doc: "text, Parquet: the column of labels, texts or numbers; npz, safetensors, h5: the array of labels; h5ad: a column of obs. The result is then a map of points and labels",
    },
    HEADER,
    INDEX,
    SEPARATOR,
    DECIMAL,
    THOUSANDS,
    MISSING,
    COMMENT,
    SKIP,
];

/// What is found out where nothing is asked for.
fn found_out() -> serde_json::Value {
    let mut all = defaults_of::<Wanted>();
    if let Some(all) = all.as_object_mut() {
        all.retain(|key, _| OPTIONS.iter().any(|o| o.name == key.as_str()));
    }
    all
}

/// The room in the catalogue.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "io::load",
        room: "io",
        signature: "io::load(path, options)",
        doc: "Points from a .npy, .npz, .csv, .tsv, .txt, .parquet, .h5, .h5ad or .safetensors file (rows are points), with the digits of the file. Text may be \
              gzipped, \
              separated by commas, semicolons, tabs, | or blanks, have a line of names, # comments, decimal commas and an \
              index column as pandas writes it; a missing value becomes NaN, which finite_rows(x) leaves out and \
              not_finite(x) lists. What may be read in two ways is refused with the option that decides. With labels the \
              result is #{ points, labels }, as of data::idx. Of an array of more than two dimensions the first counts points. io::table(path) reads a table, with texts and names.",
        equation: "",
        cite: "",
        options: OPTIONS,
        defaults: found_out,
        example: "io::save(data::moons(20), \"moons.csv\");\nio::load(\"moons.csv\", #{ columns: [\"x1\", \"x0\"] })",
    },
    Entry {
        name: "io::save",
        room: "io",
        signature: "io::save(points, path)",
        doc: "Writes points to a .npy, .npz, .csv, .tsv, .txt, .parquet or .safetensors file, by extension, in f64, or a table, such as run.history, to .csv, \
              .tsv, .txt or .parquet; a relative path is inside --out where one is given.",
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example: "io::save(data::moons(20), \"moons.csv\")",
    },
];
