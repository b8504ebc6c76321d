//! Points in HDF5 files: a dataset of numbers by its path, or the only one.
use super::format::Format;
use super::h5_column;
use super::h5_place::{Place, at};
use super::hdf5::{Dataset, File};
use super::sparse;
use super::wanted::{Column, Labels, Loaded, Wanted};
use crate::catalogue::nearest;
use crate::dataset::Rows;
use crate::error::Result;
use crate::input::{self, excerpt};
use std::path::Path;

pub(super) const H5: Format = Format { extension: "h5", takes: &["array", "labels"], load, save: None, tables: None };
pub(super) const HDF5: Format = Format { extension: "hdf5", ..H5 };

fn load(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    let (file, len) = input::open(path)?;
    let read = File::open(file, len).and_then(|mut file| points(&mut file, len, wanted));
    read.map_err(|reason| input::failed(path, reason))
}

fn points(file: &mut File, len: u64, wanted: &Wanted) -> std::result::Result<Loaded, String> {
    let labels = match &wanted.labels {
        Some(Column::Named(name)) => Some(name.trim_matches('/').to_string()),
        Some(Column::At(i)) => return Err(format!("labels: expected the path of a dataset, got {i}")),
        None => None,
    };
    let at = match &wanted.array {
        Some(name) => name.trim_matches('/').to_string(),
        None => only(file, labels.as_deref())?,
    };
    let fail = |at: &str, e: String| format!("its `{}`: {e}", excerpt(at));
    let place = find(file, "array", &at)?;
    let mut out: Loaded = rows(file, &at, &place, len).map_err(|e| fail(&at, e))?;
    if let Some(at) = labels {
        let place = find(file, "labels", &at)?;
        let found = h5_column::read(file, &at, &place).map_err(|e| fail(&at, e))?;
        check(&found.labels, &at, out.rows.n)?;
        out.notes.extend(found.notes);
        out.labels = Some(found.labels);
    }
    Ok(out)
}

/// Errors unless there is a label for every point.
pub(super) fn check(labels: &Labels, name: &str, n: usize) -> std::result::Result<(), String> {
    if labels.len() == n {
        return Ok(());
    }
    Err(format!("labels: `{}` has {} values, expected {n}, one per point", excerpt(name), labels.len()))
}

/// What is at a path.
fn find(file: &mut File, option: &str, path: &str) -> std::result::Result<Place, String> {
    if let Some(place) = at(file, path)? {
        return Ok(place);
    }
    let all: Vec<String> = file.walk(sparse::is_one)?.into_iter().map(|(path, _)| path).collect();
    Err(unknown(option, path, &all))
}

/// There is nothing at a path, but at others.
pub(super) fn unknown(option: &str, path: &str, all: &[String]) -> String {
    let last = |p: &str| p.rsplit('/').next() == Some(path);
    let near = all.iter().map(String::as_str).find(|p| last(p)).or(nearest(path, all.iter().map(String::as_str)));
    let hint = near.map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
    let names: Vec<String> = all.iter().map(|n| format!("`{}`", excerpt(n))).collect();
    let there = if names.is_empty() { "nothing".into() } else { super::numpy::few(&names) };
    format!("{option}: it holds no `{}`, but {there}{hint}", excerpt(path))
}

/// Numbers at a path as points.
pub(super) fn rows(file: &mut File, path: &str, place: &Place, len: u64) -> std::result::Result<Loaded, String> {
    if place.object.links.as_deref().is_some_and(sparse::is_one) {
        return sparse::read(file, &place.object, path, len).map(Loaded::from);
    }
    let Some(dataset) = file.dataset(&place.object)? else {
        return Err("it is a group, expected a dataset of numbers".into());
    };
    let (data, each) = file.numbers(&dataset, place.part.as_deref())?;
    let rounds =
        dataset.field(place.part.as_deref()).unwrap_or(&dataset.of).numbers().is_some_and(|(_, e, _)| e.rounds());
    let large = data.iter().find(|v| v.abs() >= WHOLE && rounds);
    let note = large.map(|v| format!("whole numbers beyond 2^53 are rounded to 53 bits: there is about {v:e}"));
    let (n, d) = match dataset.shape[..] {
        [n, ..] if n > 0 => (n, data.len() / n),
        [] if !dataset.empty => (1, each),
        _ => (0, 0),
    };
    Ok(Loaded { rows: Rows { data, n, d }, labels: None, notes: note.into_iter().collect() })
}

/// Whole numbers from here on may have no f64.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// What can be points: a dataset of numbers with a shape, in words.
fn usable(file: &mut File, at: u64) -> std::result::Result<std::result::Result<String, String>, String> {
    let object = file.object(at)?;
    if object.links.is_some() {
        return Ok(sparse::described(file, &object).map(|([n, d], _)| format!("{n}×{d}, sparse")));
    }
    Ok(match file.dataset(&object)? {
        Some(d) => {
            shaped(&d).ok_or_else(|| if d.shape.is_empty() { "a single value".into() } else { d.of.described() })
        }
        None => Err("no dataset".into()),
    })
}

fn shaped(d: &Dataset) -> Option<String> {
    let sizes: Vec<String> = d.shape.iter().map(usize::to_string).collect();
    (d.of.numbers().is_some() && !sizes.is_empty()).then(|| format!("{} of {}", sizes.join("×"), d.of.described()))
}

/// The only path where points can be, beside that of labels.
fn only(file: &mut File, labels: Option<&str>) -> std::result::Result<String, String> {
    let (mut found, mut others) = (vec![], vec![]);
    for (path, at) in file.walk(sparse::is_one)?.into_iter().filter(|p| Some(p.0.as_str()) != labels) {
        match usable(file, at)? {
            Ok(what) => found.push((format!("`{}` ({what})", excerpt(&path)), path)),
            Err(what) => others.push(format!("`{}`: {what}", excerpt(&path))),
        }
    }
    match &found[..] {
        [(_, path)] => Ok(path.clone()),
        [] if others.is_empty() => Err("it holds no datasets".into()),
        [] => Err(format!("it holds no dataset of points: {}", super::numpy::few(&others))),
        [(_, first), ..] => {
            let listed: Vec<String> = found.iter().map(|(what, _)| what.clone()).collect();
            let (n, all) = (found.len(), super::numpy::few(&listed));
            Err(format!("it holds {n} datasets of numbers, {all}: array: \"{}\" takes that one", excerpt(first)))
        }
    }
}
