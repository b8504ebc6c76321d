//! A column: numbers, truths or texts, some of which may be missing.
use super::words::{Interner, Words};
use crate::error::{Error, Result};
use crate::interrupt;
use std::sync::Arc;

/// The number of a text that is missing, and of a row that is none.
pub const MISSING: u32 = u32::MAX;

/// Texts as numbers of words.
#[derive(Clone, Debug)]
pub struct Texts {
    /// the number of each text; [`MISSING`] where there is none
    pub codes: Arc<Vec<u32>>,
    /// the texts, with or without such that no row has
    pub words: Arc<Words>,
}

/// A column; a copy of it shares its entries.
#[derive(Clone, Debug)]
pub enum Column {
    /// numbers; NaN where one is missing
    Numbers(Arc<Vec<f64>>),
    /// true and false
    Truths(Arc<Vec<Option<bool>>>),
    /// texts
    Texts(Texts),
}

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// a number
    Number(f64),
    /// true or false
    Truth(bool),
    /// a text
    Text(&'a str),
    /// none
    Missing,
}

/// Entries of a list at the places of some rows, and something else where a row is [`MISSING`].
fn picked<T: Copy>(from: &[T], rows: &[u32], none: T) -> Result<Vec<T>> {
    let mut out = Vec::with_capacity(rows.len());
    for piece in rows.chunks(PIECE) {
        interrupt::poll()?;
        out.extend(piece.iter().map(|r| from.get(*r as usize).copied().unwrap_or(none)));
    }
    Ok(out)
}

/// Entries between two looks at the interrupt.
const PIECE: usize = 1 << 16;

impl Column {
    /// Of numbers, NaN where one is missing.
    pub fn numbers(values: Vec<f64>) -> Column {
        Column::Numbers(Arc::new(values))
    }
    /// Of truths.
    pub fn truths(values: Vec<Option<bool>>) -> Column {
        Column::Truths(Arc::new(values))
    }
    /// Of texts as numbers of words.
    pub fn coded(codes: Vec<u32>, words: Words) -> Column {
        Column::Texts(Texts { codes: Arc::new(codes), words: Arc::new(words) })
    }
    /// Of texts.
    ///
    /// # Errors
    /// Too little memory.
    pub fn texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Result<Column> {
        let (mut interner, mut codes) = (Interner::default(), vec![]);
        for (i, text) in values.into_iter().enumerate() {
            interrupt::poll_each(i)?;
            let code = text.map_or(Ok(MISSING), |t| interner.add(t));
            codes.push(code.map_err(|e| Error::data("a column", e))?);
        }
        Ok(Column::coded(codes, interner.finish()))
    }
    /// Of nothing but missing entries, which may become any.
    pub fn missing(n: usize) -> Column {
        Column::numbers(vec![f64::NAN; n])
    }
    /// How many entries.
    pub fn len(&self) -> usize {
        match self {
            Column::Numbers(v) => v.len(),
            Column::Truths(v) => v.len(),
            Column::Texts(t) => t.codes.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// What is in it, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Column::Numbers(_) => "numbers",
            Column::Truths(_) => "true and false",
            Column::Texts(_) => "texts",
        }
    }
    /// An entry.
    pub fn cell(&self, i: usize) -> Cell<'_> {
        match self {
            Column::Numbers(v) => v.get(i).filter(|x| !x.is_nan()).map_or(Cell::Missing, |x| Cell::Number(*x)),
            Column::Truths(v) => v.get(i).copied().flatten().map_or(Cell::Missing, Cell::Truth),
            Column::Texts(t) => match t.codes.get(i) {
                Some(code) if *code != MISSING => Cell::Text(t.words.get(*code)),
                _ => Cell::Missing,
            },
        }
    }
    /// Whether an entry is missing.
    pub fn is_missing(&self, i: usize) -> bool {
        self.cell(i) == Cell::Missing
    }
    /// How many entries are missing.
    pub fn gaps(&self) -> usize {
        match self {
            Column::Numbers(v) => v.iter().filter(|x| x.is_nan()).count(),
            Column::Truths(v) => v.iter().filter(|x| x.is_none()).count(),
            Column::Texts(t) => t.codes.iter().filter(|c| **c == MISSING).count(),
        }
    }
    /// The entries of some rows; missing where a row is [`MISSING`].
    ///
    /// # Errors
    /// An interrupt.
    pub fn take(&self, rows: &[u32]) -> Result<Column> {
        Ok(match self {
            Column::Numbers(v) => Column::numbers(picked(v, rows, f64::NAN)?),
            Column::Truths(v) => Column::truths(picked(v, rows, None)?),
            Column::Texts(t) => {
                Column::Texts(Texts { codes: Arc::new(picked(&t.codes, rows, MISSING)?), words: t.words.clone() })
            }
        })
    }
    /// Numbers, with 1 and 0 for true and false; none of texts.
    pub fn as_numbers(&self) -> Option<Arc<Vec<f64>>> {
        match self {
            Column::Numbers(v) => Some(v.clone()),
            Column::Truths(v) => {
                let number = |t: &Option<bool>| t.map_or(f64::NAN, |t| f64::from(u8::from(t)));
                Some(Arc::new(v.iter().map(number).collect()))
            }
            Column::Texts(_) => None,
        }
    }
    /// This column as one of the kind of another, if it has nothing but gaps.
    fn like(&self, other: &Column) -> Option<Column> {
        let n = self.len();
        (self.gaps() == n).then(|| match other {
            Column::Numbers(_) => Column::missing(n),
            Column::Truths(_) => Column::truths(vec![None; n]),
            Column::Texts(t) => Column::Texts(Texts { codes: Arc::new(vec![MISSING; n]), words: t.words.clone() }),
        })
    }
    /// Both as columns of one kind: a column of gaps becomes what the other is.
    ///
    /// # Errors
    /// Two kinds; none of them is a text by itself.
    pub fn alike(&self, other: &Column) -> std::result::Result<(Column, Column), String> {
        if std::mem::discriminant(self) == std::mem::discriminant(other) {
            return Ok((self.clone(), other.clone()));
        }
        if let Some(c) = self.like(other) {
            return Ok((c, other.clone()));
        }
        if let Some(c) = other.like(self) {
            return Ok((self.clone(), c));
        }
        Err(format!("holds {} here and {} there", self.kind(), other.kind()))
    }
    /// The entries of this column and those of another, of the same kind, behind them.
    ///
    /// # Errors
    /// Two kinds; too little memory; an interrupt.
    pub fn concat(&self, other: &Column) -> std::result::Result<Column, String> {
        Ok(match self.alike(other)? {
            (Column::Numbers(a), Column::Numbers(b)) => Column::numbers([&a[..], &b].concat()),
            (Column::Truths(a), Column::Truths(b)) => Column::truths([&a[..], &b].concat()),
            (Column::Texts(a), Column::Texts(b)) => {
                let mut interner = Interner::of(&a.words)?;
                let codes = b.words.iter().map(|w| interner.add(w)).collect::<std::result::Result<Vec<u32>, _>>()?;
                let coded = b.codes.iter().map(|c| codes.get(*c as usize).copied().unwrap_or(MISSING));
                Column::coded(a.codes.iter().copied().chain(coded).collect(), interner.finish())
            }
            (a, b) => return Err(format!("holds {} here and {} there", a.kind(), b.kind())),
        })
    }
}

impl PartialEq for Column {
    /// The same entries, gaps equal to gaps.
    fn eq(&self, other: &Column) -> bool {
        self.kind() == other.kind()
            && self.len() == other.len()
            && (0..self.len()).all(|i| self.cell(i) == other.cell(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_gaps_and_kinds() {
        let texts = Column::texts([Some("b"), None, Some("a"), Some("b")]).unwrap();
        assert_eq!((texts.cell(0), texts.cell(1), texts.cell(9)), (Cell::Text("b"), Cell::Missing, Cell::Missing));
        let taken = texts.take(&[3, MISSING, 2]).unwrap();
        assert_eq!(taken, Column::texts([Some("b"), None, Some("a")]).unwrap());
        let truths = Column::truths(vec![Some(true), None, Some(false)]);
        assert_eq!(truths.as_numbers().unwrap()[2], 0.0);
        assert_eq!((truths.gaps(), texts.gaps(), Column::missing(3).gaps()), (1, 1, 3));
        assert_eq!(truths.concat(&Column::missing(1)).unwrap().len(), 4);
        assert_eq!(Column::missing(1).concat(&texts).unwrap().cell(1), Cell::Text("b"));
        assert_eq!(texts.concat(&texts).unwrap().take(&[4, 5, 6, 7]).unwrap(), texts);
        let e = texts.concat(&truths).unwrap_err();
        assert_eq!(e, "holds texts here and true and false there");
    }
}
