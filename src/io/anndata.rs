//! AnnData's `.h5ad`: cells as points, with what is known of cells (obs) and of genes (var).
use super::anndata_obs::{index_of, labels};
use super::format::{Format, Tables};
use super::h5::{check, rows, unknown};
use super::h5_column;
use super::h5_place::{Place, at};
use super::hdf5::File;
use super::sparse;
use super::wanted::{Column, Labels, Loaded, Wanted};
use crate::catalogue::nearest;
use crate::dataset::Rows;
use crate::error::Result;
use crate::input::{self, excerpt};
use std::path::Path;

pub(super) const H5AD: Format =
    Format { extension: "h5ad", takes: &["array", "labels", "columns"], load, save: None, tables: Some(OBS) };

/// The table of the cells.
const OBS: Tables = Tables { takes: &["columns"], load: super::anndata_table::load, save: None };

fn load(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    let (file, len) = input::open(path)?;
    let read = File::open(file, len).and_then(|mut file| points(&mut file, len, wanted));
    read.map_err(|reason| input::failed(path, reason))
}

fn points(file: &mut File, len: u64, wanted: &Wanted) -> std::result::Result<Loaded, String> {
    let name = wanted.array.as_deref().unwrap_or("X").trim_matches('/');
    if matches!(name.split('/').next(), Some("obs" | "var")) {
        let of = if name.starts_with("obs") {
            "io::table(path) reads it, labels: \"…\" one of its columns"
        } else {
            "columns: [\"…\"] chooses genes"
        };
        return Err(format!("its `{}` is a table, and no points: {of}", excerpt(name)));
    }
    let Some((name, place)) = array(file, name)? else {
        let all = arrays(file)?;
        return Err(unknown("array", name, &all));
    };
    let mut out = rows(file, &name, &place, len).map_err(|e| format!("its `{}`: {e}", excerpt(&name)))?;
    let cells = names(file, "obs")?;
    if let Some(cells) = cells.filter(|c| c.len() != out.rows.n) {
        let (n, cells) = (out.rows.n, cells.len());
        return Err(format!("its `{}` has {n} rows, its obs {cells}: expected one row per cell", excerpt(&name)));
    }
    if !wanted.columns.is_empty() {
        let genes = if name.starts_with("obsm") { None } else { names(file, of_genes(&name))? };
        out.rows = chosen(out.rows, &wanted.columns, genes.as_ref())?;
    }
    match &wanted.labels {
        None => {}
        Some(Column::At(i)) => return Err(format!("labels: expected the name of a column of obs, got {i}")),
        Some(Column::Named(name)) => {
            let found = labels(file, name)?;
            check(&found.labels, name, out.rows.n)?;
            out.notes.extend(found.notes);
            out.labels = Some(found.labels);
        }
    }
    Ok(out)
}

/// Where the names of an array's columns are.
fn of_genes(array: &str) -> &'static str {
    match array {
        "raw/X" => "raw/var",
        "raw.X" => "raw.var",
        _ => "var",
    }
}

/// An array by its name; `raw/X` was `raw.X` once.
fn array(file: &mut File, name: &str) -> std::result::Result<Option<(String, Place)>, String> {
    if let Some(place) = at(file, name)? {
        return Ok(Some((name.into(), place)));
    }
    Ok(match name {
        "raw/X" => at(file, "raw.X")?.map(|p| ("raw.X".into(), p)),
        _ => None,
    })
}

/// Whatever may be points.
fn arrays(file: &mut File) -> std::result::Result<Vec<String>, String> {
    let mut out = vec![];
    for (path, at) in file.walk(sparse::is_one)? {
        let of = path.split('/').next().unwrap_or("");
        if !matches!(of, "X" | "raw" | "raw.X" | "layers" | "obsm") || path.starts_with("raw/var") {
            continue;
        }
        let object = file.object(at)?;
        let fields = file.dataset(&object)?.map(|d| d.fields()).unwrap_or_default();
        match fields.is_empty() {
            true => out.push(path),
            false => out.extend(fields.iter().map(|f| format!("{path}/{f}"))),
        }
    }
    Ok(out)
}

/// The names of cells or genes: a column that the table names as its index.
fn names(file: &mut File, table: &str) -> std::result::Result<Option<Labels>, String> {
    if file.find(table)?.is_none() {
        return Ok(None);
    }
    let index = index_of(file, table)?;
    let place = match at(file, &format!("{table}/{index}"))? {
        Some(place) => Some(place),
        // the first files were tables of records
        None => at(file, &format!("{table}/index"))?,
    };
    match place {
        Some(p) => h5_column::read(file, &format!("{table}/{index}"), &p).map(|f| Some(f.labels)),
        None => Ok(None),
    }
}

/// The columns that are asked for, by number or by the name of their gene.
fn chosen(rows: Rows, columns: &[Column], genes: Option<&Labels>) -> std::result::Result<Rows, String> {
    let names: Vec<&str> = match genes {
        Some(Labels::Texts(t)) if t.len() == rows.d => t.iter().collect(),
        _ => vec![],
    };
    let find = |c: &Column| match c {
        Column::At(i) => {
            let k = if *i < 0 { *i + rows.d as i64 } else { *i };
            let k = usize::try_from(k).ok().filter(|k| *k < rows.d);
            k.ok_or_else(|| format!("columns: there is no column {i}, there are {}, numbered from 0", rows.d))
        }
        Column::Named(name) => names.iter().position(|n| n == name).ok_or_else(|| {
            let hint = nearest(name, names.iter().copied())
                .map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
            let has = if names.is_empty() {
                ": its columns have no names".into()
            } else {
                format!(" among its {}{hint}", names.len())
            };
            format!("columns: there is no gene `{}`{has}", excerpt(name))
        }),
    };
    let columns: Vec<usize> = columns.iter().map(find).collect::<std::result::Result<_, _>>()?;
    let mut data = vec![];
    crate::memory::reserve(&mut data, rows.n * columns.len())?;
    for row in rows.data.chunks(rows.d.max(1)) {
        data.extend(columns.iter().map(|k| row[*k]));
    }
    Ok(Rows { data, n: rows.n, d: columns.len() })
}
