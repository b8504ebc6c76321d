//! Columns of a file as the coordinates of points, and one as their labels.
use super::file::{File, Leaf};
use super::read::{INDEX, columns, guarded, place, places};
use crate::dataset::Rows;
use crate::error::Result;
use crate::input::{excerpt, failed};
use crate::io::wanted::{Labels, Loaded, Texts, Wanted};
use crate::table::{Cell, Column};
use crate::{interrupt, memory};
use std::path::Path;

/// Reads points, and labels where they are asked for.
pub fn load(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    guarded(path, || {
        let mut file = File::open(path)?;
        read(&mut file, wanted).map_err(|e| failed(path, e))
    })
}

fn read(file: &mut File, wanted: &Wanted) -> std::result::Result<Loaded, String> {
    let mut notes: Vec<String> = file.durations().into_iter().collect();
    let labels = wanted.labels.as_ref().map(|c| place(&file.leaves, "labels", c)).transpose()?;
    let chosen = coordinates(&file.leaves, wanted, labels, &mut notes)?;
    let all: Vec<usize> = chosen.iter().copied().chain(labels).collect();
    let (n, d) = (file.rows, chosen.len());
    // the columns, and the points made of them
    if let Some(reason) = memory::refusal(memory::product(&[n, d, 16])) {
        return Err(format!("its {n} rows of {d} numbers {reason}"));
    }
    let mut found = columns(file, &all, &mut notes)?;
    let labels = match labels.and_then(|k| found.pop().map(|c| (k, c))) {
        Some((k, column)) => Some(of_labels(&column, &file.leaves[k].name, &mut notes)?),
        None => None,
    };
    let mut rows = Rows { data: vec![0.0; n * d], n, d };
    for (k, column) in found.into_iter().enumerate() {
        let values = column.as_numbers().ok_or("a column of texts is no coordinate")?;
        for (i, v) in values.iter().enumerate() {
            interrupt::poll_each(i).map_err(|e| e.to_string())?;
            rows.data[i * d + k] = *v;
        }
    }
    Ok(Loaded { rows, labels, notes })
}

/// The columns that are coordinates: those that are asked for, or all but labels and an index.
fn coordinates(
    leaves: &[Leaf],
    wanted: &Wanted,
    labels: Option<usize>,
    notes: &mut Vec<String>,
) -> std::result::Result<Vec<usize>, String> {
    let chosen = if wanted.columns.is_empty() {
        let index = |l: &Leaf| l.name.starts_with(INDEX);
        if let Some(l) = leaves.iter().find(|l| index(l)) {
            notes.push(format!(
                "column `{}` is an index of pandas and left out; columns: […] reads it",
                excerpt(&l.name)
            ));
        }
        (0..leaves.len()).filter(|k| Some(*k) != labels && !index(&leaves[*k])).collect::<Vec<_>>()
    } else {
        places(leaves, wanted)?
    };
    for k in &chosen {
        let (name, meaning) = (excerpt(&leaves[*k].name), leaves[*k].meaning);
        if !meaning.is_ok_and(super::meaning::Meaning::is_number) {
            let what = meaning.err().unwrap_or("texts");
            let mend = if what == "texts" { format!("labels: \"{name}\" reads it as labels, ") } else { String::new() };
            return Err(format!(
                "column {} (`{name}`) holds {what}: {mend}columns: […] names the coordinates, io::table(path) reads a table",
                k + 1
            ));
        }
    }
    Ok(chosen)
}

/// A column as labels, and a note about those that are missing.
fn of_labels(column: &Column, name: &str, notes: &mut Vec<String>) -> std::result::Result<Labels, String> {
    let (rows, mut missing) = (column.len(), 0);
    let labels = if let Some(numbers) = column.as_numbers() {
        missing = numbers.iter().filter(|v| v.is_nan()).count();
        Labels::Numbers(numbers.to_vec())
    } else {
        let mut out = Texts::with_capacity(rows, 0);
        for i in 0..rows {
            interrupt::poll_each(i).map_err(|e| e.to_string())?;
            let cell = column.cell(i);
            missing += usize::from(cell == Cell::Missing);
            out.push(if let Cell::Text(t) = cell { t } else { "" });
        }
        Labels::Texts(out)
    };
    if missing > 0 {
        notes.push(format!("labels: column `{}` is missing in {missing} of {rows} rows", excerpt(name)));
    }
    Ok(labels)
}
