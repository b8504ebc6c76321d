//! Columns of a file as columns of a table.
use super::file::{File, Leaf};
use super::meaning::{LONG, Meaning, NO_TEXT, julian};
use crate::catalogue::nearest;
use crate::error::Result;
use crate::fault;
use crate::input::{excerpt, failed};
use crate::interrupt;
use crate::io::names::unique;
use crate::io::wanted::{self, LoadedTable, Wanted};
use crate::table::{Column, Filling, Table};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use std::path::Path;

/// Entries read at a time. Texts may be long.
const NUMBERS: usize = 1 << 14;
const TEXTS: usize = 1 << 10;

/// How pandas calls an index that it keeps as a column.
pub const INDEX: &str = "__index_level_";

type Done<T> = std::result::Result<T, String>;

/// Reads a table.
pub fn load(path: &Path, wanted: &Wanted) -> Result<LoadedTable> {
    guarded(path, || {
        let mut file = File::open(path)?;
        let fail = |e: String| failed(path, e);
        let mut notes: Vec<String> = file.durations().into_iter().collect();
        let named = !wanted.columns.is_empty();
        let chosen = if named { places(&file.leaves, wanted) } else { Ok(without_index(&file.leaves, &mut notes)) };
        let chosen = chosen.map_err(fail)?;
        let count = chosen.iter().filter(|k| file.leaves[**k].meaning.is_ok()).count();
        file.feasible(count, file.packed()).map_err(fail)?;
        let (mut names, mut columns, mut odd) = (vec![], vec![], vec![]);
        for k in chosen {
            match column(&mut file, k, &mut notes).map_err(fail)? {
                Ok(column) => {
                    names.push(file.leaves[k].name.clone());
                    columns.push(column);
                }
                Err(what) if named => return Err(fail(refusal("columns", &file.leaves[k], what))),
                Err(what) => odd.push(format!("`{}` ({what})", excerpt(&file.leaves[k].name))),
            }
        }
        let (names, note) = unique(names);
        notes.splice(0..0, left_out(&odd).into_iter().chain(note));
        let table = Table::new(names.into_iter().map(Into::into).zip(columns).collect());
        Ok(LoadedTable { table: table.map_err(|e| fail(e.to_string()))?, notes })
    })
}

/// All columns but an index that pandas keeps as one, as points are read.
fn without_index(leaves: &[Leaf], notes: &mut Vec<String>) -> Vec<usize> {
    let index = |k: &usize| leaves[*k].name.starts_with(INDEX);
    let all = 0..leaves.len();
    if all.clone().all(|k| index(&k)) {
        return all.collect();
    }
    if let Some(k) = all.clone().find(index) {
        let name = excerpt(&leaves[k].name);
        notes.push(format!("column `{name}` is an index of pandas and left out; columns: […] reads it"));
    }
    all.filter(|k| !index(k)).collect()
}

/// What is said of columns that no table has.
fn left_out(odd: &[String]) -> Option<String> {
    let more = if odd.len() > 5 { format!(", … ({} in all)", odd.len()) } else { String::new() };
    (!odd.is_empty()).then(|| format!("left out: {}{more}", odd[..odd.len().min(5)].join(", ")))
}

/// Why a column that is asked for cannot be had.
fn refusal(option: &str, leaf: &Leaf, what: &str) -> String {
    format!("{option}: column `{}` holds {what}, which no table has", excerpt(&leaf.name))
}

/// What is read from a file; a panic of the crate that reads it is an error of the file.
pub fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    fault::caught(read).unwrap_or_else(|_| Err(failed(path, "it is damaged: its pages make no sense")))
}

/// The columns that are asked for.
pub fn places(leaves: &[Leaf], wanted: &Wanted) -> Done<Vec<usize>> {
    wanted.columns.iter().map(|c| place(leaves, "columns", c)).collect()
}

/// The number of a column that is asked for.
pub fn place(leaves: &[Leaf], option: &str, column: &wanted::Column) -> Done<usize> {
    let found = match column {
        wanted::Column::At(i) => {
            let k = if *i < 0 { *i + leaves.len() as i64 } else { *i };
            usize::try_from(k)
                .ok()
                .filter(|k| *k < leaves.len())
                .ok_or_else(|| format!("{option}: there is no column {i}, there are {}, numbered from 0", leaves.len()))
        }
        wanted::Column::Named(name) => leaves.iter().position(|l| l.name == *name).ok_or_else(|| {
            let hint = nearest(name, leaves.iter().take(1000).map(|l| l.name.as_str()));
            let hint = hint.map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
            let shown: Vec<String> = leaves.iter().take(12).map(|l| format!("`{}`", excerpt(&l.name))).collect();
            let more = if leaves.len() > 12 { format!(", … ({} in all)", leaves.len()) } else { String::new() };
            format!("{option}: there is no column `{}`, there are {}{more}{hint}", excerpt(name), shown.join(", "))
        }),
    }?;
    match leaves[found].meaning {
        Ok(_) => Ok(found),
        Err(what) => Err(refusal(option, &leaves[found], what)),
    }
}

/// Columns of all rows, each of which has to be one of a table.
pub fn columns(file: &mut File, chosen: &[usize], notes: &mut Vec<String>) -> Done<Vec<Column>> {
    file.feasible(chosen.len(), file.packed())?;
    let mut out = vec![];
    for k in chosen {
        let name = excerpt(&file.leaves[*k].name);
        out.push(column(file, *k, notes)?.map_err(|what| format!("column `{name}` holds {what}"))?);
    }
    Ok(out)
}

/// A column of all rows; what it holds where no table has that, which is sometimes seen only on the way.
fn column(file: &mut File, k: usize, notes: &mut Vec<String>) -> Done<std::result::Result<Column, &'static str>> {
    let leaf = file.leaves[k].clone();
    let meaning = match leaf.meaning {
        Ok(meaning) => meaning,
        Err(what) => return Ok(Err(what)),
    };
    let mut reading = Reading { meaning, to: filling(meaning), rounded: None, odd: None };
    reading.to.reserve(file.room()).map_err(|reason| format!("it {reason}"))?;
    for group in 0..file.groups() {
        interrupt::poll().map_err(|e| e.to_string())?;
        let (reader, rows, level) = file.column(group, k)?;
        let read = reading.group(reader, rows, level);
        if let Some(what) = reading.odd {
            return Ok(Err(what));
        }
        read.map_err(|e| format!("column `{}`: {e}", excerpt(&leaf.name)))?;
    }
    if let Some(v) = reading.rounded {
        let name = excerpt(&leaf.name);
        notes.push(format!("whole numbers beyond 2^53 are rounded to 53 bits: column `{name}` has {v}"));
    }
    Ok(Ok(reading.to.finish()))
}

fn filling(meaning: Meaning) -> Filling {
    match meaning {
        Meaning::Truth => Filling::Truths(vec![]),
        m if m.is_number() => Filling::Numbers(vec![]),
        _ => Filling::texts(),
    }
}

/// A column on its way.
struct Reading {
    meaning: Meaning,
    to: Filling,
    rounded: Option<String>,
    /// what it holds, once a value is seen that no table has
    odd: Option<&'static str>,
}

/// The entries of a group, none where one is missing, some at a time.
fn each<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    [rows, at_once]: [usize; 2],
    level: i16,
    to: &mut Reading,
    put: impl Fn(&mut Reading, &T::T) -> Done<()>,
) -> Done<()> {
    let (mut values, mut levels) = (vec![], vec![]);
    let mut done = 0;
    while done < rows {
        interrupt::poll().map_err(|e| e.to_string())?;
        values.clear();
        levels.clear();
        let wanted = at_once.min(rows - done);
        let (read, _, _) = reader
            .read_records(wanted, (level > 0).then_some(&mut levels), None, &mut values)
            .map_err(|_| "it is damaged: its pages cannot be read".to_string())?;
        let there = if level > 0 { levels.iter().filter(|l| **l == level).count() } else { read };
        if read == 0 || there != values.len() || level > 0 && levels.len() != read {
            return Err("it is damaged: it ends before its rows do".into());
        }
        to.to.reserve(read).map_err(|reason| format!("it {reason}"))?;
        let (mut next, mut level_of) = (values.iter(), levels.iter());
        for _ in 0..read {
            let there = level == 0 || level_of.next() == Some(&level);
            match if there { next.next() } else { None } {
                Some(v) => put(to, v)?,
                None => to.to.gap(),
            }
        }
        done += read;
    }
    Ok(())
}

impl Reading {
    fn whole(&mut self, v: i64, bits: u32) -> Done<()> {
        if self.meaning.is_number() {
            if self.rounded.is_none() && self.meaning.is_rounded(v, bits) {
                self.rounded = Some(if v < 0 && bits == 64 && self.meaning != (Meaning::Number { unsigned: None }) {
                    (v as u64).to_string()
                } else {
                    v.to_string()
                });
            }
            self.to.number(self.meaning.number(v, bits));
            return Ok(());
        }
        self.to.text(&self.meaning.words(v))
    }
    fn bytes(&mut self, v: &ByteArray) -> Done<()> {
        if self.meaning.is_number() {
            let x = self.meaning.of_bytes(v.data());
            // how long its digits are only a value says that has any length
            if x.is_none() && matches!(self.meaning, Meaning::Decimal(_)) {
                self.odd = Some(LONG);
            }
            self.to.number(x.ok_or("it is damaged: a number has another length")?);
            return Ok(());
        }
        let text = self.meaning.text(v);
        if text.is_none() && self.meaning == Meaning::Bytes {
            self.odd = Some(NO_TEXT);
        }
        self.to.text(&text.ok_or("it is damaged: a text is not UTF-8")?)
    }
    fn group(&mut self, reader: ColumnReader, rows: usize, level: i16) -> Done<()> {
        let (n, t) = ([rows, NUMBERS], [rows, TEXTS]);
        match reader {
            ColumnReader::BoolColumnReader(r) => each(r, n, level, self, |to, v| {
                to.to.truth(*v);
                Ok(())
            }),
            ColumnReader::Int32ColumnReader(r) => each(r, n, level, self, |to, v| to.whole(i64::from(*v), 32)),
            ColumnReader::Int64ColumnReader(r) => each(r, n, level, self, |to, v| to.whole(*v, 64)),
            ColumnReader::Int96ColumnReader(r) => each(r, n, level, self, |to, v| to.to.text(&julian(v))),
            ColumnReader::FloatColumnReader(r) => each(r, n, level, self, |to, v| {
                to.to.number(f64::from(*v));
                Ok(())
            }),
            ColumnReader::DoubleColumnReader(r) => each(r, n, level, self, |to, v| {
                to.to.number(*v);
                Ok(())
            }),
            ColumnReader::ByteArrayColumnReader(r) => each(r, t, level, self, Reading::bytes),
            ColumnReader::FixedLenByteArrayColumnReader(r) => each(r, t, level, self, |to, v| to.bytes(v)),
        }
    }
}
