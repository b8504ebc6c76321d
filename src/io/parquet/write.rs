//! Tables and points as Parquet: numbers in f64, truths, texts in UTF-8, packed by Snappy, as pandas writes them.
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::io::write::write_atomically;
use crate::memory;
use crate::table::{Column, MISSING, Table, Texts};
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Kind};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Rows of a group, and those handed over at a time.
const GROUP: usize = 1 << 20;
const PIECE: usize = 1 << 14;

/// What is written: a column by its name, and whether it may have gaps.
struct Sheet {
    name: String,
    column: Column,
    gaps: bool,
}

/// Writes a table; what is missing is null.
pub fn save_table(t: &Table, path: &Path) -> Result<Vec<String>> {
    let sheets = t.columns().iter().map(|(name, column)| Sheet {
        name: name.to_string(),
        column: column.clone(),
        gaps: column.gaps() > 0,
    });
    save(&sheets.collect::<Vec<_>>(), t.rows(), path)?;
    Ok(vec![])
}

/// Writes points as columns x0, x1, …; NaN is a number there.
pub fn save_points(rows: &Rows, path: &Path) -> Result<()> {
    memory::check_points("io::save", [rows.n, rows.d], 24)?;
    let column = |k: usize| Column::numbers(rows.data.iter().skip(k).step_by(rows.d).copied().collect());
    let sheets = (0..rows.d).map(|k| Sheet { name: format!("x{k}"), column: column(k), gaps: false });
    save(&sheets.collect::<Vec<_>>(), rows.n, path)
}

fn save(sheets: &[Sheet], rows: usize, path: &Path) -> Result<()> {
    memory::check("io::save", memory::product(&[rows, sheets.len(), 9]))?;
    let stopped = || interrupt::poll();
    let bytes = packed(sheets, rows).map_err(|e| stopped().err().unwrap_or_else(|| Error::io("write", path, e)))?;
    write_atomically(path, &bytes)
}

fn schema(sheets: &[Sheet]) -> std::result::Result<TypePtr, ParquetError> {
    let one = |s: &Sheet| {
        let repetition = if s.gaps { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let of = |kind| Type::primitive_type_builder(&s.name, kind).with_repetition(repetition);
        let made = match s.column {
            Column::Numbers(_) => of(Kind::DOUBLE),
            Column::Truths(_) => of(Kind::BOOLEAN),
            Column::Texts(_) => of(Kind::BYTE_ARRAY)
                .with_logical_type(Some(LogicalType::String))
                .with_converted_type(ConvertedType::UTF8),
        };
        made.build().map(Arc::new)
    };
    let fields = sheets.iter().map(one).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

/// The bytes of the file.
fn packed(sheets: &[Sheet], rows: usize) -> std::result::Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("gflow ", env!("CARGO_PKG_VERSION")).into())
        .build();
    let mut writer = SerializedFileWriter::new(vec![], schema(sheets)?, Arc::new(properties))?;
    for from in (0..rows).step_by(GROUP) {
        let mut group = writer.next_row_group()?;
        for sheet in sheets {
            let Some(mut to) = group.next_column()? else { break };
            let end = rows.min(from + GROUP);
            for at in (from..end).step_by(PIECE) {
                interrupt::poll().map_err(|e| ParquetError::General(e.to_string()))?;
                put(&mut to, sheet, at..end.min(at + PIECE))?;
            }
            to.close()?;
        }
        group.close()?;
    }
    writer.into_inner()
}

/// Some rows of a column.
fn put(to: &mut SerializedColumnWriter, s: &Sheet, rows: Range<usize>) -> std::result::Result<(), ParquetError> {
    fn levels<T>(s: &Sheet, of: &[T], is_there: impl Fn(&T) -> bool) -> Option<Vec<i16>> {
        s.gaps.then(|| of.iter().map(|v| i16::from(is_there(v))).collect())
    }
    match &s.column {
        Column::Numbers(v) => {
            let v = &v[rows];
            let levels = levels(s, v, |x| !x.is_nan());
            let values: Vec<f64> = v.iter().copied().filter(|x| !s.gaps || !x.is_nan()).collect();
            to.typed::<DoubleType>().write_batch(&values, levels.as_deref(), None)?;
        }
        Column::Truths(v) => {
            let v = &v[rows];
            let levels = levels(s, v, Option::is_some);
            let values: Vec<bool> = v.iter().copied().flatten().collect();
            to.typed::<BoolType>().write_batch(&values, levels.as_deref(), None)?;
        }
        Column::Texts(Texts { codes, words }) => {
            let codes = &codes[rows];
            let levels = levels(s, codes, |c| *c != MISSING);
            let there = codes.iter().filter(|c| **c != MISSING);
            let values: Vec<ByteArray> = there.map(|c| words.get(*c).as_bytes().to_vec().into()).collect();
            to.typed::<ByteArrayType>().write_batch(&values, levels.as_deref(), None)?;
        }
    }
    Ok(())
}
