//! What AnnData knows of its cells, as a table: obs, a column each, the names of the cells first.
use super::anndata_obs::{columns, index_of, labels};
use super::h5_column;
use super::h5_place::at;
use super::hdf5::File;
use super::names::unique;
use super::wanted::{Column as Wish, Labels, LoadedTable, Wanted};
use crate::catalogue::nearest;
use crate::error::Result;
use crate::input::{self, excerpt};
use crate::interrupt;
use crate::table::{Column, Filling, Table};
use std::path::Path;

/// Reads obs.
pub fn load(path: &Path, wanted: &Wanted) -> Result<LoadedTable> {
    let (file, len) = input::open(path)?;
    let read = File::open(file, len).and_then(|mut file| obs(&mut file, wanted));
    read.map_err(|reason| input::failed(path, reason))
}

fn obs(file: &mut File, wanted: &Wanted) -> std::result::Result<LoadedTable, String> {
    let index = index_of(file, "obs")?;
    let all: Vec<String> = columns(file)?.into_iter().filter(|c| *c != index && c != "index").collect();
    if all.is_empty() && at(file, &format!("obs/{index}"))?.is_none() {
        return Err("it has no obs, the table of its cells; io::load reads its points".into());
    }
    let (mut names, mut found, mut notes) = (vec![], vec![], vec![]);
    if wanted.columns.is_empty() {
        for name in [&index, "index"] {
            let path = format!("obs/{name}");
            if let Some(place) = at(file, &path)? {
                let column = h5_column::read(file, &path, &place).map_err(|e| format!("its `{path}`: {e}"))?;
                names.push(if name.starts_with('_') { "cell".to_string() } else { name.to_string() });
                found.push(of_labels(&column.labels)?);
                break;
            }
        }
    }
    let mut odd = vec![];
    for name in chosen(&all, wanted)? {
        match labels(file, &name) {
            Ok(column) => {
                names.push(name);
                found.push(of_labels(&column.labels)?);
            }
            Err(e) if wanted.columns.is_empty() => odd.push(format!("`{}` ({e})", excerpt(&name))),
            Err(e) => return Err(e),
        }
    }
    if !odd.is_empty() {
        notes.push(format!("left out: {}", odd.join(", ")));
    }
    let (names, note) = unique(names);
    notes.extend(note);
    let table = Table::new(names.into_iter().map(Into::into).zip(found).collect()).map_err(|e| e.to_string())?;
    Ok(LoadedTable { table, notes })
}

/// The columns that are asked for, or all.
fn chosen(all: &[String], wanted: &Wanted) -> std::result::Result<Vec<String>, String> {
    if wanted.columns.is_empty() {
        return Ok(all.to_vec());
    }
    let one = |c: &Wish| match c {
        Wish::At(i) => {
            let k = if *i < 0 { *i + all.len() as i64 } else { *i };
            let name = usize::try_from(k).ok().and_then(|k| all.get(k)).cloned();
            name.ok_or_else(|| {
                format!("columns: there is no column {i} in obs, there are {}, numbered from 0", all.len())
            })
        }
        Wish::Named(name) => all.iter().find(|n| *n == name).cloned().ok_or_else(|| {
            let hint = nearest(name, all.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
            format!("columns: there is no column `{}` in obs{hint}", excerpt(name))
        }),
    };
    wanted.columns.iter().map(one).collect()
}

/// Labels as a column; the empty text stands where one is missing.
fn of_labels(labels: &Labels) -> std::result::Result<Column, String> {
    match labels {
        Labels::Numbers(v) => Ok(Column::numbers(v.clone())),
        Labels::Texts(t) => {
            let mut out = Filling::texts();
            out.reserve(t.len())?;
            for (i, text) in t.iter().enumerate() {
                interrupt::poll_each(i).map_err(|e| e.to_string())?;
                if text.is_empty() {
                    out.gap();
                } else {
                    out.text(text)?;
                }
            }
            Ok(out.finish())
        }
    }
}
