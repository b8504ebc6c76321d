//! A column on its way, entry by entry.
use super::column::{Column, MISSING};
use super::words::Interner;
use crate::memory;

/// Entries of a column that is not done yet.
#[derive(Debug)]
pub enum Filling {
    /// numbers
    Numbers(Vec<f64>),
    /// truths
    Truths(Vec<Option<bool>>),
    /// texts
    Texts(Vec<u32>, Box<Interner>),
}

impl Filling {
    /// Of texts, none yet.
    pub fn texts() -> Filling {
        Filling::Texts(vec![], Box::default())
    }
    /// Makes room for more entries.
    ///
    /// # Errors
    /// Says what memory there is not.
    pub fn reserve(&mut self, more: usize) -> Result<(), String> {
        match self {
            Filling::Numbers(v) => memory::reserve(v, more),
            Filling::Truths(v) => memory::reserve(v, more),
            Filling::Texts(v, _) => memory::reserve(v, more),
        }
    }
    /// An entry that is missing.
    pub fn gap(&mut self) {
        match self {
            Filling::Numbers(v) => v.push(f64::NAN),
            Filling::Truths(v) => v.push(None),
            Filling::Texts(v, _) => v.push(MISSING),
        }
    }
    /// A number, 1 and 0 for truths; a gap in texts.
    pub fn number(&mut self, x: f64) {
        match self {
            Filling::Numbers(v) => v.push(x),
            Filling::Truths(v) => v.push((!x.is_nan()).then_some(x != 0.0)),
            Filling::Texts(v, _) => v.push(MISSING),
        }
    }
    /// A truth; 1 or 0 in numbers, a gap in texts.
    pub fn truth(&mut self, t: bool) {
        match self {
            Filling::Numbers(v) => v.push(f64::from(u8::from(t))),
            Filling::Truths(v) => v.push(Some(t)),
            Filling::Texts(v, _) => v.push(MISSING),
        }
    }
    /// A text; a gap in what holds none.
    ///
    /// # Errors
    /// Says what memory there is not.
    pub fn text(&mut self, text: &str) -> Result<(), String> {
        match self {
            Filling::Texts(v, interner) => v.push(interner.add(text)?),
            _ => self.gap(),
        }
        Ok(())
    }
    /// The column.
    pub fn finish(self) -> Column {
        match self {
            Filling::Numbers(v) => Column::numbers(v),
            Filling::Truths(v) => Column::truths(v),
            Filling::Texts(codes, interner) => Column::coded(codes, interner.finish()),
        }
    }
}
