//! A file's description of itself, held against the file before it is believed.
use super::meaning::Meaning;
use super::pages::{Chunk, Pages};
use super::unpack::is_known;
use crate::input::{Input, excerpt, open};
use crate::memory;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What files begin and end with.
const MAGIC: &[u8; 4] = b"PAR1";
/// The same where the description is encrypted.
const SECRET: &[u8; 4] = b"PARE";
/// Bytes of a description at most: those of a hundred thousand columns in a thousand groups have fewer.
const DESCRIPTION: u64 = 1 << 30;

/// A file that is open, and a description that fits it.
pub struct File {
    input: Input,
    len: u64,
    meta: ParquetMetaData,
    /// rows of all groups
    pub rows: usize,
    /// its columns
    pub leaves: Vec<Leaf>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// its name, those of structures before it with points between
    pub name: String,
    /// what it holds; why that is nothing for a table, where it is not
    pub meaning: Result<Meaning, &'static str>,
}

fn bytes(input: &mut Input, at: u64, len: u64) -> Result<Vec<u8>, String> {
    input.seek(SeekFrom::Start(at)).map_err(|e| e.to_string())?;
    // no more than the file has: whoever asks has looked
    let mut out = vec![];
    memory::reserve(&mut out, usize::try_from(len).unwrap_or(usize::MAX)).map_err(|reason| format!("it {reason}"))?;
    input.take(len).read_to_end(&mut out).map_err(|e| e.to_string())?;
    if out.len() as u64 == len { Ok(out) } else { Err("it is cut short".into()) }
}

/// Where the pages of a column begin in the file, and how many bytes they have.
fn place(c: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    // some writers say 0 where there is no dictionary, or no data
    let places = [c.dictionary_page_offset().unwrap_or(0), c.data_page_offset()];
    let begin = places.into_iter().filter(|at| *at != 0).min().unwrap_or(0);
    Some((u64::try_from(begin).ok()?, u64::try_from(c.compressed_size()).ok()?))
}

/// Errors unless groups, columns and pages lie in the file and have as many entries as it says.
fn check(meta: &ParquetMetaData, behind: u64) -> Result<usize, String> {
    let width = meta.file_metadata().schema_descr().num_columns();
    let (mut rows, mut packed) = (0u64, 0u64);
    for group in meta.row_groups() {
        let n = u64::try_from(group.num_rows()).map_err(|_| "a group has less than no rows")?;
        rows = rows.checked_add(n).ok_or("it says that it has more rows than there are numbers")?;
        if group.num_columns() != width {
            return Err(format!("a group has {} columns, the file has {width}", group.num_columns()));
        }
        for c in group.columns() {
            let (at, len) = place(c).ok_or("a column begins before the file does")?;
            // without rows there may be no pages
            if n == 0 && len == 0 {
                continue;
            }
            packed = packed.saturating_add(len);
            if at < 4 || at.checked_add(len).is_none_or(|end| end > behind) {
                return Err(format!("column `{}` lies beyond the file", excerpt(&c.column_path().string())));
            }
            let flat = c.column_descr().max_rep_level() == 0;
            if flat && u64::try_from(c.num_values()).ok() != Some(n) {
                let name = excerpt(&c.column_path().string());
                return Err(format!("column `{name}` has {} entries in a group of {n} rows", c.num_values()));
            }
        }
    }
    if packed > behind {
        return Err("its columns lie over each other".into());
    }
    if u64::try_from(meta.file_metadata().num_rows()).ok() != Some(rows) {
        let said = meta.file_metadata().num_rows();
        return Err(format!("it says that it has {said} rows, its groups have {rows}"));
    }
    usize::try_from(rows).map_err(|_| "it has more rows than any memory holds".into())
}

impl File {
    /// Opens a file and reads its description.
    ///
    /// # Errors
    /// Says what makes it no Parquet file, or one that lies about itself.
    pub fn open(path: &Path) -> crate::error::Result<File> {
        let (input, len) = open(path)?;
        File::describe(input, len).map_err(|e| crate::input::failed(path, e))
    }

    fn describe(mut input: Input, len: u64) -> Result<File, String> {
        if len < 12 || bytes(&mut input, 0, 4)? != MAGIC {
            let secret = len >= 4 && bytes(&mut input, 0, 4)? == SECRET;
            return Err(if secret { "it is encrypted".into() } else { "it is no Parquet file".to_string() });
        }
        let tail = bytes(&mut input, len - 8, 8)?;
        if &tail[4..] != MAGIC {
            return Err("it is cut short: a Parquet file ends with PAR1".into());
        }
        let size = tail[..4].iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
        if size > len - 12 || size > DESCRIPTION {
            return Err(format!("its description would have {size} bytes, the file has {len}"));
        }
        let description = bytes(&mut input, len - 8 - size, size)?;
        let meta = ParquetMetaDataReader::decode_metadata(&description).map_err(|_| "its description is damaged")?;
        let rows = check(&meta, len - 8 - size)?;
        let leaves = meta
            .file_metadata()
            .schema_descr()
            .columns()
            .iter()
            .map(|c| Leaf { name: c.path().parts().join("."), meaning: Meaning::of(c) });
        let leaves = leaves.collect();
        Ok(File { input, len, meta, rows, leaves })
    }

    /// A note about lengths of time, which pandas writes as whole numbers and says so where other programs do not look.
    pub fn durations(&self) -> Option<String> {
        let said = self.meta.file_metadata().key_value_metadata()?.iter().find(|k| k.key == "pandas")?;
        let said: serde_json::Value = serde_json::from_str(said.value.as_deref()?).ok()?;
        let word = |c: &serde_json::Value, key: &str| c.get(key).and_then(|v| v.as_str()).map(String::from);
        let one = |c: &serde_json::Value| {
            let kind = word(c, "numpy_type")?;
            let unit = kind.strip_prefix("timedelta64[")?.trim_end_matches(']').to_string();
            let name = word(c, "field_name").or_else(|| word(c, "name"))?;
            Some(format!("`{}` (in {})", excerpt(&name), excerpt(&unit)))
        };
        let all: Vec<String> = said.get("columns")?.as_array()?.iter().filter_map(one).take(5).collect();
        (!all.is_empty()).then(|| format!("lengths of time are read as numbers: {}", all.join(", ")))
    }

    /// Errors if so many columns do not fit into memory.
    ///
    /// # Errors
    /// Says how much they would take.
    pub fn feasible(&self, columns: usize, len: u64) -> Result<(), String> {
        let size = memory::product(&[self.rows, columns, 8]);
        crate::input::unpackable(len.saturating_mul(64), u64::try_from(size).unwrap_or(u64::MAX))?;
        memory::refusal(size)
            .map_or(Ok(()), |reason| Err(format!("its {} rows of {columns} columns {reason}", self.rows)))
    }

    /// Entries that a column may be given room for before they are seen: what takes no more than four times the file.
    pub fn room(&self) -> usize {
        self.rows.min(usize::try_from(self.len / 2).unwrap_or(usize::MAX))
    }

    /// How many groups of rows.
    pub fn groups(&self) -> usize {
        self.meta.num_row_groups()
    }

    /// What the pages of columns take in the file.
    pub fn packed(&self) -> u64 {
        self.meta.row_groups().iter().flat_map(|g| g.columns()).filter_map(place).map(|p| p.1).sum()
    }

    /// A column of a group: its values to be read, how many there are, and the level at which one is there.
    ///
    /// # Errors
    /// Says what cannot be read.
    pub fn column(&mut self, group: usize, leaf: usize) -> Result<(ColumnReader, usize, i16), String> {
        let c = self.meta.row_group(group).column(leaf);
        let descriptor = c.column_descr_ptr();
        let level = descriptor.max_def_level();
        if !is_known(c.compression()) {
            return Err("its pages are packed by LZO, expected none, Snappy, gzip, Zstandard, LZ4 or Brotli".into());
        }
        let (at, len) = place(c).ok_or("a column begins before the file does")?;
        let values = u64::try_from(c.num_values()).map_err(|_| "a column has less than no entries")?;
        let chunk = Chunk {
            codec: c.compression(),
            kind: c.column_type(),
            width: usize::try_from(descriptor.type_length()).unwrap_or(0),
            level,
            values,
        };
        let pages = Pages::new(chunk, bytes(&mut self.input, at, len)?)?;
        Ok((get_column_reader(descriptor, Box::new(pages)), values as usize, level))
    }
}
